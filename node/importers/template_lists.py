"""The template's hidden sheet of lists: what its drop-downs offer, one column each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from method.activity import OUTPUT_LINE
from method.category import Category, TemplateLine
from method.conversions import CONVERSIONS
from method.factor import Factor
from method.units import UNITS, parse_unit
from node.importers.tables import LISTS_SHEET

OUTPUT_CHOICE = "output 产量 Production output"
_UNUSUAL = frozenset({"J", "Wh", "mg", "mL", "m", "kg*km"})
_MOST_FACTORS = 500


@dataclass(frozen=True, slots=True)
class Lists:
    """Choices by name: lines, units, factors, and for each line its own units and factors."""

    columns: Mapping[str, tuple[str, ...]]

    def place(self, name: str) -> str:
        """Where a list stands, as a formula of a drop-down."""
        letter = get_column_letter(list(self.columns).index(name) + 1)
        return f"'{LISTS_SHEET}'!${letter}$2:${letter}${max(len(self.columns[name]), 1) + 1}"


def make_lists(category: Category, factors: Mapping[str, Factor]) -> Lists:
    """Everything that the drop-downs of one category's template offer."""
    columns: dict[str, tuple[str, ...]] = {
        "lines": (OUTPUT_CHOICE, *(name_line(line) for line in category.lines)),
        f"unit {OUTPUT_LINE}": _units(category.declared_unit, ""),
    }
    for line in category.lines:
        columns[f"unit {line.code}"] = _units(line.unit, line.kind)
        columns[f"factor {line.code}"] = list_factors(line, factors)
    columns["units"] = _join(columns, "unit ")
    columns["factors"] = _join(columns, "factor ")[:_MOST_FACTORS]
    return Lists(columns)


def name_line(line: TemplateLine) -> str:
    """A line as the drop-down shows it; `rows` reads it back."""
    return f"{line.code} {line.name_zh} {line.name_en}"


def list_factors(line: TemplateLine, factors: Mapping[str, Factor]) -> tuple[str, ...]:
    """The published factors that a line accepts, its default first, as the drop-down shows them."""
    codes = line.accepts or tuple(
        sorted(code for code, factor in factors.items() if factor.unit == line.unit)
    )
    ordered = sorted(
        (code for code in codes if code in factors), key=lambda code: code != line.default_factor
    )
    return tuple(f"{code} {factors[code].name_zh}" for code in ordered)[:_MOST_FACTORS]


def write_lists(book: Workbook, lists: Lists) -> None:
    """Write the sheet, hidden: it is for the drop-downs."""
    sheet = book.create_sheet(LISTS_SHEET)
    for column, (name, choices) in enumerate(lists.columns.items(), start=1):
        for row, text in enumerate((name, *choices), start=1):
            sheet.cell(row, column, text)
    sheet.sheet_state = "hidden"


def _units(goal: str, line_kind: str) -> tuple[str, ...]:
    kinds = [parse_unit(goal).kind]
    if line_kind in CONVERSIONS:
        kinds.append(parse_unit(CONVERSIONS[line_kind].source).kind)
    found = [unit.name for kind in kinds for unit in UNITS.values() if unit.kind == kind]
    names = [goal, *(name for name in found if name != goal and name not in _UNUSUAL)]
    return tuple(name.replace("*", "·") for name in names)


def _join(columns: Mapping[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    lists = [choices for name, choices in columns.items() if name.startswith(start)]
    return tuple(dict.fromkeys(choice for choices in lists for choice in choices))
