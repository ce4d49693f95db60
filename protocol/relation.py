"""What a contribution proves: relation 1 and the range of its guards. Protocol sections 4 and 6(5).

The one fact: P[k] is recomputed from the declaration here, so a contribution rests on what its member declared and on
nothing that the member says now.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto.batch import EquationBatch
from crypto.errors import BadEncoding, BadProof
from crypto.group import G, H, MaybePoint, Point, add, negate
from crypto.linear import LinearRelation, parse_linear_proof, queue_linear
from crypto.range_proof import parse_range_proof, queue_range
from protocol.calculation import Calculation
from protocol.declaring import known_unit_points, template_of
from protocol.errors import PeerError
from protocol.payloads import INDICATORS, Contribution, ModelContribution
from protocol.requesting import declaration_of
from protocol.statements import Record, Signed
from protocol.totals import widths_under
from protocol.transcripts import proof_transcript

RELATION_COLUMNS = 2 + len(INDICATORS)
RELATION_ROWS = 1 + len(INDICATORS)


def relation_of(quantity: Point, unit: Sequence[MaybePoint], part: ModelContribution) -> LinearRelation:
    """Relation 1 over x = (q, u, d[0..3]): Q = q*G + u*H and D[k] - M[k] = q*P[k] + d[k]*H."""
    rows: list[tuple[MaybePoint, ...]] = [(G, H, None, None, None, None)]
    images: list[MaybePoint] = [quantity]
    for k, point in enumerate(unit):
        shift: list[MaybePoint] = [None] * len(INDICATORS)
        shift[k] = H
        rows.append((point, None, *shift))
        images.append(add(part.subtotals[k], negate(part.guards[k])))
    return LinearRelation(tuple(rows), tuple(images))


def proof_context(payload: Contribution, model: int, declaration_id: str) -> tuple[str, ...]:
    """What both proofs of one model are bound to, beside signer and core id."""
    return (payload.request, payload.roster, declaration_id, payload.consent, str(model))


def queue_contribution(
    batch: EquationBatch, signed: Signed, calculation: Calculation, record: Record
) -> None:
    """Queue relation 1 and the guards' range proof of every model; PeerError("proof") when one is malformed."""
    payload = signed.payload
    assert isinstance(payload, Contribution)
    entry_index = calculation.member(payload.consent)
    entry = calculation.terms.entries[entry_index]
    declaration = declaration_of(entry.declaration, record)
    boundary = calculation.terms.boundary
    template = template_of(declaration, record, boundary)
    unit = known_unit_points(entry.declaration, declaration, template, boundary)
    widths = widths_under(template, calculation)
    for model, (part, proofs) in enumerate(zip(payload.models, payload.proofs.models, strict=True)):
        context = proof_context(payload, model, entry.declaration)
        guards = proof_transcript("guards", payload.by, signed.core_id, *context)
        relation = proof_transcript("contribution", payload.by, signed.core_id, *context)
        try:
            range_proof = parse_range_proof(proofs.range, widths[model])
            queue_range(batch, part.guards, widths[model], range_proof, guards)
            linear_proof = parse_linear_proof(proofs.relation, RELATION_ROWS, RELATION_COLUMNS)
            queue_linear(batch, relation_of(entry.quantities[model], unit, part), linear_proof, relation)
        except (BadEncoding, BadProof) as error:
            raise PeerError("proof", f"the contribution's proofs for model {model}: {error}") from error
