"""Evidence records as a verifier reads them: a row each, its fields in columns.

The one fact: the owner wrote them, so whatever does not look like a record of ours is shown as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from method.exact import encode_decimal
from node.importers.cells import keep_printable
from protocol.errors import PeerError
from protocol.verifying import OpenedRecord
from web.languages import mark
from web.tables import Column, Table, Value
from web.visits import Visit

FIELDS: dict[str, str] = {
    "line": mark("Line"),
    "period_start": mark("First day"),
    "period_end": mark("Last day"),
    "amount": mark("Amount"),
    "unit": mark("Unit"),
    "share": mark("Share of a shared meter"),
    "factor": mark("Factor"),
    "document": mark("Document"),
    "note": mark("Note"),
    "sheet": mark("Sheet"),
    "row": mark("Row"),
    "route": mark("Route"),
}
_NUMBERS = frozenset({"amount", "share"})


def list_records(visit: Visit, records: Sequence[OpenedRecord]) -> Table:
    """The records that were opened; PeerError("record") for one that is no JSON."""
    columns = [
        Column(visit.say("Record"), "number"),
        *(
            Column(visit.say(title), "date" if name.startswith("period") else "text")
            for name, title in FIELDS.items()
        ),
    ]
    rows: list[list[Value]] = [[one.number, *_cells(one.record)] for one in records]
    return Table("records", visit.say("Records that were opened"), columns, rows, visit.say("None."))


def _cells(record: bytes) -> list[str]:
    try:
        found = json.loads(record)
    except (ValueError, RecursionError) as error:  # the owner writes what it likes
        raise PeerError("record", "a record is no JSON; the command line shows its bytes") from error
    if isinstance(found, Mapping) and found.keys() <= FIELDS.keys():
        return [keep_printable(_said(name, found.get(name, ""))) for name in FIELDS]
    written = keep_printable(json.dumps(found, ensure_ascii=False))
    return [written if name == "note" else "" for name in FIELDS]


def _said(name: str, value: Any) -> str:
    """A value as people write it: a fraction as a decimal, where that loses nothing."""
    if name not in _NUMBERS:
        return str(value)
    try:
        exact = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return str(value)
    shown = encode_decimal(exact)
    return shown if Fraction(shown) == exact else f"{shown} ({exact})"
