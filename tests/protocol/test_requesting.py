"""Requests: one refusal per rule of `check_request`, seals, and the proofs over quantities."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.group import G, add
from protocol.errors import PeerError, Refused
from protocol.payloads import Deadlines, Request
from protocol.requesting import QuantityOpening, check_request
from protocol.run import DAY
from tests.support.example import UNIT
from tests.support.scene import Chain, Scene, check_that_refuses, scene_at, shared


def refused_request(scene: Scene, **changes: Any) -> str:
    return check_that_refuses(scene, scene.make_request(**changes), scene.maker)


def altered(scene: Scene, **changes: Any) -> str:
    return check_that_refuses(scene, scene.make_request().model_copy(update=changes), scene.maker)


# --- check_request ---------------------------------------------------------------------------------


def test_a_request_over_one_supplier_is_refused() -> None:
    scene = shared("declare")
    assert refused_request(scene, entries=scene.request_draft().entries[:1]) == "request"


def test_an_entry_with_another_number_of_quantities_is_refused() -> None:
    scene = shared("declare")
    entries = scene.make_request().entries
    doubled = entries[0].model_copy(update={"quantities": entries[0].quantities * 2})
    assert altered(scene, entries=(doubled, *entries[1:])) == "request"


def test_seals_missing_or_too_many_are_refused() -> None:
    scene = shared("declare")
    seals = scene.make_request().seals
    for bad in (seals[1:], (*seals, seals[0]), (seals[0] * 2, *seals[1:])):
        assert altered(scene, seals=bad) == "request"


@pytest.mark.parametrize("length", [0, 88, 90])
def test_a_seal_of_another_length_is_refused(length: int) -> None:
    scene = shared("declare")
    seals = scene.make_request().seals
    assert altered(scene, seals=((bytes(length),), *seals[1:])) == "request"


def test_more_than_2048_quantities_are_refused() -> None:
    scene = shared("declare")
    request = scene.make_request()
    models = (UNIT,) * 29
    entry = request.entries[0].model_copy(update={"quantities": request.entries[0].quantities * 29})
    many = request.model_copy(
        update={"models": models, "entries": (entry,) * 71, "seals": ((bytes(89),) * 29,) * 71}
    )
    with pytest.raises(PeerError, match="at most 2048"):
        check_request(many, scene.record, scene.world.notary.now)


def test_another_number_of_range_proofs_is_refused() -> None:
    scene = shared("declare")
    proofs = scene.make_request().proofs
    doubled = proofs.model_copy(update={"ranges": proofs.ranges * 2})
    assert altered(scene, proofs=doubled) == "request"


@pytest.mark.parametrize(
    "changes",
    [
        {"total_energy_kwh": "48001"},
        {"total_energy_kwh": "48000.0"},
        {"usable_energy_kwh": "101"},
        {"cycles_per_year": "0"},
        {"pack_energy_kwh": "100.0"},
        {"warranty_years": "-8", "total_energy_kwh": "-48000"},
    ],
    ids=str,
)
def test_a_functional_unit_that_the_method_does_not_make_is_refused(changes: dict[str, str]) -> None:
    scene = shared("declare")
    assert refused_request(scene, models=(UNIT.model_copy(update=changes),)) == "functional unit"


def test_an_unknown_method_is_refused() -> None:
    scene = shared("declare")
    assert refused_request(scene, method="guesswork") == "method"


def test_a_declaration_that_is_not_logged_is_refused() -> None:
    scene = shared("declare")
    request = scene.make_request()
    for unknown in ("ab" * 32, scene.published["grid"]):
        entry = request.entries[0].model_copy(update={"declaration": unknown})
        changed = request.model_copy(update={"entries": (entry, *request.entries[1:])})
        assert check_that_refuses(scene, changed, scene.maker) == "declaration"


def test_a_declaration_named_twice_is_refused() -> None:
    scene = shared("declare")
    entries = scene.request_draft().entries
    assert refused_request(scene, entries=(entries[0], entries[0], *entries[1:])) == "request"


def test_a_declaration_of_another_method_is_refused() -> None:
    scene = shared("declare")
    payload, _ = scene.make_declaration(0, method="other-method")
    other = scene.force(payload, scene.suppliers[0])
    entries = scene.request_draft().entries
    mixed = (replace(entries[0], declaration=other.id), *entries[1:])
    assert refused_request(scene, entries=mixed) == "method"


def test_a_stage_that_the_category_does_not_belong_to_is_refused() -> None:
    scene = shared("declare")
    entries = scene.request_draft().entries
    moved = (replace(entries[0], stage="distribution"), *entries[1:])
    assert refused_request(scene, entries=moved) == "stage"


@pytest.mark.parametrize("days", [(0, 1, 2), (2, 1, 3), (1, 3, 2), (-1, 1, 2), (1, 2, 367)])
def test_deadlines_passed_out_of_order_or_of_another_age_are_refused(days: tuple[int, int, int]) -> None:
    scene = shared("declare")
    consent, contribute, result = (scene.world.notary.now + day * DAY for day in days)
    deadlines = Deadlines(consent_by=consent, contribute_by=contribute, result_by=result)
    assert refused_request(scene, deadlines=deadlines) == "deadline"


# --- quantities ------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [0, -1, 2**32 + 1])
def test_a_node_refuses_to_request_a_quantity_out_of_range(quantity: int) -> None:
    scene = shared("declare")
    entries = scene.request_draft().entries
    with pytest.raises(Refused):
        scene.make_request(entries=(replace(entries[0], quantities=(quantity,)), *entries[1:]))


@pytest.mark.parametrize("quantity", [1, 2**32])
def test_the_ends_of_the_range_can_be_requested(quantity: int) -> None:
    scene = shared("declare")
    entries = scene.request_draft().entries
    scene.ask(scene.make_request(entries=(replace(entries[0], quantities=(quantity,)), *entries[1:])))
    assert scene.open_seals(0)[0].quantity == quantity


def test_a_quantity_commitment_that_was_moved_is_refused() -> None:
    scene = shared("declare")
    request = scene.make_request()
    moved = add(request.entries[0].quantities[0], G)
    assert moved is not None
    entry = request.entries[0].model_copy(update={"quantities": (moved,)})
    changed = request.model_copy(update={"entries": (entry, *request.entries[1:])})
    assert check_that_refuses(scene, changed, scene.maker) == "proof"


def test_a_range_proof_of_another_request_is_refused() -> None:
    scene = shared("declare")
    first, second = scene.make_request(), scene.make_request()
    assert (
        check_that_refuses(scene, second.model_copy(update={"proofs": first.proofs}), scene.maker) == "proof"
    )


def test_more_than_64_quantities_take_several_proofs() -> None:
    units = tuple(UNIT.model_copy(update={"model": f"T-{number}"}) for number in range(17))
    scene = scene_at("ask", Chain(units=units, scale=tuple(range(1, 18))))
    assert scene.request is not None and isinstance(scene.request.payload, Request)
    assert len(scene.request.payload.proofs.ranges) == 2
    ranges = scene.request.payload.proofs.ranges
    swapped = scene.request.payload.proofs.model_copy(update={"ranges": ranges[::-1]})
    again = scene.request.payload.model_copy(update={"proofs": swapped, "nonce": "ab" * 16})
    assert check_that_refuses(scene, again, scene.maker) == "proof"


# --- seals -----------------------------------------------------------------------------------------


def test_each_supplier_opens_its_own_quantity() -> None:
    scene = shared("ask")
    for index, supply in enumerate(scene.chain.supplies):
        (opening,) = scene.open_seals(index)
        assert opening == scene.openings[index][0]
        assert opening.quantity == supply.quantity


def test_a_seal_does_not_open_for_another_supplier() -> None:
    scene = shared("ask")
    scene.suppliers = scene.suppliers[::-1]
    with pytest.raises(PeerError) as caught:
        scene.open_seals(0)
    assert caught.value.check == "seal"


def test_seals_that_were_swapped_between_entries_do_not_open() -> None:
    scene = shared("declare")
    request = scene.make_request()
    scene.ask(request.model_copy(update={"seals": (request.seals[1], request.seals[0], *request.seals[2:])}))
    for index in (0, 1):
        with pytest.raises(PeerError) as caught:
            scene.open_seals(index)
        assert caught.value.check == "seal"


def test_a_quantity_opening_survives_its_encoding_and_stays_out_of_repr() -> None:
    opening = QuantityOpening(2**32, 12345678901234567890)
    assert QuantityOpening.parse(opening.encode()) == opening
    assert len(opening.encode()) == 40
    assert "12345678901234567890" not in repr(opening) and str(2**32) not in repr(opening)
