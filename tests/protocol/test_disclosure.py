"""Section 9, bullet by bullet: what an owner is asked, and what may pass without a question."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.disclosure import (
    YEAR_SECONDS,
    Asked,
    Case,
    Earlier,
    Finding,
    Question,
    Seat,
    expected_sizes,
    find_questions,
    foresee,
    read_asked,
)
from protocol.requesting import declaration_of
from tests.protocol.test_equations import is_determined
from tests.support.scene import shared

NOW = 1_795_000_000
RAW, PLANT = "raw_material_and_parts", "battery_production"
EVERYTHING = (8, 8, 8, 8, 8)


def seat(name: str, stage: str = RAW, lines: tuple[int, ...] = EVERYTHING, parent: str = "") -> Seat:
    return Seat(name, f"{name}'s product", parent or name, stage, lines)


def asked(names: str, request: str = "r0", customer: str = "Maker", totals: int = 1) -> Asked:
    """A request over suppliers A, B, C... in one stage, 8 lines each."""
    return Asked(request, customer, totals, tuple(map(seat, names)))


def case(request: Asked, own: int = 0, weights: Sequence[int] | None = None) -> Case:
    sizes = weights or [1] * len(request.seats)
    return Case(request, own, tuple((Fraction(size),) * 4 for size in sizes))


def questions(
    request: Asked, *history: Earlier, own: int = 0, weights: Sequence[int] | None = None
) -> dict[Question, Finding]:
    """The first finding of each question that arises."""
    found: dict[Question, Finding] = {}
    for finding in find_questions(case(request, own, weights), history, NOW):
        found.setdefault(finding.question, finding)
    return found


def done(request: Asked, days_ago: int = 30) -> Earlier:
    return Earlier(request, NOW - days_ago * 86_400)


def test_a_first_total_among_three_peers_with_many_lines_passes() -> None:
    assert questions(asked("ABCD")) == {}


# --- people ----------------------------------------------------------------------------------------


def test_two_peers_are_too_few_and_are_counted() -> None:
    found = find_questions(case(asked("ABC")), (), NOW)
    assert {(one.question, one.view, one.found) for one in found if one.question is Question.FEW_PEERS} == {
        (Question.FEW_PEERS, view, 2) for view in ("total", "biogenic", "secondary", "quality", "primary")
    }


@pytest.mark.parametrize("parent", ["Maker", "A", "B"])
def test_an_affiliate_of_the_customer_of_oneself_or_of_a_peer_is_no_further_peer(parent: str) -> None:
    request = asked("ABCD")
    seats = (*request.seats[:3], replace(request.seats[3], parent=parent))
    assert questions(replace(request, seats=seats))[Question.FEW_PEERS].found == 2


def test_a_peer_whose_factors_are_all_zero_for_the_indicator_hides_nothing() -> None:
    request = asked("ABCD")
    for view, name in enumerate(("total", "biogenic", "secondary", "quality", "primary")):
        lines = tuple(0 if view == at else 8 for at in range(5))
        idle = replace(request, seats=(*request.seats[:3], seat("D", lines=lines)))
        few = [one for one in find_questions(case(idle), (), NOW) if one.question is Question.FEW_PEERS]
        assert [(one.view, one.found) for one in few] == [(name, 2)]


def test_an_indicator_that_is_zero_for_oneself_shows_nothing_of_oneself() -> None:
    request = asked("ABC")
    without = replace(request.seats[0], lines=(8, 0, 8, 8, 8))
    few = find_questions(case(replace(request, seats=(without, *request.seats[1:]))), (), NOW)
    assert "biogenic" not in {one.view for one in few}


def test_peers_of_another_stage_hide_nothing_in_the_own_stage() -> None:
    request = Asked("r0", "Maker", 1, (seat("A"), seat("B"), seat("C", PLANT), seat("D", PLANT)))
    few = [one for one in find_questions(case(request), (), NOW) if one.question is Question.FEW_PEERS]
    assert [(one.view, one.found) for one in few] == [("total", 1)]


# --- dominance -------------------------------------------------------------------------------------


def test_more_than_60_percent_of_a_cell_asks() -> None:
    assert questions(asked("ABCD"), weights=(6, 2, 1, 1)) == {}
    found = questions(asked("ABCD"), weights=(61, 13, 13, 13))
    assert found == {Question.DOMINANCE: Finding(Question.DOMINANCE, "total", 61)}


def test_what_the_customer_supplies_itself_does_not_hide_a_large_share() -> None:
    request = asked("ABCDE")
    seats = (*request.seats[:4], replace(request.seats[4], parent="Maker"))
    weights = (61, 13, 13, 13, 1000)
    assert questions(replace(request, seats=seats), weights=weights)[Question.DOMINANCE].found == 61


def test_shares_of_ones_own_group_count_together() -> None:
    request = asked("ABCDE")
    seats = (*request.seats[:4], replace(request.seats[4], parent="A"))
    weights = (31, 13, 13, 13, 30)
    assert questions(replace(request, seats=seats), weights=weights)[Question.DOMINANCE].found == 61


# --- one total -------------------------------------------------------------------------------------


def test_a_second_total_for_the_same_customer_asks_with_a_count() -> None:
    found = questions(asked("ABCDEFG"), done(asked("AHIJKLM", "r1")))
    further = found[Question.FURTHER_TOTAL]
    assert (further.totals, further.found, further.is_known) == (2, 13, False)


def test_every_model_of_a_batch_is_a_total() -> None:
    further = questions(asked("ABCDEFG", totals=3))[Question.FURTHER_TOTAL]
    assert (further.totals, further.found, further.is_known) == (3, 7, False)


def test_enough_totals_over_one_group_give_everything_away() -> None:
    assert not questions(asked("ABCDEFGHIJ", totals=5))[Question.FURTHER_TOTAL].is_known
    assert questions(asked("ABCDEFGHIJ", totals=6))[Question.FURTHER_TOTAL].is_known


def test_products_that_the_customer_makes_itself_are_no_unknowns() -> None:
    request = asked("ABCDEFG", totals=2)
    seats = (*request.seats[:3], *(replace(one, parent="Maker") for one in request.seats[3:]))
    further = questions(replace(request, seats=seats))[Question.FURTHER_TOTAL]
    assert (further.totals, further.found, further.is_known) == (2, 3, True)


def test_another_enrolment_of_the_same_parent_is_the_same_customer() -> None:
    assert Question.FURTHER_TOTAL in questions(asked("ABCD"), done(asked("AEFGH", "r1")))
    assert questions(asked("ABCD"), done(asked("AEFGHI", "r1", customer="Other"))) == {}


def test_a_year_after_the_own_contribution_a_total_counts_no_longer_but_an_unfinished_one_does() -> None:
    earlier = asked("AEFGHI", "r1")
    assert Question.FURTHER_TOTAL in questions(asked("ABCD"), Earlier(earlier, NOW - YEAR_SECONDS + 1))
    assert Question.FURTHER_TOTAL not in questions(asked("ABCD"), Earlier(earlier, NOW - YEAR_SECONDS))
    assert Question.FURTHER_TOTAL in questions(asked("ABCD"), Earlier(earlier, None))


def test_another_declaration_of_the_same_product_is_the_same_unknown() -> None:
    """Another period, rule set or boundary: the product counts, so the totals add up."""
    further = questions(asked("ABCDEFGH"), done(asked("ABCDEFGH", "r1")))[Question.FURTHER_TOTAL]
    assert (further.totals, further.found) == (2, 8)


def test_another_product_of_the_same_supplier_begins_anew() -> None:
    request = asked("ABCDEFG")
    other = replace(request, seats=(replace(request.seats[0], product="else"), *request.seats[1:]))
    assert Question.FURTHER_TOTAL not in questions(other, done(asked("AHIJKLM", "r1")))


# --- lines -----------------------------------------------------------------------------------------


def test_the_peers_lines_must_be_four_times_the_cell_totals() -> None:
    request = asked("ABCD")

    def with_lines(count: int) -> Asked:
        seats = (request.seats[0], *(replace(one, lines=(count,) * 5) for one in request.seats[1:]))
        return replace(request, seats=seats)

    assert questions(with_lines(6)) == {}  # 18 lines, 4 totals
    found = questions(with_lines(5))
    assert found == {Question.FEW_LINES: Finding(Question.FEW_LINES, "total", 15, 4)}


def test_cells_where_one_has_nothing_are_no_totals_of_ones_own() -> None:
    request = asked("ABCD")
    lines = (5, 0, 0, 0, 5)
    seats = tuple(replace(one, lines=lines) for one in request.seats)
    assert questions(replace(request, seats=seats)) == {}


def test_the_lines_of_the_customer_hide_nothing() -> None:
    request = asked("ABCDE")
    few = [replace(one, lines=(5,) * 5) for one in request.seats[1:4]]
    seats = (request.seats[0], *few, replace(request.seats[4], parent="Maker"))
    assert questions(replace(request, seats=seats))[Question.FEW_LINES].found == 15


# --- differencing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "differ"), [("ABCDEFGH", 0), ("ABCDEFG", 1), ("ABCDEFGI", 2), ("ABCDEFIJ", 4), ("ABCDE", 3)]
)
def test_groups_that_differ_by_fewer_than_three_ask_whoever_the_customer_is(group: str, differ: int) -> None:
    earlier = done(asked(group, "r1", customer="Another maker"), days_ago=3000)
    found = questions(asked("ABCDEFGH"), earlier)
    if differ < 3:
        assert found[Question.DIFFERENCING] == Finding(Question.DIFFERENCING, "total", differ, other="r1")
    else:
        assert found == {}


def test_an_unfinished_run_counts_as_if_its_total_were_known() -> None:
    earlier = Earlier(asked("ABCDEFG", "r1", customer="Another maker"), None)
    assert questions(asked("ABCDEFGH"), earlier)[Question.DIFFERENCING].found == 1


@pytest.mark.parametrize("affiliate_of", ["Maker", "Another maker"])
def test_affiliates_of_either_customer_make_no_difference(affiliate_of: str) -> None:
    earlier = asked("ABCDEXYZ", "r1", customer="Another maker")
    seats = tuple(replace(one, parent=affiliate_of) if one.entity in "XYZ" else one for one in earlier.seats)
    found = questions(asked("ABCDE"), done(replace(earlier, seats=seats)))
    assert found[Question.DIFFERENCING].found == 0


def test_whoever_names_another_of_ones_products_is_compared_as_well() -> None:
    earlier = asked("ABCDE", "r1", customer="Another maker")
    seats = (replace(earlier.seats[0], product="else"), *earlier.seats[1:])
    assert Question.DIFFERENCING in questions(asked("ABCDE"), done(replace(earlier, seats=seats)))


# --- together --------------------------------------------------------------------------------------

NAMES = "ABCDEFG"
GROUPS = st.lists(st.sets(st.sampled_from(NAMES[1:]), max_size=6).map("".join), min_size=1, max_size=8)


@given(GROUPS, st.sampled_from(NAMES[1:]), st.integers())
def test_what_passes_without_a_question_never_solves_for_anybody(
    groups: list[str], colluder: str, seed: int
) -> None:
    """One customer's totals over groups that it chose, with one colluding supplier whose number it knows.

    Every supplier of a request is asked; the total exists only when none of them has a question.
    """
    taken: list[Asked] = []
    for number, group in enumerate(groups):
        request = asked("A" + "".join(sorted(group)), f"r{number}")
        histories = [
            [done(one) for one in taken if any(seat.entity == name for seat in one.seats)]
            for name in (member.entity for member in request.seats)
        ]
        if not any(find_questions(case(request, own), history, NOW) for own, history in enumerate(histories)):
            taken.append(request)
    system = [
        frozenset(NAMES.index(member.entity) for member in one.seats if member.entity != colluder)
        for one in taken
    ]
    for unknown in range(len(NAMES)):
        if NAMES[unknown] != colluder:
            assert not is_determined(system, unknown, seed)


def test_what_is_counted_comes_from_public_statements() -> None:
    scene = shared("ask")
    assert scene.request is not None
    found = read_asked(scene.request, scene.record)
    assert (found.request, found.customer, found.totals) == (scene.request_id, "Pack maker", 1)
    assert [one.entity for one in found.seats] == [
        "North Cathode",
        "East Cathode",
        "South Cathode",
        "Pack plant",
    ]
    # cathode: power is primary, salt is secondary; assembly: power only; nothing is biogenic
    assert [one.lines for one in found.seats] == [(2, 0, 1, 1, 1)] * 3 + [(1, 0, 0, 0, 1)]
    sizes = expected_sizes(scene.calculation.terms, 0, scene.record)
    assert sizes[0] == (Fraction(2500), 0, Fraction(2000), Fraction(10000))


def test_a_thousand_earlier_requests_of_20_suppliers_are_weighed() -> None:
    crowd = [seat(f"supplier {number}") for number in range(300)]
    history = [
        done(Asked(f"r{number}", f"maker {number % 7}", 1, (seat("A"), *crowd[number % 280 :][:19])))
        for number in range(1000)
    ]
    request = Asked("now", "maker 1", 1, (seat("A"), *crowd[:19]))
    found = questions(request, *history)
    assert set(found) == {Question.FURTHER_TOTAL, Question.FEW_LINES, Question.DIFFERENCING}


def test_what_owners_will_be_asked_is_foreseen_without_a_quantity() -> None:
    """North, East and South Cathode have two peers each, the plant none; no indicator but the total is everybody's."""
    scene = shared("ask")
    found = foresee(scene.calculation.terms, scene.calculation.terms.by, scene.record)
    assert found == {Question.DOMINANCE: 1, Question.FEW_LINES: 4, Question.FEW_PEERS: 4}


def test_a_company_with_two_products_is_counted_once_and_the_customer_itself_never() -> None:
    scene = shared("ask")
    terms = scene.calculation.terms
    north, *_ = terms.entries
    twice = terms.model_copy(update={"entries": (*terms.entries[:2], north)})
    assert foresee(twice, terms.by, scene.record)[Question.FEW_PEERS] == 2
    maker_of_north = declaration_of(north.declaration, scene.record).by
    assert foresee(twice, maker_of_north, scene.record)[Question.FEW_PEERS] == 1
