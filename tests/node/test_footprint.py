"""`sealsum footprint`: the sum in the clear, its output shapes, and what it says about bad input."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from node.cli_footprint import footprint
from node.footprint import compute_footprint
from node.importers.problem import ImportProblems

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


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_json_has_exactly_the_shape_of_a_result(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, [str(EXAMPLES / "ncm-pack"), "--json"])
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert list(report) == ["stages", "total_kg", "total_energy_kwh", "per_kwh", "overstated_by_at_most"]
    assert report["overstated_by_at_most"] == "0"
    assert Fraction(report["total_kg"]) == sum(Fraction(value) for value in report["stages"].values())


def test_the_table_shows_stages_shares_and_the_footprint_per_kwh(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, [str(EXAMPLES / "ncm-pack")])
    assert result.exit_code == 0
    for text in (
        "6091.100",
        "82.4 %",
        "1057.101",
        "14.3 %",
        "243.917",
        "3.3 %",
        "7392.118",
        "0.154002",
        "2.1794",
    ):
        assert text in result.stdout


def test_a_mass_that_does_not_sum_is_a_warning_and_no_error(app: typer.Typer, pack_dir: Path) -> None:
    edit(pack_dir / "pack.toml", 'mass_kg = "523"', 'mass_kg = "600"')
    result = CliRunner().invoke(app, [str(pack_dir)])
    assert result.exit_code == 0
    assert "parts of pack sum to 523 kg" in " ".join(result.stdout.split())


def test_problems_of_several_suppliers_come_in_one_go(app: typer.Typer, pack_dir: Path) -> None:
    edit(pack_dir / "copper-foil" / "activity.csv", "2025-12-31,", "2025-12-31,-")
    edit(pack_dir / "bms-parts" / "activity.csv", ",t,", ",parsec,")
    result = CliRunner().invoke(app, [str(pack_dir)])
    assert result.exit_code == 2
    assert "copper-foil/activity.csv, row 2, column 数量 Amount" in result.stderr
    assert "bms-parts/activity.csv, row 4, column Unit" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('product = "ncm-cathode"', 'product = "ncm-other"', "asks for product ncm-other"),
        ('category = "ncm-cathode"', 'category = "unknown"', "category unknown of item cathode"),
        ('category = "ncm-cathode"', 'category = "lfp-cathode"', "of category lfp-cathode"),
        ('stage = "distribution"', 'stage = "battery_production"', "in stage battery_production"),
        ('stage = "distribution"', 'stage = "end_of_life"', "a pack that cannot be read"),
        ('unit = "piece"', 'unit = "kg"', "item pack-assembly"),
        ('unit = "kg"', 'unit = "piece"', "item lithium-brine"),
        ('supplier = "cathode"', 'supplier = "nowhere"', "No such file"),
    ],
)
def test_a_bill_of_materials_that_names_something_unknown_is_refused(
    pack_dir: Path, old: str, new: str, found: str
) -> None:
    edit(pack_dir / "pack.toml", old, new)
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir)
    (problem,) = caught.value.problems
    assert found in problem.found


def test_a_library_of_ones_own_can_be_given(pack_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "library", tmp_path / "mine")
    edit(tmp_path / "mine" / "factors.toml", 'total = "0.5777"', 'total = "0.6777"')
    own = Fraction(compute_footprint(pack_dir, tmp_path / "mine").figures.total_kg)
    assert own > Fraction(compute_footprint(pack_dir).figures.total_kg)


def test_a_part_without_a_mass_is_refused(pack_dir: Path) -> None:
    path = pack_dir / "pack.toml"
    text = path.read_text(encoding="utf-8")
    head, tail = text.split('item = "pack-assembly"')
    path.write_text(
        head + 'item = "pack-assembly"' + tail.replace('part_of = ""', 'part_of = "pack"', 1),
        encoding="utf-8",
    )
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir)
    assert caught.value.problems[0].found == "a part without a mass"


def test_a_forgotten_month_is_warned_of(pack_dir: Path) -> None:
    edit(pack_dir / "lipf6" / "product.toml", "period_start = 2025-01-01", "period_start = 2024-12-01")
    (warning,) = compute_footprint(pack_dir).warnings
    assert warning.startswith("lipf6: line output: no record covers 2024-12-01 to 2024-12-31")
