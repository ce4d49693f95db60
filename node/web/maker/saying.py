"""What the pack maker's pages say of things that have both languages already: stages, rule sets, phases, bands."""

from __future__ import annotations

from method.rules import RULES, STAGE_NAMES
from node.language import Phrase
from web.languages import mark
from web.visits import Visit

BOUNDARIES = {
    "partial": mark("partial life cycle, without end of life"),
    "full": mark("full life cycle"),
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


def say_rules(visit: Visit, method: str) -> str:
    """The name of a rule set; its code where this program does not know it."""
    rules = RULES.get(method)
    return method if rules is None else say_pair(visit, (rules.name_zh, rules.name_en))


def say_boundary(visit: Visit, boundary: str) -> str:
    """A boundary in words."""
    return visit.say(BOUNDARIES[boundary])


def say_phase(visit: Visit, phase: str) -> str:
    """A phase in words."""
    return visit.say(PHASES[phase])


def say_band(visit: Visit, band: str) -> str:
    """A band of data quality in words."""
    return visit.say(BANDS[band]) if band in BANDS else band
