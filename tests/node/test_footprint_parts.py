"""`sealsum footprint`: what of a total is fossil, biogenic and from land use; the residual mix on a line of its own."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
import typer
from openpyxl import load_workbook
from typer.testing import CliRunner

from method.activity import LineAmount
from method.plausibility import Setting, find_cautions
from node.commands.footprint import footprint, make_fields
from node.importers.library import read_categories, read_factors
from tests.support.footprints import compute_footprint

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(footprint)
    return app


@pytest.fixture
def pack_dir(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path / "examples" / "ncm-pack"


def state_parts(pack_dir: Path, code: str, biogenic: str, land_use: str) -> None:
    """Give a factor of the library a biogenic part and one from land use."""
    path = pack_dir.parent / "library" / "factors.toml"
    before, _, after = path.read_text(encoding="utf-8").partition(f'code = "{code}"\n')
    stated = after.replace('biogenic = "0"', f'biogenic = "{biogenic}"\nland_use = "{land_use}"', 1)
    path.write_text(f'{before}code = "{code}"\n{stated}', encoding="utf-8")


def test_the_parts_of_a_total_stand_beside_each_other_and_sum_to_it(app: typer.Typer, pack_dir: Path) -> None:
    state_parts(pack_dir, "electricity-cn-2024", "0.02", "0.01")
    told = CliRunner().invoke(app, [str(pack_dir), "--json"])
    report = json.loads(told.stdout)
    # The pack's 2993.1064 kWh of the national average; the total as it was.
    assert report["land_use_kg"] == "29.931064"
    assert report["biogenic_kg"] == "59.862128"
    assert report["fossil_kg"] == "7302.32467116"
    parts = sum(Fraction(report[name]) for name in ("fossil_kg", "biogenic_kg", "land_use_kg"))
    assert parts == Fraction(report["total_kg"]) == Fraction("7392.11786316")
    shown = " ".join(CliRunner().invoke(app, [str(pack_dir)]).stdout.split())
    assert "fossil 化石 7302.325 kg, biogenic 生物源 59.862 kg, land use 土地利用 29.931 kg" in shown


def test_land_use_is_named_to_people_only_where_there_is_some(app: typer.Typer) -> None:
    assert "land use" not in CliRunner().invoke(app, [str(EXAMPLES / "ncm-pack")]).stdout
    report = make_fields(compute_footprint(EXAMPLES / "ncm-pack"))
    assert (report["land_use_kg"], report["fossil_kg"]) == ("0", report["total_kg"])


def test_what_certificates_leave_may_be_declared_as_the_residual_mix(pack_dir: Path) -> None:
    before = compute_footprint(pack_dir)
    path = pack_dir / "cell" / "activity.xlsx"
    book = load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet.cell(2, 1).value == "grid-electricity"
    for column, value in ((1, "residual-electricity"), (2, "剩余电力"), (7, None)):
        sheet.cell(2, column).value = value
    book.save(path)
    result = compute_footprint(pack_dir)
    # Notice of 2023: 0.6096 kg of CO2 per kWh, direct. 1260 kWh of the cells were at 0.5777 before.
    (residual,) = [one for one in make_fields(result)["electricity"] if one["model"] == "residual"]
    assert (residual["kwh"], residual["kg"], residual["accepted"]) == ("1260", "768.096", True)
    added = Fraction(result.figures.total_kg) - Fraction(before.figures.total_kg)
    assert added == Fraction("768.096") - Fraction("727.902")
    assert before.notes and result.notes == ()


@pytest.mark.parametrize("code", ["cell-ncm", "cell-lfp"])
def test_residual_electricity_of_a_cell_is_told_to_be_direct_co2_only(code: str) -> None:
    category = read_categories(EXAMPLES / "library")[code]
    factors = read_factors(EXAMPLES / "library")
    used = {"grid-electricity": Fraction(1), "residual-electricity": Fraction(2)}
    amounts = [
        LineAmount(line.code, line.default_factor, used.get(line.code, Fraction(0)))
        for line in category.lines
    ]
    found = find_cautions(category, amounts, factors, Setting("福建省 Fujian", "2025-12-31", {}))
    ((line, said),) = [(one.line, one.text_en) for one in found if "direct emissions only" in one.text_en]
    assert line == "residual-electricity" and "electricity-residual-cn-2023" in said
