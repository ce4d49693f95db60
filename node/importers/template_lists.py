"""The template's hidden sheet of lists: what its drop-downs offer, one column each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from method.activity import OUTPUT_LINE
from method.category import Category, TemplateLine
from method.electricity import REGIONAL_GRID
from method.factor import Factor
from method.plausibility import check_geography
from node.importers.tables import LISTS_SHEET
from node.importers.unit_names import list_units

OUTPUT_CHOICE = "output 产量 Production output"
_MOST_FACTORS = 500


@dataclass(frozen=True, slots=True)
class Lists:
    """Choices by name: lines, units, factors, and for each line its own units and factors."""

    columns: Mapping[str, tuple[str, ...]]

    def place(self, name: str) -> str:
        """Where a list stands, as a formula of a drop-down."""
        letter = get_column_letter(list(self.columns).index(name) + 1)
        return f"'{LISTS_SHEET}'!${letter}$2:${letter}${max(len(self.columns[name]), 1) + 1}"


def make_lists(category: Category, factors: Mapping[str, Factor], plant: str = "") -> Lists:
    """Everything that the drop-downs of one category's template offer."""
    columns: dict[str, tuple[str, ...]] = {
        "lines": (OUTPUT_CHOICE, *(name_line(line) for line in order_lines(category, factors, plant))),
        f"unit {OUTPUT_LINE}": list_units(category.declared_unit, ""),
    }
    for line in category.lines:
        columns[f"unit {line.code}"] = list_units(line.unit, line.kind)
        columns[f"factor {line.code}"] = list_factors(line, factors)
    columns["units"] = _join(columns, "unit ")
    columns["factors"] = _join(columns, "factor ")[:_MOST_FACTORS]
    return Lists(columns)


def order_lines(category: Category, factors: Mapping[str, Factor], plant: str) -> tuple[TemplateLine, ...]:
    """The lines as a template offers them: regional electricity of another place than the plant's comes last."""
    return tuple(sorted(category.lines, key=lambda line: is_elsewhere(line, factors, plant)))


def is_elsewhere(line: TemplateLine, factors: Mapping[str, Factor], plant: str) -> bool:
    """Whether a line of regional electricity has no factor for the plant's place, as far as that is known."""
    known = [factors[code] for code in (*line.accepts, line.default_factor) if code in factors]
    return line.model == REGIONAL_GRID and all(check_geography(line, one, plant) is not None for one in known)


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
    return tuple(name_factor(factors[code]) for code in ordered)[:_MOST_FACTORS]


def name_factor(factor: Factor) -> str:
    """A factor as the drop-down shows it; `rows` reads it back."""
    return f"{factor.code} {factor.name_zh}"


def write_lists(book: Workbook, lists: Lists) -> None:
    """Write the sheet, hidden: it is for the drop-downs."""
    sheet = book.create_sheet(LISTS_SHEET)
    for column, (name, choices) in enumerate(lists.columns.items(), start=1):
        for row, text in enumerate((name, *choices), start=1):
            sheet.cell(row, column, text)
    sheet.sheet_state = "hidden"


def _join(columns: Mapping[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    lists = [choices for name, choices in columns.items() if name.startswith(start)]
    return tuple(dict.fromkeys(choice for choices in lists for choice in choices))
