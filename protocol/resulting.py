"""Steps 7 and 8, result and certificate: what the requester decrypts, checks and publishes. Protocol sections 6 and 7.

The one fact: the requester publishes nothing that does not open the sum of the commitments, so a wrong sum by
the coordinator or a lie in a ciphertext is found here, before anyone sees a number.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto.errors import BadEncoding
from crypto.masks import decode_slots
from protocol.calculation import Calculation
from protocol.errors import PeerError
from protocol.fixed_point import lift
from protocol.payloads import CellOpening, Certificate, ModelResult, Result
from protocol.statements import Header, Record
from protocol.totals import equations_hold, figures_of, mask_equations, total_equations


def make_result(calculation: Calculation, slots: Sequence[int], header: Header, record: Record) -> Result:
    """Recombine decrypted slots into totals; PeerError("masks") unless the masks cancel, PeerError("totals")
    unless every cell satisfies equation (1)."""
    try:
        residues = decode_slots(slots, len(calculation.terms.models))
    except BadEncoding as error:
        raise PeerError("totals", f"the decrypted sum is malformed: {error}") from error
    return make_result_of(calculation, residues, header, record)


def make_result_of(
    calculation: Calculation,
    residues: Sequence[Sequence[int]],
    header: Header,
    record: Record,
) -> Result:
    """As `make_result`, from 14 residues a model: the sum of the vectors that members sent in a dispute."""
    if calculation.roster is None:
        raise PeerError("roster", "the calculation has no roster yet")
    openings = [_openings(row) for row in residues]
    if not equations_hold(mask_equations(calculation)):
        raise PeerError(
            "masks", "the masked commitments do not add up to the subtotals; nothing was published"
        )
    if not equations_hold(total_equations(calculation, openings)):
        raise PeerError(
            "totals", "the decrypted sum does not open the sum of the commitments; nothing was published"
        )
    models = []
    for model, cells in enumerate(openings):
        figures = figures_of(calculation, model, tuple(cell.value for cell in cells), record)
        models.append(ModelResult(cells=cells, figures=figures))
    return Result(
        **header.fields(),
        request=calculation.request.id,
        roster=calculation.roster.id,
        method=calculation.terms.method,
        boundary=calculation.terms.boundary,
        models=tuple(models),
    )


def _openings(row: Sequence[int]) -> tuple[CellOpening, ...]:
    pairs = zip(row[0::2], row[1::2], strict=True)
    return tuple(CellOpening(value=lift(value), blinding=blinding) for value, blinding in pairs)


def make_certificate(calculation: Calculation, header: Header) -> Certificate:
    """Mark a checked result; PeerError("result") while there is none."""
    if calculation.result is None:
        raise PeerError("result", "the calculation has no result yet")
    return Certificate(**header.fields(), request=calculation.request.id, result=calculation.result.id)
