"""Several models in one pack file: what is shared, what is a model's own, and every slip of the pen named."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from method.errors import BadField, BadFields
from method.pack import parse_pack
from method.pack_models import MAX_MODELS, parse_packs


def make_entry(item: str, quantity: object) -> dict[str, Any]:
    return {
        "item": item, "supplier": item, "product": item, "category": item, "quantity": quantity, "unit": "kg",
        "stage": "raw_material_and_parts", "part_of": "pack",
    }  # fmt: skip


@pytest.fixture
def record() -> dict[str, Any]:
    return {
        "library": "../library",
        "pack": {
            "name_zh": "包", "name_en": "Pack", "chemistry": "NCM", "method": "mee-2025-cff", "boundary": "partial",
            "maker": "assembly",
        },
        "functional_unit": {"cycles_per_year": "60", "warranty_years": "8"},
        "model": [
            {"model": "N-100", "mass_kg": "500", "pack_energy_kwh": "100", "usable_energy_kwh": "95"},
            {"model": "N-80", "mass_kg": "420", "pack_energy_kwh": "80", "usable_energy_kwh": "76",
             "warranty_years": "10", "name_en": "Small pack", "declaration": {"quality_measures": "audited"}},
        ],
        "bill_of_materials": [
            make_entry("cell", {"N-100": "400", "N-80": "320"}),
            make_entry("assembly", "1"),
        ],
    }  # fmt: skip


def problems_of(record: dict[str, Any]) -> list[str]:
    with pytest.raises(BadField) as caught:
        parse_packs(record)
    error = caught.value
    return list(error.problems) if isinstance(error, BadFields) else [str(error)]


def test_each_model_has_what_is_shared_and_what_is_its_own(record: dict[str, Any]) -> None:
    large, small = parse_packs(record)
    assert [one.functional_unit.model for one in (large, small)] == ["N-100", "N-80"]
    assert (large.name_en, small.name_en, small.name_zh) == ("Pack", "Small pack", "包")
    assert (large.mass_kg, small.functional_unit.pack_energy_kwh) == (500, 80)
    assert (large.functional_unit.warranty_years, small.functional_unit.warranty_years) == (8, 10)
    assert [entry.quantity for entry in large.entries] == [Fraction(400), Fraction(1)]
    assert [entry.quantity for entry in small.entries] == [Fraction(320), Fraction(1)]
    assert (large.declaration, small.declaration) == ({}, {"quality_measures": "audited"})


def test_a_file_of_one_model_is_read_as_before(record: dict[str, Any]) -> None:
    (own, _) = record.pop("model")
    record["pack"] |= {name: own[name] for name in ("model", "mass_kg")}
    record["functional_unit"] |= {name: own[name] for name in ("pack_energy_kwh", "usable_energy_kwh")}
    record["bill_of_materials"][0]["quantity"] = "400"
    assert parse_packs(record) == (parse_pack(record),)


def test_what_one_model_lacks_is_told_under_its_code_and_what_all_lack_once(record: dict[str, Any]) -> None:
    del record["model"][1]["mass_kg"], record["pack"]["maker"]
    record["model"][0]["usable_energy_kwh"] = "101"
    del record["bill_of_materials"][0]["quantity"]["N-80"]
    told = problems_of(record)
    assert len([one for one in told if "pack: field 'maker'" in one]) == 1
    assert any(one.startswith("model N-80: pack: field 'mass_kg'") for one in told)
    assert any(one.startswith("model N-100: functional unit: expected 0 < usable_energy_kwh") for one in told)
    assert any(one.startswith("model N-80: bill of materials: cell: field 'quantity'") for one in told)
    assert len(told) == 4


def test_a_quantity_for_a_model_that_is_not_there_is_refused(record: dict[str, Any]) -> None:
    record["bill_of_materials"][0]["quantity"]["N-8O"] = "320"
    assert problems_of(record) == [
        "bill of materials: cell: quantity: expected one for each of N-100, N-80; found one for N-8O"
    ]


@pytest.mark.parametrize("name", ["method", "boundary", "maker", "mas_kg"])
def test_a_model_names_nothing_that_is_shared_or_unknown(record: dict[str, Any], name: str) -> None:
    record["model"][1][name] = "full"
    (told,) = problems_of(record)
    assert told.startswith(f"[[model]] N-80: unknown field '{name}'; expected only model, name_zh")


def test_a_model_without_a_code_or_with_anothers_is_refused(record: dict[str, Any]) -> None:
    record["model"][1]["model"] = "N-100"
    assert problems_of(record) == [
        "[[model]]: expected at least one, each with a code of its own; found N-100"
    ]
    del record["model"][1]["model"]
    assert problems_of(record)[0].startswith("[[model]] 2: field 'model': expected a text")
    record["model"] = []
    assert problems_of(record)[0].endswith("found none")
    record["model"] = [{"model": str(number)} for number in range(MAX_MODELS + 1)]
    assert problems_of(record) == ["pack: field 'model': expected a list of at most 29 items"]
