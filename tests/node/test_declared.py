"""What `sealsum footprint` says beside its figures: defaults, fields to declare, journeys, the rest of a supply."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import load_workbook

from node.commands.footprint import make_fields
from node.importers.problem import ImportProblems
from tests.support.footprints import compute_footprint

EXAMPLES = Path(__file__).parents[2] / "examples"
UPSTREAM = ("lithium-brine", "lithium-spodumene", "metal-sulfates", "precursor")
DEFAULT = """
[[bill_of_materials]]
item = "cathode"
default_factor = "ncm-cathode-default"
quantity = "0.141"
unit = "t"
stage = "raw_material_and_parts"
part_of = "cell"
"""


@pytest.fixture
def pack_dir(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path / "examples" / "ncm-pack"


def take_out(pack_dir: Path, items: tuple[str, ...], added: str) -> None:
    """Rewrite the bill of materials without some items, and with another entry."""
    path = pack_dir / "pack.toml"
    head, *entries = path.read_text(encoding="utf-8").split("[[bill_of_materials]]")
    kept = [one for one in entries if not any(f'item = "{item}"\n' in one for item in items)]
    path.write_text("[[bill_of_materials]]".join([head, *kept]) + added, encoding="utf-8")


def test_a_default_factor_stands_for_a_supplier_and_its_own_suppliers(pack_dir: Path) -> None:
    whole = compute_footprint(pack_dir)
    take_out(pack_dir, (*UPSTREAM, "cathode"), "")
    without = compute_footprint(pack_dir)
    take_out(pack_dir, (), DEFAULT)
    result = compute_footprint(pack_dir)
    # MEE drafting explanation: 22.5 kgCO2e per kg of NCM cathode material; 141 kg in the pack.
    expected = 141 * Fraction("22.5")
    assert Fraction(result.figures.total_kg) - Fraction(without.figures.total_kg) == expected
    assert Fraction(result.figures.secondary_kg) - Fraction(without.figures.secondary_kg) == expected
    assert whole.figures.total_kg != result.figures.total_kg
    fields = make_fields(result)
    assert fields["defaults"] == [{
        "item": "cathode", "stage": "raw_material_and_parts", "factor": "ncm-cathode-default", "kg": "3172.5",
        "provided": True,
    }]  # fmt: skip
    assert fields["conforms"]
    assert any("cathode: ncm-cathode-default stands for a supplier" in en for _, en in result.notes)
    assert all("：" in one["zh"] for one in fields["notes"])


def test_a_default_that_the_rule_set_does_not_offer_does_not_conform(pack_dir: Path) -> None:
    take_out(pack_dir, (*UPSTREAM, "cathode"), DEFAULT)
    result = compute_footprint(pack_dir, method="miit-551", boundary="full")
    assert not result.conforms and not result.findings
    assert "miit-551 offers no such default" in " ".join(en for _, en in result.notes)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"ncm-cathode-default"', '"nowhere"', "expected the code of a factor of the library"),
        ('unit = "t"', 'unit = "kWh"', "kWh"),
        ('part_of = "cell"', 'part_of = "cell"\nsupplier = "x"', "supplier"),
        (
            'item = "cathode"',
            'item = "pack-assembly"',
            "maker: expected an item of the bill of materials with",
        ),
    ],
)
def test_a_default_that_cannot_be_is_refused(pack_dir: Path, old: str, new: str, told: str) -> None:
    gone = (*UPSTREAM, "cathode", *(("pack-assembly",) if "maker" in told else ()))
    take_out(pack_dir, gone, DEFAULT.replace(old, new))
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir)
    assert told in " ".join(problem.describe("en") for problem in caught.value.problems)


def test_what_an_authority_asks_for_is_filled_in_or_named_as_missing(pack_dir: Path) -> None:
    fields = make_fields(compute_footprint(pack_dir, method="eu-cfb-2024-draft", boundary="full"))
    values = {one["field"]: one["value"] for one in fields["declaration"]}
    assert list(values) == [
        "manufacturer", "model", "plant", "per_kwh", "stages_per_kwh", "eu_declaration_number", "public_study_link",
    ]  # fmt: skip
    assert values["model"] == "HY-N100" and values["plant"] and values["manufacturer"]
    assert fields["declaration_missing"] == ["eu_declaration_number", "public_study_link"]
    path = pack_dir / "pack.toml"
    stated = '\n[declaration]\neu_declaration_number = "DOC-1"\npublic_study_link = "https://example.org/s"\n'
    path.write_text(path.read_text(encoding="utf-8") + stated, encoding="utf-8")
    fields = make_fields(compute_footprint(pack_dir, method="eu-cfb-2024-draft", boundary="full"))
    assert fields["declaration_missing"] == []
    path.write_text(path.read_text(encoding="utf-8") + 'colour = "red"\n', encoding="utf-8")
    with pytest.raises(ImportProblems):
        compute_footprint(pack_dir)


def test_certificates_leave_a_rest_that_is_spoken_of_where_it_is_the_residual_mix() -> None:
    ((zh, note),) = compute_footprint(EXAMPLES / "ncm-pack", method="miit-551", boundary="full").notes
    assert "剩余电力" in zh
    assert note.startswith("cell: certificates cover 540 kWh; the other ") and "residual mix" in note
    eu = compute_footprint(EXAMPLES / "ncm-pack", method="eu-cfb-2024-draft", boundary="full")
    assert eu.notes == ()


def add_journey(path: Path, document: str) -> None:
    """Say where the example's road transport goes, on a waybill."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    for number, title in enumerate(("起运地 Origin", "目的地 Destination"), start=11):
        sheet.cell(1, number, title)
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 1).value == "road-transport":
            sheet.cell(row, 11, "Yichun")
            sheet.cell(row, 12, "Ningde")
            sheet.cell(row, titles.index("凭证 Document") + 1, document)
    book.save(path)


def test_a_journey_claimed_by_two_suppliers_is_refused(pack_dir: Path) -> None:
    before = compute_footprint(pack_dir).figures.total_kg
    add_journey(pack_dir / "graphite" / "activity.xlsx", "WB-77")
    add_journey(pack_dir / "separator" / "activity.xlsx", "WB-78")
    assert compute_footprint(pack_dir).figures.total_kg == before
    add_journey(pack_dir / "separator" / "activity.xlsx", "wb-77")
    with pytest.raises(ImportProblems) as caught:
        compute_footprint(pack_dir)
    told = caught.value.problems[0].describe("en")
    assert "claimed twice, by graphite and separator" in told
    assert "每趟运输只算一次" in caught.value.problems[0].describe("zh")
