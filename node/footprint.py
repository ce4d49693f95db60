"""`sealsum footprint`: the same sum in the clear, for someone who owns all the data. Protocol section 1.

Exact fractions from the spreadsheets to the last line; nothing is rounded before it is printed. The sealed
calculation of the same pack is at or above these figures, by at most the bound it shows.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from method.category import Category, Four
from method.errors import MethodError
from method.exact import encode_decimal
from method.factor import Factor
from method.footprint import make_unit_footprint, sum_indicators
from method.functional_unit import total_energy_of
from method.pack import BomEntry, PackDefinition, check_mass_balance
from method.product import Product
from method.result import Figures, PackTotals, make_figures, make_report
from method.rules import STAGE_NAMES, STAGES, find_rules
from method.units import convert
from node.importers.activity import read_activity
from node.importers.library import read_categories, read_factors
from node.importers.pack import PACK_FILE, read_pack, read_product
from node.importers.problem import ImportProblems, Problem, fail
from node.language import find_language


@dataclass(frozen=True, slots=True)
class PackFootprint:
    """The figures of one pack, and what its owner should look at."""

    pack: PackDefinition
    figures: Figures
    warnings: tuple[str, ...]


def compute_footprint(pack_dir: Path, library_dir: Path | None = None) -> PackFootprint:
    """The exact footprint of the pack in `pack_dir`; raise ImportProblems with what is wrong in any of its files.

    The library is the folder that pack.toml names, unless `library_dir` is given.
    """
    pack = read_pack(pack_dir)
    library = library_dir or pack_dir / pack.library
    factors, categories = read_factors(library), read_categories(library)
    problems: list[Problem] = []
    warnings = _weigh(pack)
    stages: dict[str, list[Four]] = {stage: [] for stage in STAGES}
    for entry in pack.entries:
        try:
            indicators, noted = _compute_entry(pack_dir, entry, pack, (categories, factors))
            stages[entry.stage].append(indicators)
            warnings += [f"{entry.supplier}: {warning}" for warning in noted]
        except ImportProblems as error:
            problems += [_place(item, entry.supplier) for item in error.problems]
    if problems:
        raise ImportProblems(problems)
    figures = _make_figures(pack, {stage: sum_indicators(items) for stage, items in stages.items()})
    return PackFootprint(pack, figures, tuple(warnings))


def _place(problem: Problem, supplier: str) -> Problem:
    # Every supplier's spreadsheet has the same name, so the folder belongs to it here; a missing file has its path.
    return (
        problem
        if problem.file == PACK_FILE or "/" in problem.file
        else replace(problem, file=f"{supplier}/{problem.file}")
    )


def _compute_entry(
    pack_dir: Path,
    entry: BomEntry,
    pack: PackDefinition,
    library: tuple[Mapping[str, Category], Mapping[str, Factor]],
) -> tuple[Four, tuple[str, ...]]:
    folder, (categories, factors) = pack_dir / entry.supplier, library
    rules, boundary = find_rules(pack.method, pack.boundary), pack.boundary
    _, product = read_product(folder)
    category = _find_category(entry, product, categories)
    activity = read_activity(folder / product.activity, product, category, factors)
    try:
        footprint = make_unit_footprint(category, activity.amounts, factors, rules, boundary)
        quantity = convert(entry.quantity, entry.unit, category.declared_unit)
    except MethodError as error:
        raise fail(
            PACK_FILE, f"item {entry.item}", str(error), "Correct the entry in the bill of materials"
        ) from error
    total, biogenic, secondary, quality = footprint.indicators
    indicators = (total * quantity, biogenic * quantity, secondary * quantity, quality * quantity)
    return indicators, tuple(map(str, activity.warnings))


def _weigh(pack: PackDefinition) -> list[str]:
    try:
        return [warning.describe() for warning in check_mass_balance(pack)]
    except MethodError as error:
        raise fail(PACK_FILE, "a part without a mass", str(error), 'Set part_of to "" for it') from error


def _find_category(entry: BomEntry, product: Product, categories: Mapping[str, Category]) -> Category:
    category = categories.get(entry.category)
    if category is None:
        raise fail(
            PACK_FILE, f"category {entry.category} of item {entry.item}", "a published category", "Correct it"
        )
    if (product.code, product.category) != (entry.product, entry.category):
        raise fail(
            PACK_FILE,
            f"item {entry.item} asks for product {entry.product} of category {entry.category}",
            f"product {product.code} of category {product.category}, as {entry.supplier} describes it",
            "Correct the bill of materials, or the supplier's folder that it names",
        )
    if entry.stage not in category.stages:
        raise fail(
            PACK_FILE,
            f"item {entry.item} in stage {entry.stage}",
            f"a stage of category {category.code}: {', '.join(category.stages)}",
            "Correct the stage",
        )
    return category


def _make_figures(pack: PackDefinition, stages: Mapping[str, Four]) -> Figures:
    rules = find_rules(pack.method, pack.boundary)
    counted = rules.stages_of(pack.boundary)
    whole = sum_indicators(stages[stage] for stage in counted)
    totals = PackTotals({stage: stages[stage][0] for stage in counted}, *whole[1:], Fraction(0))
    try:
        return make_figures(totals, total_energy_of(pack.functional_unit, rules))
    except MethodError as error:
        raise fail(PACK_FILE, "no total energy", str(error), "Complete [functional_unit]") from error


def footprint(
    pack_dir: Annotated[
        Path, typer.Argument(help="Folder with pack.toml and one folder per supplier.", metavar="DIR")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the shape of result.json.")] = False,
) -> None:
    """Compute a pack's footprint in the clear, for someone who owns all the data."""
    try:
        result = compute_footprint(pack_dir.parent if pack_dir.name == PACK_FILE else pack_dir)
    except ImportProblems as error:
        language = find_language(None, os.environ)
        if as_json:
            typer.echo(
                json.dumps(
                    {"problems": [one.as_fields(language) for one in error.problems]}, ensure_ascii=False
                )
            )
        console = Console(stderr=True)
        for problem in error.problems:
            console.print(problem.describe(language), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps(make_report(result.figures), indent=2))
        return
    _print_tables(result)


def _print_tables(result: PackFootprint) -> None:
    console = Console()
    figures, pack = result.figures, result.pack
    table = Table(
        title=f"{pack.name_en} {pack.functional_unit.model}: {pack.method}, {pack.boundary} life cycle"
    )
    for title in ("Stage 阶段", "kgCO2e", "Share"):
        table.add_column(title, justify="left" if title.startswith("Stage") else "right")
    for stage in find_rules(pack.method, pack.boundary).boundaries[pack.boundary]:
        name_zh, name_en = STAGE_NAMES[stage]
        table.add_row(
            f"{name_en} {name_zh}", _show(figures.stages[stage], 3), _percent(figures.shares[stage])
        )
    table.add_section()
    table.add_row("Total 合计", _show(figures.total_kg, 3), "100.0 %")
    console.print(table)
    console.print(
        f"Total energy {figures.total_energy_kwh} kWh, {_show(figures.per_kwh, 6)} kgCO2e/kWh delivered"
    )
    console.print(
        f"Secondary data {_show(figures.secondary_kg, 3)} kg, quality rating {_show(figures.quality_rating, 4)}"
    )
    for warning in result.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False)


def _show(figure: str, places: int) -> str:
    # Rounded for the eye only: --json prints every digit.
    whole, _, part = encode_decimal(Fraction(figure), places).partition(".")
    return f"{whole}.{part.ljust(places, '0')}"


def _percent(share: str) -> str:
    return f"{_show(encode_decimal(Fraction(share) * 100), 1)} %"
