"""Factors as rows of text, one column a field, for csv and spreadsheets. Field names are the statement's.

The one fact: every field is judged by itself in a row that is otherwise good, so that one look names everything wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from method.errors import MethodError
from method.factor import FIELDS, KG_FIELDS, PARTS, Factor, make_factor_fields, parse_factor
from method.units import UNITS

_SCORES = ("technology", "time", "geography")
SCORE_COLUMNS = tuple(f"score_{name}" for name in _SCORES)
OPTIONAL_COLUMNS = (*PARTS, "valid_from", "valid_to", "basis", "note")
"""A file may lack them, and a cell may be empty: a part of the value is 0 then."""
COLUMNS = tuple(name for field in FIELDS for name in (SCORE_COLUMNS if field == "scores" else (field,)))
_INTEGERS = frozenset(("version", "year", *SCORE_COLUMNS))
_PRINTED_UNITS = {unit.printed: unit.name for unit in UNITS.values()}
"""A row is read by people: its unit may be written as it is printed."""
_FORMULA = ("=", "+", "-", "@", "'")
EXAMPLE: Mapping[str, str] = dict(
    zip(
        COLUMNS,
        (
            "code", "1", "名称", "name", "material", "1", "0", "0", "kg", "CN", "2024", "", "", "unknown", "unknown",
            "", "unknown", "1", "1", "1", "source", "published", "licence", "owner", "",
        ),
        strict=True,
    )
)  # fmt: skip


def encode_factor_row(factor: Factor) -> dict[str, str]:
    """The factor as texts by column; `parse_factor_row` reads them back.

    A text that a spreadsheet would take for a formula is written after an apostrophe.
    """
    fields = make_factor_fields(factor)
    scores = fields.pop("scores")
    assert isinstance(scores, Mapping)
    flat = {**fields, **{f"score_{name}": scores[name] for name in _SCORES}}
    flat["unit"] = UNITS[factor.unit].printed
    numbers = {*_INTEGERS, *KG_FIELDS}
    return {name: _encode(flat[name], name in numbers) for name in COLUMNS}


def encode_factor_table(factors: Iterable[Factor], titles: Mapping[str, str] | None = None) -> bytes:
    """A csv of all columns in UTF-8, with a mark so that spreadsheet programs read Chinese; of none, its header.

    `titles`: what stands before a column's name in the header, for people; `find_column` reads it.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writerow({name: f"{titles[name]} {name}" if titles else name for name in COLUMNS})
    writer.writerows(encode_factor_row(factor) for factor in factors)
    return text.getvalue().encode("utf-8-sig")


def find_column(heading: str) -> str:
    """The name of a column by its heading, a title before it or not; the heading in lower case where it is none."""
    words = heading.lower().split() or [""]
    return words[-1] if words[-1] in COLUMNS else heading.strip().lower()


def parse_factor_row(row: Mapping[str, str]) -> Factor:
    """Read a row of texts; raise BadField, BadNumber or UnknownUnit for the first thing wrong."""
    return parse_factor(_record(row))


def find_row_problems(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everything wrong with a row: (column, what), and ("", what) when only the whole does not fit."""
    found = []
    for name in COLUMNS:
        message = _complaint({**EXAMPLE, name: row.get(name, "")})
        if message is not None:
            found.append((name, message.partition(": ")[2] or message))
    whole = None if found else _complaint(row)
    return found if whole is None else [("", whole)]


def _complaint(row: Mapping[str, str]) -> str | None:
    try:
        parse_factor(_record(row))
    except MethodError as error:
        return str(error)
    return None


def _record(row: Mapping[str, str]) -> dict[str, object]:
    fields: dict[str, object] = {
        name: _decode(name, row.get(name) or ("0" if name in PARTS else "")) for name in COLUMNS
    }
    scores = {name: fields.pop(f"score_{name}") for name in _SCORES}
    return {**fields, "scores": scores}


def _encode(value: object, is_number: bool) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def _decode(name: str, text: str) -> object:
    if name in _INTEGERS:
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
    if name == "unit":
        return _PRINTED_UNITS.get(text, text)
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
