"""Merkle trees as transparency logs hash them (RFC 9162, section 2.1): roots, proofs, and appending.

The one fact: everything is computed from hashes of complete subtrees, `read(level, index)` being the hash
over the leaves [index * 2**level, (index + 1) * 2**level); those never change once written. Protocol 5.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crypto.errors import BadEncoding, BadLogProof

HASH_LENGTH = 32
SALT_LENGTH = 16
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadSubtree: TypeAlias = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Hash one leaf; the prefix 00 keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent; prefix 01."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def record_leaf(salt: bytes, record: bytes) -> bytes:
    """Hash one evidence record under its own 16-byte salt, so that nobody can guess it from its hash."""
    if len(salt) != SALT_LENGTH:
        raise BadEncoding(f"expected a salt of {SALT_LENGTH} bytes, found {len(salt)}")
    return leaf_hash(salt + record)


@dataclass(frozen=True, slots=True)
class Subtree:
    """The hash of the complete subtree over the leaves [index * 2**level, (index + 1) * 2**level)."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """What appending to a tree of `size` leaves needs: its maximal complete subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> tuple["Frontier", tuple[Subtree, ...]]:
        """Add a leaf hash; return the next frontier and every subtree it completed, the leaf itself first."""
        completed = [Subtree(0, self.size, leaf)]
        peaks = list(self.peaks)
        while self.size >> completed[-1].level & 1:
            last = completed[-1]
            parent = node_hash(peaks.pop(), last.hash)
            completed.append(Subtree(last.level + 1, last.index >> 1, parent))
        peaks.append(completed[-1].hash)
        return Frontier(self.size + 1, tuple(peaks)), tuple(completed)

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def resume_frontier(size: int, read: ReadSubtree) -> Frontier:
    """Return the frontier of a stored tree of `size` leaves."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return Frontier(size, tuple(read(level, (size >> level) - 1) for level in levels))


def root_at(size: int, read: ReadSubtree) -> bytes:
    """Return the root that a stored tree had at `size` leaves."""
    return resume_frontier(size, read).root()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes held in memory."""
    frontier = Frontier()
    for leaf in leaves:
        frontier, _ = frontier.append(leaf)
    return frontier.root()


def read_from(leaves: Sequence[bytes]) -> ReadSubtree:
    """Return a reader of the subtrees over leaf hashes held in memory, as evidence proofs need."""
    stored: dict[tuple[int, int], bytes] = {}
    frontier = Frontier()
    for leaf in leaves:
        frontier, completed = frontier.append(leaf)
        stored.update({(subtree.level, subtree.index): subtree.hash for subtree in completed})
    return lambda level, index: stored[level, index]


def inclusion_proof(index: int, size: int, read: ReadSubtree) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves, lowest hash first: RFC 9162, 2.1.3.1."""
    if not 0 <= index < size:
        raise ValueError(f"expected an index below the tree size {size}, found {index}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_hash_range(middle, end, read))
            end = middle
        else:
            path.append(_hash_range(start, middle, read))
            start = middle
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise BadLogProof unless `proof` leads from leaf hash to root; the algorithm of RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        raise BadLogProof(f"expected an index below the tree size {size}, found {index}")
    _check_hashes([leaf, root, *proof])
    node, last, current = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise BadLogProof("the inclusion proof is longer than the tree is high")
        if node & 1 or node == last:
            current = node_hash(step, current)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, step)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise BadLogProof("the inclusion proof is shorter than the tree is high")
    if current != root:
        raise BadLogProof(f"the proof of leaf {index} leads to {current.hex()}, not to the root {root.hex()}")


def consistency_proof(old_size: int, new_size: int, read: ReadSubtree) -> list[bytes]:
    """Prove that the tree of `old_size` leaves is a prefix of the one of `new_size`: RFC 9162, 2.1.4.1."""
    if not 0 <= old_size <= new_size:
        raise ValueError(f"expected an old size of at most {new_size}, found {old_size}")
    if old_size in (0, new_size):
        return []
    path = []
    start, end = 0, new_size
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(_hash_range(middle, end, read))
            end = middle
        else:
            path.append(_hash_range(start, middle, read))
            start = middle
    if start != 0:
        path.append(_hash_range(start, end, read))
    return path[::-1]


def check_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise BadLogProof unless the old tree is a prefix of the new one; the algorithm of RFC 9162, 2.1.4.2.

    The empty tree is a prefix of every tree, with an empty proof.
    """
    _check_hashes([old_root, new_root, *proof])
    if not 0 <= old_size <= new_size:
        raise BadLogProof(f"expected a tree that grows, found {old_size} leaves, then {new_size}")
    if old_size in (0, new_size):
        expected_root = EMPTY_ROOT if old_size == 0 else new_root
        if proof or old_root != expected_root or (new_size == 0 and new_root != EMPTY_ROOT):
            raise BadLogProof(f"two roots differ for a tree of {old_size} leaves, or the proof is not empty")
        return
    _climb_consistency(old_size, new_size, (old_root, new_root), proof)


def _climb_consistency(
    old_size: int, new_size: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]
) -> None:
    old_root, new_root = roots
    steps = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not steps:
        raise BadLogProof("the consistency proof is empty")
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadLogProof("the consistency proof is longer than the tree is high")
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise BadLogProof("the consistency proof is shorter than the tree is high")
    if old != old_root:
        raise BadLogProof(f"the consistency proof leads to the old root {old.hex()}, not to {old_root.hex()}")
    if new != new_root:
        raise BadLogProof(f"the consistency proof leads to the new root {new.hex()}, not to {new_root.hex()}")


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _hash_range(start: int, end: int, read: ReadSubtree) -> bytes:
    # Every range that the proofs ask for starts at a multiple of a power of two that is at least its length.
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(size)
    return node_hash(_hash_range(start, middle, read), _hash_range(middle, end, read))


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(item) != HASH_LENGTH for item in hashes):
        raise BadLogProof(f"expected hashes of {HASH_LENGTH} bytes in a log proof, found another length")
