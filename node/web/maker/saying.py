"""What the pack maker's pages say of things that have both languages already: stages, rule sets, phases, bands."""

from __future__ import annotations

from exchange.report.labels import LABELS
from method.rules import STAGE_NAMES, declared_boundary
from node.language import Phrase
from web.boundaries import say_boundary
from web.languages import mark
from web.tables import Cell
from web.visits import Visit

VEHICLES = {
    "L": mark("two or three wheels"),
    "M1": mark("passenger car"),
    "M1-commercial": mark("passenger car in commercial use"),
    "N1": mark("light goods vehicle"),
    "N1-commercial": mark("light goods vehicle in commercial use"),
    "M2": mark("bus up to 5 t"),
    "M3": mark("bus above 5 t"),
    "N2": mark("goods vehicle from 3.5 to 12 t"),
    "N3": mark("goods vehicle above 12 t"),
    "other": mark("another one"),
}
PHASES = {
    "consenting": mark("waiting for consent"),
    "contributing": mark("waiting for shares"),
    "computing": mark("being computed"),
    "disputing": mark("disputed"),
    "published": mark("result published, being certified"),
    "certified": mark("certified"),
    "ended": mark("ended without a result"),
}
BANDS = {
    "excellent": mark("excellent"),
    "very good": mark("very good"),
    "good": mark("good"),
    "fair": mark("fair"),
    "poor": mark("poor"),
}


def say_pair(visit: Visit, pair: tuple[str, str]) -> str:
    """One of a text in Chinese and in English, as the rooms below keep them."""
    return pair[0] if visit.language == "zh" else pair[1]


def say_phrase(visit: Visit, phrase: Phrase) -> str:
    """A phrase in the reader's language."""
    return phrase.say(visit.language)


def say_stage(visit: Visit, stage: str) -> str:
    """The name of a stage."""
    return say_pair(visit, STAGE_NAMES[stage])


def make_undeclared_cell(visit: Visit) -> Cell:
    """What stands in place of a number of a stage that nothing was declared for: the word of the report."""
    word = LABELS["not_declared"]
    return Cell(say_pair(visit, (word.zh, word.en)), kind="text")


def say_pair_of_rules(visit: Visit, method: str, boundary: str) -> str:
    """The code of a rule set and the boundary that a result counts under: others cannot be compared with it."""
    return f"{method}{visit.marks.comma}{say_boundary(visit, boundary)}"


def warn_of_boundary(visit: Visit, method: str, boundary: str) -> str:
    """That a result over this boundary counts for no declaration under the rule set; "" where it does."""
    declared = declared_boundary(method, boundary)
    if declared == boundary:
        return ""
    return visit.say(
        "Under %(method)s only a result over the %(declared)s counts for the declaration. Over this boundary it is for "
        "comparison only.",
        method=method,
        declared=say_boundary(visit, declared),
    )


def say_vehicle(visit: Visit, vehicle: str) -> str:
    """A vehicle category by its code, and in words."""
    name = visit.say(VEHICLES[vehicle]) if vehicle in VEHICLES else ""
    return f"{vehicle} {name}".strip()


def say_phase(visit: Visit, phase: str) -> str:
    """A phase in words."""
    return visit.say(PHASES[phase])


def say_band(visit: Visit, band: str) -> str:
    """A band of data quality in words."""
    return visit.say(BANDS[band]) if band in BANDS else band
