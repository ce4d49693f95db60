"""Step 2, request: a pack maker commits to its quantities and seals each to its supplier. Protocol sections 4 to 6.

The one fact: a quantity is known to the requester and to that one supplier; everyone else sees a commitment
and a proof that it lies in [1, 2^32] thousandths of the declared unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crypto.batch import EquationBatch
from crypto.commitment import check_opening, commit
from crypto.errors import BadEncoding, BadProof, BadSeal, WrongOpening
from crypto.group import ORDER, MaybePoint, Point, Random, add, negate, random_scalar
from crypto.group import G as VALUE_GENERATOR
from crypto.range_proof import parse_range_proof, prove_range, queue_range
from crypto.sealing import open_seal, seal
from method.errors import MethodError
from method.functional_unit import make_functional_unit_fields, parse_functional_unit
from method.rules import Rules, find_rules
from protocol.errors import PeerError
from protocol.fixed_point import QUANTITY_BITS, check_quantity
from protocol.library import enrolment_of, published_category
from protocol.payloads import (
    MAX_QUANTITIES,
    Blob,
    Deadlines,
    Declaration,
    Entry,
    FunctionalUnit,
    Request,
    RequestProofs,
    Stage,
)
from protocol.statements import Header, Record, Signed, core_id_of
from protocol.transcripts import proof_transcript, seal_context

QUANTITIES_PER_PROOF = 64
SEAL_LENGTH = 33 + 40 + 16
LONGEST_SECONDS = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One line of the bill of materials: stage, declaration id, quantity per model in 1e-3 declared units."""

    stage: Stage
    declaration: str
    quantities: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What a pack maker asks for."""

    models: tuple[FunctionalUnit, ...]
    method: str
    boundary: str
    entries: tuple[EntryDraft, ...]
    he_key: Blob
    deadlines: Deadlines
    earlier: tuple[str, ...] = ()
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class QuantityOpening:
    """The quantity (1e-3 declared units) and blinding behind one Q."""

    quantity: int = field(repr=False)
    blinding: int = field(repr=False)

    def encode(self) -> bytes:
        """Fixed length, so that a seal's size says nothing: 8 bytes and 32 bytes."""
        return self.quantity.to_bytes(8, "big") + self.blinding.to_bytes(32, "big")

    @classmethod
    def parse(cls, data: bytes) -> QuantityOpening:
        """What `encode` wrote."""
        return cls(int.from_bytes(data[:8], "big"), int.from_bytes(data[8:], "big"))


def make_request(
    draft: RequestDraft, header: Header, record: Record, random: Random
) -> tuple[Request, tuple[tuple[QuantityOpening, ...], ...]]:
    """Commit, prove, seal. Returns the payload and the openings by entry and model; Refused on a bad quantity."""
    openings = tuple(
        tuple(QuantityOpening(_checked(quantity), random_scalar(random)) for quantity in entry.quantities)
        for entry in draft.entries
    )
    entries = tuple(
        Entry(
            stage=entry.stage,
            declaration=entry.declaration,
            quantities=tuple(_commit_quantity(opening, random) for opening in row),
        )
        for entry, row in zip(draft.entries, openings, strict=True)
    )
    bare = Request(
        **header.fields(),
        models=draft.models,
        method=draft.method,
        boundary=draft.boundary,  # type: ignore[arg-type]
        entries=entries,
        he_key=draft.he_key,
        deadlines=draft.deadlines,
        earlier=draft.earlier,
        sequence=draft.sequence,
        proofs=RequestProofs(ranges=(b"",)),
        seals=((b"",),),
    )
    core_id = core_id_of(bare)
    seals = tuple(_seal_row(row, index, core_id, bare, record, random) for index, row in enumerate(openings))
    proofs = RequestProofs(ranges=_prove_quantities(openings, header.by, core_id, random))
    return bare.model_copy(update={"proofs": proofs, "seals": seals}), openings


def _checked(quantity: int) -> int:
    check_quantity(quantity)
    return quantity


def _commit_quantity(opening: QuantityOpening, random: Random) -> Point:
    point = commit(opening.quantity, opening.blinding, random)
    assert point is not None, "a commitment under a random blinding is infinity with probability 2^-256"
    return point


def _seal_row(  # noqa: PLR0913 - the seal's whole context
    row: Sequence[QuantityOpening], entry: int, core_id: str, request: Request, record: Record, random: Random
) -> tuple[bytes, ...]:
    recipient = supplier_of(request.entries[entry].declaration, record)
    key = enrolment_of(recipient, record).sealing_key
    return tuple(
        seal(key, opening.encode(), seal_context(core_id, (entry, model), request.by, recipient), random)
        for model, opening in enumerate(row)
    )


def _prove_quantities(
    openings: Sequence[Sequence[QuantityOpening]], signer: str, core_id: str, random: Random
) -> tuple[bytes, ...]:
    flat = [opening for row in openings for opening in row]
    proofs = []
    for start in range(0, len(flat), QUANTITIES_PER_PROOF):
        part = flat[start : start + QUANTITIES_PER_PROOF]
        transcript = proof_transcript("quantities", signer, core_id, str(start))
        proof = prove_range(
            [opening.quantity - 1 for opening in part],
            [opening.blinding for opening in part],
            [QUANTITY_BITS] * len(part),
            transcript,
            random,
        )
        proofs.append(proof.encode())
    return tuple(proofs)


def supplier_of(declaration_id: str, record: Record) -> str:
    """The enrolment id that signed a declaration; PeerError("declaration") when it is not logged."""
    return declaration_of(declaration_id, record).by


def declaration_of(declaration_id: str, record: Record) -> Declaration:
    """The declaration with this id; PeerError("declaration") when it is not logged."""
    logged = record.get(declaration_id)
    if logged is None or not isinstance(logged.payload, Declaration):
        raise PeerError(
            "declaration", f"{declaration_id} is not a logged declaration; ask the supplier for its id"
        )
    return logged.payload


@dataclass(frozen=True, slots=True)
class Recipient:
    """The enrolment that signed an entry's declaration, and the sealing secret that belongs to it."""

    enrolment: str
    sealing_secret: int = field(repr=False)


def open_quantities(
    request: Signed, entry: int, recipient: Recipient, random: Random
) -> tuple[QuantityOpening, ...]:
    """The supplier's own quantities, one per model; PeerError("seal") when a seal does not open its Q."""
    payload = request.payload
    assert isinstance(payload, Request)
    openings = []
    for model, (sealed, committed) in enumerate(
        zip(payload.seals[entry], payload.entries[entry].quantities, strict=True)
    ):
        context = seal_context(request.core_id, (entry, model), payload.by, recipient.enrolment)
        try:
            data = open_seal(recipient.sealing_secret, sealed, context, random)
        except (BadSeal, BadEncoding) as error:
            raise PeerError(
                "seal", f"entry {entry}, model {model}: the seal does not open: {error}"
            ) from error
        opening = QuantityOpening.parse(data) if len(data) == 40 else None
        if opening is None or opening.blinding >= ORDER:
            raise PeerError("seal", f"entry {entry}, model {model}: the seal holds no quantity")
        try:
            check_opening(committed, opening.quantity, opening.blinding)
        except WrongOpening as error:
            raise PeerError("seal", f"entry {entry}, model {model}: the seal does not open Q") from error
        openings.append(opening)
    return tuple(openings)


def check_request(request: Request, record: Record, at: int) -> None:
    """Raise PeerError unless the request is one the log may take at time `at`.

    1. At least two entries (masks need a peer); every entry has one quantity and one seal per model; entries x
    models at most 2048; proofs as many as needed.
    2. The method knows the boundary. 3. Each functional unit is the method's: total energy recomputed.
    4. Each declaration is logged, of this method, none named twice; boundary and category allow the stage.
    5. Deadlines lie ahead, in order and within 366 days.
    """
    models, entries = len(request.models), request.entries
    if len(entries) < 2:  # 1
        raise PeerError(
            "request", "expected at least two entries: the total over one supplier is its own number"
        )
    if any(len(entry.quantities) != models for entry in entries):
        raise PeerError("request", "expected one quantity per model in every entry")
    if len(request.seals) != len(entries) or any(len(row) != models for row in request.seals):
        raise PeerError("request", "expected one seal per entry and model")
    if any(len(sealed) != SEAL_LENGTH for row in request.seals for sealed in row):
        raise PeerError("request", f"expected seals of {SEAL_LENGTH} bytes")
    if len(entries) * models > MAX_QUANTITIES:
        raise PeerError(
            "request", f"expected at most {MAX_QUANTITIES} quantities, found {len(entries) * models}"
        )
    if len(request.proofs.ranges) != -(-len(entries) * models // QUANTITIES_PER_PROOF):
        raise PeerError("request", "expected one range proof per 64 quantities")
    try:  # 2
        rules = find_rules(request.method, request.boundary)
    except MethodError as error:
        raise PeerError("method", str(error)) from error
    for unit in request.models:  # 3
        _check_functional_unit(unit, rules)
    stages = rules.stages_of(request.boundary)
    if any(entry.stage not in stages for entry in entries):  # 4
        raise PeerError("stage", f"boundary {request.boundary} counts the stages {', '.join(stages)} only")
    _check_entries(request, record)
    deadlines = request.deadlines  # 5
    if not at < deadlines.consent_by <= deadlines.contribute_by <= deadlines.result_by:
        raise PeerError("deadline", "expected now < consent_by <= contribute_by <= result_by")
    if deadlines.result_by > at + LONGEST_SECONDS:
        raise PeerError("deadline", "expected the last deadline within 366 days")


def _check_entries(request: Request, record: Record) -> None:
    named = [entry.declaration for entry in request.entries]
    if len(set(named)) != len(named):
        raise PeerError("request", "a declaration is named by two entries; add the quantities up instead")
    for entry in request.entries:
        declaration = declaration_of(entry.declaration, record)
        if declaration.method != request.method:
            raise PeerError("method", f"declaration {entry.declaration} was made under {declaration.method}")
        if entry.stage not in published_category(declaration.category, record).stages:
            raise PeerError(
                "stage", f"the category of {entry.declaration} does not belong to stage {entry.stage}"
            )


def _check_functional_unit(unit: FunctionalUnit, rules: Rules) -> None:
    fields = unit.model_dump(mode="json")
    try:
        parsed = parse_functional_unit({k: v for k, v in fields.items() if k != "total_energy_kwh"})
        recomputed = make_functional_unit_fields(parsed, rules)
    except MethodError as error:
        raise PeerError("functional unit", str(error)) from error
    if recomputed != fields:
        raise PeerError(
            "functional unit", "expected plain decimals, and total energy as the method computes it"
        )


def queue_request(batch: EquationBatch, signed: Signed) -> None:
    """Queue the range proofs of all quantities; PeerError("proof") when one is malformed."""
    request = signed.payload
    assert isinstance(request, Request)
    minus_one = negate(VALUE_GENERATOR)
    flat: list[MaybePoint] = [
        add(point, minus_one) for entry in request.entries for point in entry.quantities
    ]
    for number, data in enumerate(request.proofs.ranges):
        start = number * QUANTITIES_PER_PROOF
        part = flat[start : start + QUANTITIES_PER_PROOF]
        widths = [QUANTITY_BITS] * len(part)
        transcript = proof_transcript("quantities", request.by, signed.core_id, str(start))
        try:
            queue_range(batch, part, widths, parse_range_proof(data, widths), transcript)
        except (BadEncoding, BadProof) as error:
            raise PeerError("proof", f"range proof {number} of the quantities: {error}") from error
