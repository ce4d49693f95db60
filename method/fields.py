"""Reading records that people wrote (TOML, CSV) or that a statement carried: strict, one error per field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from method.errors import BadField, BadFields, MethodError
from method.exact import parse_decimal
from method.units import parse_unit

Record = Mapping[str, object]
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
LONGEST_TEXT = 400


def check_known(record: Record, known: Sequence[str], what: str) -> None:
    """Raise BadField when `record` holds an unknown field: a misspelt one would be lost silently."""
    unknown = sorted(set(record) - set(known))
    if unknown:
        raise BadField(f"{what}: unknown field {unknown[0]!r}; expected only {', '.join(known)}")


def read_text(record: Record, field: str, what: str, optional: bool = False) -> str:
    """A text of 1 to 400 characters; raise BadField. Optional ones may be absent or empty and read as ""."""
    value = record.get(field, "" if optional else None)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not (optional or value.strip()):
        raise BadField(f"{what}: field {field!r}: expected a text of 1 to {LONGEST_TEXT} characters")
    return value


def read_code(record: Record, field: str, what: str) -> str:
    """A code: lowercase letters, digits, dot, dash, underscore; raise BadField."""
    value = record.get(field)
    if not isinstance(value, str) or _CODE.fullmatch(value) is None:
        raise BadField(
            f"{what}: field {field!r}: expected a code of lowercase letters, digits, '.', '_', '-'"
        )
    return value


def read_decimal(record: Record, field: str, what: str) -> Fraction:
    """An exact decimal written as text; raise BadNumber. A TOML float is refused: it is not exact."""
    return parse_decimal(record.get(field), f"{what}: field {field!r}")


def read_date(record: Record, field: str, what: str) -> str:
    """An ISO date, written as text or as a TOML date; raise BadField."""
    # A TOML date prints as ISO text; fromisoformat also reads "20251231", which is written out in full here.
    try:
        return date.fromisoformat(str(record.get(field))).isoformat()
    except ValueError as error:
        raise BadField(f"{what}: field {field!r}: expected a date such as 2025-12-31") from error


def read_unit(record: Record, field: str, what: str) -> str:
    """A unit by its one canonical name; raise UnknownUnit or BadField.

    Governed data has one spelling, so that no reader's table of aliases decides whether a factor fits.
    """
    text = read_text(record, field, what)
    name = parse_unit(text).name
    if name != text:
        raise BadField(f"{what}: field {field!r}: expected the unit written {name!r}")
    return name


def read_integer(record: Record, field: str, what: str, low: int, high: int) -> int:
    """An integer in [low, high]; raise BadField."""
    value = record.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadField(f"{what}: field {field!r}: expected a whole number from {low} to {high}")
    return value


def read_bool(record: Record, field: str, what: str) -> bool:
    """true or false; raise BadField."""
    value = record.get(field)
    if not isinstance(value, bool):
        raise BadField(f"{what}: field {field!r}: expected true or false")
    return value


def read_list(record: Record, field: str, what: str, longest: int) -> list[object]:
    """A list of at most `longest` items; raise BadField."""
    value = record.get(field)
    if not isinstance(value, (list, tuple)) or len(value) > longest:
        raise BadField(f"{what}: field {field!r}: expected a list of at most {longest} items")
    return list(value)


def read_table(record: Record, field: str, what: str) -> dict[str, object]:
    """A table of named fields; raise BadField."""
    value = record.get(field)
    if not isinstance(value, Mapping):
        raise BadField(f"{what}: field {field!r}: expected a table")
    return {str(key): item for key, item in value.items()}


def as_table(value: object, what: str) -> dict[str, object]:
    """One item of a list, when it is a table of named fields; raise BadField."""
    return read_table({"item": value}, "item", what)


def check_all(reads: Iterable[Callable[[], Any]]) -> list[Any]:
    """What every read gives; raise BadFields with the problems of all that fail, in order.

    A file that people wrote is checked like this first, so that they mend it in one go.
    """
    problems: list[str] = []
    found: list[Any] = []
    for read in reads:
        try:
            found.append(read())
        except BadFields as error:
            problems += error.problems
        except MethodError as error:
            problems.append(str(error))
    if problems:
        raise BadFields(problems)
    return found
