"""Proof of linear relations: knowledge of x with A*x = Y, A a public matrix of points (Maurer's proof).

The one fact: one function serves every statement of this kind (a contribution, possession of a key, equality
of discrete logarithms, an opening that stays closed). The caller's transcript holds the context; this module
absorbs A, Y and the announcements. Protocol 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.batch import EquationBatch
from crypto.errors import BadProof
from crypto.group import (
    ORDER,
    POINT_BYTES,
    SCALAR_BYTES,
    MaybePoint,
    Point,
    Random,
    encode_scalar,
    multi_multiply,
    multi_multiply_secret,
    parse_point,
    parse_scalar,
    random_scalars,
)
from crypto.transcript import Transcript


@dataclass(frozen=True, slots=True)
class LinearRelation:
    """`matrix` has a row for each image and a column for each secret; every row names at least one point."""

    matrix: tuple[tuple[MaybePoint, ...], ...]
    images: tuple[MaybePoint, ...]

    def __post_init__(self) -> None:
        columns = len(self.matrix[0]) if self.matrix else 0
        if columns == 0 or any(len(row) != columns for row in self.matrix):
            raise ValueError(
                "a relation needs at least one row, and rows of one length of at least one point"
            )
        if len(self.images) != len(self.matrix):
            raise ValueError(f"{len(self.matrix)} rows need as many images, got {len(self.images)}")
        if any(all(point is None for point in row) for row in self.matrix):
            raise ValueError("a row of nothing but infinity proves nothing; leave it out")

    @property
    def columns(self) -> int:
        """The number of secrets."""
        return len(self.matrix[0])


@dataclass(frozen=True, slots=True)
class LinearProof:
    """An announcement for each row and a response for each secret."""

    announcements: tuple[Point, ...]
    responses: tuple[int, ...]

    def encode(self) -> bytes:
        """Return 33 bytes a row, then 32 bytes a column."""
        points = b"".join(point.encode() for point in self.announcements)
        return points + b"".join(encode_scalar(response) for response in self.responses)


def parse_linear_proof(data: bytes, rows: int, columns: int) -> LinearProof:
    """Read a proof for a relation of this size, or raise BadProof (length) or BadEncoding (contents)."""
    split = rows * POINT_BYTES
    expected = split + columns * SCALAR_BYTES
    if len(data) != expected:
        raise BadProof(f"a proof of {rows} rows and {columns} columns has {expected} bytes, got {len(data)}")
    points = (parse_point(data[at : at + POINT_BYTES]) for at in range(0, split, POINT_BYTES))
    scalars = (parse_scalar(data[at : at + SCALAR_BYTES]) for at in range(split, expected, SCALAR_BYTES))
    return LinearProof(tuple(points), tuple(scalars))


def prove_linear(
    relation: LinearRelation, witness: Sequence[int], transcript: Transcript, random: Random
) -> LinearProof:
    """Return a proof that the prover knows `witness`, one integer a column, with matrix * witness = images.

    A witness that does not satisfy the relation gives a proof that does not hold.
    """
    if len(witness) != relation.columns:
        raise ValueError(f"{relation.columns} columns need as many secrets, got {len(witness)}")
    _absorb_relation(relation, transcript)
    # Whoever learns a nonce learns the witness, so its multiplications are split like a secret's.
    draw = transcript.nonces(witness, random)
    nonces = random_scalars(len(witness), draw)
    announcements = tuple(_visible(row, nonces, draw) for row in relation.matrix)
    challenge = _absorb_announcements(announcements, transcript)
    responses = (nonce + challenge * secret for nonce, secret in zip(nonces, witness, strict=True))
    return LinearProof(announcements, tuple(response % ORDER for response in responses))


def queue_linear(
    batch: EquationBatch, relation: LinearRelation, proof: LinearProof, transcript: Transcript
) -> None:
    """Add the proof's equations to `batch`, one a row; raise BadProof when it is of another size."""
    for equation in _equations(relation, proof, transcript):
        batch.add(equation)


def check_linear(relation: LinearRelation, proof: LinearProof, transcript: Transcript) -> None:
    """Raise BadProof unless the proof holds; it names the first row that does not."""
    for row, equation in enumerate(_equations(relation, proof, transcript)):
        if multi_multiply(equation) is not None:
            raise BadProof(f"row {row} of a linear relation does not hold; refuse the statement")


def _equations(
    relation: LinearRelation, proof: LinearProof, transcript: Transcript
) -> list[list[tuple[int, MaybePoint]]]:
    """For each row: sum of response*A - announcement - challenge*Y is infinity."""
    rows, columns = len(relation.matrix), relation.columns
    if len(proof.announcements) != rows or len(proof.responses) != columns:
        raise BadProof(
            f"expected {rows} announcements and {columns} responses, "
            f"got {len(proof.announcements)} and {len(proof.responses)}"
        )
    _absorb_relation(relation, transcript)
    challenge = _absorb_announcements(proof.announcements, transcript)
    equations = []
    for row, image, announcement in zip(relation.matrix, relation.images, proof.announcements, strict=True):
        terms: list[tuple[int, MaybePoint]] = list(zip(proof.responses, row, strict=True))
        equations.append([*terms, (-1, announcement), (-challenge, image)])
    return equations


def _absorb_relation(relation: LinearRelation, transcript: Transcript) -> None:
    transcript.absorb_int("linear/rows", len(relation.matrix))
    transcript.absorb_int("linear/columns", relation.columns)
    for row in relation.matrix:
        for point in row:
            transcript.absorb_point("linear/A", point)
    for image in relation.images:
        transcript.absorb_point("linear/Y", image)


def _absorb_announcements(announcements: Sequence[Point], transcript: Transcript) -> int:
    for announcement in announcements:
        transcript.absorb_point("linear/announcement", announcement)
    return transcript.challenge("linear/challenge")


def _visible(row: Sequence[MaybePoint], nonces: Sequence[int], draw: Random) -> Point:
    point = multi_multiply_secret(list(zip(nonces, row, strict=True)), draw)
    if point is None:  # once in 2^256 with honest randomness
        raise ValueError("the announcement is infinity, which has no encoding; draw again")
    return point
