"""A folder with a factor library and product categories, as TOML: `factors.toml` and `categories.toml`."""

from __future__ import annotations

from pathlib import Path

from method.category import Category, parse_category
from method.errors import MethodError
from method.factor import Factor, parse_factor
from method.fields import as_table, check_known, read_list
from node.importers.problem import ProblemList
from node.importers.toml import read_toml
from operation.method_words import say_reason

FACTORS_FILE = "factors.toml"
CATEGORIES_FILE = "categories.toml"
_MOST = 10_000


def read_factors(library: Path) -> dict[str, Factor]:
    """Every factor of the library by code; raise ImportProblems with all that is wrong."""
    return read_factors_file(library / FACTORS_FILE)


def read_factors_file(path: Path) -> dict[str, Factor]:
    """Every factor of a TOML file with [[factor]] entries by code; raise ImportProblems with all that is wrong."""
    problems = ProblemList(path.name)
    factors: dict[str, Factor] = {}
    for number, item in enumerate(_read_items(path, "factor"), start=1):
        try:
            factor = parse_factor(as_table(item, f"factor {number}"))
        except MethodError as error:
            problems.note(("", 0, f"factor {number}"), "factor-unreadable", reason=say_reason(error))
            continue
        if factor.code in factors:
            problems.note(("", 0, f"factor {number}"), "code-twice", code=factor.code)
        factors[factor.code] = factor
    problems.raise_if_any()
    return factors


def read_categories(library: Path) -> dict[str, Category]:
    """Every product category of the library by code; raise ImportProblems with all that is wrong."""
    path = library / CATEGORIES_FILE
    problems = ProblemList(path.name)
    categories: dict[str, Category] = {}
    for number, item in enumerate(_read_items(path, "category"), start=1):
        try:
            category = parse_category(as_table(item, f"category {number}"))
        except MethodError as error:
            place = ("", 0, f"category {number}")
            problems.note(place, "category-unreadable", reason=say_reason(error))
            continue
        if category.code in categories:
            problems.note(("", 0, f"category {number}"), "code-twice", code=category.code)
        categories[category.code] = category
    problems.raise_if_any()
    return categories


def _read_items(path: Path, field: str) -> list[object]:
    record = read_toml(path)
    problems = ProblemList(path.name)
    try:
        check_known(record, (field,), path.name)
        return read_list(record, field, path.name, _MOST)
    except MethodError as error:
        problems.note(("", 0, ""), "entries-misshapen", reason=say_reason(error), name=field)
    problems.raise_if_any()
    return []
