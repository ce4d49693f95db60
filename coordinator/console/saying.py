"""What a statement says, field by field, in words: names for ids, with links; units beside numbers.

The one fact: it is for reading; what was signed stands below it to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

from coordinator.console.endings import say_words
from coordinator.console.field_names import CAUSES, CHOSEN, LOCKED, NAMES, NUMBERED, OF_LINES, TIMES, VALUES
from coordinator.console.naming import FINDINGS, name_subject, path_of
from coordinator.console.participants import ROLES
from coordinator.service import Service
from exchange.report.labels import BANDS
from method.category import LINE_KIND_NAMES
from method.electricity import MODEL_NAMES
from method.exact import encode_decimal
from method.rules import STAGE_NAMES, STAGES
from web.boundaries import say_boundary
from web.languages import mark
from web.numbers import show_least_share, show_number, show_share, show_unit
from web.opinions import ASSURANCES
from web.tables import Cell, Column, Table
from web.template_lines import ANY_CODE
from web.visits import Visit

ROWS = 200
"""Fields that are shown; a request of many entries has thousands."""
CELL_PARTS = 10**15
"""The opened sum of a cell is in 1e-15 kgCO2e."""
_ID, _NUMBER = re.compile("[0-9a-f]{64}"), re.compile(r"-?[0-9]+(\.[0-9]+)?")
Said = tuple[str, Cell, str]

_FIELD_SAYS = mark("The statement has a field for it; it says there: limited assurance.")
_LINE_WORDS = {"kind": LINE_KIND_NAMES, "bought": MODEL_NAMES}
_BESIDE = (
    mark("biogenic part"),
    mark("part from secondary data"),
    mark("footprints times their data quality"),
)
"""What the sums behind those of the stages are over (protocol.shapes.cells_of)."""


def say_payload(visit: Visit, service: Service, payload: dict[str, Any]) -> Table:
    """The fields of a payload (its JSON form), the first ROWS of them."""
    columns = (Column(visit.say("Field")), Column(visit.say("Value")), Column(visit.say("Unit")))
    said = list(islice(_say_fields(visit, service, "", payload), ROWS + 1))
    rows: list[Said] = said[:ROWS]
    if len(said) > ROWS:
        rows.append(("…", Cell(visit.say("The rest is in the exact text below.")), ""))
    return Table("fields", visit.say("In words"), columns, rows)


def has_locked(value: Any) -> bool:
    """Whether a locked number stands in this part of a payload (its JSON form)."""
    if isinstance(value, dict):
        return any((name in LOCKED and one) or has_locked(one) for name, one in value.items())
    return isinstance(value, list) and any(map(has_locked, value))


def _say_fields(visit: Visit, service: Service, place: str, fields: dict[str, Any]) -> Iterator[Said]:
    is_line = "accepts" in fields
    for field, value in fields.items():
        name = OF_LINES.get(field, field) if is_line else field
        stage = STAGE_NAMES.get(name)
        if stage is not None:  # figures by stage: the unit is that of the field around them
            yield f"{place} · {_stage(visit, name)}", Cell(value), ""
            continue
        if name not in NAMES or (value in (None, "", [], {}) and name != "accepts"):
            continue
        title = f"{place} · {visit.say(NAMES[name][0])}" if place else visit.say(NAMES[name][0])
        if name == "assurance" and fields.get("finding") == "disclaimed":
            yield title, Cell(visit.say(ASSURANCES["no"]), note=visit.say(_FIELD_SAYS)), ""
        else:
            yield from _say_value(visit, service, title, name, value)


def _say_value(visit: Visit, service: Service, title: str, name: str, value: Any) -> Iterator[Said]:
    if name == "saw":
        if value["size"]:
            yield title, Cell(show_number(value["size"])), visit.say("statements")
        else:
            yield title, Cell(visit.say("nothing yet")), ""
    elif name == "entity_roles":
        yield title, Cell(visit.marks.between.join(visit.say(ROLES[one]) for one in value)), ""
    elif name == "accepts":
        yield title, Cell(visit.marks.between.join(value) or visit.say(ANY_CODE)), ""
    elif isinstance(value, dict) and set(value) <= set(STAGE_NAMES):
        for stage, number in value.items():
            yield f"{title} · {_stage(visit, stage)}", *_say_number(visit, name, number)
    elif isinstance(value, dict):
        yield from _say_fields(visit, service, title, value)
    elif name in NUMBERED and all(isinstance(one, int) for one in value):
        yield visit.say(NUMBERED[name]), Cell(visit.marks.between.join(map(str, value))), ""
    elif isinstance(value, list):
        for number, one in enumerate(value):
            which = f" · {_cell(visit, number)}" if name == "cells" else f" {number}"
            yield from _say_value(visit, service, f"{title}{which}", name, one)
    else:
        yield title, *_say_one(visit, service, name, value)


def _cell(visit: Visit, number: int) -> str:
    """What a sum of a result is over: a stage, or one of what is counted beside it."""
    return _stage(visit, STAGES[number]) if number < len(STAGES) else visit.say(_BESIDE[number - len(STAGES)])


def _say_one(visit: Visit, service: Service, name: str, value: Any) -> tuple[Cell, str]:
    """One value that has no parts, and its unit."""
    if name in LOCKED:
        return Cell(visit.say("a locked number")), ""
    if name == "content":
        return Cell(visit.say("sealed; only whom it is for can read it")), ""
    if name in TIMES:
        return Cell(value, kind="time"), ""
    word = _say_word(visit, name, value)
    if word is not None:
        return Cell(word), ""
    if isinstance(value, str) and _ID.fullmatch(value):
        return _name_statement(visit, service, value), ""
    return _say_number(visit, name, value)


def _say_word(visit: Visit, name: str, value: Any) -> str | None:
    """A value that stands for itself, or a reason, in the reader's language; None for any other."""
    if name == "cause" and value in CAUSES:
        return visit.say(CAUSES[value])
    if name in CHOSEN:
        return visit.say(VALUES[value]) if value in VALUES else str(value)
    if name == "quality_band" and value in BANDS:
        return BANDS[value].zh if visit.language == "zh" else BANDS[value].en
    if name in ("stage", "stages"):
        return _stage(visit, value)
    if name in _LINE_WORDS and value in _LINE_WORDS[name]:
        return _LINE_WORDS[name][value][0 if visit.language == "zh" else 1]
    says: dict[str, Callable[[], str]] = {
        "reason": lambda: say_words(visit, value),
        "finding": lambda: visit.say(FINDINGS[value]),
        "boundary": lambda: say_boundary(visit, value),
    }
    return says[name]() if name in says else None


def _say_number(visit: Visit, name: str, value: Any) -> tuple[Cell, str]:
    """A number with its unit, grouped; a text as it is."""
    unit = NAMES[name][1]
    if not isinstance(value, int) and not _NUMBER.fullmatch(value):
        return Cell(value), ""
    if name == "value":
        value = encode_decimal(Fraction(int(value), CELL_PARTS))
    if unit == "share":
        return Cell(show_share(value)), ""
    if unit == "least":
        return Cell(show_least_share(value)), ""
    if not unit:
        return Cell(value), ""
    return Cell(value, kind="number"), visit.say("years") if unit == "years" else show_unit(unit)


def _stage(visit: Visit, stage: str) -> str:
    zh, en = STAGE_NAMES[stage]
    return zh if visit.language == "zh" else en


def _name_statement(visit: Visit, service: Service, statement: str) -> Cell:
    """A statement by what it is about, with the way to it; of an id that is not in the log its beginning."""
    logged = service.gateway.record.get(statement)
    if logged is None:
        return Cell(statement[:12])
    return Cell(
        f"{name_subject(visit, service, logged)} · {statement[:12]}",
        visit.url(path_of(logged.payload, statement)),
    )
