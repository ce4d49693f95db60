"""The sheet that a provider fills in: its columns in words, and its own factors in it, ready to be corrected.

The one fact: a version that was submitted never changes, so a factor stands in the sheet with the next version already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from method.factor import BASES, CLASSIFICATIONS, GRADES, GWP_SETS, STATUSES, SYSTEM_BOUNDARIES, Factor
from method.factor_table import COLUMNS, EXAMPLE, SCORE_COLUMNS, encode_factor_table
from protocol.library import factor_of
from protocol.payloads import Factor as Statement
from protocol.shelf import Item
from web.submissions import FIELDS, SCORES, WORDS
from web.tables import Column, Table
from web.visits import Visit

_CHOICES = {
    "classification": CLASSIFICATIONS,
    "system_boundary": SYSTEM_BOUNDARIES,
    "gwp_set": GWP_SETS,
    "basis": BASES,
    "grade": GRADES,
    "status": STATUSES,
}
_EMPTY = frozenset({"land_use", "valid_from", "valid_to", "basis", "note"})


def fill_template(own: Iterable[Item]) -> bytes:
    """A csv with the newest version of each of these factors, raised by one; of none, only the header."""
    newest: dict[str, Factor] = {}
    for item in sorted(own, key=lambda one: one.payload.version):
        if isinstance(item.payload, Statement):
            newest[item.payload.code] = factor_of(item.payload)
    return encode_factor_table(replace(one, version=one.version + 1) for _, one in sorted(newest.items()))


def describe_columns(visit: Visit) -> Table:
    """What goes into each column."""
    columns = (
        Column(visit.say("Column")),
        Column(visit.say("What it says")),
        Column(visit.say("What to write")),
    )
    rows = [(name, _title(visit, name), _what(visit, name)) for name in COLUMNS]
    return Table("columns", visit.say("The columns of the sheet"), columns, rows)


def _title(visit: Visit, name: str) -> str:
    if name in SCORE_COLUMNS:
        score = visit.say(SCORES[name.removeprefix("score_")])
        return visit.say("Data quality of %(what)s, 1 (best) to 5", what=score)
    if name == "unit":
        return visit.say("Unit that the value is per")
    return visit.say(FIELDS[name])


def _what(visit: Visit, name: str) -> str:
    if name in _CHOICES:
        found = [f"{one} ({visit.say(WORDS[one])})" if one in WORDS else one for one in _CHOICES[name] if one]
    else:
        found = [visit.say("for example %(value)s", value=EXAMPLE[name])] if EXAMPLE[name] else []
    if name in _EMPTY:
        found.append(visit.say("or nothing"))
    return ", ".join(found)
