"""Steps 3 and 4, consent and roster: who takes part, under keys fresh for this request. Protocol section 6.

The one fact: masks come from these ephemeral points and the roster's id, so a member that contributed under
one roster can never be made to mask the same numbers under another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crypto.batch import EquationBatch
from crypto.errors import BadEncoding, BadProof
from crypto.group import B, Point, Random, multiply_base
from crypto.linear import LinearRelation, parse_linear_proof, prove_linear, queue_linear
from protocol.calculation import Calculation, check_roster
from protocol.errors import PeerError
from protocol.payloads import Approval, Consent, ConsentProofs, Roster
from protocol.statements import Header, Signed, core_id_of
from protocol.transcripts import proof_transcript


@dataclass(frozen=True, slots=True)
class ConsentDraft:
    """What a supplier agrees to: one entry of one request, and how its owner decided."""

    request: str
    entry: int
    approval: Approval
    ephemeral_secret: int = field(repr=False)


def make_consent(draft: ConsentDraft, header: Header, random: Random) -> Consent:
    """Publish E = e*B with a proof of possession. `ephemeral_secret` must be fresh for this request."""
    point = multiply_base(draft.ephemeral_secret)
    assert point is not None, "random_scalar never draws 0"
    bare = Consent(
        **header.fields(),
        request=draft.request,
        entry=draft.entry,
        ephemeral=point,
        approval=draft.approval,
        proofs=ConsentProofs(possession=b""),
    )
    transcript = proof_transcript("possession", header.by, core_id_of(bare), draft.request)
    proof = prove_linear(_possession(point), (draft.ephemeral_secret,), transcript, random)
    return bare.model_copy(update={"proofs": ConsentProofs(possession=proof.encode())})


def _possession(point: Point) -> LinearRelation:
    return LinearRelation(matrix=((B,),), images=(point,))


def queue_consent(batch: EquationBatch, signed: Signed) -> None:
    """Queue the proof of possession of e; PeerError("proof") when it is malformed."""
    consent = signed.payload
    assert isinstance(consent, Consent)
    transcript = proof_transcript("possession", consent.by, signed.core_id, consent.request)
    try:
        proof = parse_linear_proof(consent.proofs.possession, 1, 1)
        queue_linear(batch, _possession(consent.ephemeral), proof, transcript)
    except (BadEncoding, BadProof) as error:
        raise PeerError("proof", f"the proof of possession: {error}") from error


def make_roster(calculation: Calculation, header: Header) -> Roster:
    """Close the calculation: every consent id, ascending; PeerError("roster") while one is missing."""
    ids = tuple(sorted(logged.id for logged in calculation.consents.values()))
    roster = Roster(**header.fields(), request=calculation.request.id, consents=ids)
    check_roster(calculation, roster)
    return roster
