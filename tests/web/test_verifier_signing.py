"""What a verifier is told before it signs: what it saw, what it signed on the same already, and whose product it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from node.verifications import list_issued
from node.verifying import issue_verification
from protocol.requesting import declaration_of
from protocol.verification_payloads import Statement
from tests.node.village import Village
from tests.web.test_verifier_pages import BODY, OWNER, SAID, Bench, finish_pack, open_bench, shown_on
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


def test_a_refused_question_is_done_once_an_opinion_was_signed_on_what_was_opened_before(
    bench: Bench,
) -> None:
    opened = bench.ask(0)
    bench.answer(opened)
    refused = bench.ask(1)
    bench.answer(refused, "not this month")
    open_again = f'href="/verifications/{refused}">Ask for less'
    assert open_again in bench.get("/verifications")
    bench.sign(f"/verifications/{opened}", **SAID)
    bench.issued()
    assert open_again not in bench.get("/verifications")


def test_the_page_of_a_declaration_leads_to_what_was_asked_and_signed_of_it(bench: Bench) -> None:
    path = f"/verifications/ask/{bench.declaration}"
    assert 'id="table-asked"' not in bench.get(path)
    asked = bench.ask()
    bench.answer(asked)
    assert f'href="/verifications/{asked}"' in bench.get(path)
    bench.sign(f"/verifications/{asked}", **SAID)
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
    answer = bench.sign(path, **certain)
    assert answer.status_code == 422 and "Tick that you know it" in answer.text and bench.issued() == []
    assert bench.sign(path, **certain, knowing="true").status_code == 303
    assert len(bench.issued()) == 1


def test_who_saw_what_was_opened_signs_a_certain_opinion_at_once(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked)
    certain = {**SAID, "finding": "unmodified", "assurance": "reasonable"}
    assert "rests on nothing" not in bench.post(f"/verifications/{asked}", **certain).text
    assert bench.sign(f"/verifications/{asked}", **certain).status_code == 303


def test_what_one_has_signed_on_the_same_is_said_before_one_signs_again(bench: Bench) -> None:
    refused, opened = bench.ask(0), bench.ask(1)
    bench.answer(refused, "not this month")
    bench.answer(opened)
    assert 'id="earlier"' not in bench.get(f"/verifications/{refused}")
    bench.sign(f"/verifications/{opened}", **SAID)
    bench.issued()
    (logged,) = list_issued(bench.verifier, WHOLE)
    for page in (
        bench.get(f"/verifications/{refused}"),
        bench.get(f"/verifications/{opened}"),
        bench.post(f"/verifications/{refused}", **SAID).text,
    ):
        earlier = page.partition('id="earlier"')[2].partition("</div>")[0]
        assert f"/verifications/issued/{logged.id}" in earlier and "Modified (qualified)" in earlier


def test_whose_product_it_is_stands_beside_its_name(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked)
    named = f"{declaration_of(bench.declaration, bench.verifier.record).product_name} ({OWNER})"
    assert f"<dd>{named}</dd>" in bench.post(f"/verifications/{asked}", **SAID).text
    assert f"{named} was opened to you" in bench.get("/")
    bench.sign(f"/verifications/{asked}", **SAID)
    bench.issued()
    (logged,) = list_issued(bench.verifier, WHOLE)
    table = bench.get("/verifications").partition('id="table-issued"')[2].partition("</table>")[0]
    assert named in table and f"<h1>{named}</h1>" in bench.get(f"/verifications/issued/{logged.id}")


@pytest.mark.parametrize("field", ["scope", "assurance", "finding", "opinion"])
def test_what_was_changed_beside_the_button_that_signs_is_shown_before_it_is_signed(
    bench: Bench, field: str
) -> None:
    asked = bench.ask()
    bench.answer(asked)
    path = f"/verifications/{asked}"
    shown = bench.post(path, **SAID)
    # One form holds the fields that are shown and the button that signs, so what is typed is what is sent.
    (form,) = [one for one in shown.text.split("<form")[1:] if f'action="{path}"' in one]
    form = form.partition("</form>")[0]
    assert 'name="step" value="sign"' in form and f'name="{field}"' in form
    other = {
        "scope": "line 1",
        "assurance": "reasonable",
        "finding": "adverse",
        "opinion": "the sample was small",
    }[field]
    changed = {**SAID, field: other}
    again = bench.post(path, **changed, step="sign", shown=shown_on(shown))
    assert again.status_code == 422 and "You changed it since it was shown to you" in again.text
    assert bench.issued() == []
    assert bench.post(path, **changed, step="sign", shown=shown_on(again)).status_code == 303
    (said,) = bench.issued()
    assert getattr(said.says, field) == other


def test_an_opening_that_was_left_out_since_is_shown_so_before_it_is_signed(bench: Bench) -> None:
    _, result = finish_pack(bench)
    opening, path = bench.answer(bench.ask()), f"/verifications/results/{result}"
    shown = shown_on(bench.post(path, **SAID, opening=opening))
    assert bench.post(path, **SAID, step="sign", shown=shown).status_code == 422 and bench.issued() == []
    assert bench.post(path, **SAID, opening=opening, step="sign", shown=shown).status_code == 303


def test_what_was_shown_of_one_declaration_is_not_signed_on_another(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked, "not this month")
    _, result = finish_pack(bench)
    shown = shown_on(bench.post(f"/verifications/{asked}", **SAID))
    answer = bench.post(f"/verifications/results/{result}", **SAID, step="sign", shown=shown)
    assert answer.status_code == 422 and bench.issued() == []


def test_behind_a_result_every_question_and_every_verifiers_opinion_stands_beside_its_declaration(
    bench: Bench,
) -> None:
    _, result = finish_pack(bench)
    opened, refused = bench.ask(0), bench.ask(1)
    bench.answer(opened)
    bench.answer(refused, "not this month")
    bench.sign(f"/verifications/{opened}", **SAID)
    other = bench.village.settle("Second body", "verifier")
    says = Statement(scope="all", assurance="limited", finding="adverse", opinion="it does not add up")
    other.settle(issue_verification(other, bench.declaration, says, []))
    bench.issued()
    table = bench.get(f"/verifications/results/{result}").partition('id="table-entries"')[2]
    row = next(one for one in table.split("<tr>") if f"/verifications/ask/{bench.declaration}" in one)
    assert f"{BODY}: Modified (qualified)" in row and "Second body: Adverse" in row
    assert ">refused: not this month; signed: Modified (qualified)</a>" in row
    assert sum("Second body" in one for one in table.partition("</table>")[0].split("<tr>")) == 1
