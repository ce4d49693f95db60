"""Small range proofs for tests: values, commitments, an honest prover, a strict verifier."""

import hashlib
from itertools import count

from crypto.batch import EquationBatch
from crypto.commitment import commit
from crypto.errors import BadProof
from crypto.group import (
    ORDER,
)
from crypto.range_proof import (
    RangeProof,
    check_range,
    prove_range,
    queue_range,
)
from crypto.transcript import Transcript

WIDTHS = (30, 0, 23, 7)
"""60 bits, padded to 64: one round and 32 open responses of each kind."""
POINTS, SCALARS = 1 + 2 + 2, 2 * 32 + 1
"""What an honest proof over WIDTHS holds: A, L, R, A', B'; then r, s, delta."""

VALUES = (9, 0, 127, 1)
BLINDINGS = (11, 12, 13, ORDER - 14)


def seeded(seed: bytes):
    counter = count()
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(8)).digest(length)


def zeros(length: int) -> bytes:
    return bytes(length)


def context(name=b"declaration") -> Transcript:
    transcript = Transcript("range")
    transcript.absorb("context", name)
    return transcript


def commitments(values=VALUES, blindings=BLINDINGS):
    return tuple(commit(v, b, seeded(b"commit")) for v, b in zip(values, blindings, strict=True))


def prove(values=VALUES, blindings=BLINDINGS, widths=WIDTHS, seed=b"prove") -> RangeProof:
    return prove_range(values, blindings, widths, context(), seeded(seed))


def refused(points, widths, proof, transcript=None) -> bool:
    """Whether both doors refuse, which must agree."""
    transcript = transcript or context()
    batch = EquationBatch(seeded(b"weights"))
    try:
        queue_range(batch, points, widths, proof, transcript.copy())
        queued = not batch.holds()
    except BadProof:
        queued = True
    try:
        check_range(points, widths, proof, transcript.copy())
    except BadProof:
        assert queued
        return True
    assert not queued
    return False


def fields_of(data: bytes) -> tuple[range, range]:
    """Where each point and each scalar of a proof over WIDTHS starts."""
    split = 33 * POINTS
    assert len(data) == split + 32 * SCALARS
    return range(0, split, 33), range(split, len(data), 32)
