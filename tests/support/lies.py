"""Parties that lie with full power over their own keys: they make every other number fit the lie as well as they can.

Each function returns a statement that is well formed, rightly signed and as consistent as its maker can make it; what
is left to catch it is mathematics.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crypto.bfv import encrypt
from crypto.commitment import commit
from crypto.group import ORDER, Point, random_scalar
from crypto.linear import prove_linear
from crypto.masks import decode_slots, encode_slots
from crypto.range_proof import prove_range
from crypto.sealing import seal
from protocol import contributing
from protocol.contributing import MemberSecrets, _Subtotals
from protocol.declaring import DeclarationSecrets, template_of, unit_points
from protocol.fixed_point import AMOUNT_BITS, QUANTITY_BITS
from protocol.library import enrolment_of
from protocol.payloads import (
    Blob,
    Contribution,
    ContributionProofs,
    Declaration,
    DeclarationLine,
    DeclarationProofs,
    ModelProofs,
    ModelResult,
    Request,
    RequestProofs,
    Result,
)
from protocol.relation import proof_context, relation_of
from protocol.requesting import QuantityOpening, declaration_of
from protocol.resulting import _openings
from protocol.statements import core_id_of
from protocol.totals import figures_of, guard_widths
from protocol.transcripts import proof_transcript, seal_context
from tests.support.scene import Scene

Vectors = list[list[int]]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Lie:
    """Where a member bends its contribution: its secrets, its subtotals, what it masks, what it encrypts."""

    secrets: Callable[[MemberSecrets], MemberSecrets] = _same
    subtotals: Callable[[_Subtotals], _Subtotals] = _same
    masked: Callable[[Vectors], Vectors] = _same
    encrypted: Callable[[Vectors], Vectors] = _same


def lying_contribution(scene: Scene, index: int, lie: Lie) -> tuple[Contribution, bytes]:
    """Step 5 with a lie somewhere, everything after it done as if it were true."""
    member, random = scene.membership(index), scene.random
    secrets = lie.secrets(scene.secrets(index))
    subtotals = [lie.subtotals(part) for part in contributing._all_subtotals(member, secrets)]
    masked = lie.masked(contributing._mask(member, secrets, subtotals))
    ciphertext = encrypt(scene.he_key, encode_slots(lie.encrypted([list(row) for row in masked])))
    pairs = zip(subtotals, masked, strict=True)
    bare = Contribution(
        **scene.header(scene.suppliers[index]).fields(),
        request=scene.request_id,
        roster=member.roster_id,
        consent=member.consent_id,
        models=tuple(contributing._commit_model(part, row, random) for part, row in pairs),
        ciphertext=Blob(sha256=hashlib.sha256(ciphertext).hexdigest(), length=len(ciphertext)),
        proofs=ContributionProofs(models=(ModelProofs(range=b"", relation=b""),)),
    )
    proofs = tuple(
        _prove(scene, index, bare, model, (part, secrets.quantities[model]))
        for model, part in enumerate(subtotals)
    )
    return bare.model_copy(update={"proofs": ContributionProofs(models=proofs)}), ciphertext


def _prove(
    scene: Scene, index: int, bare: Contribution, model: int, secret: tuple[_Subtotals, QuantityOpening]
) -> ModelProofs:
    """As `contributing._prove_model`, but a guard that does not fit is proven as if it did."""
    part, opening = secret
    entry = scene.calculation.terms.entries[index]
    declaration = declaration_of(entry.declaration, scene.record)
    unit = unit_points(declaration, template_of(declaration, scene.record, scene.calculation.terms.boundary))
    context = proof_context(bare, model, entry.declaration)
    core_id, widths = core_id_of(bare), guard_widths(scene.calculation, index, scene.record)[model]
    guards = prove_range(
        [guard % 2**width for guard, width in zip(part.guards, widths, strict=True)],
        part.guard_blindings,
        widths,
        proof_transcript("guards", bare.by, core_id, *context),
        scene.random,
    )
    relation = prove_linear(
        relation_of(entry.quantities[model], unit, bare.models[model]),
        (opening.quantity, opening.blinding, *part.shifts),
        proof_transcript("contribution", bare.by, core_id, *context),
        scene.random,
    )
    return ModelProofs(range=guards.encode(), relation=relation.encode())


def guarded(part: _Subtotals, guards: Sequence[int]) -> _Subtotals:
    """The subtotals of a member whose guards are these, everything else fitting them."""
    values = tuple(
        value - old + new for value, old, new in zip(part.values, part.guards, guards, strict=True)
    )
    return replace(part, guards=tuple(guards), values=values)


def lying_declaration(
    scene: Scene, index: int, amounts: Sequence[int]
) -> tuple[Declaration, DeclarationSecrets]:
    """Step 1 over any integers at all; the range proof is made over what they are mod 2^40."""
    honest, _ = scene.make_declaration(index)
    blindings = tuple(random_scalar(scene.random) for _ in amounts)
    points = [_commit(amount, t, scene) for amount, t in zip(amounts, blindings, strict=True)]
    lines = tuple(
        DeclarationLine(factor=line.factor, amount=point)
        for line, point in zip(honest.lines, points, strict=True)
    )
    bare = honest.model_copy(update={"lines": lines})
    transcript = proof_transcript("declaration", bare.by, core_id_of(bare))
    widths = [AMOUNT_BITS] * len(amounts)
    proof = prove_range(
        [amount % 2**AMOUNT_BITS for amount in amounts], blindings, widths, transcript, scene.random
    )
    proofs = DeclarationProofs(range=proof.encode())
    return bare.model_copy(update={"proofs": proofs}), DeclarationSecrets(tuple(amounts), blindings)


def _commit(value: int, blinding: int, scene: Scene) -> Point:
    point = commit(value % ORDER, blinding, scene.random)
    assert point is not None
    return point


def lying_request(scene: Scene, index: int, quantity: int) -> Request:
    """Step 2 with any integer as one quantity; proof and seal are made as well as they can be."""
    honest = scene.make_request()
    blinding = scene.openings[index][0].blinding
    entry = honest.entries[index].model_copy(update={"quantities": (_commit(quantity, blinding, scene),)})
    entries = (*honest.entries[:index], entry, *honest.entries[index + 1 :])
    bare = honest.model_copy(update={"entries": entries})
    core_id = core_id_of(bare)
    rows = []
    for at, opening_row in enumerate(scene.openings):
        recipient = scene.suppliers[at].enrolment
        shown = quantity % 2**63 if at == index else opening_row[0].quantity
        plain = QuantityOpening(shown, opening_row[0].blinding).encode()
        key = enrolment_of(recipient, scene.record).sealing_key
        rows.append((seal(key, plain, seal_context(core_id, (at, 0), bare.by, recipient), scene.random),))
    values = [(row[0].quantity - 1) % 2**QUANTITY_BITS for row in scene.openings]
    values[index] = (quantity - 1) % 2**QUANTITY_BITS
    proof = prove_range(
        values,
        [row[0].blinding for row in scene.openings],
        [QUANTITY_BITS] * len(values),
        proof_transcript("quantities", bare.by, core_id, "0"),
        scene.random,
    )
    return bare.model_copy(update={"seals": tuple(rows), "proofs": RequestProofs(ranges=(proof.encode(),))})


def with_cells(scene: Scene, result: Result, changes: dict[int, tuple[int, int]]) -> Result:
    """The result with S and R of some cells moved, and figures that follow from the moved totals."""
    cells = list(result.models[0].cells)
    for cell, (value, blinding) in changes.items():
        moved = {"value": cells[cell].value + value, "blinding": cells[cell].blinding + blinding}
        cells[cell] = cells[cell].model_copy(update=moved)
    figures = figures_of(scene.calculation, 0, tuple(cell.value for cell in cells), scene.record)
    return result.model_copy(update={"models": (ModelResult(cells=tuple(cells), figures=figures),)})


def make_result_unchecked(scene: Scene) -> Result:
    """A result without the requester's own check of the masks."""
    roster = scene.calculation.roster
    assert roster is not None
    cells = _openings(decode_slots(scene.decrypted(), 1)[0])
    figures = figures_of(scene.calculation, 0, tuple(cell.value for cell in cells), scene.record)
    header = scene.header(scene.maker).fields()
    models = (ModelResult(cells=cells, figures=figures),)
    terms = scene.calculation.terms
    rules = {"method": terms.method, "boundary": terms.boundary}
    return Result.model_validate(
        {**header, **rules, "request": scene.request_id, "roster": roster.id, "models": models}
    )
