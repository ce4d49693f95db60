"""Screen 5, the result: the number, its bound, its stages, how good the data are, and how anyone can check it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from starlette.responses import Response

from exchange.report.making import formats_here
from method.electricity import MODEL_NAMES
from method.exact import encode_decimal
from method.rules import RULES
from node.maker.data_years import say_years, years_of
from node.maker.opened import note_opened
from node.maker.opinions import count_uncarried
from node.maker.outcomes import Outcome, tell_ahead, tell_apart
from node.maker.outdated import is_outdated
from node.maker.own_requests import find_request
from node.maker.requesting import resolve_request
from node.maker.resulting import SavedCertificate, find_certificate, find_unasked
from node.maker.standings import find_newer, find_others, find_standings, read_now
from node.organisation import Node
from node.web.desk import Desk
from node.web.maker.saying import (
    make_undeclared_cell,
    say_band,
    say_pair,
    say_phrase,
    say_stage,
    warn_of_boundary,
)
from node.web.visiting import Reader
from protocol.errors import Refused
from protocol.payloads import Stage
from web.boundaries import say_boundary
from web.charts import Chart, Series
from web.languages import mark
from web.rule_sets import say_rules, say_variant
from web.tables import Cell, Column, Table, ascribe
from web.visits import Visit

UNASKED = {
    "witnesses": mark("no witness was required"),
    "verifications": mark("it carries no opinion of a verifier"),
}


def add_results(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/calculations/{request}/result")
    def result(visit: Reader, request: str, model: int = 0) -> Response:
        node = desk.node
        found = find_outcome(node, (request, model))
        note_opened(node, found.request)
        same = find_others(node, found)
        chart = make_stages_chart(visit, found)
        tables = [make_stages_table(visit, found), make_rules_table(visit, found, same)]
        rules = visit.marks.comma.join(
            (say_rules(visit, found.method), say_boundary(visit, found.boundary), found.method)
        )
        subject = (
            (visit.say("Model"), found.model),
            (visit.say("Year"), found.year),
            (visit.say("Rule set"), rules),
            (visit.say("Calculation"), found.request),
        )
        saved = find_certificate(node, found.request)
        return visit.page(
            "result.html",
            ascribe(tables, f"{found.model}-{found.request[:8]}", subject),
            outcome=found,
            undeclared=visit.marks.between.join(say_stage(visit, one) for one in found.undeclared).lower(),
            years=say_phrase(visit, say_years(years_of(node, found.request))),
            others=[(one.number, one.model) for one in find_beside(node, found)],
            chart=chart,
            certificate=saved,
            checked=_say_checked(visit, node, saved),
            newer=(newer := find_newer(node, found)),
            outdated=newer is None and is_outdated(node, found.request, found.model),
            new_opinions=count_uncarried(node, found.request) if saved is not None else 0,
            report_formats=formats_here(),
            **_describe(visit, found, same),
        )


def find_outcome(node: Node, wanted: tuple[str, int]) -> Outcome:
    """The result of one model of a request of this node; Refused("unknown" | "result") says what is awaited."""
    full, number = resolve_request(node, wanted[0]), wanted[1]
    if find_request(node, full) is None:
        raise Refused("unknown", f"request {full[:16]} is not one of this node's")
    standing = find_standings(node, [full]).get(full)
    if standing is None or not standing.outcomes:
        standing = read_now(node, full)
    if not 0 <= number < len(standing.outcomes):
        raise Refused("unknown", f"this calculation has {len(standing.outcomes)} models")
    return standing.outcomes[number]


def find_beside(node: Node, outcome: Outcome) -> tuple[Outcome, ...]:
    """The results of the other models of the same calculation."""
    standing = find_standings(node, [outcome.request])[outcome.request]
    return tuple(one for one in standing.outcomes if one.number != outcome.number)


def _say_checked(visit: Visit, node: Node, saved: SavedCertificate | None) -> str:
    """How many checks hold of a certificate that does; what was not asked for is no check that holds."""
    if saved is None or not saved.holds:
        return ""
    unasked = find_unasked(node, saved)
    if not unasked:
        return visit.say(
            "This node has verified the certificate: all %(n)s checks hold.", n=len(saved.checks)
        )
    return visit.say(
        "This node has verified the certificate: %(n)s checks hold, not applicable: %(rest)s (%(why)s).",
        n=len(saved.checks) - len(unasked),
        rest=len(unasked),
        why=visit.marks.semicolon.join(visit.say(UNASKED[name]) for name in unasked),
    )


def _describe(visit: Visit, outcome: Outcome, same: list[Outcome]) -> dict[str, Any]:
    rules = outcome.rules
    asked = {(one.method, one.boundary) for one in (outcome, *same)}
    return {
        "rules_name": say_rules(visit, outcome.method),
        "boundary_name": say_boundary(visit, outcome.boundary),
        "variant": "" if rules is None else say_pair(visit, rules.variant_of(outcome.boundary)),
        "source": "" if rules is None else say_pair(visit, (rules.source_zh, rules.source)),
        "limit": None
        if rules is None or rules.quality_limit is None
        else encode_decimal(rules.quality_limit),
        "accepted": []
        if rules is None
        else [say_pair(visit, MODEL_NAMES[one]).lower() for one in rules.electricity],
        "unknown": []
        if rules is None
        else [say_pair(visit, (u.text_zh, u.text_en)) for u in rules.unknown_of(outcome.boundary)],
        "differences": [
            (other, [say_pair(visit, sentence) for sentence in tell_apart(outcome, other)]) for other in same
        ],
        "not_asked": [
            (
                f"/models/of/{quote(outcome.model)}?method={code}&boundary={boundary}",
                f"{say_variant(visit, code)}{visit.marks.comma}{say_boundary(visit, boundary)}",
                code,
                warn_of_boundary(visit, code, boundary),
                [say_pair(visit, sentence) for sentence in tell_ahead(outcome, code, boundary)],
            )
            for code, rules in RULES.items()
            for boundary in rules.boundaries
            if (code, boundary) not in asked
        ],
        "band": lambda one: say_band(visit, one),
        "name_rules": lambda one: f"{say_rules(visit, one.method)} ({say_boundary(visit, one.boundary)})",
    }


def make_stages_table(visit: Visit, outcome: Outcome) -> Table:
    """The stages with their shares, and the total."""
    figures = outcome.figures
    columns = (
        Column(visit.say("Stage")),
        Column(visit.say("One pack"), "number", "kgCO2e", 1),
        Column(visit.say("Per kWh delivered"), "number", "kgCO2e/kWh", places_per_kwh([outcome])),
        Column(visit.say("Share"), "share"),
    )
    rows: list[list[Cell | str | Decimal]] = [
        [say_stage(visit, stage), *_stage_cells(visit, outcome, stage)] for stage in outcome.counted
    ]
    rows.append([visit.say("Total"), Decimal(figures.total_kg), Decimal(figures.per_kwh), Decimal(1)])
    return Table("stages", visit.say("Footprint by life-cycle stage"), columns, rows)


def _stage_cells(visit: Visit, outcome: Outcome, stage: Stage) -> list[Cell | Decimal]:
    if stage in outcome.undeclared:
        return [make_undeclared_cell(visit)] * 3
    figures = outcome.figures
    kg = Decimal(figures.stages[stage])
    return [kg, kg / Decimal(figures.total_energy_kwh), Decimal(figures.shares[stage])]


def places_per_kwh(outcomes: Iterable[Outcome]) -> int:
    """Decimals of a column of footprints per kWh: three digits of the smallest, as the large figure above it has."""
    return max((3, *(2 - Decimal(one.figures.per_kwh).adjusted() for one in outcomes)))


def make_stages_chart(visit: Visit, outcome: Outcome) -> Chart:
    """All stages in one bar."""
    figures, stages = outcome.figures, outcome.counted
    largest = max(stages, key=lambda stage: Decimal(figures.stages[stage]))
    percent = (Decimal(figures.shares[largest]) * 100).quantize(Decimal("0.1"))
    return Chart(
        "stages-bar",
        visit.say("Where the footprint comes from"),
        visit.say(
            "%(stage)s is the largest part: %(percent)s %% of the footprint.",
            stage=say_stage(visit, largest),
            percent=percent,
        ),
        "stacked",
        [outcome.model],
        [make_stage_series(visit, [outcome], stage, _round_pack) for stage in stages],
        "kgCO₂e",
        visit.say("Model"),
    )


def make_stage_series(
    visit: Visit, outcomes: Sequence[Outcome], stage: Stage, measure: Callable[[Outcome, Stage], Decimal]
) -> Series:
    """A stage's part of every bar: none where nothing was declared for it, as its name says where no bar has one."""
    values = [None if stage in one.undeclared else measure(one, stage) for one in outcomes]
    name = say_stage(visit, stage)
    if all(one is None for one in values):
        name = visit.say("%(stage)s (%(why)s)", stage=name, why=make_undeclared_cell(visit).value)
    return Series(name, values)


def _round_pack(outcome: Outcome, stage: Stage) -> Decimal:
    return Decimal(outcome.figures.stages[stage]).quantize(Decimal("0.1"))


def make_rules_table(visit: Visit, outcome: Outcome, same: list[Outcome]) -> Table:
    """The same model and year under every rule set that was asked for."""
    columns = (
        Column(visit.say("Rule set")),
        Column(visit.say("Boundary")),
        Column(visit.say("Footprint"), "number", "kgCO2e/kWh", places_per_kwh([outcome, *same])),
        Column(visit.say("One pack"), "number", "kgCO2e", 1),
        Column(visit.say("Delivered over its life"), "number", "kWh"),
        Column(visit.say("Data quality"), "number", "", 2),
    )
    rows: list[list[Cell | str | Decimal]] = []
    for one in (outcome, *same):
        link = "" if one is outcome else visit.url(f"/calculations/{one.request}/result?model={one.number}")
        rows.append(
            [
                Cell(say_rules(visit, one.method), link, one.method),
                Cell(
                    say_boundary(visit, one.boundary), "", warn_of_boundary(visit, one.method, one.boundary)
                ),
                Decimal(one.figures.per_kwh),
                Decimal(one.figures.total_kg),
                Decimal(one.figures.total_energy_kwh),
                Decimal(one.figures.quality_rating),
            ]
        )
    return Table("rule-sets", visit.say("This model under each rule set"), columns, rows)
