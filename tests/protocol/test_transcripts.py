"""What proofs and seals are bound to: change any one item and the challenge is another."""

import pytest

from crypto.transcript import Transcript
from protocol.transcripts import proof_transcript, seal_context

SIGNER, CORE = "ab" * 32, "cd" * 32


def challenge(kind: str = "guards", signer: str = SIGNER, core: str = CORE, *context: str) -> int:
    return proof_transcript(kind, signer, core, *context).challenge("test")


CHANGES: dict[str, tuple[str, ...]] = {
    "kind": ("relation", SIGNER, CORE, "request", "roster", "0"),
    "signer": ("guards", "ac" * 32, CORE, "request", "roster", "0"),
    "core id": ("guards", SIGNER, "ce" * 32, "request", "roster", "0"),
    "request": ("guards", SIGNER, CORE, "request 2", "roster", "0"),
    "roster": ("guards", SIGNER, CORE, "request", "roster 2", "0"),
    "model": ("guards", SIGNER, CORE, "request", "roster", "1"),
    "one item less": ("guards", SIGNER, CORE, "request", "roster"),
    "one item more": ("guards", SIGNER, CORE, "request", "roster", "0", ""),
    "items joined": ("guards", SIGNER, CORE, "requestroster", "0"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_challenge_changes_with_every_item_it_is_bound_to(name: str) -> None:
    assert challenge("guards", SIGNER, CORE, "request", "roster", "0") != challenge(*CHANGES[name])


def test_the_items_are_absorbed_under_the_labels_of_the_document() -> None:
    by_hand = Transcript("possession")
    by_hand.absorb("signer", bytes.fromhex(SIGNER))
    by_hand.absorb("core", bytes.fromhex(CORE))
    by_hand.absorb("context", b"request")
    assert by_hand.challenge("test") == challenge("possession", SIGNER, CORE, "request")


def test_a_seal_context_has_a_fixed_layout() -> None:
    context = seal_context(CORE, (258, 3), SIGNER, "ef" * 32)
    assert context.hex() == CORE + "0102" + "0003" + SIGNER + "ef" * 32
