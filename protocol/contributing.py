"""Step 5, contribute: guarded subtotals, masked and encrypted, with the proofs that bind them. Protocol 4 to 6.

The one fact: everything secret here comes from the node's secret, the roster and what the node already holds,
so a repeat after a crash makes the same numbers, and two rosters never share a mask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from crypto.bfv import encrypt
from crypto.commitment import commit
from crypto.group import ORDER, Point, Random
from crypto.linear import prove_linear
from crypto.masks import RESIDUES, OwnKey, Peer, Session, encode_slots, mask_vectors
from crypto.prf import prf_below, prf_scalar
from crypto.range_proof import prove_range
from protocol.calculation import Calculation
from protocol.declaring import DeclarationSecrets, template_of, unit_footprint, unit_points
from protocol.errors import PeerError
from protocol.library import Template
from protocol.payloads import (
    CELLS,
    Blob,
    Consent,
    Contribution,
    ContributionProofs,
    ModelContribution,
    ModelProofs,
)
from protocol.relation import proof_context, relation_of
from protocol.requesting import QuantityOpening, declaration_of
from protocol.shapes import cells_of
from protocol.statements import Header, Record, core_id_of
from protocol.totals import guard_widths
from protocol.transcripts import proof_transcript

Four = tuple[int, ...]


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

    @property
    def template(self) -> Template:
        """What the member's declaration is weighed by in this calculation."""
        terms = self.calculation.terms
        declaration = declaration_of(terms.entries[self.entry].declaration, self.record)
        return template_of(declaration, self.record, terms.boundary)


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
    masked = _mask(member, secrets, subtotals)
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
    opening = unit_footprint(secrets.declaration, member.template)
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
    # Section 4: the same declaration, quantity and footprint always meet the same guard, so asking again averages
    # nothing away; under another boundary the footprint differs, and an equal guard would cancel in the difference.
    guards = tuple(
        prf_below(
            width,
            secrets.node,
            "guard",
            bytes.fromhex(declaration_id),
            quantity.quantity.to_bytes(8),
            bytes((width, k)),
            footprint[k].to_bytes(9, signed=True),
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


def masked_vectors(member: Membership, secrets: MemberSecrets) -> list[list[int]]:
    """The vectors y that this member's contribution committed to, one a model; the same whenever they are made."""
    return _mask(member, secrets, _all_subtotals(member, secrets))


def _mask(member: Membership, secrets: MemberSecrets, subtotals: Sequence[_Subtotals]) -> list[list[int]]:
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
    return mask_vectors(vectors, own, _peers(member), session)


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
    unit = unit_points(declaration, member.template)
    context = proof_context(payload, model, entry.declaration)
    widths = guard_widths(member.calculation, member.entry, member.record)[model]
    guards = prove_range(
        part.guards,
        part.guard_blindings,
        widths,
        proof_transcript("guards", payload.by, core_id, *context),
        random,
    )
    relation = prove_linear(
        relation_of(entry.quantities[model], unit, payload.models[model]),
        (opening.quantity, opening.blinding, *part.shifts),
        proof_transcript("contribution", payload.by, core_id, *context),
        random,
    )
    return ModelProofs(range=guards.encode(), relation=relation.encode())
