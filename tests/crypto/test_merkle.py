"""Merkle log maths against the recursive definitions of RFC 9162, for every tree up to 64 leaves."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import BadEncoding, BadLogProof
from crypto.merkle import (
    EMPTY_ROOT,
    Frontier,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    read_from,
    record_leaf,
    resume_frontier,
    root_at,
    root_of,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text("utf-8"))
KNOWN_LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]
KNOWN_ROOTS = [bytes.fromhex(root) for root in [VECTORS["empty_root"], *VECTORS["roots"]]]
MOST = 64
LEAVES = [leaf_hash(bytes([number])) for number in range(MOST)]
READ = read_from(LEAVES)


def naive_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(naive_root(leaves[:middle]), naive_root(leaves[middle:]))


ROOTS = [naive_root(LEAVES[:size]) for size in range(MOST + 1)]


def test_the_published_roots_come_out() -> None:
    assert [root_of(KNOWN_LEAVES[:size]) for size in range(9)] == KNOWN_ROOTS


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda v: f"{v['index']} of {v['size']}")
def test_the_known_inclusion_proofs_come_out_and_hold(vector: dict[str, Any]) -> None:
    index, size = vector["index"], vector["size"]
    proof = inclusion_proof(index, size, read_from(KNOWN_LEAVES))
    assert [item.hex() for item in proof] == vector["proof"]
    check_inclusion(KNOWN_LEAVES[index], index, size, proof, KNOWN_ROOTS[size])


@pytest.mark.parametrize(
    "vector", VECTORS["consistency"], ids=lambda v: f"{v['old_size']} to {v['new_size']}"
)
def test_the_known_consistency_proofs_come_out_and_hold(vector: dict[str, Any]) -> None:
    old, new = vector["old_size"], vector["new_size"]
    proof = consistency_proof(old, new, read_from(KNOWN_LEAVES))
    assert [item.hex() for item in proof] == vector["proof"]
    check_consistency(old, new, KNOWN_ROOTS[old], KNOWN_ROOTS[new], proof)


def test_appending_gives_the_recursive_root_at_every_size() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES):
        assert frontier.root() == ROOTS[size] == root_at(size, READ)
        assert frontier == resume_frontier(size, READ)
        frontier, completed = frontier.append(leaf)
        assert [READ(subtree.level, subtree.index) for subtree in completed] == [s.hash for s in completed]
        assert len(completed) == ((size + 1) & -(size + 1)).bit_length()
    assert frontier.root() == ROOTS[MOST]


def test_every_leaf_of_every_tree_is_proven_included() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            check_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, READ), ROOTS[size])


def test_every_tree_is_proven_consistent_with_every_later_one() -> None:
    for new in range(MOST + 1):
        for old in range(new + 1):
            check_consistency(old, new, ROOTS[old], ROOTS[new], consistency_proof(old, new, READ))


def test_a_proof_reads_complete_subtrees_only() -> None:
    for size in range(1, MOST + 1):
        stored = read_from(LEAVES[:size])  # holds no subtree that reaches beyond `size`, else KeyError
        inclusion_proof(size - 1, size, stored)
        consistency_proof(size // 2, size, stored)


@settings(deadline=None)
@given(st.integers(1, MOST), st.data())
def test_an_inclusion_proof_holds_for_nothing_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, READ)
    with pytest.raises(BadLogProof):
        check_inclusion(leaf_hash(b"another"), index, size, proof, ROOTS[size])
    with pytest.raises(BadLogProof):
        check_inclusion(LEAVES[index], index, size, proof, bytes(32))
    with pytest.raises(BadLogProof, match="longer"):
        check_inclusion(LEAVES[index], index, size, [*proof, bytes(32)], ROOTS[size])
    for position in range(len(proof)):
        altered = [*proof[:position], bytes(32), *proof[position + 1 :]]
        with pytest.raises(BadLogProof):
            check_inclusion(LEAVES[index], index, size, altered, ROOTS[size])
        with pytest.raises(BadLogProof):
            check_inclusion(LEAVES[index], index, size, proof[:position], ROOTS[size])
    for other in range(size):
        if other != index:
            with pytest.raises(BadLogProof):
                check_inclusion(LEAVES[index], other, size, proof, ROOTS[size])


@settings(deadline=None)
@given(st.integers(2, MOST), st.data())
def test_a_consistency_proof_holds_for_nothing_else(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, READ)
    with pytest.raises(BadLogProof):
        check_consistency(old, new, bytes(32), ROOTS[new], proof)
    with pytest.raises(BadLogProof):
        check_consistency(old, new, ROOTS[old], bytes(32), proof)
    with pytest.raises(BadLogProof, match="longer"):
        check_consistency(old, new, ROOTS[old], ROOTS[new], [*proof, bytes(32)])
    for position in range(len(proof)):
        altered = [*proof[:position], bytes(32), *proof[position + 1 :]]
        with pytest.raises(BadLogProof):
            check_consistency(old, new, ROOTS[old], ROOTS[new], altered)
        with pytest.raises(BadLogProof):
            check_consistency(old, new, ROOTS[old], ROOTS[new], proof[:position])


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0), (5, 4)])
def test_an_index_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(BadLogProof, match="below the tree size"):
        check_inclusion(LEAVES[0], index, size, [], ROOTS[1])
    with pytest.raises(ValueError, match="below the tree size"):
        inclusion_proof(index, size, READ)


def test_a_short_inclusion_proof_is_refused_as_such() -> None:
    with pytest.raises(BadLogProof, match="shorter"):
        check_inclusion(LEAVES[0], 0, 4, inclusion_proof(0, 4, READ)[:1], ROOTS[4])


def test_a_shrinking_tree_is_refused() -> None:
    with pytest.raises(BadLogProof, match="grows"):
        check_consistency(5, 4, ROOTS[5], ROOTS[4], [])
    with pytest.raises(ValueError, match="old size"):
        consistency_proof(5, 4, READ)


def test_two_roots_of_one_size_are_refused() -> None:
    with pytest.raises(BadLogProof, match="two roots"):
        check_consistency(5, 5, ROOTS[5], ROOTS[4], [])
    with pytest.raises(BadLogProof, match="two roots"):
        check_consistency(5, 5, ROOTS[5], ROOTS[5], [bytes(32)])


def test_the_empty_tree_has_one_root_and_an_empty_proof() -> None:
    check_consistency(0, 7, EMPTY_ROOT, ROOTS[7], [])
    for arguments in (
        (0, 7, ROOTS[1], ROOTS[7], []),
        (0, 7, EMPTY_ROOT, ROOTS[7], [ROOTS[7]]),
        (0, 0, EMPTY_ROOT, ROOTS[7], []),
    ):
        with pytest.raises(BadLogProof, match="two roots"):
            check_consistency(*arguments)


def test_an_empty_proof_between_different_sizes_is_refused() -> None:
    with pytest.raises(BadLogProof, match="is empty"):
        check_consistency(3, 5, ROOTS[3], ROOTS[5], [])
    with pytest.raises(BadLogProof, match="shorter"):
        check_consistency(4, 5, ROOTS[4], ROOTS[5], [])


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_hashes_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(BadLogProof, match="32 bytes"):
        check_inclusion(LEAVES[0], 0, 2, [bytes(length)], ROOTS[2])
    with pytest.raises(BadLogProof, match="32 bytes"):
        check_consistency(1, 2, LEAVES[0], ROOTS[2], [bytes(length)])


def test_a_node_is_never_a_leaf() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


def test_a_record_is_hashed_under_its_salt() -> None:
    known = VECTORS["record"]
    salt = bytes.fromhex(known["salt"])
    assert record_leaf(salt, known["record"].encode()).hex() == known["leaf"]
    assert record_leaf(bytes(16), known["record"].encode()).hex() != known["leaf"]
    for wrong in (b"", salt[:-1], salt + b"\0"):
        with pytest.raises(BadEncoding, match="16 bytes"):
            record_leaf(wrong, b"record")
