"""How own calculations stand: the table follows the statements, and lists read the newest of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from node.maker.duty import BOUNDARY, METHOD, read_duty
from node.maker.outcomes import read_standing, tell_apart
from node.maker.requesting import list_requests
from node.maker.resulting import list_unconcluded
from node.maker.standings import (
    certified_models,
    compare_outcomes,
    find_cut_short,
    find_latest,
    find_others,
    find_standings,
    find_under,
    find_year_before,
    list_keys,
    list_models,
    refresh_standings,
    widest_key,
)
from node.organisation import Node
from node.store.tables import STANDINGS
from protocol.calculation import Phase
from tests.node.village import Village, ask
from tests.support.example import NOW
from web.numbers import MINUS, THIN
from web.paging import Slice

KEY = ("mee-2025-cff", "partial")


@pytest.fixture
def maker(village: Village) -> Node:
    """A pack maker with one certified calculation in its table."""
    village.suppliers()
    node = village.settle("Pack maker", "requester")
    ask(node)
    village.run()
    refresh_standings(node)
    return node


def test_a_standing_follows_its_statements_until_it_is_over(village: Village) -> None:
    village.suppliers()
    node = village.settle("Pack maker", "requester")
    request = ask(node)
    phases = []
    for _ in range(8):
        refresh_standings(node)
        (own,) = list_requests(node)
        told = find_standings(node, [request])[request]
        assert told == read_standing(node, node.calculation(request), own)
        phases.append(told.phase)
        village.step()
        village.town.settle()
    assert (phases[0], phases[-1]) == (Phase.CONSENTING, Phase.CERTIFIED)
    assert refresh_standings(node, 0) == 0
    assert list_unconcluded(node) == []


def test_a_page_reads_so_many_and_says_how_many_are_left(village: Village) -> None:
    village.suppliers()
    node = village.settle("Pack maker", "requester")
    requests = [ask(node) for _ in range(3)]
    assert refresh_standings(node, 2) == 1
    assert set(find_standings(node, requests)) == set(requests[1:])
    assert refresh_standings(node, 2) == 0
    assert set(find_standings(node, requests)) == set(requests)


def test_the_newest_result_of_each_model_and_year_is_compared_page_by_page(maker: Node) -> None:
    for sequence, (model, year) in enumerate((("A", "2024"), ("A", "2025"), ("B", "2025"), ("A", "2025")), 1):
        copy_row(maker, sequence, model=model, year=year)
    copy_row(maker, 9, model="A", year="2025", method="eu-cfb-2024-draft")
    copy_row(maker, 10, model="A", year="2026", result_at=None, figures=None, phase="computing")
    (own,) = list_requests(maker)
    everything = compare_outcomes(maker, KEY, (), Slice())
    shown = [(one.model, one.year, one.request) for one in everything]
    assert shown == [
        ("A", "2024", name(1)), ("A", "2025", name(4)), ("B", "2025", name(3)), ("T-100", everything[3].year, own.id),
    ]  # fmt: skip
    first = Slice(most=1)
    part, further = first.cut(compare_outcomes(maker, KEY, (), first), lambda one: (1, one.model, one.year))
    assert (part, bool(further)) == (everything[:1], True)
    assert compare_outcomes(maker, KEY, (), Slice((1, "A", "2024"), 1))[0] == everything[1]
    assert compare_outcomes(maker, KEY, ["B"], Slice()) == everything[2:3]
    # One model leads, page by page too, and all others follow it.
    assert compare_outcomes(maker, KEY, (), Slice(), "B") == [everything[2], *everything[:2], everything[3]]
    assert compare_outcomes(maker, KEY, (), Slice((0, "B", "2025"), 1), "B")[0] == everything[0]
    assert (find_year_before(maker, everything[0]), find_year_before(maker, everything[1])) == (
        None,
        everything[0],
    )
    assert [one.request for one in find_others(maker, everything[1])] == [name(9)]
    assert set(list_keys(maker)) == {KEY, ("eu-cfb-2024-draft", "partial")}


def test_what_most_models_have_results_under_is_compared_first(maker: Node) -> None:
    other = ("eu-cfb-2024-draft", "partial")
    copy_row(maker, 9, model="A", year="2025", method=other[0], boundary=other[1])
    assert widest_key(maker, "") == other  # the newest of those that one model has
    copy_row(maker, 1, model="A")
    copy_row(maker, 10, model="A", year="2026", method=other[0], boundary=other[1])
    assert [widest_key(maker, one) for one in ("", "A", "T-100", "B")] == [KEY, other, KEY, None]


def test_a_model_stands_as_its_newest_request_and_one_that_ended_counts_last(maker: Node) -> None:
    copy_row(maker, 1, model="A")
    copy_row(maker, 2, model="A", phase="consenting", result_at=None, figures=None)
    copy_row(maker, 3, model="A", phase="ended", result_at=None, figures=None)
    copy_row(maker, 4, model="B", phase="ended", result_at=None, figures=None)
    found = find_latest(maker, ["A", "B", "C"])
    assert {model: one.request for model, one in found.items()} == {"A": name(2), "B": name(4)}
    assert list_models(maker) == ["A", "B", "T-100"]
    assert set(certified_models(maker, KEY)) == {"A", "T-100"}


def test_what_was_asked_under_a_rule_set_is_told_of_its_boundary_if_of_that_and_else_of_the_newest(
    maker: Node,
) -> None:
    copy_row(maker, 1, model="A")
    copy_row(maker, 2, model="A")
    copy_row(maker, 3, model="A", boundary="full")
    copy_row(maker, 4, model="A", method=METHOD, boundary=BOUNDARY)
    copy_row(maker, 5, model="A", phase="ended", result_at=None, figures=None)
    copy_row(maker, 6, model="B", boundary="full")
    copy_row(maker, 7, model="B", method=METHOD, boundary=BOUNDARY)
    copy_row(maker, 8, model="C", method=METHOD, boundary=BOUNDARY)
    copy_row(maker, 9, model="D", boundary="full")
    copy_row(maker, 10, model="D")
    found = find_under(maker, {**dict.fromkeys("ABCE", KEY), "D": (KEY[0], "full")})
    assert {model: one.request for model, one in found.items()} == {"A": name(2), "B": name(6), "D": name(9)}


def test_a_certificate_without_an_entry_in_a_stage_does_not_meet_the_duty(maker: Node) -> None:
    """The example has no entry in the distribution and the end of life, of which the notice counts both."""
    (real,) = find_standings(maker, [one.id for one in list_requests(maker)]).values()
    (outcome,) = real.outcomes
    assert outcome.undeclared == ("distribution",)
    copy_row(maker, 1, model="A", method=METHOD, boundary=BOUNDARY)
    stages = [*outcome.declared, "distribution"]
    copy_row(maker, 2, model="A", method=METHOD, boundary=BOUNDARY, declared=json.dumps(stages))
    found = read_duty(maker, NOW)
    assert {one.model: one.lacks for one in found.waiting} == {"A": ("end_of_life",), "T-100": ()}
    assert not found.ready and not found.is_all_met
    stages.append("end_of_life")
    copy_row(maker, 3, model="A", method=METHOD, boundary=BOUNDARY, declared=json.dumps(stages))
    copy_row(maker, 4, model="A", method=METHOD, boundary=BOUNDARY)
    assert [one.model for one in read_duty(maker, NOW).ready] == ["A"]


def test_a_request_that_ended_is_told_of_although_an_earlier_one_is_certified(maker: Node) -> None:
    copy_row(maker, 1, model="A")
    copy_row(maker, 2, model="A", phase="ended", result_at=None, figures=None)
    copy_row(maker, 3, model="B", phase="ended", result_at=None, figures=None)
    copy_row(maker, 4, model="B", phase="consenting", result_at=None, figures=None)
    assert [one.request for one in find_cut_short(maker, ["A", "B", "T-100"])] == [name(2)]
    assert find_latest(maker, ["A"])["A"].request == name(1)


def name(sequence: int) -> str:
    return f"{sequence:064x}"


def copy_row(node: Node, sequence: int, **changes: Any) -> None:
    """The certified calculation again, as another request."""
    with node.store.write() as connection:
        row = dict(connection.execute(select(STANDINGS).where(STANDINGS.c.model == "T-100")).mappings().one())
        unit = row["unit"].replace("T-100", changes.get("model", "T-100"))
        values = {**row, "request": name(sequence), "sequence": sequence, "unit": unit, **changes}
        connection.execute(insert(STANDINGS), values)


def test_kg_in_the_words_about_two_results_look_as_elsewhere_on_a_page(maker: Node) -> None:
    (real,) = find_standings(maker, [one.id for one in list_requests(maker)]).values()
    (outcome,) = real.outcomes
    stages = ("raw_material_and_parts", "battery_production")
    results = [
        replace(
            outcome, figures=outcome.figures.model_copy(update={"stages": dict(zip(stages, kg, strict=True))})
        )
        for kg in (("5017.6112", "7"), ("4181.1", "7.0213"))
    ]
    told = " ".join(english for _, english in tell_apart(*results)).replace(THIN, " ")
    assert f"5 017.6 kg, mee-2025-cff partial 4 181.1 kg ({MINUS}836.5 kg)" in told
    assert "7.00 kg, mee-2025-cff partial 7.02 kg (+0.0213 kg)" in told
