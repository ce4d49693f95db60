"""Which lines of the published categories a factor may be cited on, one at a time and for thousands at once."""

from __future__ import annotations

from pathlib import Path

from method.category import accept_factor
from node.importers.library import read_categories
from node.library import Library, PublishedCategory

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIBRARY = Library(
    {code: PublishedCategory("", one, "") for code, one in read_categories(EXAMPLES / "library").items()}, {}
)
CATEGORY = next(one.category for one in LIBRARY.categories.values())


def test_factors_are_found_citable_together_as_each_is_alone() -> None:
    named = next(line for line in CATEGORY.lines if line.accepts)
    wider = accept_factor(CATEGORY, named.code, "one-more", named.unit)
    library = Library({**LIBRARY.categories, wider.code: PublishedCategory("", wider, "")}, {})
    lines = [line for one in library.categories.values() for line in one.category.lines]
    factors = {
        (code, unit.unit) for line in lines for code in (*line.accepts, "no-such-code") for unit in lines
    }
    alone = {one for one in factors if library.lines_for(*one)}
    assert library.find_citable(factors) == alone and ("one-more", named.unit) in alone and factors - alone


def test_a_code_is_named_per_another_unit_only_where_the_line_is_per_another() -> None:
    (code, unit), *_ = ((line.accepts[0], line.unit) for one in LIBRARY.categories.values()
                        for line in one.category.lines if line.accepts)  # fmt: skip
    assert all(line.unit != unit for _, line in LIBRARY.lines_in_other_units(code, unit))
    found = LIBRARY.lines_in_other_units(code, "t*km")
    assert found and all(code in line.accepts for _, line in found)
    assert LIBRARY.lines_in_other_units("no-such-code", unit) == [] and LIBRARY.is_named(code)
