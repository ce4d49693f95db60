"""What is said in a dispute: that something does not add up, and what each party opens to show that it was not it.

The one fact: nothing here is an amount, a unit footprint or a long-lived key; what may be opened, once, is listed in
protocol section 8.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import FailFast, Field

from protocol.fields import Base64, Id, PointHex
from protocol.shapes import CELLS, MAX_ENTRIES, MAX_MODELS, Part, Payload

ModelNumber = Annotated[int, Field(strict=True, ge=0, le=MAX_MODELS - 1)]
CellNumber = Annotated[int, Field(strict=True, ge=0, le=CELLS - 1)]


class Place(Part):
    """The one model and cell that a dispute about masks is about."""

    model: ModelNumber
    cell: CellNumber


class Dispute(Payload):
    """All contributions are in, and they do not add up.

    masks: in `place` the masked commitments differ from the subtotals, as anyone can see; by the operator or a party.
    totals: they agree, and what the requester decrypted does not open their sum; by the requester; `place` is null.
    """

    roles: ClassVar[frozenset[str]] = frozenset({"supplier", "requester", "operator"})
    type: Literal["dispute"] = "dispute"
    request: Id
    roster: Id
    cause: Literal["masks", "totals"]
    place: Place | None


class MaskOpening(Payload):
    """A member's masks of the disputed place as commitments: one point for each other consent, ids ascending."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["mask_opening"] = "mask_opening"
    request: Id
    dispute: Id
    consent: Id
    masks: Annotated[tuple[PointHex, ...], Field(min_length=1, max_length=MAX_ENTRIES - 1), FailFast()]


class OpeningProofs(Part):
    """Equality of discrete logarithms: the opened point was made with the key behind the public one."""

    equality: Base64


class KeyOpening(Payload):
    """A member opens the point that it shares with one peer, from which anyone computes that pair's mask."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["key_opening"] = "key_opening"
    request: Id
    dispute: Id
    consent: Id
    peer: Id
    key: PointHex
    proofs: OpeningProofs


class VectorProofs(Part):
    """For each seal, knowledge of the secret behind its ephemeral point.

    Without it a member could send another seal's point, and have the requester open that one by opening this one.
    """

    possession: Annotated[tuple[Base64, ...], Field(min_length=1, max_length=MAX_MODELS), FailFast()]


SealsByModel = Annotated[tuple[Base64, ...], Field(min_length=1, max_length=MAX_MODELS), FailFast()]


class VectorOpening(Payload):
    """A member's masked vectors, one a model, each sealed to the requester."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["vector_opening"] = "vector_opening"
    request: Id
    dispute: Id
    consent: Id
    proofs: VectorProofs
    seals: SealsByModel


class SealOpening(Payload):
    """The requester opens one seal that, it says, does not hold the vector its member committed to."""

    roles: ClassVar[frozenset[str]] = frozenset({"requester"})
    type: Literal["seal_opening"] = "seal_opening"
    request: Id
    dispute: Id
    consent: Id
    model: ModelNumber
    key: PointHex
    proofs: OpeningProofs
