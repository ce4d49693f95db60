"""Parties that lie, with full power over their own keys, and the check that names each lie."""

from dataclasses import replace
from itertools import pairwise

import pytest

from crypto.group import ORDER, G, add, multiply
from protocol.calculation import Phase
from protocol.certificate import Status
from protocol.errors import PeerError
from protocol.payloads import Figures, Void
from protocol.requesting import QuantityOpening, _seal_row
from protocol.resulting import make_certificate
from protocol.statements import Logged, core_id_of
from protocol.totals import guard_widths
from tests.support.audit import check_everything
from tests.support.lies import (
    Lie,
    guarded,
    lying_contribution,
    lying_declaration,
    lying_request,
    make_result_unchecked,
    with_cells,
)
from tests.support.scene import Scene, check_that_refuses, play, shared


def check_of_lie(lie: Lie) -> str:
    """The check that refuses supplier 0's contribution."""
    scene = shared("close")
    payload, _ = lying_contribution(scene, 0, lie)
    return check_that_refuses(scene, payload, scene.suppliers[0])


def contribute_with(scene: Scene, index: int, lie: Lie) -> None:
    payload, ciphertext = lying_contribution(scene, index, lie)
    scene.submit(payload, scene.suppliers[index])
    scene.ciphertexts[index] = ciphertext


def failed(scene: Scene) -> list[str]:
    return [check.name for check in scene.verify().checks if check.status is Status.FAILED]


def test_a_lie_that_changes_nothing_is_taken_so_the_harness_is_honest() -> None:
    scene = shared("close")
    for index in range(len(scene.suppliers)):
        contribute_with(scene, index, Lie())
    play(scene, "certify")
    assert scene.verify().is_good
    check_everything(scene.world.notary)


# --- the supplier ----------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [0, 2])
def test_a_contribution_over_another_quantity_is_refused(times: int) -> None:
    def halve(secrets):  # type: ignore[no-untyped-def]
        opening = secrets.quantities[0]
        quantity = opening.quantity * times
        return replace(secrets, quantities=(QuantityOpening(quantity, opening.blinding),))

    assert check_of_lie(Lie(secrets=halve)) == "proof"


def test_a_contribution_over_another_unit_footprint_is_refused() -> None:
    def cleaner(secrets):  # type: ignore[no-untyped-def]
        declared = secrets.declaration
        amounts = (declared.amounts[0] // 2, *declared.amounts[1:])
        return replace(secrets, declaration=replace(declared, amounts=amounts))

    assert check_of_lie(Lie(secrets=cleaner)) == "proof"


def test_a_contribution_that_subtracts_a_little_is_refused() -> None:
    def less(part):  # type: ignore[no-untyped-def]
        return replace(part, values=(part.values[0] - 1, *part.values[1:]))

    assert check_of_lie(Lie(subtotals=less)) == "proof"


def test_a_guard_wider_than_its_category_allows_is_refused() -> None:
    scene = shared("close")
    widths = guard_widths(scene.calculation, 0, scene.record)[0]
    for k in range(4):
        guards = [0, 0, 0, 0]
        guards[k] = 2 ** widths[k]
        lie = Lie(subtotals=lambda part, guards=guards: guarded(part, guards))
        payload, _ = lying_contribution(scene, 0, lie)
        assert check_that_refuses(scene, payload, scene.suppliers[0]) == "proof"


def test_a_negative_guard_is_refused() -> None:
    assert check_of_lie(Lie(subtotals=lambda part: guarded(part, (-(10**15), 0, 0, 0)))) == "proof"


def test_a_guard_at_either_end_of_its_range_is_taken() -> None:
    scene = shared("close")
    widths = guard_widths(scene.calculation, 0, scene.record)[0]
    for index, guards in ((0, [0] * 4), (1, [2**width - 1 for width in widths])):
        contribute_with(scene, index, Lie(subtotals=lambda part, guards=guards: guarded(part, guards)))
    play(scene, "certify")
    assert scene.verify().is_good


@pytest.mark.parametrize("amounts", [(-1, 0), (2**40, 0), (0, -(2**39)), (ORDER - 6_000_000, 1)])
def test_a_negative_or_oversized_amount_is_refused(amounts: tuple[int, int]) -> None:
    scene = shared("")
    payload, _ = lying_declaration(scene, 0, amounts)
    assert check_that_refuses(scene, payload, scene.suppliers[0]) == "proof"


def test_the_lying_declaration_of_honest_amounts_is_taken() -> None:
    scene = shared("")
    scene.submit(lying_declaration(scene, 0, (0, 2**40 - 1))[0], scene.suppliers[0])


def test_masked_commitments_that_do_not_add_up_end_the_calculation_by_name() -> None:
    scene = shared("close")

    def shifted(rows):  # type: ignore[no-untyped-def]
        return [[(rows[0][0] + 1) % ORDER, *rows[0][1:]]]

    contribute_with(scene, 0, Lie(masked=shifted))
    play(scene, "contribute_all")
    with pytest.raises(PeerError) as caught:
        scene.make_result()
    assert caught.value.check == "masks"
    cause = Void(
        **scene.header(scene.operator).fields(),
        request=scene.request_id,
        cause="check_failed",
        reason="the masks do not cancel",
    )
    scene.submit(cause, scene.operator)
    assert scene.calculation.phase is Phase.ENDED
    check_everything(scene.world.notary)


def test_masked_commitments_of_other_numbers_than_the_ciphertext_holds_get_no_result() -> None:
    """Y lies, the ciphertext is right: equation (1) would hold, so only the sum of Y against D names it."""
    scene = shared("close")

    def shifted(rows):  # type: ignore[no-untyped-def]
        return [[(rows[0][0] + 1) % ORDER, *rows[0][1:]]]

    def back(rows):  # type: ignore[no-untyped-def]
        return [[(rows[0][0] - 1) % ORDER, *rows[0][1:]]]

    contribute_with(scene, 0, Lie(masked=shifted, encrypted=back))
    play(scene, "contribute_all")
    with pytest.raises(PeerError) as caught:
        scene.make_result()
    assert caught.value.check == "masks"
    # A requester that publishes all the same is refused at the door.
    assert check_that_refuses(scene, make_result_unchecked(scene), scene.maker) == "proof"


@pytest.mark.parametrize("residue", [0, 1, 2, 8, 13])
def test_a_ciphertext_that_does_not_hold_y_is_found_before_anything_is_published(residue: int) -> None:
    scene = shared("close")

    def other(rows):  # type: ignore[no-untyped-def]
        row = list(rows[0])
        row[residue] = (row[residue] + 12345) % ORDER
        return [row]

    contribute_with(scene, 1, Lie(encrypted=other))
    play(scene, "contribute_all")
    with pytest.raises(PeerError) as caught:
        scene.make_result()
    assert caught.value.check == "totals"
    assert scene.calculation.phase is Phase.COMPUTING


# --- the coordinator -------------------------------------------------------------------------------


def test_a_coordinator_that_drops_one_ciphertext_gets_no_result() -> None:
    scene = shared("contribute_all")
    del scene.ciphertexts[2]
    with pytest.raises(PeerError) as caught:
        scene.make_result()
    assert caught.value.check == "totals"


def test_a_coordinator_that_adds_one_ciphertext_twice_gets_no_result() -> None:
    scene = shared("contribute_all")
    scene.ciphertexts[99] = scene.ciphertexts[0]
    with pytest.raises(PeerError) as caught:
        scene.make_result()
    assert caught.value.check == "totals"


def test_members_under_two_rosters_never_share_a_mask() -> None:
    """A second roster for the same consents gives other masks: what two contributions differ by is noise."""
    scene = shared("close")
    first, _ = scene.make_contribution(0)
    again, _ = scene.make_contribution(0)
    assert first.models == again.models  # a repeat after a crash makes the same numbers
    roster = scene.calculation.roster
    assert roster is not None
    other_payload = roster.payload.model_copy(update={"nonce": "ab" * 16})
    forged = Logged(
        replace(roster.signed, payload=other_payload, id="cd" * 32), roster.index, roster.logged_at
    )
    notary = scene.world.notary
    notary.calculations[scene.request_id] = replace(scene.calculation, roster=forged)
    second, _ = scene.make_contribution(0)
    assert first.models[0].guards != second.models[0].guards  # same guards, other blindings
    for one, two in zip(first.models[0].masked, second.models[0].masked, strict=True):
        assert one != two
    differences = [
        add(one, multiply(two, ORDER - 1))
        for one, two in zip(first.models[0].masked, second.models[0].masked, strict=True)
    ]
    assert all(left != right for left, right in pairwise(differences))


# --- the requester ---------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [0, -141_000, 2**32 + 1, ORDER // 2])
def test_a_quantity_of_nothing_less_or_far_too_much_is_refused(quantity: int) -> None:
    scene = shared("declare")
    payload = lying_request(scene, 0, quantity)
    assert check_that_refuses(scene, payload, scene.maker) == "proof"


def test_the_lying_request_of_an_honest_quantity_is_taken_and_opens() -> None:
    scene = shared("declare")
    scene.ask(lying_request(scene, 0, 77_000))
    assert scene.open_seals(0)[0].quantity == 77_000


def test_a_seal_of_another_request_is_found_by_the_supplier() -> None:
    scene = shared("declare")
    honest, other = lying_request(scene, 0, 77_000), lying_request(scene, 0, 77_000)
    scene.ask(honest.model_copy(update={"seals": other.seals}))
    with pytest.raises(PeerError) as caught:
        scene.open_seals(0)
    assert caught.value.check == "seal"


def test_a_seal_of_another_quantity_than_q_holds_is_found_by_the_supplier() -> None:
    scene = shared("declare")
    request = scene.make_request()
    told = (replace(scene.openings[1][0], quantity=scene.openings[1][0].quantity + 1),)
    row = _seal_row(told, 1, core_id_of(request), request, scene.record, scene.random)
    scene.ask(request.model_copy(update={"seals": (request.seals[0], row, *request.seals[2:])}))
    scene.open_seals(0)
    with pytest.raises(PeerError, match="does not open Q") as caught:
        scene.open_seals(1)
    assert caught.value.check == "seal"


@pytest.mark.parametrize("cell", [0, 1, 4, 5, 6])
def test_a_published_total_that_is_off_by_one_is_refused(cell: int) -> None:
    scene = shared("contribute_all")
    result = with_cells(scene, scene.make_result(), {cell: (-1, 0)})
    assert check_that_refuses(scene, result, scene.maker) == "proof"


def test_totals_moved_from_one_stage_to_another_are_refused() -> None:
    scene = shared("contribute_all")
    result = with_cells(scene, scene.make_result(), {0: (-(10**15), 0), 1: (10**15, 0)})
    assert check_that_refuses(scene, result, scene.maker) == "proof"


def test_a_total_in_a_stage_without_members_is_refused() -> None:
    scene = shared("contribute_all")
    for moved in ((1, 0), (0, 1)):
        result = with_cells(scene, scene.make_result(), {2: moved})
        assert check_that_refuses(scene, result, scene.maker) == "totals"


def test_a_blinding_outside_the_group_order_is_refused() -> None:
    scene = shared("contribute_all")
    for shift in (ORDER, -ORDER):
        result = with_cells(scene, scene.make_result(), {0: (0, shift)})
        assert check_that_refuses(scene, result, scene.maker) == "totals"


def test_a_total_of_2_to_the_128_is_refused() -> None:
    scene = shared("contribute_all")
    result = scene.make_result()
    cells = list(result.models[0].cells)
    for huge, check in ((2**128, "figures"), (-(2**128), "figures"), (ORDER, "figures")):
        cells[0] = cells[0].model_copy(update={"value": huge})
        changed = result.model_copy(
            update={"models": (result.models[0].model_copy(update={"cells": tuple(cells)}),)}
        )
        assert check_that_refuses(scene, changed, scene.maker) == check


@pytest.mark.parametrize("field", list(Figures.model_fields))
def test_a_figure_that_does_not_follow_from_the_totals_is_refused(field: str) -> None:
    scene = shared("contribute_all")
    result = scene.make_result()
    figures = result.models[0].figures
    found = getattr(figures, field)
    other = (
        {**found, "distribution": "0.1"} if isinstance(found, dict) else found + "1" if "." in found else "7"
    )
    model = result.models[0].model_copy(update={"figures": figures.model_copy(update={field: other})})
    changed = result.model_copy(update={"models": (model,)})
    assert check_that_refuses(scene, changed, scene.maker) == "figures"


@pytest.mark.parametrize("changes", [{"method": "miit-551"}, {"boundary": "full"}], ids=str)
def test_a_result_under_another_name_of_method_or_boundary_is_refused(changes: dict[str, str]) -> None:
    scene = shared("contribute_all")
    changed = scene.make_result().model_copy(update=changes)
    assert check_that_refuses(scene, changed, scene.maker) == "figures"


def test_a_stage_left_out_of_the_figures_is_refused() -> None:
    scene = shared("contribute_all")
    result = scene.make_result()
    figures = result.models[0].figures
    fewer = {stage: value for stage, value in figures.stages.items() if stage != "distribution"}
    model = result.models[0].model_copy(update={"figures": figures.model_copy(update={"stages": fewer})})
    changed = result.model_copy(update={"models": (model,)})
    assert check_that_refuses(scene, changed, scene.maker) == "figures"


# --- coordinator and requester together ------------------------------------------------------------


def test_a_false_total_that_the_coordinator_certifies_fails_at_the_verifier() -> None:
    scene = shared("contribute_all")
    scene.force(with_cells(scene, scene.make_result(), {0: (-(10**18), 0)}), scene.maker)
    scene.force(make_certificate(scene.calculation, scene.header(scene.operator)), scene.operator)
    assert failed(scene) == ["totals"]


def test_a_lying_member_that_the_coordinator_lets_in_fails_at_the_verifier() -> None:
    scene = shared("close")

    def nothing(secrets):  # type: ignore[no-untyped-def]
        return replace(secrets, quantities=(QuantityOpening(0, secrets.quantities[0].blinding),))

    payload, scene.ciphertexts[0] = lying_contribution(scene, 0, Lie(secrets=nothing))
    scene.force(payload, scene.suppliers[0])
    play(scene, "certify")
    assert failed(scene) == ["contributions"]


def test_a_negative_amount_that_the_coordinator_lets_in_fails_at_the_verifier() -> None:
    scene = shared("")
    payload, secrets = lying_declaration(scene, 0, (-6_000_000, 1_100_000))
    scene.declarations.append(scene.force(payload, scene.suppliers[0]))
    scene.declared.append(secrets)
    play(scene, "certify")
    assert failed(scene) == ["declarations"]


def test_a_point_g_in_place_of_an_opening_proves_nothing() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    shifted = add(payload.models[0].subtotals[0], G)
    part = payload.models[0].model_copy(update={"subtotals": (shifted, *payload.models[0].subtotals[1:])})
    changed = payload.model_copy(update={"models": (part,)})
    assert check_that_refuses(scene, changed, scene.suppliers[0]) == "proof"
