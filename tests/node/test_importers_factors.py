"""Factors as csv and as an openLCA package: what is written is read back, and what is wrong is all told at once."""

from __future__ import annotations

import csv
import io
import json
import tomllib
import zipfile
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import olca_schema as lca
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from olca_schema.zipio import ZipReader

from coordinator.exporting import Format, encode_factors
from coordinator.shipped import shipped_files
from method.factor import BASES, GRADES, GWP_SETS, SYSTEM_BOUNDARIES, Factor, parse_factor
from method.factor_table import COLUMNS, encode_factor_row
from node.importers.factor_names import CHOICES, TITLES, list_choices, read_name
from node.importers.factors import read_any_factors
from node.importers.problem import ImportProblems
from node.language import LANGUAGES
from tests.support.example import factor

SHIPPED = [
    parse_factor(item)
    for path in shipped_files()
    for item in tomllib.loads(path.read_text("utf-8"))["factor"]
]
SUFFIX: dict[Format, str] = {"csv": "factors.csv", "openlca": "factors.zip"}
KG = st.decimals(-(10**6), 10**6, places=9)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)


def read_back(folder: Path, data: bytes, form: Format) -> list[Factor]:
    path = folder / SUFFIX[form]
    path.write_bytes(data)
    return read_any_factors(path)


def problems_of(folder: Path, data: bytes, form: Format = "csv") -> list[tuple[int, str, str]]:
    with pytest.raises(ImportProblems) as caught:
        read_back(folder, data, form)
    return [(item.row, item.column, item.sheet) for item in caught.value.problems]


def steel(**changes: Any) -> Factor:
    return parse_factor({**factor("steel", "2.5", "kg"), **changes})


@pytest.mark.parametrize("form", ["csv", "openlca"])
def test_the_shipped_library_is_exported_and_read_back_word_for_word(tmp_path: Path, form: Format) -> None:
    found = read_back(tmp_path, encode_factors(SHIPPED, form), form)
    assert sorted(found, key=lambda item: item.code) == sorted(SHIPPED, key=lambda item: item.code)
    assert encode_factors(SHIPPED, form) == encode_factors(SHIPPED, form)


@given(
    name=TEXTS, note=TEXTS, source=TEXTS, total=KG, land_use=KG, basis=st.sampled_from(BASES),
    grade=st.sampled_from(GRADES), gwp_set=st.sampled_from(GWP_SETS),
    system_boundary=st.sampled_from(SYSTEM_BOUNDARIES),
)  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "openlca"])
def test_any_factor_survives_both_forms(
    tmp_path_factory: pytest.TempPathFactory, form: Format, total: Any, land_use: Any, **texts: str
) -> None:
    named = {"name_zh": texts["name"], "name_en": texts.pop("name"), **texts}
    kg = {"total": f"{total:f}" if total else "0", "land_use": f"{land_use:f}" if land_use else "0"}
    made = steel(biogenic="0.25", valid_from="2025-01-01", **kg, **named)
    folder = tmp_path_factory.mktemp("factors")
    assert read_back(folder, encode_factors([made], form), form) == [made]


def test_a_workbook_says_what_the_csv_says(tmp_path: Path) -> None:
    made = steel(
        total="0.1", name_en="'=1", note="2025-01-01", valid_from="2025-01-01", valid_to="2025-12-31"
    )
    names, *rows = csv.reader(io.StringIO(encode_factors([made], "csv").decode("utf-8-sig")))
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(names)
    book.create_sheet("notes").append(["nothing"])
    numbers: dict[str, Any] = {"total": 0.1, "year": float(made.year), "version": made.version}
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        book.active.append([numbers.get(name, _day(name, cell)) for name, cell in cells.items()])
    book.save(tmp_path / "factors.xlsx")
    assert read_any_factors(tmp_path / "factors.xlsx") == [made]


def _day(name: str, cell: str) -> object:
    return date.fromisoformat(cell) if name in ("valid_from", "valid_to") else cell


@pytest.mark.parametrize(
    ("column", "cell", "en", "zh"),
    [
        ("total", "abc", "expected a plain decimal, such as \"12.5\". Correct", "应为小数，如 \"12.5\"。改正"),
        ("owner", "", "found an empty cell; expected a text of 1 to 400", "发现空单元格；应为1 到 400 个字符的文字"),
        ("unit", "lb", "expected one such as kWh,", "应为kWh, "),
        ("grade", "best", "expected one of primary_measured (primary data, measured),",
         "应为初级数据（实测）（primary_measured）、"),
        ("basis", "raw", "wet, or nothing. Correct", "湿基（wet）之一，或留空。改正"),
        ("valid_to", "2024-12-31", "expected a day that is not before 2025-01-01", "应为不早于有效期起 2025-01-01"),
    ],
)  # fmt: skip
def test_what_a_cell_should_hold_is_said_plainly(
    tmp_path: Path, column: str, cell: str, en: str, zh: str
) -> None:
    row = encode_factor_row(steel(valid_from="2025-01-01")) | {column: cell}
    path = tmp_path / "factors.csv"
    path.write_text("\n".join(",".join(part) for part in (row.keys(), row.values())), "utf-8")
    with pytest.raises(ImportProblems) as caught:
        read_any_factors(path)
    (problem,) = caught.value.problems
    assert en in problem.describe("en") and zh in problem.describe("zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sheet_in_a_readers_own_words_is_read(tmp_path: Path, language: Literal["en", "zh"]) -> None:
    made = steel(classification="waste", grade="literature_cn", gwp_set="AR5", basis="LHV", status="derived")
    words = {
        "en": {"classification": "Waste treatment", "grade": "literature from China", "unit": "kilogram",
               "status": "derived (derived from published values)"},
        "zh": {"classification": "废弃物处理", "grade": "国内文献", "unit": "公斤",
               "status": "由公开数据推算（derived）"},
    }[language]  # fmt: skip
    row = encode_factor_row(made) | words
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append([TITLES[name].say(language) for name in row])
    book.active.append(list(row.values()))
    book.save(tmp_path / "factors.xlsx")
    assert read_any_factors(tmp_path / "factors.xlsx") == [made]


def test_no_name_of_a_column_or_code_means_two() -> None:
    for language in LANGUAGES:
        assert len({title.say(language) for title in TITLES.values()}) == len(COLUMNS)
    for column, codes in CHOICES.items():
        listed = list_choices(column)
        assert listed is not None
        for code in filter(None, codes):
            assert code in listed.en and code in listed.zh
            assert read_name(column, code) == read_name(column, code.upper()) == code
    assert (
        read_name("status", "来源公开发布") == "published"
        and read_name("grade", "来源公开发布") == "来源公开发布"
    )


def test_a_cell_that_a_spreadsheet_would_compute_is_written_as_text(tmp_path: Path) -> None:
    made = steel(name_en="=HYPERLINK(0)", note="-1+1", source="@SUM")
    data = encode_factors([made], "csv")
    assert b"'=HYPERLINK" in data and b"'-1+1" in data and b"'@SUM" in data
    assert read_back(tmp_path, data, "csv") == [made]


def test_every_bad_cell_of_every_row_is_named_at_once(tmp_path: Path) -> None:
    data = encode_factors([steel(code=code) for code in ("one", "two", "three")], "csv").decode("utf-8-sig")
    header, one, two, three = data.split("\r\n")[:4]
    two = two.replace(",kg,", ",furlong,").replace("life_cycle", "cradle to moon").replace("2.5", "2,5")
    text = "\r\n".join((header, one.replace("test", ""), three, two.replace("2,5", '"2,5"'), one))
    assert problems_of(tmp_path, text.encode()) == [
        (2, "source", ""), (2, "owner", ""), (4, "total", ""), (4, "unit", ""), (4, "system_boundary", ""),
    ]  # fmt: skip


def test_a_factor_twice_a_column_too_many_or_too_few_are_named(tmp_path: Path) -> None:
    text = encode_factors([steel(), steel()], "csv").decode("utf-8-sig")
    assert problems_of(tmp_path, text.encode()) == [(3, "code", "")]
    renamed = text.replace("gwp_set", "potential")
    assert problems_of(tmp_path, renamed.encode()) == [(1, "", ""), (1, "potential", "")]
    assert problems_of(tmp_path, text.replace("note\r", "note,备注\r", 1).encode()) == [
        (1, "备注", ""), (3, "code", ""),
    ]  # fmt: skip
    assert problems_of(tmp_path, ",".join(COLUMNS).encode()) == [(0, "", "")]


def test_a_csv_without_a_column_of_land_use_is_read(tmp_path: Path) -> None:
    lines = encode_factors([steel(land_use="0")], "csv").decode("utf-8-sig").split("\r\n")
    place = lines[0].split(",").index("land_use")
    cut = [",".join(cells[:place] + cells[place + 1 :]) for cells in (line.split(",") for line in lines)]
    assert read_back(tmp_path, "\r\n".join(cut).encode(), "csv") == [steel()]


def test_openlca_reads_the_package_and_computes_the_factor(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(
        encode_factors([steel(total="2.5", biogenic="-0.5", land_use="0.25", region="CN-SC")], "openlca")
    )
    with ZipReader(path) as package:
        (process,) = package.read_each(lca.Process)
        (product,) = [
            item for item in package.read_each(lca.Flow) if item.flow_type is lca.FlowType.PRODUCT_FLOW
        ]
        (place,) = package.read_each(lca.Location)
        groups = {group.name: group for group in package.read_each(lca.UnitGroup)}
    assert (place.code, product.name, process.name) == ("CN-SC", "steel", "steel")
    reference, *gases = process.exchanges or []
    assert (reference.amount, reference.is_quantitative_reference) == (1.0, True)
    assert reference.flow is not None and reference.flow.id == product.id
    assert [(gas.amount, gas.is_input) for gas in gases] == [
        (2.75, False),
        (-0.5, False),
        (0.25, False),
    ]
    assert sum(gas.amount or 0 for gas in gases) == 2.5
    tonne = next(unit for unit in groups["Units of mass"].units or [] if unit.name == "t")
    assert tonne.conversion_factor == 1000


def test_a_number_edited_in_openlca_is_held_against_the_words(tmp_path: Path) -> None:
    data = rewrite(
        encode_factors([steel()], "openlca"), lambda process: process["exchanges"][1].update(amount=9.0)
    )
    ((row, column, entry),) = problems_of(tmp_path, data, "openlca")
    assert (row, column) == (0, "") and entry.startswith("processes/")


@pytest.mark.parametrize(
    "change",
    [
        lambda process: process.pop("processDocumentation"),
        lambda process: process["processDocumentation"].update(
            modelingConstantsDescription="sealsum-factor/1\n[]"
        ),
        lambda process: process["processDocumentation"].update(
            modelingConstantsDescription="sealsum-factor/1\n{"
        ),
        lambda process: process.update(exchanges="none"),
        lambda process: process["exchanges"][0].update(amount=1000.0),
        lambda process: process["exchanges"].append(process["exchanges"][1] | {"flow": {"name": "Methane"}}),
    ],
    ids=["foreign", "no-table", "no-json", "no-exchanges", "another-amount", "another-flow"],
)
def test_a_process_that_is_no_factor_is_refused_by_name(tmp_path: Path, change: Any) -> None:
    data = rewrite(encode_factors([steel()], "openlca"), change)
    ((_, _, entry),) = problems_of(tmp_path, data, "openlca")
    assert entry.startswith("processes/")


@pytest.mark.parametrize("data", [b"no zip", b"PK\x03\x04cut short"])
def test_what_is_no_package_is_refused(tmp_path: Path, data: bytes) -> None:
    assert problems_of(tmp_path, data, "openlca") == [(0, "", "")]


def test_a_package_that_swells_is_refused_before_it_is_read(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("processes/large.json", b" " * (2 * 1024 * 1024))
    ((_, _, entry),) = problems_of(tmp_path, made.getvalue(), "openlca")
    assert entry == "processes/large.json"


def rewrite(data: bytes, change: Any) -> bytes:
    """The package with its one process changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(made, "w") as changed:
        for entry in package.infolist():
            content = package.read(entry)
            if entry.filename.startswith("processes/"):
                process = json.loads(content)
                change(process)
                content = json.dumps(process).encode()
            changed.writestr(entry.filename, content)
    return made.getvalue()


# --- results that openLCA computed -----------------------------------------------------------------

FILL = """
region = "CN"
year = 2024
classification = "material"
system_boundary = "cradle_to_gate"
gwp_set = "AR6"
grade = "literature_cn"
scores = { technology = 2, time = 1, geography = 2 }
source = "our model"
status = "derived"
licence = "CC-BY-4.0"
owner = "Institute"
[results."Nickel sulphate, at plant"]
code = "nickel"
basis = "hexahydrate"
"""


def a_result(name: str = "Nickel sulphate, at plant", **changes: Any) -> Any:
    """2 t of product with 5479 kg CO2e, 100 of them biogenic and 30 from land use."""
    product = lca.FlowResult(
        amount=2.0, is_ref_flow=True, is_input=False, flow=lca.Ref(name="p"), unit=lca.Ref(name="t")
    )
    other = lca.FlowResult(amount=1.0, is_ref_flow=False, unit=lca.Ref(name="kg"))
    impacts = [
        ("Climate change", 5479.0), ("Climate change - Biogenic", 100.0), ("Climate change: fossil", 5349.0),
        ("Climate change - land use and land use change", 30.0), ("Acidification", 3.0),
    ]  # fmt: skip
    results = [lca.ImpactResult(amount=amount, indicator=lca.Ref(name=title)) for title, amount in impacts]
    made = lca.Result(name=name, flow_results=[product, other], impact_results=results)
    for field, value in changes.items():
        setattr(made, field, value)
    return made


def package_of(*results: Any) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for number, result in enumerate(results):
            package.writestr(f"results/{number}.json", result.to_json())
    return made.getvalue()


def read_results(folder: Path, data: bytes, fill: str = FILL) -> list[Factor]:
    (folder / "results.zip").write_bytes(data)
    (folder / "fill.toml").write_text(fill, "utf-8")
    return read_any_factors(folder / "results.zip", folder / "fill.toml")


def test_a_result_becomes_a_factor_per_unit_with_what_its_owner_fills_in(tmp_path: Path) -> None:
    nickel, other = read_results(tmp_path, package_of(a_result(), a_result("氢氧化锂")))
    assert (nickel.code, nickel.unit, nickel.basis, nickel.gwp_set) == ("nickel", "t", "hexahydrate", "AR6")
    assert (nickel.total, nickel.biogenic, nickel.land_use) == (Fraction("2739.5"), 50, 15)
    assert (other.name_zh, other.basis) == ("氢氧化锂", "") and other.code.startswith("olca-")


@pytest.mark.parametrize(
    "change",
    [
        {"flow_results": []},
        {"impact_results": []},
        {
            "impact_results": [
                lca.ImpactResult(amount=1.0, indicator=lca.Ref(name=name)) for name in ("GWP 100", "GWP 20")
            ]
        },
        {
            "impact_results": [
                lca.ImpactResult(amount=1.0, indicator=lca.Ref(name=name))
                for name in ("GWP", "GWP LULUC", "GWP - Land use")
            ]
        },
        {"flow_results": [lca.FlowResult(amount=0.0, is_ref_flow=True, unit=lca.Ref(name="kg"))]},
        {"flow_results": [lca.FlowResult(amount=1.0, is_ref_flow=True, unit=lca.Ref(name="furlong"))]},
    ],
    ids=["no-reference", "no-climate", "two-methods", "two-land-uses", "zero", "unit"],
)
def test_a_result_that_does_not_say_one_thing_is_refused_by_name(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(ImportProblems) as caught:
        read_results(tmp_path, package_of(a_result(), a_result("second", **change)))
    assert [item.sheet for item in caught.value.problems] == ["results/1.json"]


def test_what_nobody_filled_in_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportProblems) as caught:
        read_results(tmp_path, package_of(a_result()), FILL.replace('gwp_set = "AR6"', ""))
    assert "gwp_set" in caught.value.problems[0].describe()
