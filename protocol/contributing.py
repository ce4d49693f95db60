"""Step 5, contribute: guarded subtotals, masked and encrypted, with the proofs that bind them. Protocol 4 to 6.

The one fact: everything secret here comes from the node's secret, the roster and what the node already holds,
so a repeat after a crash makes the same numbers, and two rosters never share a mask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from crypto.batch import EquationBatch
from crypto.bfv import encrypt
from crypto.commitment import commit
from crypto.errors import BadEncoding, BadProof
from crypto.group import ORDER, G, H, MaybePoint, Point, Random, add, negate
from crypto.linear import LinearRelation, parse_linear_proof, prove_linear, queue_linear
from crypto.masks import RESIDUES, OwnKey, Peer, Session, encode_slots, mask_vectors
from crypto.prf import prf_below, prf_scalar
from crypto.range_proof import parse_range_proof, prove_range, queue_range
from protocol.calculation import Calculation
from protocol.declaring import DeclarationSecrets, template_of, unit_footprint, unit_points
from protocol.errors import PeerError
from protocol.payloads import (
    CELLS,
    INDICATORS,
    Blob,
    Consent,
    Contribution,
    ContributionProofs,
    ModelContribution,
    ModelProofs,
)
from protocol.requesting import QuantityOpening, declaration_of
from protocol.statements import Header, Record, Signed, core_id_of
from protocol.totals import cells_of, guard_widths
from protocol.transcripts import proof_transcript

Four = tuple[int, ...]
RELATION_COLUMNS = 2 + len(INDICATORS)
RELATION_ROWS = 1 + len(INDICATORS)


@dataclass(frozen=True, slots=True)
class MemberSecrets:
    """What a member brings: its openings of P and Q, its ephemeral secret, its node's long-lived secret."""

    declaration: DeclarationSecrets = field(repr=False)
    quantities: tuple[QuantityOpening, ...] = field(repr=False)
    ephemeral: int = field(repr=False)
    node: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """Where a member stands: the calculation with its roster, its own entry, the public record."""

    calculation: Calculation
    entry: int
    record: Record

    @property
    def consent_id(self) -> str:
        """The member's own consent."""
        return self.calculation.consents[self.entry].id

    @property
    def roster_id(self) -> str:
        """The roster; PeerError("roster") while there is none."""
        if self.calculation.roster is None:
            raise PeerError("roster", "the calculation has no roster yet")
        return self.calculation.roster.id


@dataclass(frozen=True, slots=True)
class _Subtotals:
    """One model's secrets: guards g, their blindings h, the randomisers d, and the openings of D."""

    guards: Four = field(repr=False)
    guard_blindings: Four = field(repr=False)
    shifts: Four = field(repr=False)
    values: Four = field(repr=False)
    blindings: Four = field(repr=False)


def make_contribution(
    member: Membership, secrets: MemberSecrets, he_key: bytes, header: Header, random: Random
) -> tuple[Contribution, bytes]:
    """Guard, mask, commit, encrypt, prove. Returns the payload and the ciphertext it names.

    `he_key` is the request's BFV public key, already checked against the request's hash.
    """
    subtotals = _all_subtotals(member, secrets)
    masked = _mask(member, secrets, subtotals, random)
    ciphertext = encrypt(he_key, encode_slots(masked))
    models = tuple(_commit_model(part, row, random) for part, row in zip(subtotals, masked, strict=True))
    bare = Contribution(
        **header.fields(),
        request=member.calculation.request.id,
        roster=member.roster_id,
        consent=member.consent_id,
        models=models,
        ciphertext=Blob(sha256=hashlib.sha256(ciphertext).hexdigest(), length=len(ciphertext)),
        proofs=ContributionProofs(models=(ModelProofs(range=b"", relation=b""),)),
    )
    core_id = core_id_of(bare)
    proofs = tuple(
        _prove_model(member, bare, (model, core_id), (subtotals[model], secrets.quantities[model]), random)
        for model in range(len(models))
    )
    return bare.model_copy(update={"proofs": ContributionProofs(models=proofs)}), ciphertext


def _all_subtotals(member: Membership, secrets: MemberSecrets) -> list[_Subtotals]:
    declaration_id = member.calculation.terms.entries[member.entry].declaration
    template = template_of(declaration_of(declaration_id, member.record), member.record)
    opening = unit_footprint(secrets.declaration, template)
    widths = guard_widths(member.calculation, member.entry, member.record)
    return [
        _subtotal(member, secrets, (model, declaration_id), opening, widths[model])
        for model in range(len(widths))
    ]


def _subtotal(
    member: Membership,
    secrets: MemberSecrets,
    place: tuple[int, str],
    opening: tuple[Four, Four],
    widths: Four,
) -> _Subtotals:
    model, declaration_id = place
    quantity, (footprint, blinding) = secrets.quantities[model], opening
    roster, consent_place = bytes.fromhex(member.roster_id), (member.entry, model)
    # Section 4: the same declaration and quantity always meet the same guard, so asking again averages nothing away.
    guards = tuple(
        prf_below(
            width,
            secrets.node,
            "guard",
            bytes.fromhex(declaration_id),
            quantity.quantity.to_bytes(8),
            bytes((width, k)),
        )
        for k, width in enumerate(widths)
    )
    seeds = [b"%d/%d/%d" % (*consent_place, k) for k in range(len(widths))]
    hidings = tuple(prf_scalar(secrets.node, "guard blinding", roster, seed) for seed in seeds)
    shifts = tuple(prf_scalar(secrets.node, "subtotal shift", roster, seed) for seed in seeds)
    return _Subtotals(
        guards=guards,
        guard_blindings=hidings,
        shifts=shifts,
        values=tuple(quantity.quantity * p + g for p, g in zip(footprint, guards, strict=True)),
        blindings=tuple(
            (quantity.quantity * r + h + d) % ORDER for r, h, d in zip(blinding, hidings, shifts, strict=True)
        ),
    )


def _mask(
    member: Membership, secrets: MemberSecrets, subtotals: Sequence[_Subtotals], random: Random
) -> list[list[int]]:
    cells = cells_of(member.calculation.terms.entries[member.entry].stage)
    vectors = []
    for part in subtotals:
        vector = [0] * RESIDUES
        for k, cell in enumerate(cells):
            vector[2 * cell], vector[2 * cell + 1] = part.values[k], part.blindings[k]
        vectors.append(vector)
    own = OwnKey(bytes.fromhex(member.consent_id), secrets.ephemeral)
    session = Session(
        bytes.fromhex(member.roster_id), bytes.fromhex(member.calculation.request.id), len(vectors)
    )
    return mask_vectors(vectors, own, _peers(member), session, random)


def _peers(member: Membership) -> list[Peer]:
    peers = []
    for consent_id, entry, logged in member.calculation.ordered_consents():
        assert isinstance(logged.payload, Consent)
        if entry != member.entry:
            peers.append(Peer(bytes.fromhex(consent_id), logged.payload.ephemeral))
    return peers


def _commit_model(part: _Subtotals, masked: Sequence[int], random: Random) -> ModelContribution:
    return ModelContribution(
        guards=_commit_all(part.guards, part.guard_blindings, random),
        subtotals=_commit_all(part.values, part.blindings, random),
        masked=_commit_all(masked[0 : 2 * CELLS : 2], masked[1 : 2 * CELLS : 2], random),
    )


def _commit_all(values: Sequence[int], blindings: Sequence[int], random: Random) -> tuple[Point, ...]:
    points = []
    for value, blinding in zip(values, blindings, strict=True):
        point = commit(value, blinding, random)
        assert point is not None, (
            "a commitment under a pseudorandom blinding is infinity with probability 2^-256"
        )
        points.append(point)
    return tuple(points)


def _relation(quantity: Point, unit: Sequence[MaybePoint], part: ModelContribution) -> LinearRelation:
    """Relation 1 over x = (q, u, d[0..3]): Q = q*G + u*H and D[k] - M[k] = q*P[k] + d[k]*H."""
    rows: list[tuple[MaybePoint, ...]] = [(G, H, None, None, None, None)]
    images: list[MaybePoint] = [quantity]
    for k, point in enumerate(unit):
        shift: list[MaybePoint] = [None] * len(INDICATORS)
        shift[k] = H
        rows.append((point, None, *shift))
        images.append(add(part.subtotals[k], negate(part.guards[k])))
    return LinearRelation(tuple(rows), tuple(images))


def _contexts(payload: Contribution, model: int, declaration_id: str) -> tuple[str, ...]:
    return (payload.request, payload.roster, declaration_id, payload.consent, str(model))


def _prove_model(
    member: Membership,
    payload: Contribution,
    place: tuple[int, str],
    secret: tuple[_Subtotals, QuantityOpening],
    random: Random,
) -> ModelProofs:
    (model, core_id), (part, opening) = place, secret
    entry = member.calculation.terms.entries[member.entry]
    declaration = declaration_of(entry.declaration, member.record)
    unit = unit_points(declaration, template_of(declaration, member.record))
    context = _contexts(payload, model, entry.declaration)
    widths = guard_widths(member.calculation, member.entry, member.record)[model]
    guards = prove_range(
        part.guards,
        part.guard_blindings,
        widths,
        proof_transcript("guards", payload.by, core_id, *context),
        random,
    )
    relation = prove_linear(
        _relation(entry.quantities[model], unit, payload.models[model]),
        (opening.quantity, opening.blinding, *part.shifts),
        proof_transcript("contribution", payload.by, core_id, *context),
        random,
    )
    return ModelProofs(range=guards.encode(), relation=relation.encode())


def queue_contribution(
    batch: EquationBatch, signed: Signed, calculation: Calculation, record: Record
) -> None:
    """Queue relation 1 and the guards' range proof of every model; PeerError("proof") when one is malformed."""
    payload = signed.payload
    assert isinstance(payload, Contribution)
    entry_index = calculation.member(payload.consent)
    entry = calculation.terms.entries[entry_index]
    declaration = declaration_of(entry.declaration, record)
    unit = unit_points(declaration, template_of(declaration, record))
    widths = guard_widths(calculation, entry_index, record)
    for model, (part, proofs) in enumerate(zip(payload.models, payload.proofs.models, strict=True)):
        context = _contexts(payload, model, entry.declaration)
        guards = proof_transcript("guards", payload.by, signed.core_id, *context)
        relation = proof_transcript("contribution", payload.by, signed.core_id, *context)
        try:
            range_proof = parse_range_proof(proofs.range, widths[model])
            queue_range(batch, part.guards, widths[model], range_proof, guards)
            linear_proof = parse_linear_proof(proofs.relation, RELATION_ROWS, RELATION_COLUMNS)
            queue_linear(batch, _relation(entry.quantities[model], unit, part), linear_proof, relation)
        except (BadEncoding, BadProof) as error:
            raise PeerError("proof", f"the contribution's proofs for model {model}: {error}") from error
