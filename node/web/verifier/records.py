"""Lines and evidence records as a verifier reads them, and as their owner does before it opens them: a row each.

The one fact: the owner wrote them, so whatever does not look like a record of ours is shown as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from method.activity import OUTPUT_LINE
from method.exact import encode_decimal
from node.importers.cells import keep_printable
from node.organisation import Node
from node.verifying import OpenedLine
from protocol.errors import PeerError
from protocol.library import published_category
from protocol.payloads import Factor, Publication
from protocol.requesting import declaration_of
from protocol.verifying import OpenedRecord
from web.languages import mark
from web.numbers import show_unit
from web.tables import Cell, Column, Kind, Table, Value
from web.visits import Visit

FIELDS: dict[str, str] = {
    "line": mark("Line"),
    "period_start": mark("First day"),
    "period_end": mark("Last day"),
    "amount": mark("Amount"),
    "unit": mark("Unit"),
    "share": mark("Allocation"),
    "factor": mark("Factor"),
    "document": mark("Document"),
    "note": mark("Note"),
    "sheet": mark("Sheet"),
    "row": mark("Row"),
    "route": mark("Route"),
}
_NUMBERS = frozenset({"amount", "share"})
_SHARE_DIGITS = 4
_KINDS: dict[str, Kind] = {
    "period_start": "date",
    "period_end": "date",
    "amount": "number",
    "share": "number",
}


def list_lines(visit: Visit, node: Node, declaration: str, lines: Sequence[OpenedLine]) -> Table:
    """The lines of a declaration that were opened, each with its amount for one declared unit of the product."""
    category = published_category(declaration_of(declaration, node.record).category, node.record)
    unit = visit.say("piece") if category.declared_unit == "piece" else show_unit(category.declared_unit)
    columns = (
        Column(visit.say("Line"), "number"),
        Column(visit.say("Name")),
        Column(visit.say("Amount per %(unit)s of the product", unit=unit), "number"),
        Column(visit.say("Unit")),
    )
    rows = [
        (
            one.line,
            one.name_zh if visit.language == "zh" else one.name_en,
            Decimal(one.amount).scaleb(-6).normalize(),
            show_unit(one.unit),
        )
        for one in lines
    ]
    return Table("lines", visit.say("Lines that were opened"), columns, rows, visit.say("None."))


Names = Mapping[str, Mapping[str, str]]
"""What codes are called: those of lines under "line", those of factors under "factor"; a line and a factor may share a
code."""


def name_codes(visit: Visit, node: Node, declaration: str) -> Names:
    """The names of a declaration's lines and factors."""
    found, is_zh = declaration_of(declaration, node.record), visit.language == "zh"
    template = published_category(found.category, node.record).lines
    lines = {line.code: line.name_zh if is_zh else line.name_en for line in template}
    factors = {}
    for one in found.lines:
        published = node.record.get(one.factor)
        assert published is not None and isinstance(published.payload, Publication)
        subject = node.record.get(published.payload.subject)
        if subject is not None and isinstance(subject.payload, Factor):
            factor = subject.payload
            factors[factor.code] = factor.name_zh if is_zh else factor.name_en
    return {"line": {OUTPUT_LINE: visit.say("Production"), **lines}, "factor": factors}


def list_records(visit: Visit, records: Sequence[OpenedRecord], names: Names) -> Table:
    """The records that were opened, without the columns that all of them leave empty. PeerError("record") for one that
    is no JSON."""
    rows = [_read(one.record) for one in records]
    used = [name for name in FIELDS if any(row.get(name, "") for row in rows)]
    columns = [
        Column(visit.say("Record"), "number"),
        *(_column(visit, name) for name in used),
    ]
    cells: list[list[Cell | Value]] = [
        [one.number, *(_cell(name, row.get(name, ""), names) for name in used)]
        for one, row in zip(records, rows, strict=True)
    ]
    return Table("records", visit.say("Records that were opened"), columns, cells, visit.say("None."))


def _column(visit: Visit, name: str) -> Column:
    digits = _SHARE_DIGITS if name == "share" else None
    return Column(visit.say(FIELDS[name]), _KINDS.get(name, "text"), digits=digits)


def _read(record: bytes) -> Mapping[str, Any]:
    """Its fields by name; what is no record of ours stands as a note, as it was written."""
    try:
        found = json.loads(record)
    except (ValueError, RecursionError) as error:  # the owner writes what it likes
        raise PeerError("record", "a record is no JSON; the command line shows its bytes") from error
    if isinstance(found, Mapping) and found.keys() <= FIELDS.keys():
        return found
    return {"note": json.dumps(found, ensure_ascii=False)}


def _cell(name: str, value: Any, names: Names) -> Cell | Value:
    """A value as people write it: a fraction as a decimal, and in whole beside that where the page loses something."""
    text = keep_printable(str(value))
    if name in names:
        return Cell(names[name][text], note=text) if text in names[name] else text
    if name == "unit":
        return show_unit(text)
    if name not in _NUMBERS:
        return text
    try:
        exact = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Cell(None, note=text)
    shown = encode_decimal(exact)
    seen = f"{Decimal(shown):.{_SHARE_DIGITS}g}" if name == "share" else shown
    whole = shown if Fraction(shown) == exact else str(exact)
    return Cell(Decimal(shown), note="" if Fraction(seen) == exact else whole)
