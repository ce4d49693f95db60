"""What every statement is made of: its header, its constants, its parts. Protocol sections 4 and 5.

The one fact: a part is immutable and takes no field that it does not name.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, StringConstraints

from protocol.fields import Id, IntegerText, Nonce, PointHex, Small

INDICATORS = ("total", "biogenic", "secondary", "quality")
CELLS = 7
MAX_LINES, MAX_ENTRIES, MAX_MODELS, MAX_QUANTITIES = 40, 1024, 29, 2048

Stage = Literal["raw_material_and_parts", "battery_production", "distribution", "end_of_life"]
STAGES: tuple[Stage, ...] = ("raw_material_and_parts", "battery_production", "distribution", "end_of_life")
Role = Literal["supplier", "requester", "operator", "provider", "expert", "verifier"]
Four = Annotated[tuple[IntegerText, ...], Field(min_length=4, max_length=4), FailFast()]
FourPoints = Annotated[tuple[PointHex, ...], Field(min_length=4, max_length=4), FailFast()]


STAGE_CELLS = len(STAGES)


def cells_of(stage: Stage) -> tuple[int, int, int, int]:
    """The cell of each indicator for a member of this stage: its stage's for the total, then cells 4 to 6."""
    return (STAGES.index(stage), STAGE_CELLS, STAGE_CELLS + 1, STAGE_CELLS + 2)


CertificatePem = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=8000)]


class Part(BaseModel):
    """A piece of a statement: immutable, nothing beyond the fields named."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Saw(Part):
    """The last checkpoint the signer had seen; size 0 and the empty root before the first."""

    size: Small
    root: Id


class Payload(Part):
    """What every statement carries. `by` is the signer's enrolment id (the authority's: its root key id)."""

    roles: ClassVar[frozenset[str]] = frozenset()
    protocol: Literal["sealsum/v1"] = "sealsum/v1"
    by: Id
    saw: Saw
    nonce: Nonce
