"""What a party opens in a dispute: masks of one cell, one shared point, masked vectors, one seal. Protocol section 8.

The one fact: a member opens what its own contribution already fixed, made again from the same secrets; where that does
not give what it committed to, it opens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crypto.errors import BadSeal
from crypto.group import ORDER, Point, Random, encode_scalar, multiply_secret, random_scalar
from crypto.linear import prove_linear
from crypto.masks import RESIDUES
from crypto.sealing import ephemeral_of, open_seal, public_point, seal_with
from protocol.calculation import Calculation
from protocol.contributing import MemberSecrets, Membership, masked_vectors
from protocol.dispute_payloads import (
    Dispute,
    KeyOpening,
    MaskOpening,
    OpeningProofs,
    SealOpening,
    VectorOpening,
    VectorProofs,
)
from protocol.disputing import (
    Proceedings,
    check_vector,
    ephemeral_point,
    equality_relation,
    equality_transcript,
    find_failing,
    mask_commitment,
    mask_info,
    others,
    parse_vector,
    possession_relation,
    possession_transcript,
    vector_context,
)
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.statements import Header, core_id_of
from protocol.transcripts import seal_context

UNPROVEN = OpeningProofs(equality=b"")


def make_dispute(calculation: Calculation, header: Header) -> Dispute:
    """Dispute the first cell that does not add up, or, where all do, the totals: the requester saw one not open."""
    assert calculation.roster is not None, "there are contributions, so there is a roster"
    place = find_failing(calculation)
    return Dispute(
        **header.fields(),
        request=calculation.request.id,
        roster=calculation.roster.id,
        cause="totals" if place is None else "masks",
        place=place,
    )


def _proceedings(calculation: Calculation) -> Proceedings:
    if calculation.dispute is None:
        raise PeerError("dispute", "the calculation has no dispute")
    return calculation.dispute


# --- masks that do not cancel ----------------------------------------------------------------------


def make_mask_opening(member: Membership, ephemeral: int, header: Header, random: Random) -> MaskOpening:
    """Publish this member's masks of the disputed cell, one commitment a peer."""
    calculation, dispute = member.calculation, _proceedings(member.calculation)
    masks = []
    for peer in others(calculation, member.consent_id):
        shared = _share(ephemeral, ephemeral_point(calculation, peer), random)
        info = mask_info(calculation, member.consent_id, peer, dispute.place.model)
        masks.append(mask_commitment(shared, info, dispute.place.cell))
    return MaskOpening(
        **header.fields(),
        request=calculation.request.id,
        dispute=dispute.statement.id,
        consent=member.consent_id,
        masks=tuple(masks),
    )


def _share(secret: int, point: Point, random: Random) -> Point:
    shared = multiply_secret(point, secret, random)
    assert shared is not None, "a secret scalar is never 0"
    return shared


def make_key_opening(member: Membership, ephemeral: int, header: Header, random: Random) -> KeyOpening:
    """Open the point shared with the one peer whose mask does not cancel with this member's, with its proof."""
    calculation, dispute = member.calculation, _proceedings(member.calculation)
    if dispute.pair is None or member.consent_id not in dispute.pair:
        raise Refused("opening", "no key of this member is asked for")
    peer = next(one for one in dispute.pair if one != member.consent_id)
    point = ephemeral_point(calculation, peer)
    key = _share(ephemeral, point, random)
    bare = KeyOpening(
        **header.fields(),
        request=calculation.request.id,
        dispute=dispute.statement.id,
        consent=member.consent_id,
        peer=peer,
        key=key,
        proofs=UNPROVEN,
    )
    relation = equality_relation(ephemeral_point(calculation, member.consent_id), point, key)
    transcript = equality_transcript(header.by, core_id_of(bare), bare)
    proof = prove_linear(relation, (ephemeral,), transcript, random)
    return bare.model_copy(update={"proofs": OpeningProofs(equality=proof.encode())})


# --- a total that does not open --------------------------------------------------------------------


def make_vector_opening(
    member: Membership, secrets: MemberSecrets, header: Header, random: Random
) -> VectorOpening:
    """Seal this member's masked vectors to the requester; Refused when they are not what it committed to."""
    calculation, dispute = member.calculation, _proceedings(member.calculation)
    vectors = masked_vectors(member, secrets)
    for model, vector in enumerate(vectors):
        try:
            check_vector(calculation, member.consent_id, model, vector)
        except PeerError as error:
            raise Refused("opening", "this node's secrets do not give the vector it committed to") from error
    ephemerals = [random_scalar(random) for _ in vectors]
    bare = VectorOpening(
        **header.fields(),
        request=calculation.request.id,
        dispute=dispute.statement.id,
        consent=member.consent_id,
        proofs=VectorProofs(possession=(b"",)),
        seals=(b"",),
    )
    core_id, requester = core_id_of(bare), calculation.terms.by
    key = enrolment_of(requester, member.record).sealing_key
    seals, proofs = [], []
    for model, (vector, secret) in enumerate(zip(vectors, ephemerals, strict=True)):
        context = seal_context(core_id, (member.entry, model), header.by, requester)
        seals.append(seal_with(secret, key, encode_vector(vector), context, random))
        transcript = possession_transcript(header.by, core_id, bare, model)
        relation = possession_relation(public_point(secret))
        proofs.append(prove_linear(relation, (secret,), transcript, random).encode())
    return bare.model_copy(update={"proofs": VectorProofs(possession=tuple(proofs)), "seals": tuple(seals)})


def encode_vector(vector: Sequence[int]) -> bytes:
    """14 residues, 32 bytes each."""
    return b"".join(map(encode_scalar, vector))


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What the requester made of the vectors it was sent: residues by model, or the first seal that does not hold
    what its member committed to, as (consent id, model)."""

    residues: tuple[tuple[int, ...], ...] = field(repr=False)
    broken: tuple[str, int] | None


def open_vectors(calculation: Calculation, sealing_secret: int, random: Random) -> Unsealed:
    """Open every vector that was sent and add them up: the masks cancel, so the sum is the result."""
    dispute, models = _proceedings(calculation), range(len(calculation.terms.models))
    sums = [[0] * RESIDUES for _ in models]
    for consent_id, opening in dispute.vectors.items():
        assert isinstance(opening.payload, VectorOpening)
        for model in models:
            context = vector_context(opening.signed, calculation, consent_id, model)
            try:
                data = open_seal(sealing_secret, opening.payload.seals[model], context, random)
                vector = parse_vector(data)
                check_vector(calculation, consent_id, model, vector)
            except (BadSeal, PeerError):
                return Unsealed((), (consent_id, model))
            sums[model] = [(a + b) % ORDER for a, b in zip(sums[model], vector, strict=True)]
    return Unsealed(tuple(map(tuple, sums)), None)


def make_seal_opening(
    calculation: Calculation, broken: tuple[str, int], sealing_secret: int, header: Header, random: Random
) -> SealOpening:
    """Open the one seal that does not hold what its member committed to, so that everyone sees who lied."""
    dispute, (consent_id, model) = _proceedings(calculation), broken
    opening = dispute.vectors[consent_id].payload
    assert isinstance(opening, VectorOpening)
    ephemeral = ephemeral_of(opening.seals[model])
    key = _share(sealing_secret, ephemeral, random)
    bare = SealOpening(
        **header.fields(),
        request=calculation.request.id,
        dispute=dispute.statement.id,
        consent=consent_id,
        model=model,
        key=key,
        proofs=UNPROVEN,
    )
    relation = equality_relation(public_point(sealing_secret), ephemeral, key)
    transcript = equality_transcript(header.by, core_id_of(bare), bare)
    proof = prove_linear(relation, (sealing_secret,), transcript, random)
    return bare.model_copy(update={"proofs": OpeningProofs(equality=proof.encode())})
