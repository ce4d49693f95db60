"""What a verifier is told before it signs: what it saw, what it signed on the same already, and whose product it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from node.verifications import list_issued
from protocol.requesting import declaration_of
from tests.node.village import Village
from tests.web.test_verifier_pages import OWNER, SAID, Bench, open_bench
from web.paging import WHOLE


@pytest.fixture
def bench(village: Village) -> Iterator[Bench]:
    with open_bench(village) as opened:
        yield opened


def test_a_refused_question_is_done_once_a_later_one_was_answered(bench: Bench) -> None:
    refused = bench.ask(0)
    bench.answer(refused, "not this month")
    open_again = f'href="/verifications/{refused}">Ask for less'
    assert open_again in bench.get("/verifications")
    later = bench.ask(1)
    assert open_again in bench.get("/verifications")  # asked, not answered
    bench.answer(later)
    page = bench.get("/verifications")
    assert open_again not in page and "Nothing: you asked again or signed since." in page
    assert f'href="/verifications/{later}">Read it' in page


def test_the_page_of_a_declaration_leads_to_what_was_asked_and_signed_of_it(bench: Bench) -> None:
    path = f"/verifications/ask/{bench.declaration}"
    assert 'id="table-asked"' not in bench.get(path)
    asked = bench.ask()
    bench.answer(asked)
    assert f'href="/verifications/{asked}"' in bench.get(path)
    bench.post(f"/verifications/{asked}", **SAID, step="sign")
    bench.issued()
    (logged,) = list_issued(bench.verifier, WHOLE)
    assert f'href="/verifications/issued/{logged.id}"' in bench.get(path)


def test_a_certain_opinion_on_nothing_seen_is_signed_only_by_who_says_that_he_knows(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked, "not this month")
    path = f"/verifications/{asked}"
    certain = {**SAID, "finding": "unmodified", "assurance": "reasonable"}
    shown = bench.post(path, **certain)
    assert "It rests on nothing that was opened to you" in shown.text and 'name="knowing"' in shown.text
    assert 'name="knowing"' not in bench.post(path, **SAID).text
    answer = bench.post(path, **certain, step="sign")
    assert answer.status_code == 422 and "Tick that you know it" in answer.text and bench.issued() == []
    assert bench.post(path, **certain, step="sign", knowing="true").status_code == 303
    assert len(bench.issued()) == 1


def test_who_saw_what_was_opened_signs_a_certain_opinion_at_once(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked)
    certain = {**SAID, "finding": "unmodified", "assurance": "reasonable"}
    assert "rests on nothing" not in bench.post(f"/verifications/{asked}", **certain).text
    assert bench.post(f"/verifications/{asked}", **certain, step="sign").status_code == 303


def test_what_one_has_signed_on_the_same_is_said_before_one_signs_again(bench: Bench) -> None:
    refused, opened = bench.ask(0), bench.ask(1)
    bench.answer(refused, "not this month")
    bench.answer(opened)
    assert 'id="earlier"' not in bench.get(f"/verifications/{refused}")
    bench.post(f"/verifications/{opened}", **SAID, step="sign")
    bench.issued()
    (logged,) = list_issued(bench.verifier, WHOLE)
    for page in (
        bench.get(f"/verifications/{refused}"),
        bench.get(f"/verifications/{opened}"),
        bench.post(f"/verifications/{refused}", **SAID).text,
    ):
        earlier = page.partition('id="earlier"')[2].partition("</div>")[0]
        assert f"/verifications/issued/{logged.id}" in earlier and "It holds, but for what I say." in earlier


def test_whose_product_it_is_stands_beside_its_name(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked)
    named = f"{declaration_of(bench.declaration, bench.verifier.record).product_name} ({OWNER})"
    assert f"<dd>{named}</dd>" in bench.post(f"/verifications/{asked}", **SAID).text
    assert f"{named} was opened to you" in bench.get("/")
    bench.post(f"/verifications/{asked}", **SAID, step="sign")
    bench.issued()
    (logged,) = list_issued(bench.verifier, WHOLE)
    table = bench.get("/verifications").partition('id="table-issued"')[2].partition("</table>")[0]
    assert named in table and f"<h1>{named}</h1>" in bench.get(f"/verifications/issued/{logged.id}")
