"""Models and years side by side, and the reporting duty at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fastapi import FastAPI
from starlette.responses import Response

from method.rules import RULES, STAGES
from node.maker.duty import ALL_MODELS_FROM, TRIAL_ENDS, TYPICAL_PACKS, Duty, Listed, read_duty
from node.maker.outcomes import Compared, Outcome, SideBySide
from node.maker.standings import compare_models, list_models, refresh_standings
from node.web.desk import Desk
from node.web.maker.results import make_stage_series, places_per_kwh
from node.web.maker.saying import make_undeclared_cell, say_pair_of_rules, say_stage
from node.web.visiting import Reader
from protocol.payloads import Stage
from web.charts import Chart
from web.rule_sets import say_variant
from web.tables import Cell, Column, Table
from web.visits import Visit

MOST_BARS = 40


def add_comparing(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/compare")
    def compare(visit: Reader, model: str = "", beside: str = "", rules: str = "") -> Response:
        """`model`: its results lead; `beside`: the only other one shown, "" for all; part of a name will do."""
        left = refresh_standings(desk.node)
        every = list_models(desk.node)
        unknown = [one for one in (model, beside) if one and find_named(one, every) is None]
        model, beside = (find_named(one, every) or "" for one in (model, beside))
        part = visit.slice("comparison", int, str, str)
        only = [one for one in (model, beside) if one] if beside else []
        found = compare_models(desk.node, part, only, rules, model)
        rows, further = part.cut(
            found.rows, lambda one: (int(one.outcome.model != model), one.outcome.model, one.outcome.year)
        )
        shown = [one.outcome for one in rows]
        return visit.page(
            "compare.html",
            [make_compare_table(visit, rows, further)],
            chart=make_compare_chart(visit, shown[:MOST_BARS], _say_alone(visit, model, beside))
            if shown
            else None,
            chosen=found.chosen,
            choices=[(key, _say_key(visit, key)) for key in found.choices],
            elsewhere=_list_elsewhere(visit, found) if len(shown) == 1 else [],
            model=model,
            beside=beside,
            models=found.models,
            too_many=len(shown) > MOST_BARS,
            unknown=unknown,
            left=left,
        )

    @app.get("/duty")
    def duty(visit: Reader) -> Response:
        left = refresh_standings(desk.node)
        found = read_duty(desk.node, visit.now)
        return visit.page(
            "duty.html",
            [make_duty_table(visit, found)],
            duty=found,
            trial_ends=TRIAL_ENDS.isoformat(),
            all_from=ALL_MODELS_FROM.isoformat(),
            needed=TYPICAL_PACKS,
            left=left,
        )


def find_named(typed: str, models: Sequence[str]) -> str | None:
    """The model of this name, or the only one whose name has what was typed in it; None for none or several."""
    if typed in models or not typed:
        return typed
    wanted = typed.strip().casefold()
    found = [one for one in models if wanted in one.casefold()]
    return found[0] if len(found) == 1 else None


def _say_key(visit: Visit, key: str) -> str:
    method, _, boundary = key.partition("/")
    name = say_variant(visit, method) if method in RULES else method
    return f"{say_pair_of_rules(visit, method, boundary)}{visit.marks.colon}{name}"


def _list_elsewhere(visit: Visit, found: SideBySide) -> list[tuple[str, str]]:
    """The address and the name of each other rule set and boundary that there are results under."""
    others = (key for key in found.choices if key != found.chosen)
    return [(visit.with_query(rules=key, comparison=""), _say_key(visit, key)) for key in others]


def _say_alone(visit: Visit, model: str, beside: str) -> str:
    """Why there is nothing beside a single result: what was asked for, or that there is no other."""
    if beside and not model:
        return visit.say(
            "Only %(model)s is shown. Fill in above the model that comes first, to see both side by side.",
            model=beside,
        )
    if beside:
        return visit.say(
            "Of the models named above there is one result only under this rule set and boundary. "
            "Choose another rule set, or leave “Only beside this one” empty to see all models."
        )
    return visit.say(
        "There is one result only under this rule set and boundary: nothing to compare it with yet."
    )


def make_compare_chart(visit: Visit, outcomes: Sequence[Outcome], alone: str) -> Chart:
    """One bar a model and year, its stages in it; `alone`: what is said of a single one."""
    return Chart(
        "compare-bars",
        visit.say("Footprint per kWh by stage"),
        _say_smallest(visit, outcomes) if len(outcomes) > 1 else alone,
        "stacked",
        [_name(one) for one in outcomes],
        [make_stage_series(visit, outcomes, stage, _per_kwh) for stage in outcomes[0].counted],
        "kgCO₂e/kWh",
        visit.say("Model"),
    )


def _say_smallest(visit: Visit, outcomes: Sequence[Outcome]) -> str:
    """Which has the smallest footprint; where one lacks a stage that another has, which lacks what instead."""
    lacking = {stage: [one for one in outcomes if stage in one.undeclared] for stage in STAGES}
    uneven = {stage: those for stage, those in lacking.items() if 0 < len(those) < len(outcomes)}
    if uneven:
        told = [
            visit.say(
                "%(stage)s for %(models)s",
                stage=say_stage(visit, stage).lower(),
                models=visit.marks.between.join(_name(one) for one in those),
            )
            for stage, those in uneven.items()
        ]
        return visit.say(
            "These results do not count the same stages, so they cannot be ranked. Not declared: %(lacking)s.",
            lacking=visit.marks.semicolon.join(told),
        )
    lowest = min(outcomes, key=lambda one: Decimal(one.figures.per_kwh))
    return visit.say(
        "%(model)s (%(year)s) has the smallest footprint per kWh.", model=lowest.model, year=lowest.year
    )


def _name(outcome: Outcome) -> str:
    return f"{outcome.model} · {outcome.year}"


def _per_kwh(outcome: Outcome, stage: Stage) -> Decimal:
    return (_kg(outcome, stage) / Decimal(outcome.figures.total_energy_kwh)).quantize(Decimal("0.0001"))


def _kg(outcome: Outcome, stage: str) -> Decimal:
    return next((Decimal(kg) for name, kg in outcome.figures.stages.items() if name == stage), Decimal(0))


def make_compare_table(visit: Visit, compared: Sequence[Compared], further: str) -> Table:
    """Every figure that is compared, and the change against the year before of the same model; all are under one rule
    set and boundary, whose stages are shown."""
    stages = compared[0].outcome.counted if compared else STAGES
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Year")),
        Column(visit.say("Chemistry")),
        Column(
            visit.say("Footprint"), "number", "kgCO2e/kWh", places_per_kwh(one.outcome for one in compared)
        ),
        Column(visit.say("Against the year before"), "share"),
        *(Column(say_stage(visit, stage), "number", visit.say("kgCO2e per pack"), 1) for stage in stages),
        Column(visit.say("Total"), "number", visit.say("kgCO2e per pack"), 1),
        Column(visit.say("Primary data, at least"), "least"),
        Column(visit.say("Data quality"), "number", "", 2),
    )
    rows = [_compare_row(visit, one.outcome, one.change, stages) for one in compared]
    caption, empty = visit.say("Models and years"), visit.say("No result yet.")
    return Table("comparison", caption, columns, rows, empty, further=further)


def _compare_row(
    visit: Visit, one: Outcome, change: Decimal | None, stages: Sequence[str]
) -> list[Cell | str | Decimal | None]:
    figures = one.figures
    return [
        Cell(one.model, visit.url(f"/calculations/{one.request}/result?model={one.number}")),
        one.year,
        one.unit.chemistry,
        Decimal(figures.per_kwh),
        change,
        *(make_undeclared_cell(visit) if stage in one.undeclared else _kg(one, stage) for stage in stages),
        Decimal(figures.total_kg),
        Decimal(figures.primary_data_share),
        None if figures.quality_rating == "0" else Decimal(figures.quality_rating),
    ]


def make_duty_table(visit: Visit, duty: Duty) -> Table:
    """Each model in scope, and whether a declaration could rest on a result of it."""
    columns = (
        Column(visit.say("Model")),
        Column(visit.say("Chemistry")),
        Column(visit.say("Energy"), "text", "kWh"),
        Column(visit.say("Certified under the notice")),
        Column(visit.say("What to do")),
    )
    rules = RULES["miit-551"]
    ask = visit.say("Request it, full life cycle")
    rows: list[list[Cell | str]] = [
        [one.model, one.chemistry, one.energy_kwh, Cell(visit.say("yes"), "", "", "good"), ""]
        for one in duty.ready
    ]
    rows += [
        [
            one.model,
            one.chemistry,
            one.energy_kwh,
            Cell(_say_not_yet(visit, one), "", "", "late"),
            Cell(
                visit.say("Add what belongs there and request it again") if one.lacks else ask,
                visit.url(f"/models/of/{one.model}?method={rules.code}&boundary=full"),
            ),
        ]
        for one in duty.waiting
    ]
    shown, further = visit.slice("duty", str).take(rows, lambda row: (str(row[0]),))
    caption, empty = visit.say("Models in scope"), visit.say("No model yet.")
    return Table("duty", caption, columns, shown, empty, further=further)


def _say_not_yet(visit: Visit, one: Listed) -> str:
    if not one.lacks:
        return visit.say("not yet")
    stages = visit.say(", ").join(say_stage(visit, stage) for stage in one.lacks)
    return visit.say("nothing was declared for: %(stages)s", stages=stages)
