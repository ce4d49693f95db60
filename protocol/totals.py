"""Cells, equations and figures of a result: what holds when every member told the truth. Protocol sections 1, 6 and 7.

The one fact: sum of Y over all members equals sum of D over a cell's members exactly when the masks cancel,
and sum of D = S*G + R*H exactly when the published total is the sum of what was committed to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from pydantic import ValidationError

from crypto.group import G, H, MaybePoint, Point, multi_multiply
from method.errors import MethodError
from method.exact import encode_decimal
from method.functional_unit import parse_functional_unit
from method.result import Figures as MethodFigures
from method.result import PackTotals, make_figures
from method.rules import find_rules
from protocol.calculation import Calculation
from protocol.declaring import template_of
from protocol.errors import PeerError
from protocol.fixed_point import TOTAL_SCALE, check_total, guard_bits
from protocol.library import Template
from protocol.payloads import CELLS, INDICATORS, STAGES, CellOpening, Figures, FunctionalUnit, Result
from protocol.requesting import declaration_of
from protocol.shapes import STAGE_CELLS, cells_of
from protocol.statements import Record

Term = tuple[int, MaybePoint]


def functional_unit_fields(unit: FunctionalUnit) -> dict[str, object]:
    """The fields the method reads; total energy is derived, so it is left out."""
    return unit.model_dump(mode="json", exclude={"total_energy_kwh"})


def guard_widths(calculation: Calculation, entry: int, record: Record) -> tuple[tuple[int, ...], ...]:
    """s[k] per model for one entry, from its category, the boundary asked for and each model's pack energy."""
    declaration = declaration_of(calculation.terms.entries[entry].declaration, record)
    return widths_under(template_of(declaration, record, calculation.terms.boundary), calculation)


def widths_under(template: Template, calculation: Calculation) -> tuple[tuple[int, ...], ...]:
    """`guard_widths` of an entry whose template is known."""
    return tuple(
        guard_bits(template.category, template.coefficients, Fraction(unit.pack_energy_kwh))
        for unit in calculation.terms.models
    )


def _widths_of_all(calculation: Calculation, model: int, record: Record) -> list[tuple[int, ...]]:
    """s[k] of one model for every entry; entries with the same template, which is most, share the arithmetic."""
    terms, known = calculation.terms, dict[int, tuple[int, ...]]()
    energy = Fraction(terms.models[model].pack_energy_kwh)
    templates = [
        template_of(declaration_of(entry.declaration, record), record, terms.boundary)
        for entry in terms.entries
    ]
    for one in templates:
        if id(one) not in known:
            known[id(one)] = guard_bits(one.category, one.coefficients, energy)
    return [known[id(one)] for one in templates]


def cell_subtotals(calculation: Calculation, model: int, cell: int) -> list[Point]:
    """D of every member of a cell, for one model."""
    points = []
    for index, entry in enumerate(calculation.terms.entries):
        cells = cells_of(entry.stage)
        if cell in cells:
            part = calculation.contribution_of(index).models[model]
            points.append(part.subtotals[cells.index(cell)])
    return points


def mask_equations(calculation: Calculation) -> Iterable[list[Term]]:
    """Per model and cell: sum of Y over all members - sum of D over the cell's members is infinity."""
    parts = [calculation.contribution_of(entry).models for entry in range(len(calculation.suppliers))]
    for model in range(len(calculation.terms.models)):
        for cell in range(CELLS):
            masked: list[Term] = [(1, models[model].masked[cell]) for models in parts]
            yield masked + [(-1, point) for point in cell_subtotals(calculation, model, cell)]


def total_equations(
    calculation: Calculation, openings: Sequence[Sequence[CellOpening]]
) -> Iterable[list[Term]]:
    """Per model and cell, equation (1): sum of D - S*G - R*H is infinity; PeerError("totals") out of bounds.

    `openings`: S and R by model and cell.
    """
    for model, cells in enumerate(openings):
        for cell, opening in enumerate(cells):
            check_total(opening.value, opening.blinding)
            points = cell_subtotals(calculation, model, cell)
            if not points and (opening.value, opening.blinding) != (0, 0):
                raise PeerError("totals", f"cell {cell} has no member, so expected S = R = 0")
            terms: list[Term] = [(1, point) for point in points]
            yield [*terms, (-opening.value, G), (-opening.blinding, H)]


def openings_of(result: Result) -> list[tuple[CellOpening, ...]]:
    """S and R of a result, by model and cell."""
    return [part.cells for part in result.models]


def equations_hold(equations: Iterable[list[Term]]) -> bool:
    """Whether all equations hold: nearly all of their points are added as they are, so each is added up by itself."""
    return all(multi_multiply(terms) is None for terms in equations)


def figures_of(calculation: Calculation, model: int, totals: tuple[int, ...], record: Record) -> Figures:
    """Derive the figures of one model from S per cell (1e-15 kgCO2e), with the bound that the guards set."""
    kg = [Fraction(total, TOTAL_SCALE) for total in totals]
    widths = _widths_of_all(calculation, model, record)
    # A guard lies in [0, 2^s), so it adds at most 2^s - 1; with s = 0 it adds nothing.
    bounds = [Fraction(sum(2 ** row[k] - 1 for row in widths), TOTAL_SCALE) for k in range(len(INDICATORS))]
    try:
        terms = calculation.terms
        unit = parse_functional_unit(functional_unit_fields(terms.models[model]))
        figures = make_figures(
            PackTotals(
                stages=dict(zip(STAGES, kg[:STAGE_CELLS], strict=True)),
                biogenic=kg[STAGE_CELLS],
                secondary=kg[STAGE_CELLS + 1],
                quality=kg[STAGE_CELLS + 2],
                overstated_by_at_most=bounds[0],
            ),
            unit,
            find_rules(terms.method, terms.boundary),
        )
        return _figures(figures, bounds)
    except MethodError as error:
        raise PeerError("figures", str(error)) from error
    except ValidationError as error:
        # |S| < 2^128 allows totals that a decimal text of 18 digits does not.
        raise PeerError("figures", "a figure has more than 18 digits before the point") from error


def _figures(figures: MethodFigures, bounds: Sequence[Fraction]) -> Figures:
    return Figures(
        stages={stage: figures.stages[stage] for stage in STAGES},
        total_kg=figures.total_kg,
        total_energy_kwh=figures.total_energy_kwh,
        per_kwh=figures.per_kwh,
        per_kwh_capacity=figures.per_kwh_capacity,
        overstated_by_at_most=figures.overstated_by_at_most,
        biogenic_kg=figures.biogenic_kg,
        secondary_kg=figures.secondary_kg,
        quality_rating=figures.quality_rating,
        quality_band=figures.quality_band,
        primary_data_share=figures.primary_data_share,
        shares={stage: figures.shares[stage] for stage in STAGES},
        biogenic_overstated_by_at_most=encode_decimal(bounds[1]),
        secondary_overstated_by_at_most=encode_decimal(bounds[2]),
        quality_overstated_by_at_most=encode_decimal(bounds[3]),
    )


def check_figures(calculation: Calculation, result: Result, record: Record) -> None:
    """Raise PeerError("figures") unless the result tells what was computed.

    1. It names the request's method and boundary. 2. Every model's figures are what the method derives from its S.
    """
    terms = calculation.terms
    if (result.method, result.boundary) != (terms.method, terms.boundary):  # 1
        raise PeerError(
            "figures",
            f"expected method {terms.method}, boundary {terms.boundary}, found {result.method}, {result.boundary}",
        )
    for model, part in enumerate(result.models):  # 2
        expected = figures_of(calculation, model, tuple(cell.value for cell in part.cells), record)
        if part.figures != expected:
            raise PeerError("figures", f"model {model}: the figures do not follow from the totals")
