"""What each kind of statement says. Protocol section 5; the library's kinds are in library_payloads.py.

One class a kind. Unknown fields, missing fields and wrong JSON types are refused. `proofs` and `seals`
are the only fields outside the core id, so what is proven never contains its own proof.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, FailFast, Field

from protocol.dispute_payloads import Dispute, KeyOpening, MaskOpening, SealOpening, VectorOpening
from protocol.fields import (
    Base64,
    Code,
    Date,
    DecimalText,
    Id,
    IntegerText,
    OptionalText,
    PointHex,
    Small,
    Text,
)
from protocol.library_payloads import (
    Category,
    CategoryLine,
    Factor,
    Publication,
    Retirement,
    Return,
    Review,
    Scores,
)
from protocol.shapes import (
    CELLS,
    INDICATORS,
    MAX_ENTRIES,
    MAX_LINES,
    MAX_MODELS,
    MAX_QUANTITIES,
    STAGES,
    CertificatePem,
    Four,
    FourPoints,
    Part,
    Payload,
    Role,
    Saw,
    Stage,
)
from protocol.verification_payloads import OpeningAnswer, OpeningRequest, Verification

__all__ = [
    "CALCULATION_KINDS", "CELLS", "INDICATORS", "KINDS", "MAX_ENTRIES", "MAX_LINES", "MAX_MODELS", "MAX_QUANTITIES",
    "STAGES", "AnyPayload", "Approval", "Blob", "Category", "CategoryLine", "CellOpening", "Certificate", "Consent",
    "ConsentProofs", "Contribution", "ContributionProofs", "Deadlines", "Declaration", "DeclarationLine",
    "DeclarationProofs", "Enrolment", "EnrolmentProofs", "Entry", "Factor", "Figures", "Four", "FunctionalUnit",
    "ModelContribution", "ModelProofs", "ModelResult", "OpeningAnswer", "OpeningRequest", "Part", "Payload", "Period",
    "Publication", "Refusal", "Request", "RequestProofs", "Result", "Retirement", "Return", "Review", "Revocation",
    "Role", "Roster", "Saw", "Scores", "Stage", "Verification", "Void", "Withdrawal",
]  # fmt: skip

# --- who takes part --------------------------------------------------------------------------------


class EnrolmentProofs(Part):
    """For a rotation: the old signing key's 64-byte signature over the core id; else empty."""

    rotation: Base64 = b""


class Enrolment(Payload):
    """The authority says: this certificate and sealing key belong to this legal entity."""

    type: Literal["enrolment"] = "enrolment"
    certificate: CertificatePem
    sealing_key: PointHex
    legal_entity: Text
    parent: Text
    name_zh: Text
    name_en: Text
    entity_roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=6), FailFast()]
    replaces: Id | None
    proofs: EnrolmentProofs


class Revocation(Payload):
    """The authority ends an enrolment; statements logged later under it are refused."""

    type: Literal["revocation"] = "revocation"
    enrolment: Id
    reason: Text


# --- declaring -------------------------------------------------------------------------------------


class Period(Part):
    """First and last day, both included."""

    start: Date
    end: Date


class DeclarationLine(Part):
    """The publication id of the factor used, and the commitment to the activity amount."""

    factor: Id
    amount: PointHex


class DeclarationProofs(Part):
    """Every amount lies in [0, 2^40)."""

    range: Base64


class Declaration(Payload):
    """A supplier commits to its activity amounts per declared unit of one product and period."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["declaration"] = "declaration"
    product: Code
    product_name: Text
    category: Id  # its publication
    plant: Text
    period: Period
    method: Code
    lines: Annotated[tuple[DeclarationLine, ...], Field(min_length=1, max_length=MAX_LINES), FailFast()]
    evidence_root: Id
    certificates: Annotated[tuple[Id, ...], Field(max_length=200), FailFast()]  # keyed digests, section 5
    proofs: DeclarationProofs


# --- a calculation ---------------------------------------------------------------------------------


Boundary = Literal["partial", "full"]


class FunctionalUnit(Part):
    """One pack model over its life. Energies in kWh; total energy is recomputed by the method."""

    model: Text
    chemistry: Text
    vehicle_category: Text
    pack_energy_kwh: DecimalText
    usable_energy_kwh: DecimalText
    cycles_per_year: DecimalText | None
    cycles_reason: OptionalText
    warranty_years: DecimalText | None
    warranty_km: DecimalText | None
    measured_cycles: DecimalText | None
    total_energy_kwh: DecimalText


class Blob(Part):
    """A content-addressed byte string stored at the coordinator."""

    sha256: Id
    length: Small


class Entry(Part):
    """One supplier's product in the pack: its declaration and a commitment to its quantity per model."""

    stage: Stage
    declaration: Id
    quantities: Annotated[tuple[PointHex, ...], Field(min_length=1, max_length=MAX_MODELS), FailFast()]


class Deadlines(Part):
    """Unix seconds; a statement of that step logged later is refused."""

    consent_by: Small
    contribute_by: Small
    result_by: Small


class RequestProofs(Part):
    """One range proof per 64 quantities, entry by entry, model by model: quantity - 1 in [0, 2^32)."""

    ranges: Annotated[tuple[Base64, ...], Field(min_length=1, max_length=MAX_QUANTITIES // 64), FailFast()]


SealRow = Annotated[tuple[Base64, ...], Field(max_length=MAX_MODELS), FailFast()]


class Request(Payload):
    """A pack maker asks for a calculation. `seals[entry][model]` holds (quantity, blinding) for that supplier."""

    roles: ClassVar[frozenset[str]] = frozenset({"requester"})
    type: Literal["request"] = "request"
    models: Annotated[tuple[FunctionalUnit, ...], Field(min_length=1, max_length=MAX_MODELS), FailFast()]
    method: Code
    boundary: Boundary
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=MAX_ENTRIES), FailFast()]
    he_key: Blob
    deadlines: Deadlines
    earlier: Annotated[tuple[Id, ...], Field(max_length=1000), FailFast()]
    sequence: Small
    proofs: RequestProofs
    seals: Annotated[tuple[SealRow, ...], Field(min_length=1, max_length=MAX_ENTRIES), FailFast()]

    @property
    def declared(self) -> frozenset[Stage]:
        """The stages that an entry stands in: of every model, since no quantity is 0."""
        return frozenset(entry.stage for entry in self.entries)


class Approval(Part):
    """Who approved, what the owner was asked in words, and what was answered."""

    decided_by: Literal["person", "policy"]
    asked: Annotated[tuple[OptionalText, ...], Field(max_length=40), FailFast()]
    answer: OptionalText


class ConsentProofs(Part):
    """Knowledge of e_i with E_i = e_i*B."""

    possession: Base64


class Consent(Payload):
    """A supplier takes part with one entry, under a point fresh for this request."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["consent"] = "consent"
    request: Id
    entry: Small
    ephemeral: PointHex
    approval: Approval
    proofs: ConsentProofs


class Refusal(Payload):
    """A supplier does not take part; the reason is text its owner typed for others."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["refusal"] = "refusal"
    request: Id
    entry: Small
    reason: Text


class Roster(Payload):
    """The coordinator closes the calculation: every entry's consent, ids ascending."""

    roles: ClassVar[frozenset[str]] = frozenset({"operator"})
    type: Literal["roster"] = "roster"
    request: Id
    consents: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_ENTRIES), FailFast()]


class ModelContribution(Part):
    """Guards M[k], subtotals D[k], masked commitments Y[cell] for one model."""

    guards: FourPoints
    subtotals: FourPoints
    masked: Annotated[tuple[PointHex, ...], Field(min_length=CELLS, max_length=CELLS), FailFast()]


class ModelProofs(Part):
    """The guards' range proof and the proof of relation 1."""

    range: Base64
    relation: Base64


class ContributionProofs(Part):
    """One pair per model."""

    models: Annotated[tuple[ModelProofs, ...], Field(min_length=1, max_length=MAX_MODELS), FailFast()]


class Contribution(Payload):
    """A member's subtotals as commitments, and the hash of its encrypted, masked vector."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["contribution"] = "contribution"
    request: Id
    roster: Id
    consent: Id
    models: Annotated[tuple[ModelContribution, ...], Field(min_length=1, max_length=MAX_MODELS), FailFast()]
    ciphertext: Blob
    proofs: ContributionProofs


class CellOpening(Part):
    """S and R of one cell: sum of D over its members = S*G + R*H. S in 1e-15 kgCO2e."""

    value: IntegerText
    blinding: IntegerText


def _at_most_four(value: Any) -> Any:
    # Before the keys are looked at: each wrong one would be an error of its own.
    if isinstance(value, dict) and len(value) > len(STAGES):
        raise ValueError(f"expected at most {len(STAGES)} stages")
    return value


ByStage = Annotated[dict[Stage, DecimalText], BeforeValidator(_at_most_four)]


class Figures(Part):
    """Derived from S by the method; recomputed by every verifier. Decimal strings, kgCO2e and kWh."""

    stages: ByStage
    total_kg: DecimalText
    total_energy_kwh: DecimalText
    per_kwh: DecimalText
    per_kwh_capacity: DecimalText
    overstated_by_at_most: DecimalText
    biogenic_kg: DecimalText
    secondary_kg: DecimalText
    quality_rating: DecimalText
    quality_band: OptionalText
    primary_data_share: DecimalText
    shares: ByStage
    biogenic_overstated_by_at_most: DecimalText
    secondary_overstated_by_at_most: DecimalText
    quality_overstated_by_at_most: DecimalText


class ModelResult(Part):
    """Seven cell openings and the figures of one model."""

    cells: Annotated[tuple[CellOpening, ...], Field(min_length=CELLS, max_length=CELLS), FailFast()]
    figures: Figures


class Result(Payload):
    """The requester publishes the totals, and under which rule set and boundary they stand."""

    roles: ClassVar[frozenset[str]] = frozenset({"requester"})
    type: Literal["result"] = "result"
    request: Id
    roster: Id
    method: Code
    boundary: Boundary
    models: Annotated[tuple[ModelResult, ...], Field(min_length=1, max_length=MAX_MODELS), FailFast()]


class Certificate(Payload):
    """The coordinator marks a result that passed every check; carries no trust of its own."""

    roles: ClassVar[frozenset[str]] = frozenset({"operator"})
    type: Literal["certificate"] = "certificate"
    request: Id
    result: Id


class Withdrawal(Payload):
    """A party of the calculation leaves it before the result and says why: the calculation ends."""

    roles: ClassVar[frozenset[str]] = frozenset({"supplier", "requester"})
    type: Literal["withdrawal"] = "withdrawal"
    request: Id
    reason: Text


class Void(Payload):
    """The coordinator ends a calculation without a result and says why."""

    roles: ClassVar[frozenset[str]] = frozenset({"operator"})
    type: Literal["void"] = "void"
    request: Id
    cause: Literal["refused", "deadline", "check_failed"]
    reason: Text


AnyPayload = (
    Enrolment | Revocation | Category | Factor | Review | Publication | Return | Retirement | Declaration
    | Request | Consent | Refusal | Roster | Contribution | Result | Certificate | Withdrawal | Void
    | Dispute | MaskOpening | KeyOpening | VectorOpening | SealOpening
    | OpeningRequest | OpeningAnswer | Verification
)  # fmt: skip
KINDS: dict[str, type[Payload]] = {
    kind.model_fields["type"].default: kind
    for kind in (
        Enrolment, Revocation, Category, Factor, Review, Publication, Return, Retirement, Declaration,
        Request, Consent, Refusal, Roster, Contribution, Result, Certificate, Withdrawal, Void,
        Dispute, MaskOpening, KeyOpening, VectorOpening, SealOpening,
        OpeningRequest, OpeningAnswer, Verification,
    )
}  # fmt: skip
CALCULATION_KINDS = frozenset(
    {"consent", "refusal", "roster", "contribution", "result", "certificate", "withdrawal", "void"}
    | {"dispute", "mask_opening", "key_opening", "vector_opening", "seal_opening"}
)
