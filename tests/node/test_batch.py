"""Several models in one request: from a file, in the clear, asked for, certified; section 9 counts each of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from demo.pack import read_chain
from demo.processes import DemoFailed
from method.pack import PackDefinition
from node.commands.footprint import footprint
from node.maker.joint import join_models
from node.maker.requesting import Terms, list_requests, request_calculation
from node.supplier.consenting import list_inquiries
from node.supplier.policies import Preapproval, add_policy
from node.supplier.states import WAITING
from protocol.certificate import Pins, verify_bundle
from protocol.disclosure import Question
from protocol.errors import Refused
from protocol.payloads import MAX_QUANTITIES
from tests.node.test_cli import bill
from tests.node.village import NOW, SUPPLIES, Village, pack
from tests.support.footprints import compute_footprint
from tests.support.small_pack import pack_text, write_small_pack

Run = Callable[..., Any]
SMALL = ("112.8", "96.24", "84", "280")
"""The example's quantities in a smaller model."""


def two_models(items: list[str]) -> str:
    """The example's pack.toml with a second model of 80 kWh."""
    text = bill(items).replace('model = "T-100"\n', "").replace('mass_kg = "350"\n', "")
    text = text.replace('pack_energy_kwh = "100"\nusable_energy_kwh = "100"\n', "")
    for supply, small in zip(SUPPLIES, SMALL, strict=True):
        quantity = f'"{supply.quantity / 1000:.3f}"'
        text = text.replace(
            f"quantity = {quantity}", f'quantity = {{ "T-100" = {quantity}, "T-80" = "{small}" }}'
        )
    for model, mass, energy in (("T-100", 350, 100), ("T-80", 280, 80)):
        text += (
            f'[[model]]\nmodel = "{model}"\nmass_kg = "{mass}"\npack_energy_kwh = "{energy}"\n'
            f'usable_energy_kwh = "{energy}"\n'
        )
    return text


def write(folder: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(text, "utf-8")
    return str(folder / "pack.toml")


def exact_kg(quantities: list[float]) -> float:
    factors = {"grid": 0.5777, "salt": 5.479}
    return sum(
        quantity * sum(amount / 1e6 * factors[factor] for factor, amount in supply.lines)
        for quantity, supply in zip(quantities, SUPPLIES, strict=True)
    )


def test_two_models_of_one_file_are_one_calculation_with_one_certificate(
    village: Village, run: Run, tmp_path: Path
) -> None:
    items = village.suppliers()
    maker = village.settle("Pack maker", "requester")
    code, asked, _ = run("Pack maker", "request", write(tmp_path / "two", two_models(list(items))), "--json")
    assert (code, asked["models"], asked["entries"]) == (0, ["T-100", "T-80"], 4)
    village.run()
    out = tmp_path / "certificate.json"
    code, certificate, _ = run("Pack maker", "certificate", asked["request"], "--out", str(out), "--json")
    assert code == 0 and certificate["holds"]
    pins = maker.identity.pins
    report = verify_bundle(out.read_bytes(), Pins(pins.log_key, pins.root_pem), os.urandom)
    assert report.is_good
    models = run("Pack maker", "result", asked["request"], "--json")[1]["models"]
    quantities = {
        "T-100": [supply.quantity / 1000 for supply in SUPPLIES],
        "T-80": [float(one) for one in SMALL],
    }
    assert [one["model"] for one in models] == list(quantities)
    for one in models:
        over = float(one["total_kg"]) - exact_kg(quantities[one["model"]])
        assert 0 <= over <= float(one["overstated_by_at_most"]), one["model"]
    assert [one["total_energy_kwh"] for one in models] == ["48000", "38400"]
    shown = run("Pack maker", "result", asked["request"])[1]
    assert "Model 型号 T-100" in shown and "Model 型号 T-80" in shown
    assert run("Pack maker", "status", asked["request"], "--json")[1]["model"] == "T-100, T-80"
    assert len(maker.record.of_kind("certificate")) == 1


def test_two_files_of_one_model_each_become_one_request_as_well(
    village: Village, run: Run, tmp_path: Path
) -> None:
    items = list(village.suppliers())
    maker = village.settle("Pack maker", "requester")
    first = write(tmp_path / "one", bill(items))
    second = write(tmp_path / "other", bill(items).replace("T-100", "T-101"))
    code, asked, _ = run("Pack maker", "request", first, second, "--json")
    assert (code, asked["models"]) == (0, ["T-100", "T-101"])
    again = run("Pack maker", "request", second, "--json")[1]["request"]
    request = maker.record.get(again)
    assert request is not None and request.payload.earlier == (asked["request"],)  # type: ignore[union-attr]
    code, _, stderr = run("Pack maker", "request", first, first)
    assert code == 1 and "T-100 twice" in stderr
    broken = write(tmp_path / "broken", "[pack")
    code, _, stderr = run("Pack maker", "request", first, broken)
    assert code == 1 and "broken/pack.toml" in stderr
    assert [one.models for one in list_requests(maker)] == [("T-100", "T-101"), ("T-101",)]


def test_a_batch_of_two_is_two_totals_so_a_policy_for_one_does_not_pass_it(
    village: Village, run: Run, tmp_path: Path
) -> None:
    """Section 9: every model of a batch is counted, and the owner is told how many equations there will be."""
    items = village.suppliers(policy=False)
    for node in village.nodes.values():
        with node.store.write() as connection:
            add_policy(connection, Preapproval("*", "*", 1, tuple(Question)), NOW)
    village.settle("Pack maker", "requester")
    code, _, stderr = run("Pack maker", "request", write(tmp_path / "two", two_models(list(items))), "--json")
    assert code == 0 and "4: it is a further total for the same customer" in stderr
    village.run()
    (inquiry,) = list_inquiries(village.nodes["North Cathode"])
    assert (inquiry.state, inquiry.models) == (WAITING, 2)
    assert Question.FURTHER_TOTAL.value in inquiry.asks
    single = run("Pack maker", "request", write(tmp_path / "one", bill(list(items))), "--json")
    assert single[0] == 0 and "further-total" not in single[2]


def test_models_that_share_no_suppliers_are_told_apart_item_by_item(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    first = pack()

    def named(model: str, **changes: Any) -> PackDefinition:
        return replace(first, functional_unit=replace(first.functional_unit, model=model), **changes)

    elsewhere = replace(first.entries[0], legal_entity="Somebody else")
    other = named("T-101", entries=(elsewhere, *first.entries[2:]))
    with pytest.raises(Refused) as caught:
        request_calculation(maker, [first, other], Terms())
    assert caught.value.check == "models"
    told = caught.value.message
    assert told.startswith("T-101: not the suppliers and products of T-100. Ask for each model by itself")
    assert (
        "T-101 differs in 2:\n  item-0: found Somebody else, item-0, cathode" in told
        and "item-1: found no such item" in told
    )
    with pytest.raises(Refused, match="found rule set mee-2025-literal, partial, expected mee-2025-cff"):
        join_models([first, named("T-101", method="mee-2025-literal")])
    with pytest.raises(Refused, match="expected 1 to 29 models"):
        join_models([named(f"T-{number}") for number in range(30)])
    many = MAX_QUANTITIES // 2 + 1
    entries = tuple(replace(first.entries[0], item=f"item-{number}") for number in range(many))
    with pytest.raises(Refused, match=f"found {2 * many}: 2 models of {many} items"):
        join_models([named("A", entries=entries), named("B", entries=entries)])
    assert list_requests(maker) == []


def test_models_that_call_the_same_products_differently_are_one_calculation(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    first = pack()
    renamed = tuple(replace(entry, item=f"my-{entry.item}") for entry in reversed(first.entries))
    unit = replace(first.functional_unit, model="T-101")
    other = replace(first, functional_unit=unit, entries=renamed, maker=f"my-{first.maker}")
    prepared = request_calculation(maker, [first, other], Terms())
    assert (prepared.models, prepared.entries) == (("T-100", "T-101"), len(first.entries))
    (joined, again) = join_models([first, other])
    quantities = {entry.item: entry.quantity for entry in joined.entries}
    assert {entry.item: entry.quantity for entry in again.entries} == quantities


def test_of_two_items_of_one_product_those_of_the_same_name_belong_together() -> None:
    first = pack()
    bolt = replace(first.entries[0], item="bolt", quantity=Fraction(7))
    one = replace(first, entries=(*first.entries, bolt))
    unit = replace(first.functional_unit, model="T-101")
    other = replace(one, functional_unit=unit, entries=(bolt, replace(first.entries[0], item="plate")))
    other = replace(other, entries=(*other.entries, *first.entries[1:]))
    _, joined = join_models([one, other])
    assert {entry.item: entry.quantity for entry in joined.entries} == {
        entry.item: entry.quantity for entry in one.entries
    }


def test_a_quantity_that_is_implausible_in_one_model_is_named_with_the_model(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    first = pack()
    small = replace(
        first.functional_unit, model="T-1", pack_energy_kwh=Fraction(1), usable_energy_kwh=Fraction(1)
    )
    with pytest.raises(Refused) as caught:
        request_calculation(maker, [first, replace(first, functional_unit=small)], Terms())
    assert "T-1: item-0: " in caught.value.message and "T-100: item-0" not in caught.value.message


# --- in the clear ----------------------------------------------------------------------------------


def clear_text() -> str:
    """The small pack's file with a second model that has twice of everything."""
    text = pack_text().replace('model = "SMALL-100"\n', "").replace('mass_kg = "523"\n', "")
    text = text.replace(
        'quantity = "141.307"', 'quantity = { "SMALL-100" = "141.307", "SMALL-200" = "282.614" }'
    )
    return text + (
        '[[model]]\nmodel = "SMALL-100"\nmass_kg = "523"\n'
        '[[model]]\nmodel = "SMALL-200"\nmass_kg = "1200"\nwarranty_years = "10"\n'
    )


@pytest.fixture
def footprints(tmp_path: Path) -> Callable[..., Any]:
    """`sealsum footprint` over a folder of two models: (exit code, JSON or text, stderr)."""
    folder, app = write_small_pack(tmp_path), typer.Typer()
    app.command()(footprint)
    (folder / "pack.toml").write_text(clear_text(), "utf-8")

    def call(*words: str) -> tuple[int, Any, str]:
        done = CliRunner().invoke(app, [str(folder), *words])
        return done.exit_code, json.loads(done.stdout) if "--json" in words else done.stdout, done.stderr

    return call


def test_each_model_of_a_folder_is_computed_as_if_it_were_alone(
    footprints: Callable[..., Any], tmp_path: Path
) -> None:
    found = {one["model"]: one for one in footprints("--json")[1]["models"]}
    assert list(found) == ["SMALL-100", "SMALL-200"]
    file = tmp_path / "pack" / "pack.toml"
    for model, quantity, energy in (("SMALL-100", "141.307", "48000"), ("SMALL-200", "282.614", "60000")):
        file.write_text(pack_text(cathode=quantity), "utf-8")
        alone = compute_footprint(tmp_path / "pack").figures
        assert (found[model]["stages"], found[model]["total_kg"]) == (alone.stages, alone.total_kg)
        assert found[model]["total_energy_kwh"] == energy
    # What is wrong with the masses of one model is said by that one.
    masses = [[text for text in one["warnings"] if "parts of pack" in text] for one in found.values()]
    assert [len(one) for one in masses] == [0, 1]


def test_people_see_each_model_of_a_folder_and_its_comparison(footprints: Callable[..., Any]) -> None:
    code, shown, _ = footprints()
    assert code == 0 and "SMALL-100: mee-2025-cff" in shown and "SMALL-200: mee-2025-cff" in shown
    compared = footprints("--compare", "--json")[1]["models"]
    assert all({one["method"] for one in model["compared"]} >= {"mee-2025-literal"} for model in compared)


def test_what_a_rule_set_misses_of_a_model_is_said_with_the_model(footprints: Callable[..., Any]) -> None:
    code, found, stderr = footprints("--method", "miit-551", "--json")
    assert code == 2 and "model SMALL-100: functional unit: measured_cycles is missing" in stderr
    assert found["problems"][0]["file"] == "pack.toml"


def test_a_pack_of_several_models_is_not_for_the_demo(footprints: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match="holds several"):
        read_chain(str(tmp_path / "pack"))
