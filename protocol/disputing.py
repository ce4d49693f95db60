"""The rules of a dispute: who is asked to open what, and whom that names. Protocol section 8.

The one fact: every verdict is arithmetic over what is logged, done again by everyone who folds the statements; a claim
names nobody, silence names nobody, and whoever told the truth cannot be named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from crypto.commitment import check_opening
from crypto.errors import BadEncoding, BadProof, BadSeal, WrongOpening
from crypto.group import (
    ORDER,
    SCALAR_BYTES,
    B,
    G,
    H,
    MaybePoint,
    Point,
    add,
    multi_multiply,
    negate,
    sum_points,
)
from crypto.linear import LinearRelation, check_linear, parse_linear_proof
from crypto.masks import RESIDUES, MaskInfo, make_mask_from, sign_of
from crypto.sealing import OVERHEAD, ephemeral_of, open_seal_with
from crypto.transcript import Transcript
from protocol.dispute_payloads import Dispute, KeyOpening, MaskOpening, Place, SealOpening, VectorOpening
from protocol.errors import PeerError
from protocol.library import enrolment_of, is_same_entity
from protocol.payloads import CELLS, Consent
from protocol.shapes import cells_of
from protocol.statements import Logged, Record, Signed
from protocol.transcripts import proof_transcript, seal_context

if TYPE_CHECKING:
    from protocol.calculation import Calculation

ANSWER_SECONDS = 3 * 24 * 3600
"""How long everybody has to answer a dispute; silence after that ends the calculation and charges nobody."""
VECTOR_BYTES = RESIDUES * SCALAR_BYTES
VECTOR_SEAL = VECTOR_BYTES + OVERHEAD


@dataclass(frozen=True, slots=True)
class Proceedings:
    """A dispute so far. `pair`: the two consents whose masks do not cancel, once every mask is open; `liars`: the
    enrolments that were named."""

    statement: Logged
    masks: Mapping[str, Logged] = field(default_factory=dict)
    vectors: Mapping[str, Logged] = field(default_factory=dict)
    pair: tuple[str, str] | None = None
    liars: tuple[str, ...] = ()

    @property
    def terms(self) -> Dispute:
        """The dispute's payload."""
        payload = self.statement.payload
        assert isinstance(payload, Dispute)
        return payload

    @property
    def place(self) -> Place:
        """The disputed model and cell; PeerError("dispute") when it is about totals."""
        if self.terms.place is None:
            raise PeerError("dispute", "the dispute is about totals, not about one cell's masks")
        return self.terms.place

    @property
    def answer_by(self) -> int:
        """Unix seconds until which answers are awaited."""
        return self.statement.logged_at + ANSWER_SECONDS


# --- what anyone can see ---------------------------------------------------------------------------


def share_of(calculation: Calculation, entry: int, place: Place) -> tuple[Point, MaybePoint]:
    """(Y, D) of a member in one cell; D is infinity where it is no member of the cell."""
    part = calculation.contribution_of(entry).models[place.model]
    cells = cells_of(calculation.terms.entries[entry].stage)
    subtotal = part.subtotals[cells.index(place.cell)] if place.cell in cells else None
    return part.masked[place.cell], subtotal


def masks_cancel(calculation: Calculation, place: Place) -> bool:
    """Whether sum of Y = sum of D in this cell."""
    both = [share_of(calculation, entry, place) for entry in range(len(calculation.suppliers))]
    return sum_points([masked for masked, _ in both]) == sum_points([subtotal for _, subtotal in both])


def find_failing(calculation: Calculation) -> Place | None:
    """The first model and cell whose masks do not cancel, or None."""
    places = (
        Place(model=model, cell=cell)
        for model in range(len(calculation.terms.models))
        for cell in range(CELLS)
    )
    return next((place for place in places if not masks_cancel(calculation, place)), None)


def others(calculation: Calculation, consent_id: str) -> list[str]:
    """Every other consent of the roster, ids ascending: the order of a mask opening."""
    return [other for other, _, _ in calculation.ordered_consents() if other != consent_id]


def ephemeral_point(calculation: Calculation, consent_id: str) -> Point:
    """The point E of a consent."""
    payload = calculation.consents[calculation.member(consent_id)].payload
    assert isinstance(payload, Consent)
    return payload.ephemeral


def mask_info(calculation: Calculation, one: str, other: str, model: int) -> MaskInfo:
    """What the mask of two members in a model is derived from, beside their shared point."""
    assert calculation.roster is not None
    lower, higher = sorted((bytes.fromhex(one), bytes.fromhex(other)))
    request = bytes.fromhex(calculation.request.id)
    return MaskInfo(bytes.fromhex(calculation.roster.id), request, model, lower, higher)


def mask_commitment(shared: Point, info: MaskInfo, cell: int) -> Point:
    """Z: the commitment to the mask of one cell that two members derive from their shared point."""
    residues = make_mask_from(shared, info)
    point = multi_multiply([(residues[2 * cell], G), (residues[2 * cell + 1], H)])
    assert point is not None, "a mask opens to infinity with probability 2^-256"
    return point


# --- proofs ----------------------------------------------------------------------------------------


def equality_relation(public: Point, base: Point, opened: Point) -> LinearRelation:
    """One secret x with public = x*B and opened = x*base."""
    return LinearRelation(matrix=((B,), (base,)), images=(public, opened))


def equality_transcript(signer: str, core_id: str, payload: KeyOpening | SealOpening) -> Transcript:
    """What a proof of equality is bound to."""
    return proof_transcript(payload.type, signer, core_id, payload.request, payload.dispute, payload.consent)


def _check_equality(signed: Signed, relation: LinearRelation) -> None:
    payload = signed.payload
    assert isinstance(payload, KeyOpening | SealOpening)
    transcript = equality_transcript(payload.by, signed.core_id, payload)
    try:
        check_linear(relation, parse_linear_proof(payload.proofs.equality, 2, 1), transcript)
    except (BadEncoding, BadProof) as error:
        raise PeerError("proof", f"the opened point does not belong to the public key: {error}") from error


def possession_relation(ephemeral: Point) -> LinearRelation:
    """One secret x with ephemeral = x*B."""
    return LinearRelation(matrix=((B,),), images=(ephemeral,))


def possession_transcript(signer: str, core_id: str, payload: VectorOpening, model: int) -> Transcript:
    """What the proof of possession of a seal's ephemeral secret is bound to."""
    context = (payload.request, payload.dispute, payload.consent, str(model))
    return proof_transcript("seal possession", signer, core_id, *context)


def _check_possession(signed: Signed, model: int, sealed: bytes, proof: bytes) -> None:
    payload = signed.payload
    assert isinstance(payload, VectorOpening)
    transcript = possession_transcript(payload.by, signed.core_id, payload, model)
    try:
        relation = possession_relation(ephemeral_of(sealed))
        check_linear(relation, parse_linear_proof(proof, 1, 1), transcript)
    except (BadEncoding, BadProof, BadSeal) as error:
        raise PeerError("proof", f"the seal of model {model} was not made by its sender: {error}") from error


def parse_vector(data: bytes) -> list[int]:
    """The 14 residues of a masked vector; PeerError("seal") when they are not reduced or not 14."""
    residues = [int.from_bytes(data[at : at + SCALAR_BYTES]) for at in range(0, len(data), SCALAR_BYTES)]
    if len(data) != VECTOR_BYTES or any(residue >= ORDER for residue in residues):
        raise PeerError("seal", "expected 14 residues below the group order")
    return residues


def check_vector(calculation: Calculation, consent_id: str, model: int, residues: list[int]) -> None:
    """Raise PeerError("seal") unless the residues open every Y of this member's contribution in this model."""
    part = calculation.contribution_of(calculation.member(consent_id)).models[model]
    for point, value, blinding in zip(part.masked, residues[0::2], residues[1::2], strict=True):
        try:
            check_opening(point, value, blinding)
        except WrongOpening as error:
            raise PeerError("seal", f"the vector of consent {consent_id[:16]} does not open its Y") from error


def vector_context(opening: Signed, calculation: Calculation, consent_id: str, model: int) -> bytes:
    """What the seal of a masked vector is bound to."""
    place = (calculation.member(consent_id), model)
    return seal_context(opening.core_id, place, opening.payload.by, calculation.terms.by)


# --- the fold --------------------------------------------------------------------------------------


def _dispute(calculation: Calculation, logged: Logged, payload: Dispute, record: Record) -> Calculation:
    """1. Every contribution is in, nothing is published, and this is the first dispute. 2. It names the roster.
    3. In time. 4. masks: by a party or the operator, and the cell it names indeed does not add up.
    5. totals: by the requester, no cell named, and every cell adds up, so that only the ciphertexts can be wrong.
    """
    if calculation.phase != "computing" or calculation.dispute is not None or calculation.roster is None:  # 1
        raise PeerError("phase", f"nothing can be disputed: the calculation is {calculation.phase.value}")
    if payload.roster != calculation.roster.id:  # 2
        raise PeerError("roster", "the dispute names another roster than the log's first")
    if logged.logged_at > calculation.terms.deadlines.result_by:  # 3
        raise PeerError("deadline", "the calculation's last deadline has passed")
    if payload.cause == "masks":  # 4
        _check_disputant(calculation, payload.by, record)
        if payload.place is None or payload.place.model >= len(calculation.terms.models):
            raise PeerError("dispute", "expected one model of the request and one cell")
        if masks_cancel(calculation, payload.place):
            raise PeerError("dispute", "the masks of that cell cancel: there is nothing to dispute")
    else:  # 5
        if not is_same_entity(payload.by, calculation.terms.by, record):
            raise PeerError("signer", "only the requester has seen that a total does not open")
        if payload.place is not None or find_failing(calculation) is not None:
            raise PeerError("dispute", "expected masks that cancel everywhere, and no cell named")
    return replace(calculation, dispute=Proceedings(logged))


def _check_disputant(calculation: Calculation, by: str, record: Record) -> None:
    if "operator" not in enrolment_of(by, record).entity_roles and not any(
        is_same_entity(by, party, record) for party in calculation.parties()
    ):
        raise PeerError("signer", "only the operator or a party of this request can dispute it")


def _running(calculation: Calculation, logged: Logged, cause: str) -> Proceedings:
    """The dispute that a statement answers; PeerError unless it runs, is of this cause and is the one named."""
    dispute = calculation.dispute
    if dispute is None or calculation.result is not None or dispute.terms.cause != cause:
        raise PeerError("phase", f"no dispute about {cause} is running in this calculation")
    if getattr(logged.payload, "dispute", None) != dispute.statement.id:
        raise PeerError("dispute", "the statement answers another dispute")
    if calculation.deadline is None or logged.logged_at > calculation.deadline:
        raise PeerError("deadline", "the dispute's time is over")
    return dispute


def _check_member(calculation: Calculation, consent_id: str, by: str, record: Record) -> int:
    entry = calculation.member(consent_id)
    if not is_same_entity(by, calculation.consents[entry].payload.by, record):
        raise PeerError("signer", "an opening is signed by the entity that signed the consent")
    return entry


def _mask_opening(
    calculation: Calculation, logged: Logged, payload: MaskOpening, record: Record
) -> Calculation:
    """1. It answers the running dispute, once a member. 2. One mask for each other member.
    3. Y = D + sum of +-Z, or its member is named: it committed to something else than it masked.
    """
    dispute = _running(calculation, logged, "masks")  # 1
    entry = _check_member(calculation, payload.consent, payload.by, record)
    if payload.consent in dispute.masks:
        raise PeerError("opening", "this member has opened its masks already")
    peers = others(calculation, payload.consent)
    if len(payload.masks) != len(peers):  # 2
        raise PeerError("opening", f"expected {len(peers)} masks, found {len(payload.masks)}")
    if not explains(calculation, entry, dispute.place, payload):  # 3
        return _named(calculation, dispute, logged, (payload.by,))
    opened = {**dispute.masks, payload.consent: logged}
    dispute = replace(dispute, masks=opened)
    if len(opened) == len(calculation.consents):
        dispute = replace(dispute, pair=_find_pair(calculation, dispute))
    return replace(calculation, dispute=dispute)


def explains(calculation: Calculation, entry: int, place: Place, opening: MaskOpening) -> bool:
    """Whether a member's Y is its D with these masks, one for each other consent."""
    masked, subtotal = share_of(calculation, entry, place)
    own = bytes.fromhex(opening.consent)
    signed = [
        point if sign_of(own, bytes.fromhex(peer)) > 0 else negate(point)
        for peer, point in zip(others(calculation, opening.consent), opening.masks, strict=True)
    ]
    return add(subtotal, sum_points(signed)) == masked


def _find_pair(calculation: Calculation, dispute: Proceedings) -> tuple[str, str]:
    """The first two members whose masks differ; there are such, as every Y fits and the sums do not."""
    shown = {consent: mask_row(calculation, dispute, consent) for consent in sorted(dispute.masks)}
    for lower, row in shown.items():
        for higher in sorted(shown):
            if lower < higher and row[higher] != shown[higher][lower]:
                return lower, higher
    raise PeerError("dispute", "every pair of masks cancels, and so would their sum")


def mask_row(calculation: Calculation, dispute: Proceedings, consent_id: str) -> dict[str, Point]:
    """What one member opened, by its peer's consent id."""
    payload = dispute.masks[consent_id].payload
    assert isinstance(payload, MaskOpening)
    return dict(zip(others(calculation, consent_id), payload.masks, strict=True))


def _key_opening(
    calculation: Calculation, logged: Logged, payload: KeyOpening, record: Record
) -> Calculation:
    """1. It answers the running dispute, in which these two members' masks differ. 2. By one of the two.
    3. The point is the one they share. 4. Whoever opened another mask than follows from it is named.
    """
    dispute = _running(calculation, logged, "masks")
    if dispute.pair is None or {payload.consent, payload.peer} != set(dispute.pair):  # 1
        raise PeerError("opening", "no key of this pair is asked for")
    _check_member(calculation, payload.consent, payload.by, record)  # 2
    own, peer = (ephemeral_point(calculation, one) for one in (payload.consent, payload.peer))
    _check_equality(logged.signed, equality_relation(own, peer, payload.key))  # 3
    info = mask_info(calculation, payload.consent, payload.peer, dispute.place.model)
    true = mask_commitment(payload.key, info, dispute.place.cell)
    lower, higher = dispute.pair
    liars = [  # 4
        calculation.consents[calculation.member(one)].payload.by
        for one, other in ((lower, higher), (higher, lower))
        if mask_row(calculation, dispute, one)[other] != true
    ]
    return _named(calculation, dispute, logged, tuple(liars))


def _vector_opening(
    calculation: Calculation, logged: Logged, payload: VectorOpening, record: Record
) -> Calculation:
    """1. It answers the running dispute, once a member. 2. One seal and proof a model, of the one possible length.
    3. Its member made the seal's point itself, so opening it opens nothing else.
    """
    dispute = _running(calculation, logged, "totals")  # 1
    _check_member(calculation, payload.consent, payload.by, record)
    if payload.consent in dispute.vectors:
        raise PeerError("opening", "this member has sent its vectors already")
    if len(payload.seals) != len(calculation.terms.models) or any(  # 2
        len(sealed) != VECTOR_SEAL for sealed in payload.seals
    ):
        raise PeerError("opening", f"expected one seal of {VECTOR_SEAL} bytes a model")
    if len(payload.proofs.possession) != len(payload.seals):
        raise PeerError("opening", "expected one proof of possession a seal")
    for model, (sealed, proof) in enumerate(zip(payload.seals, payload.proofs.possession, strict=True)):  # 3
        _check_possession(logged.signed, model, sealed, proof)
    vectors = {**dispute.vectors, payload.consent: logged}
    return replace(calculation, dispute=replace(dispute, vectors=vectors))


def _seal_opening(
    calculation: Calculation, logged: Logged, payload: SealOpening, record: Record
) -> Calculation:
    """1. It answers the running dispute, by the requester, about vectors that were sent. 2. The point opens that seal
    and no other. 3. A seal that holds what its member committed to names the requester, any other the member.
    """
    dispute = _running(calculation, logged, "totals")  # 1
    if not is_same_entity(payload.by, calculation.terms.by, record):
        raise PeerError("signer", "only the requester opens a seal that was made for it")
    opening = dispute.vectors.get(payload.consent)
    if opening is None or payload.model >= len(calculation.terms.models):
        raise PeerError("opening", "this member has sent no such vector")
    assert isinstance(opening.payload, VectorOpening)
    sealed, key = opening.payload.seals[payload.model], enrolment_of(calculation.terms.by, record).sealing_key
    member = opening.payload.by
    _check_equality(logged.signed, equality_relation(key, ephemeral_of(sealed), payload.key))  # 2
    context = vector_context(opening.signed, calculation, payload.consent, payload.model)
    try:  # 3
        residues = parse_vector(open_seal_with(payload.key, key, sealed, context))
        check_vector(calculation, payload.consent, payload.model, residues)
    except (BadSeal, PeerError):
        return _named(calculation, dispute, logged, (member,))
    return _named(calculation, dispute, logged, (payload.by,))


def _named(
    calculation: Calculation, dispute: Proceedings, logged: Logged, liars: tuple[str, ...]
) -> Calculation:
    return replace(calculation, dispute=replace(dispute, liars=liars), ending=logged)


DISPUTE_RULES: Mapping[str, Callable[[Any, Logged, Any, Record], Any]] = {
    "dispute": _dispute,
    "mask_opening": _mask_opening,
    "key_opening": _key_opening,
    "vector_opening": _vector_opening,
    "seal_opening": _seal_opening,
}
