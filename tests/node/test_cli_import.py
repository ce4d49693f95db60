"""Template, mapping and import as a supplier types them, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from method.rules import DEFAULT_METHOD
from node import organisation
from node.cli import app
from node.importers.tables import ACTIVITY_SHEET, CERTIFICATES_SHEET, OUTPUT_SHEET
from node.importers.template import FIELDS, OUTPUT_FIELDS
from node.importers.template_style import EARLIEST_ROW
from node.supplier.activities import certificates_of, find_activity
from node.supplier.declaring import declare
from tests.node.test_cli import ACTIVITY, PRODUCT, write
from tests.node.village import Village

Run = Callable[..., Any]
NAME, CODE = "New Cathode", "cathode-powder"


@pytest.fixture
def run(village: Village, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command on a supplier's node that knows its product; (exit code, parsed or plain output, stderr)."""
    clock = village.town.clock
    monkeypatch.setattr(organisation.Node.__init__, "__defaults__", (clock, organisation.os.urandom))
    village.settle(NAME, "supplier")

    def call(*words: str) -> tuple[int, Any, str]:
        index = 2 if words[0] in ("product", "mapping") else 1
        folder = str(village.folder / NAME.replace(" ", "-"))
        done = CliRunner().invoke(app, [*words[:index], folder, *words[index:]])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        text = done.stdout.strip()
        return done.exit_code, json.loads(text) if text.startswith("{") else text, done.stderr

    assert call("product", "add", write(tmp_path, "product.toml", PRODUCT), "--json")[0] == 0
    return call


def fill(path: Path) -> None:
    book = load_workbook(path)
    for row in book[ACTIVITY_SHEET].iter_rows(min_row=EARLIEST_ROW):
        if row[0].value and str(row[0].value).startswith("power"):
            row[FIELDS.index("amount")].value = 500_000
    for row in book[OUTPUT_SHEET].iter_rows(min_row=EARLIEST_ROW):
        row[OUTPUT_FIELDS.index("amount")].value = 100_000
    for column, value in enumerate(("GEC-77", "NEA", 1000, "2025-11-30"), start=1):
        book[CERTIFICATES_SHEET].cell(EARLIEST_ROW, column).value = value
    book.save(path)


def test_from_an_empty_template_to_a_preview_and_an_import(
    run: Run, village: Village, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.xlsx"
    assert run("template", CODE, "--out", str(sheet), "--json")[0] == 0
    code, _, stderr = run("import", CODE, str(sheet), "--dry-run", "--lang", "zh")
    assert code == 1 and "没有产量" in stderr and "没有填写的模板" in stderr and "一条都没有入库" in stderr
    fill(sheet)
    code, text, _ = run("import", CODE, str(sheet), "--dry-run", "--lang", "zh")
    assert code == 0 and "单位碳足迹 2.8885 kgCO2e/kg" in text and "仅预览" in text and "请核对" in text
    code, found, _ = run("import", CODE, str(sheet), "--json")
    assert (code, found["import"], found["certificates"]) == (0, 1, 1)
    power = found["lines"][0]
    assert (power["amount"], power["kg_per_unit"], power["share"], power["data"]) == (
        "5",
        "0.5777",
        "1",
        "primary",
    )
    assert (power["source"], power["year"], power["quality_rating"]) == ("test", 2024, "1.6667")
    assert all(warning["zh"] and warning["en"] for warning in found["warnings"])
    (kept,) = certificates_of(find_activity(village.open(NAME), CODE))
    assert (kept.serial, kept.registry, kept.kwh, kept.cancelled) == ("GEC-77", "NEA", 1000, "2025-11-30")


def test_what_is_imported_is_shown_as_the_page_counts_it(run: Run, village: Village, tmp_path: Path) -> None:
    code, _, stderr = run("product", "show", CODE)
    assert code == 1 and "no activity of product cathode-powder is imported" in stderr
    previewed = run("import", CODE, write(tmp_path, "activity.csv", ACTIVITY), "--json")[1]
    total = previewed["unit_footprint_kg"]
    code, found, _ = run("product", "show", CODE, "--json")
    assert code == 0 and found["period"] == ["2025-01-01", "2025-12-31"] and found["other_period"] is None
    assert found["lines"] == previewed["lines"] and found["unit_footprint_kg"] == total
    assert (found["import"], found["file"], found["primary_data_share"]) == (1, "activity.csv", "0.3651")
    assert (found["quality_rating"], found["quality_band"], found["declarations"]) == (
        "1.6667",
        "very good",
        [],
    )
    declared = declare(village.open(NAME), CODE, DEFAULT_METHOD)
    (shown,) = run("product", "show", CODE, "--json")[1]["declarations"]
    assert (shown["id"], shown["unit_footprint_kg"]) == (declared, total)
    code, text, _ = run("product", "show", CODE, "--lang", "zh")
    assert code == 0 and "，期间 2025-01-01 至 2025-12-31" in text and "第 1 次导入：activity.csv，" in text
    assert f"单位碳足迹 {total} kgCO2e/kg" in text and "初级数据占碳足迹的 " in text
    assert "仅预览" not in text and declared in text


def test_a_template_of_a_category_needs_no_product(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.xlsx"
    code, found, _ = run("template", "assembly", "--out", str(sheet), "--year", "2024", "--totals", "--json")
    assert (code, found["period"], found["lines"]) == (0, ["2024-01-01", "2024-12-31"], 1)
    code, _, stderr = run("template", "assembly", "--out", str(tmp_path / "s.xlsx"), "--year", "1066")
    assert code == 1 and "1066" in stderr
    code, _, stderr = run("template", "assembly", "--out", str(tmp_path / "s.ods"))
    assert code == 1 and ".xlsx or .csv" in stderr


def ledger(path: Path) -> str:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["月份", "外购电(度)", "成品(t)"], ["2025-06", 6_000_000, 1000], ["合计", 6_000_000, 1000]):
        sheet.append(row)
    book.save(path)
    return str(path)


def test_a_mapping_is_learned_used_shown_and_forgotten(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = ledger(tmp_path / "ledger.xlsx")
    series = ("--series", "power=外购电(度):度", "--series", "output=C:t")
    code, _, stderr = run("import", CODE, sheet)
    assert code == 1 and "column 成品(t)" in stderr and "no production output" not in stderr
    code, found, _ = run("mapping", "learn", CODE, sheet, "--save", "ledger", "--json")
    assert (code, found["saved"]) == (1, None) and found["missing"]
    code, text, _ = run("mapping", "learn", CODE, sheet, *series, "--save", "ledger", "--lang", "zh")
    assert code == 0 and "已存为 ledger" in text and "外购电(度)" in text
    assert run("mapping", "list", "--json")[1]["mappings"][0]["category"] == "cathode"
    shown = run("mapping", "show", "ledger")[1]
    assert "外购电(度)" in shown
    # What stands first is typed with --column, so it is no name to be translated.
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    assert [line.split()[0] for line in run("mapping", "show", "ledger")[1].splitlines()[1:]] == [
        line.split()[0] for line in shown.splitlines()[1:]
    ]
    monkeypatch.delenv("SEALSUM_LANG")
    code, found, _ = run("import", CODE, sheet, "--mapping", "ledger", "--json")
    assert (code, found["lines"][0]["amount"]) == (0, "6")
    assert run("mapping", "remove", "ledger", "--json")[1] == {"removed": "ledger"}
    for words in (("import", CODE, sheet, "--mapping", "ledger"), ("mapping", "show", "ledger")):
        code, _, stderr = run(*words)
        assert code == 1 and "no mapping 'ledger'" in stderr


def test_a_mapping_of_another_category_and_a_bad_name_are_refused(run: Run, tmp_path: Path) -> None:
    sheet = ledger(tmp_path / "ledger.xlsx")
    series = ("--series", "power=B:度", "--series", "output=C:t")
    code, _, stderr = run("mapping", "learn", CODE, sheet, *series, "--save", "a b")
    assert code == 1 and "is no name" in stderr
    assert run("mapping", "learn", CODE, sheet, *series, "--save", "mine")[0] == 0
    other = PRODUCT.replace('"cathode-powder"', '"line"').replace(
        'category = "cathode"', 'category = "assembly"'
    )
    run("product", "add", write(tmp_path, "product.toml", other))
    code, _, stderr = run("import", "line", sheet, "--mapping", "mine")
    assert code == 1 and "learned for category cathode" in stderr
    code, _, stderr = run("mapping", "learn", CODE, sheet, "--series", "power=B")
    assert code == 2 and "LINE=COLUMN:UNIT" in stderr


def test_the_items_of_a_template_are_listed_once_however_many_rows_name_none(
    run: Run, tmp_path: Path
) -> None:
    rows = "".join(f"{name},2025-01-01,2025-12-31,1,t\n" for name in ("steam", "water"))
    bad = write(tmp_path, "a.csv", ACTIVITY + rows)
    stderr = run("import", CODE, bad, "--lang", "zh")[2]
    assert stderr.count("模板里的项目") == 2 and stderr.count("本类别的项目：产量（output）、") == 1


def test_the_language_of_problems_is_asked_for_or_the_environments(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = write(tmp_path, "a.csv", ACTIVITY.replace("6,GWh", "-6,GWh"))
    assert "expected 0 or more" in run("import", CODE, bad)[2]
    assert "应为不小于 0 的数" in run("import", CODE, bad, "--lang", "zh")[2]
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    assert "应为不小于 0 的数" in run("import", CODE, bad)[2]
    assert run("import", CODE, bad, "--json")[1]["problems"][0]["expected"] == "不小于 0 的数"
    assert run("import", CODE, bad, "--lang", "fr")[0] == 2
