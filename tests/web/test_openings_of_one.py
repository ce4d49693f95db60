"""Several openings of one declaration: one opinion judges them all, and each is told from the others until then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from node.agent import Agent
from node.opinions import list_concluding
from node.verifications import list_work
from node.verifying import Wish, ask_for_opening, inquiry_of, resolve_opening
from tests.node.village import Village
from tests.web.test_verifier_pages import SAID, Bench, finish_pack, open_bench
from web.paging import WHOLE


@pytest.fixture
def bench(village: Village) -> Iterator[Bench]:
    with open_bench(village) as opened:
        yield opened


def ask_for_record(bench: Bench, record: int) -> str:
    asked = ask_for_opening(bench.verifier, Wish(bench.declaration, (0,), (record,), "yearly visit"))
    bench.verifier.deliver()
    Agent(bench.owner).catch_up()
    return asked


def test_an_opinion_names_all_that_was_opened_of_its_declaration(bench: Bench) -> None:
    first, second = bench.ask(0), bench.ask(1)
    openings = [bench.answer(first), bench.answer(second)]
    page = bench.get(f"/verifications/{second}")
    assert f'name="opening" value="{openings[0]}" checked' in page and "lines 0: yearly visit" in page
    shown = bench.post(f"/verifications/{second}", **SAID, opening=openings[0]).text
    rests_on = shown.partition("<dt>Rests on</dt>")[2].partition("</dd>")[0].split("<li>")[1:]
    assert [one in said for one, said in zip(reversed(openings), rests_on, strict=True)] == [True, True]
    assert "lines 1: yearly visit" in rests_on[0] and "lines 0: yearly visit" in rests_on[1]
    bench.sign(f"/verifications/{second}", **SAID, opening=openings[0])
    (said,) = bench.issued()
    assert sorted(said.rests_on) == sorted(openings)


def test_an_opinion_on_one_opening_leaves_none_of_its_declaration_to_judge(bench: Bench) -> None:
    first, second = bench.ask(0), bench.ask(1)
    bench.answer(first)
    bench.answer(second)
    assert bench.get("/").count("was opened to you") == 2
    bench.sign(f"/verifications/{second}", **SAID)
    bench.issued()
    assert "was opened to you" not in bench.get("/") and "Read it, and sign" not in bench.get(
        "/verifications"
    )
    assert [one.state for one in list_work(bench.verifier, WHOLE)] == ["signed", "signed"]
    Agent(bench.owner).catch_up()
    asked = [inquiry_of(bench.owner, resolve_opening(bench.owner, one)) for one in (first, second)]
    assert [len(said) for said in list_concluding(bench.owner, asked).values()] == [1, 1]


def test_an_opinion_on_two_openings_stands_once_beside_its_declaration(bench: Bench) -> None:
    _, result = finish_pack(bench)
    first, second = bench.ask(0), bench.ask(1)
    openings = [bench.answer(first), bench.answer(second)]
    bench.sign(f"/verifications/{second}", **SAID, opening=openings[0])
    bench.issued()
    table = bench.get(f"/verifications/results/{result}").partition('id="table-entries"')[2]
    row = next(one for one in table.split("<tr>") if f"/verifications/ask/{bench.declaration}" in one)
    assert row.count(">signed: Modified (qualified)</a>") == 1


def test_what_is_opened_after_an_opinion_waits_for_another(bench: Bench) -> None:
    first = bench.ask(0)
    bench.answer(first)
    bench.sign(f"/verifications/{first}", **SAID)
    bench.issued()
    bench.answer(bench.ask(1))
    assert [one.state for one in list_work(bench.verifier, WHOLE)] == ["checked", "signed"]


def test_two_openings_of_one_declaration_are_told_apart_by_what_was_asked_for(bench: Bench) -> None:
    bench.answer(ask_for_record(bench, 0))
    assert "records 0" not in bench.get("/")
    bench.answer(ask_for_record(bench, 1))
    page = bench.get("/")
    assert "lines 0; records 0: yearly visit" in page and "lines 0; records 1: yearly visit" in page


def test_what_another_opening_proved_is_not_asked_for_again(bench: Bench) -> None:
    first = bench.ask(0)
    bench.answer(first)
    unproven = "to have it proven"
    page = bench.get(f"/verifications/{first}")
    assert unproven in page
    last = int(page.partition("?records=")[2].partition('"')[0])
    bench.answer(ask_for_record(bench, last))
    assert unproven not in bench.get(f"/verifications/{first}")
