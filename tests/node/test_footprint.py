"""`sealsum footprint`: the sum in the clear, its output shapes, and what it says about bad input."""

from __future__ import annotations

import json
import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import typer
from openpyxl import load_workbook
from typer.testing import CliRunner

from method.rules import RULES
from node.commands.footprint import footprint
from node.importers.problem import ImportProblems
from node.importers.tables import CUTOFF_SHEET
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


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(app: typer.Typer, *words: str) -> dict[str, Any]:
    """The JSON that the command prints."""
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_json_has_the_keys_of_a_result_and_more_beside_them(app: typer.Typer) -> None:
    report = run(app, str(EXAMPLES / "ncm-pack"))
    shape = ["stages", "total_kg", "total_energy_kwh", "per_kwh", "overstated_by_at_most"]
    assert list(report)[: len(shape)] == shape
    assert report["overstated_by_at_most"] == "0"
    assert Fraction(report["total_kg"]) == sum(Fraction(value) for value in report["stages"].values())
    assert (report["method"], report["boundary"], report["left_out"]) == (
        "mee-2025-cff", "partial", ["end-of-life"],
    )  # fmt: skip
    assert (report["quality_band"], report["quality_limit"], report["quality_within_limit"]) == (
        "good",
        "3",
        True,
    )
    assert report["conforms"] and report["strict_total_kg"] == report["total_kg"]
    topics = {one["topic"] for one in report["unknown"]}
    assert topics >= {"electricity", "quality"} and not topics & {"variant", "allocation"}
    assert all(one["zh"] and one["en"] for one in report["unknown"])
    assert report["variant"] == {"zh": "", "en": ""}
    full = run(app, str(EXAMPLES / "ncm-pack"), "--boundary", "full")
    assert {one["topic"] for one in full["unknown"]} >= {"variant", "allocation"}
    assert full["variant"]["zh"] and full["variant"]["en"]


def test_json_names_the_model_of_all_electricity_and_what_is_not_accepted(app: typer.Typer) -> None:
    asked = ("--method", "eu-cfb-2024-draft", "--boundary", "full")
    report = run(app, str(EXAMPLES / "ncm-pack"), *asked)
    by_model = {one["model"]: (one["kwh"], one["accepted"]) for one in report["electricity"]}
    assert by_model == {
        "national_average": ("2993.1064", True), "regional_grid": ("895.65", False),
        "specific_supply": ("540", False),
    }  # fmt: skip
    assert not report["conforms"] and report["left_out"] == []
    wind = next(one for one in report["findings"] if one["item"] == "cell")
    assert (wind["line"], wind["model"], wind["kwh"]) == ("wind-electricity", "specific_supply", "540")
    # 540 kWh at 0.0336 and at 0.5777 kg/kWh.
    assert (wind["kg"], wind["national_average_kg"], wind["difference_kg"]) == (
        "18.144",
        "311.958",
        "293.814",
    )
    added = sum(Fraction(one["difference_kg"]) for one in report["findings"])
    assert Fraction(report["strict_total_kg"]) - Fraction(report["total_kg"]) == added


def test_a_finding_is_told_to_people_as_well(app: typer.Typer) -> None:
    words = [str(EXAMPLES / "lfp-pack"), "--method", "eu-cfb-2024-draft", "--boundary", "full"]
    told = " ".join(CliRunner().invoke(app, words).stdout.split())
    assert "Finding: graphite, line regional-grid-electricity: 1002.75 kWh under regional_grid" in told
    assert "does not conform to eu-cfb-2024-draft: read strictly the total is" in told


def test_a_material_that_a_supplier_left_out_is_listed_with_its_reason(
    app: typer.Typer, pack_dir: Path
) -> None:
    path = pack_dir / "enclosure" / "activity.xlsx"
    book = load_workbook(path)
    sheet = book.create_sheet(CUTOFF_SHEET)
    sheet.append(["材料 Material", "质量 Mass", "单位 Unit", "部件总质量 Component mass", "理由 Reason"])
    sheet.append(["paint", 6081.852, "kg", 6081852, "below 1 %"])
    book.save(path)
    report = run(app, str(pack_dir))
    (cut,) = report["cut_offs"]
    # A thousandth of 84 kg; primary aluminium has the highest factor of what is retained.
    assert (cut["item"], cut["line"], cut["kg"]) == ("enclosure", "aluminium-primary", "0.084")
    assert "paint" in cut["reason"] and "below 1 %" in cut["reason"]
    added = Fraction(report["total_kg"]) - Fraction(run(app, str(EXAMPLES / "ncm-pack"))["total_kg"])
    assert abs(added - Fraction("0.084") * Fraction("15.1")) < Fraction(1, 10**9)
    assert "paint" in CliRunner().invoke(app, [str(pack_dir)]).stdout


def test_the_same_pack_stands_side_by_side_under_every_rule_set(app: typer.Typer) -> None:
    report = run(app, str(EXAMPLES / "ncm-pack"), "--compare")
    totals = {(one["method"], one["boundary"]): one["total_kg"] for one in report["compared"]}
    assert set(totals) == {(code, boundary) for code, rules in RULES.items() for boundary in rules.boundaries}
    assert report["total_kg"] == totals["mee-2025-cff", "partial"]
    alone = run(app, str(EXAMPLES / "ncm-pack"), "--method", "mee-2025-literal", "--boundary", "full")
    assert alone["total_kg"] == totals["mee-2025-literal", "full"]


def test_what_differs_is_told_with_its_reason(app: typer.Typer) -> None:
    report = run(app, str(EXAMPLES / "ncm-pack"), "--compare", "--boundary", "full")
    told = {(one["method"], one["boundary"]): one["differences"] for one in report["compared"]}
    assert told["mee-2025-cff", "full"] == []
    eu = " ".join(one["en"] for one in told["eu-cfb-2024-draft", "full"])
    # Stage 1 of the example: 6432.109 kg with A 0.5, 6636.715 kg with A 0.2 for metals.
    assert "6432.109 kg" in eu and "(+204.606 kg)" in eu and "0.5 and 0.2 for metals" in eu
    assert all(one["zh"] for one in told["miit-551", "partial"])
    shown = CliRunner().invoke(app, [str(EXAMPLES / "ncm-pack"), "--compare", "--boundary", "full"]).stdout
    assert "What differs from mee-2025-cff full, and why" in shown


def test_a_rule_set_that_lacks_something_does_not_keep_the_others_from_being_compared(
    app: typer.Typer, pack_dir: Path
) -> None:
    edit(pack_dir / "pack.toml", 'measured_cycles = "1500"', "")
    report = run(app, str(pack_dir), "--compare")
    assert {one["method"] for one in report["compared"]} == set(RULES) - {"miit-551"}
    assert [one["boundary"] for one in report["not_compared"]] == ["partial", "full"]
    assert "measured_cycles is missing" in json.dumps(report["not_compared"])
    shown = " ".join(CliRunner().invoke(app, [str(pack_dir), "--compare"]).stdout.split())
    assert "measured_cycles is missing" in shown


def test_a_partial_footprint_needs_no_files_of_the_end_of_life(pack_dir: Path) -> None:
    shutil.rmtree(pack_dir / "end-of-life")
    assert compute_footprint(pack_dir).left_out == ("end-of-life",)
    with pytest.raises(ImportProblems):
        compute_footprint(pack_dir, boundary="full")


@pytest.mark.parametrize(("method", "boundary"), [("guesswork", None), (None, "cradle")])
def test_an_unknown_rule_set_or_boundary_is_refused(
    pack_dir: Path, method: str | None, boundary: str | None
) -> None:
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir, method=method, boundary=boundary)
    assert "expected" in caught.value.problems[0].expected


def test_measured_cycles_are_asked_for_where_the_rule_set_counts_them(pack_dir: Path) -> None:
    edit(pack_dir / "pack.toml", 'measured_cycles = "1500"', "")
    assert compute_footprint(pack_dir).figures.total_energy_kwh == "48000"
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir, method="miit-551")
    assert "measured_cycles is missing" in caught.value.problems[0].expected


def test_everything_wrong_in_a_pack_file_and_in_product_files_comes_in_one_go(pack_dir: Path) -> None:
    edit(pack_dir / "cell" / "product.toml", "period_end = 2025-12-31", "period_end = 2024-12-31")
    edit(pack_dir / "cell" / "product.toml", 'declared_unit = "kg"', 'declared_unit = "stone"')
    edit(pack_dir / "lipf6" / "product.toml", 'plant = "', 'plan = "')
    products = ["cell/product.toml", "cell/product.toml", "lipf6/product.toml", "lipf6/product.toml"]
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir)
    assert sorted(problem.file for problem in caught.value.problems) == products
    edit(pack_dir / "pack.toml", 'mass_kg = "523"', 'mass_kg = "-1"')
    edit(pack_dir / "pack.toml", 'quantity = "44.008"', 'quantity = "none"')
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir)
    assert [problem.file for problem in caught.value.problems] == ["pack.toml", "pack.toml", *products]


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


@pytest.mark.parametrize(("language", "word"), [("en", "not declared"), ("zh", "未申报")])
def test_a_stage_without_an_item_is_said_to_be_undeclared_and_is_no_zero(
    app: typer.Typer, pack_dir: Path, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", language)
    monkeypatch.setenv("COLUMNS", "200")
    assert word not in CliRunner().invoke(app, [str(pack_dir)]).stdout
    path = pack_dir / "pack.toml"
    head, *entries = path.read_text("utf-8").split("[[bill_of_materials]]")
    kept = [one for one in entries if 'stage = "distribution"' not in one]
    assert len(kept) < len(entries)
    path.write_text("[[bill_of_materials]]".join((head, *kept)), "utf-8")
    told = CliRunner().invoke(app, [str(pack_dir)]).stdout
    (row,) = [line for line in told.splitlines() if "Distribution" in line and "│" in line]
    assert word in row and "0.000" not in row and "%" not in row


def test_stages_that_do_not_sum_once_rounded_are_said_not_to(app: typer.Typer) -> None:
    # 5362.475 + 1138.251 + 75.924 - 905.987 = 5670.663, and the total is 5670.6637.
    lfp = CliRunner().invoke(app, [str(EXAMPLES / "lfp-pack"), "--boundary", "full"]).stdout
    assert "5670.664" in lfp and "the stages do not sum to the total" in " ".join(lfp.split())
    ncm = CliRunner().invoke(app, [str(EXAMPLES / "ncm-pack")]).stdout
    assert "do not sum" not in ncm


@pytest.mark.parametrize(
    ("method", "boundary", "conforms"),
    [
        # The notice counts four stages, the regulation wants all four declared; the Chinese draft offers both.
        ("miit-551", "partial", False), ("miit-551", "full", True), ("mee-2025-cff", "partial", True),
        ("mee-2025-literal", "full", True), ("eu-cfb-2024-draft", "partial", False),
    ],
)  # fmt: skip
def test_a_boundary_that_is_not_declared_does_not_conform(
    app: typer.Typer, method: str, boundary: str, conforms: bool
) -> None:
    report = run(app, str(EXAMPLES / "lfp-pack"), "--method", method, "--boundary", boundary)
    told = [
        note
        for note in report["notes"]
        if note["en"].startswith(f"boundary {boundary}: {method} is declared")
    ]
    assert report["conforms"] == conforms
    assert bool(told) == (boundary not in RULES[method].declared_boundaries)


@pytest.mark.parametrize(
    ("cycles", "method", "note"),
    [
        ("", "mee-2025-cff", "cycles a year: the maker states none; 60 is the default of mee-2025-cff for vehicle "
                             "category M1"),
        ("", "eu-cfb-2024-draft", "cycles a year: the maker states none; 60 is the default of eu-cfb-2024-draft for "
                                  "vehicle category M1"),
        ("100", "eu-cfb-2024-draft", "cycles a year: eu-cfb-2024-draft has 60 for vehicle category M1; the maker's "
                                     "100 do not count"),
        ("60", "eu-cfb-2024-draft", None), ("100", "mee-2025-cff", None), ("", "miit-551", None),
    ],
)  # fmt: skip
def test_cycles_that_the_maker_does_not_state_are_said_to_be_the_rule_sets(
    app: typer.Typer, pack_dir: Path, cycles: str, method: str, note: str | None
) -> None:
    stated = f'cycles_per_year = "{cycles}"' if cycles else ""
    edit(pack_dir / "pack.toml", 'cycles_per_year = "60"', stated)
    edit(pack_dir / "pack.toml", 'vehicle_category = "M1"', "")
    notes = run(app, str(pack_dir), "--method", method)["notes"]
    told = [one for one in notes if one["en"].startswith("cycles a year")]
    assert [one["en"] for one in told] == ([] if note is None else [note])
    assert all("年循环次数" in one["zh"] for one in told)


def test_a_rating_above_the_limit_of_the_rule_set_is_said_to_be(app: typer.Typer, pack_dir: Path) -> None:
    library = shutil.copytree(EXAMPLES / "library", pack_dir.parent / "poor")
    factors = (library / "factors.toml").read_text("utf-8")
    poor = re.sub(r"scores = \{[^}]*\}", "scores = { technology = 4, time = 4, geography = 4 }", factors)
    (library / "factors.toml").write_text(poor, "utf-8")
    edit(pack_dir / "pack.toml", 'library = "../library"', 'library = "../poor"')
    told = " ".join(CliRunner().invoke(app, [str(pack_dir)]).stdout.split())
    assert "quality rating 4.0000 (fair), limit 3, above it" in told
    good = " ".join(CliRunner().invoke(app, [str(EXAMPLES / "ncm-pack")]).stdout.split())
    assert "limit 3" in good and "above it" not in good


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
        ('stage = "distribution"', 'stage = "end_of_life"', "in stage end_of_life"),
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
    assert warning.startswith("lipf6: production output: no record covers 2024-12")
