"""The pack definition and its mass balance."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest

from method.errors import BadField, BadFields, MethodError, WrongKind
from method.pack import BomEntry, check_mass_balance, find_empty_stages, parse_pack, restrict_pack, sum_parts
from method.product import parse_product_file


def make_entry(item: str, quantity: str, unit: str, part_of: str) -> dict[str, Any]:
    return {
        "item": item, "supplier": item, "product": item, "category": item, "quantity": quantity, "unit": unit,
        "stage": "raw_material_and_parts", "part_of": part_of,
    }  # fmt: skip


@pytest.fixture
def record() -> dict[str, Any]:
    return {
        "library": "../library",
        "pack": {
            "model": "N1", "name_zh": "包", "name_en": "Pack", "chemistry": "NCM", "mass_kg": "100",
            "mass_tolerance": "0.01",
            "method": "mee-2025-cff", "boundary": "partial", "maker": "assembly",
        },
        "functional_unit": {
            "pack_energy_kwh": "20", "usable_energy_kwh": "19", "cycles_per_year": "60", "warranty_years": "8",
        },
        "bill_of_materials": [
            make_entry("cell", "70", "kg", "pack"),
            make_entry("enclosure", "30000", "g", "pack"),
            make_entry("powder", "0.07", "t", "cell"),
            make_entry("lithium", "5", "kg", ""),
            make_entry("assembly", "1", "piece", ""),
        ],
    }  # fmt: skip


def test_masses_that_sum_raise_no_warning(record: dict[str, Any]) -> None:
    assert check_mass_balance(parse_pack(record)) == []


def test_a_pack_whose_parts_do_not_sum_is_warned_of(record: dict[str, Any]) -> None:
    record["pack"]["mass_kg"] = "102"
    (warning,) = check_mass_balance(parse_pack(record))
    assert (warning.component, warning.stated_kg, warning.summed_kg) == ("pack", 102, 100)
    assert "sum to 100 kg, stated are 102 kg: more than 1 % apart" in warning.describe()
    assert "102" not in repr(warning)


def test_entries_without_a_name_are_nobodys_component() -> None:
    kilograms, pieces = (
        BomEntry("", "", "", "", "", Fraction(2), "kg", "", ""),
        BomEntry("", "", "", "", "", Fraction(1), "piece", "", ""),
    )
    assert sum_parts(Fraction(5), [kilograms, pieces]) == [("pack", 5, 0)]


def test_a_component_whose_parts_do_not_sum_is_warned_of(record: dict[str, Any]) -> None:
    record["bill_of_materials"][2]["quantity"] = "0.065"
    assert [warning.component for warning in check_mass_balance(parse_pack(record))] == ["cell"]


def test_the_tolerance_is_the_packs_own_or_one_percent_or_the_callers(record: dict[str, Any]) -> None:
    record["pack"]["mass_kg"] = "101.01"
    assert check_mass_balance(parse_pack(record)) == []
    assert len(check_mass_balance(parse_pack(record), Fraction(1, 1000))) == 1
    del record["pack"]["mass_tolerance"]
    assert check_mass_balance(parse_pack(record)) == []


def test_what_has_no_mass_of_its_own_weighs_what_its_parts_do(record: dict[str, Any]) -> None:
    bill = record["bill_of_materials"]
    bill[0]["part_of"] = "module"
    bill.insert(0, make_entry("row-of-modules", "2", "piece", "pack"))
    bill.append(make_entry("module", "4", "piece", "row-of-modules"))
    pack = parse_pack(record)
    assert check_mass_balance(pack) == []
    assert sum_parts(pack.mass_kg, pack.entries) == [
        ("pack", 100, 100), ("row-of-modules", None, 70), ("cell", 70, 70), ("module", None, 70),
    ]  # fmt: skip
    bill[1]["quantity"] = bill[3]["quantity"] = "60"
    bill[3]["unit"] = "kg"
    assert [one.component for one in check_mass_balance(parse_pack(record))] == ["pack"]


def test_what_is_part_of_itself_by_way_of_others_has_no_mass(record: dict[str, Any]) -> None:
    record["bill_of_materials"] += [make_entry("a", "1", "piece", "b"), make_entry("b", "1", "piece", "a")]
    with pytest.raises(WrongKind, match="no part of it has one"):
        check_mass_balance(parse_pack(record))


def test_a_part_without_a_mass_is_refused(record: dict[str, Any]) -> None:
    record["bill_of_materials"][4]["part_of"] = "pack"
    with pytest.raises(WrongKind, match="assembly"):
        check_mass_balance(parse_pack(record))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("pack", "maker"), "nobody"), (("pack", "mass_kg"), "0"), (("pack", "mass_kg"), 523.0),
        (("pack", "method"), "magic"),
        (("pack", "boundary"), "cradle"), (("pack", "mass_tolerance"), "1"),
        (("bill_of_materials", 0, "part_of"), "nothing"),
        (("bill_of_materials", 0, "part_of"), "cell"), (("bill_of_materials", 0, "quantity"), "0"),
        (("bill_of_materials", 0, "quantity"), "-1"), (("bill_of_materials", 0, "stage"), "use"),
        (("bill_of_materials", 0, "item"), "lithium"), (("bill_of_materials", 0, "item"), "pack"),
        (("bill_of_materials", 0, "supplier"), "../etc"), (("bill_of_materials", 0, "unit"), "ton"),
        (("bill_of_materials",), []), (("surprise",), 1),
    ],
)  # fmt: skip
def test_a_pack_with_one_bad_field_is_refused(
    record: dict[str, Any], path: tuple[Any, ...], value: object
) -> None:
    changed: Any = copy.deepcopy(record)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(MethodError):
        parse_pack(changed)


def test_quantities_stay_out_of_the_repr(record: dict[str, Any]) -> None:
    assert "30000" not in repr(parse_pack(record))


def test_a_product_file_outside_its_folder_is_refused() -> None:
    company = {"name_zh": "甲", "name_en": "A", "legal_entity": "1", "parent": "A"}
    product: dict[str, Any] = {
        "code": "a", "name_zh": "甲", "name_en": "A", "category": "c", "declared_unit": "kg", "plant": "x",
        "period_start": "2025-01-01", "period_end": "2025-12-31", "activity": "activity.xlsx",
    }  # fmt: skip
    parse_product_file({"company": company, "product": product})
    for change in (
        {"activity": "../secret.csv"},
        {"period_end": "2024-12-31"},
        {"period_start": "2025-02-30"},
    ):
        with pytest.raises(BadField):
            parse_product_file({"company": company, "product": {**product, **change}})


def test_everything_wrong_in_a_pack_file_comes_in_one_go(record: dict[str, Any]) -> None:
    record["pack"] |= {"mass_kg": "0", "name_en": "", "boundary": "cradle", "surprise": 1}
    record["functional_unit"]["usable_energy_kwh"] = "21"
    record["bill_of_materials"][0] |= {"quantity": "-1", "unit": "ton"}
    record["bill_of_materials"][1]["stage"] = "use"
    with pytest.raises(BadFields) as caught:
        parse_pack(record)
    expected = (
        "unknown field 'surprise'", "name_en", "mass_kg above 0", "no boundary 'cradle'", "usable_energy_kwh",
        "cell: quantity", "ton", "enclosure: stage",
    )  # fmt: skip
    assert len(caught.value.problems) == len(expected)
    for problem, text in zip(caught.value.problems, expected, strict=True):
        assert text in problem


def test_everything_wrong_in_a_product_file_comes_in_one_go() -> None:
    company = {"name_zh": "甲", "name_en": "A", "legal_entity": "", "parent": "A"}
    product = {
        "code": "a", "name_zh": "甲", "name_en": "A", "category": "C C", "declared_unit": "stone", "plant": "x",
        "period_start": "2025-13-01", "period_end": "soon", "activity": "../a.csv",
    }  # fmt: skip
    with pytest.raises(BadFields) as caught:
        parse_product_file({"company": company, "product": product})
    expected = ("legal_entity", "category", "stone", "period_start", "period_end", "activity")
    assert len(caught.value.problems) == len(expected)
    for problem, text in zip(caught.value.problems, expected, strict=True):
        assert text in problem


def test_an_entry_beyond_the_boundary_is_left_out_of_a_smaller_one(record: dict[str, Any]) -> None:
    record["bill_of_materials"][3]["stage"] = "end_of_life"
    pack = parse_pack(record)
    assert [entry.item for entry in pack.entries] == ["cell", "enclosure", "powder", "lithium", "assembly"]
    partial = restrict_pack(pack, "mee-2025-cff", "partial")
    assert [entry.item for entry in partial.entries] == ["cell", "enclosure", "powder", "assembly"]


def test_a_stage_that_the_boundary_counts_and_nobody_fills_is_warned_of(record: dict[str, Any]) -> None:
    record["bill_of_materials"][4]["stage"] = "battery_production"
    record["bill_of_materials"][3]["stage"] = "end_of_life"
    pack = parse_pack(record)
    (partial,) = find_empty_stages(pack)
    assert "boundary partial counts distribution" in partial and "nothing is declared for it" in partial
    record["bill_of_materials"][3]["stage"] = "distribution"
    pack = parse_pack(record)
    assert find_empty_stages(pack) == ()
    (full,) = find_empty_stages(restrict_pack(pack, "mee-2025-cff", "full"))
    assert "boundary full counts end_of_life" in full


def test_the_makers_own_item_cannot_be_left_out(record: dict[str, Any]) -> None:
    record["bill_of_materials"][4]["stage"] = "end_of_life"
    with pytest.raises(BadField, match="maker"):
        restrict_pack(parse_pack(record), "mee-2025-cff", "partial")
