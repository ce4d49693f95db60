"""A verifier's pages as they answer: what it finds, what it signs, and what a slip leaves standing."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from exchange.report.labels import LABELS
from exchange.report.words import NOT_VERIFIED
from method.product import Product
from node.agent import Agent
from node.maker.resulting import fetch_certificate, verify_own
from node.organisation import Node
from node.results import read_result, resolve_subject
from node.supplier.activities import Source, keep_activity
from node.supplier.declaring import declare
from node.supplier.products import add_product
from node.verifications import list_issued, list_work
from node.verifying import (
    Wish,
    ask_for_opening,
    list_openings,
    open_to_verifier,
    refuse_opening,
    resolve_opening,
)
from protocol.payloads import Verification
from tests.node.village import METHOD, SUPPLIES, Village, ask, records_of
from tests.support.example import UNIT
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of
from web.paging import WHOLE

OWNER, BODY, MAKER = "North Cathode", "Verifying body", "Pack maker"
SAID = {
    "scope": "line 0, two records",
    "assurance": "limited",
    "finding": "modified",
    "opinion": "but for line 0",
}


@dataclass
class Bench:
    """A village with declarations, its verifier's node outside the pages, and a client of the pages."""

    village: Village
    declaration: str
    owner: Node
    verifier: Node
    client: httpx.Client

    def get(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def post(self, path: str, **form: object) -> httpx.Response:
        """Send a form of this page; the token is the page's."""
        fields = {"csrf": token_of(self.client.get("/account")), **form}
        return self.client.post(path, data=fields)

    def sign(self, path: str, **form: object) -> httpx.Response:
        """See what would be signed, and sign that."""
        return self.post(path, **form, step="sign", shown=shown_on(self.post(path, **form)))

    def ask(self, *lines: int) -> str:
        """Ask for these lines; the owner hears of it."""
        asked = ask_for_opening(self.verifier, Wish(self.declaration, lines or (0,), (), "yearly visit"))
        self.verifier.deliver()
        Agent(self.owner).catch_up()
        return asked

    def answer(self, asked: str, reason: str = "") -> str:
        """The owner opens it, or refuses it with a reason; the verifier hears of it."""
        request = resolve_opening(self.owner, asked)
        answer = (
            refuse_opening(self.owner, request, reason) if reason else open_to_verifier(self.owner, request)
        )
        self.owner.deliver()
        Agent(self.verifier).catch_up()
        return answer

    def issued(self) -> list[Verification]:
        Agent(self.verifier).catch_up()
        found = [one.payload for one in list_issued(self.verifier, WHOLE)]
        return [one for one in found if isinstance(one, Verification)]


def shown_on(page: httpx.Response) -> str:
    """What a page that shows what would be signed has to bring back; "" on any other."""
    return "".join(re.findall(r'name="shown" value="(\w+)"', page.text))


@pytest.fixture
def bench(village: Village) -> Iterator[Bench]:
    with open_bench(village) as opened:
        yield opened


@contextmanager
def open_bench(village: Village, language: str = "en") -> Iterator[Bench]:
    declaration = village.suppliers()["item-0"]
    verifier = village.settle(BODY, "verifier")
    verifier.deliver()
    with (
        open_pages(village.folder / BODY.replace(" ", "-"), village.town.clock) as pages,
        asking(pages, language) as client,
    ):
        yield Bench(village, declaration, village.nodes[OWNER], verifier, client)


def finish_pack(bench: Bench) -> tuple[str, str]:
    """A pack is computed; the ids of its calculation and its result."""
    maker = bench.village.settle(MAKER, "requester")
    request = ask(maker)
    bench.village.run()
    result = maker.calculation(request).result
    assert result is not None
    return request, result.id


def test_a_pack_result_is_found_by_model_maker_and_id_and_an_opinion_is_signed_on_it(bench: Bench) -> None:
    request, result = finish_pack(bench)
    opening = bench.answer(bench.ask())
    link = f"/verifications/results/{result}"
    for words in ("", UNIT.model, "pack MAKER", request, request[:8], result[:8]):
        assert link in bench.get(f"/verifications?q={words}")
    assert link not in bench.get("/verifications?q=somebody")
    page = bench.get(f"/verifications/results/{request[:12]}")
    assert MAKER in page and opening in page and f"/verifications/ask/{bench.declaration}" in page
    assert bench.post(link, **SAID, opening=opening).status_code == 200
    assert bench.issued() == []  # shown, not signed
    assert bench.sign(link, **SAID, opening=opening).status_code == 303
    (said,) = bench.issued()
    assert (said.subject, said.rests_on, said.says.finding) == (result, (opening,), "modified")
    maker = bench.village.nodes[MAKER]
    saved = fetch_certificate(maker, maker.calculation(request), newest=True)
    checked = look_at(bench, saved.bundle)
    assert f'href="/verifications/results/{request}"' in checked and NOT_VERIFIED.en not in checked
    beside_the_verdict = checked.partition('class="checks"')[0].partition("<h3>")[0]
    assert LABELS["reserved"].en in beside_the_verdict and "but for line 0" in beside_the_verdict
    told = [
        said.says.opinion
        for said, _, kind in verify_own(maker, saved.bundle).verifications
        if kind == "result"
    ]
    assert saved.holds and told == ["but for line 0"]
    # A changed file does not hold, and nothing beside the verdict says that it does.
    changed = re.sub(
        rb'"logged_at":\d+',
        lambda found: found[0][:-1] + b"%d" % (found[0][-1] == 0x30),
        saved.bundle,
        count=1,
    )
    assert changed != saved.bundle
    refused = look_at(bench, changed)
    check_nothing_vouches_for_opinions(refused)
    assert 'data-status="failed"' in refused and '>Found: <span lang="en">' in refused
    bench.client.headers["accept-language"] = "zh"
    refused = look_at(bench, changed)
    label = '技术细节（英文，供技术人员参考）：<span lang="en">'
    assert 0 < refused.index("这意味着") < refused.index(label)


def check_nothing_vouches_for_opinions(refused: str) -> None:
    """What a file that fails says that a verifier said is marked as the figures are, and no check vouches for it."""
    assert LABELS["reserved"].en not in refused and LABELS["bad"].en in refused
    opinions = refused.partition(f"<h3>{LABELS['verification'].en}</h3>")[2]
    assert opinions.lstrip().startswith(f'<p class="note">{NOT_VERIFIED.en}</p>')
    assert "The first one found is number " in refused
    last = refused.partition('value="18" data-status="passed">')[2].partition("</li>")[0]
    assert LABELS["proves_nothing"].en in last and "✓" not in last and "It rests on what fails: 4" in last
    assert '<span class="verdict" data-state="unproven">' in last


def look_at(bench: Bench, certificate: bytes) -> str:
    """The page that tells of a certificate."""
    form = {"csrf": token_of(bench.client.get("/account"))}
    return bench.client.post("/certificates/check", data=form, files={"file": ("c.json", certificate)}).text


def test_a_file_that_is_no_certificate_is_set_aside_at_a_verifiers_node_too(village: Village) -> None:
    with open_bench(village, "zh") as bench:
        form = {"csrf": token_of(bench.client.get("/account"))}
        for name, data in (("report.pdf", b"%PDF-1.7"), ("pins.json", b'{"log_key":"","authority_root":""}')):
            answer = bench.client.post("/certificates/check", data=form, files={"file": (name, data)})
            assert answer.status_code == 200 and f"{name} 不是证书，已放在一边" in answer.text
            assert "/verifications/results/" not in answer.text


def test_a_name_of_nothing_is_told_where_the_right_one_stands(bench: Bench) -> None:
    answer = bench.client.get(f"/verifications/results/{'0' * 64}")
    assert answer.status_code == 409 and "stands on its certificate" in answer.text


def test_nothing_is_signed_before_it_was_shown_whole(bench: Bench) -> None:
    asked = bench.ask()
    opening = bench.answer(asked)
    path = f"/verifications/{asked}"
    shown = bench.post(path, **SAID)
    assert shown.status_code == 200 and bench.issued() == []
    preview = shown.text.partition('id="preview"')[2].partition("</dl>")[0]
    for part in ("line 0, two records", "Modified (qualified)", "but for line 0", opening, BODY):
        assert part in preview
    assert "nobody can change it or take it back" in shown.text
    assert bench.post(path, **SAID, step="sign").status_code == 422 and bench.issued() == []
    assert bench.post(path, **SAID, step="sign", shown=shown_on(shown)).status_code == 303
    (said,) = bench.issued()
    assert said.says.model_dump() == SAID and said.rests_on == (opening,)


@pytest.mark.parametrize("finding", ["modified", "adverse", "disclaimed"])
def test_a_reservation_needs_its_reason_and_the_form_keeps_what_was_typed(bench: Bench, finding: str) -> None:
    asked = bench.ask()
    bench.answer(asked)
    for step in ("look", "sign"):
        answer = bench.post(
            f"/verifications/{asked}", **{**SAID, "finding": finding, "opinion": " \r\n"}, step=step
        )
        assert answer.status_code == 422 and "Say in your words why" in answer.text
        assert (
            "line 0, two records</textarea>" in answer.text
            and f'value="{finding}" required checked' in answer.text
        )
    assert bench.issued() == []


def test_what_is_typed_on_several_lines_is_signed_as_a_statement_can_hold_it(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked)
    typed = {**SAID, "scope": "line 0,\r\ntwo records", "opinion": "first\r\n\r\nsecond \u202e"}
    assert bench.sign(f"/verifications/{asked}", **typed).status_code == 303
    (said,) = bench.issued()
    assert (said.says.scope, said.says.opinion) == ("line 0, two records", "first\n\nsecond")


def test_a_refusal_stays_a_refusal_when_another_opening_is_signed_on(bench: Bench) -> None:
    refused, opened = bench.ask(0), bench.ask(1)
    bench.answer(refused, "not this month")
    bench.answer(opened)
    assert bench.sign(f"/verifications/{opened}", **SAID).status_code == 303
    bench.issued()
    assert [one.state for one in list_work(bench.verifier, WHOLE)] == ["signed", "refused"]
    table = bench.get("/verifications").partition('id="table-asked"')[2].partition("</table>")[0]
    assert "refused" in table and "not this month" in table


def test_a_result_is_read_whole_and_its_certificate_is_checked_and_saved_there(bench: Bench) -> None:
    request, result = finish_pack(bench)
    path = f"/verifications/results/{result}"
    page = bench.get(path)
    for part in ("Raw materials", "Battery production", "without end of life", "Data quality", "Total"):
        assert part in page, part
    answer = bench.client.get(f"{path}/certificate")
    assert answer.status_code == 409  # none was checked yet
    checked = bench.post(f"/verifications/results/{request}/certificate")
    assert checked.status_code == 200 and LABELS["good"].en in checked.text
    saved = bench.client.get(f"{path}/certificate")
    assert verify_own(bench.verifier, saved.content).is_good
    assert f'href="/verifications/results/{request}/certificate"' in checked.text
    found = read_result(bench.verifier, resolve_subject(bench.verifier, request))
    assert f"<h2>{found.names} ({MAKER})</h2>" in html.unescape(checked.text)


def test_that_nothing_could_be_seen_is_said_on_the_page_of_the_refusal(bench: Bench) -> None:
    asked = bench.ask()
    bench.answer(asked, "not this month")
    page = bench.get(f"/verifications/{asked}")
    assert 'value="disclaimed" required checked' in page and "not this month" in page
    assert f'href="/verifications/{asked}">Ask for less, or say in public' in bench.get("/verifications")
    said = {**SAID, "finding": "disclaimed", "opinion": "nothing was shown"}
    assert bench.sign(f"/verifications/{asked}", **said).status_code == 303
    (signed,) = bench.issued()
    assert (signed.subject, signed.rests_on, signed.says.finding) == (bench.declaration, (), "disclaimed")
    table = bench.get("/verifications").partition('id="table-asked"')[2].partition("</table>")[0]
    assert "Disclaimer" in table and "not this month" in table


def test_a_question_that_asks_for_nothing_comes_back_with_the_form(village: Village) -> None:
    with open_bench(village, "zh") as bench:
        path = f"/verifications/ask/{bench.declaration}"
        answer = bench.post(path, reason="yearly visit")
        assert answer.status_code == 422 and "请至少选一个项目" in answer.text
        assert "yearly visit</textarea>" in answer.text
        assert list_openings(bench.verifier) == []


def test_numbers_that_are_none_come_back_with_the_form(bench: Bench) -> None:
    path = f"/verifications/ask/{bench.declaration}"
    answer = bench.post(path, line="0", records="零，abc", reason="yearly visit")
    assert answer.status_code == 422 and "expected record numbers from 0" in answer.text
    assert 'value="零，abc"' in answer.text and 'value="0" checked' in answer.text
    assert bench.post(path, line="0", records="1，2", reason="yearly visit\r\nagain").status_code == 303
    (asked,) = list_openings(bench.verifier)
    assert (asked.records, asked.reason) == ((1, 2), "yearly visit again")


def test_a_record_that_cannot_be_there_is_not_asked_for_once_their_number_is_proven(bench: Bench) -> None:
    path = f"/verifications/ask/{bench.declaration}"
    assert "stays with the owner" in bench.get(path)
    bench.answer(bench.ask())
    page = bench.get(path)
    last = int(re.findall(r"Numbers go from 0 to (\d+), as the owner says", page)[0])
    assert "stays with the owner" not in page
    wish = Wish(bench.declaration, (), (0, last), "yearly visit")
    asked = ask_for_opening(bench.verifier, wish)
    bench.verifier.deliver()
    Agent(bench.owner).catch_up()
    bench.answer(asked)
    assert f"Numbers go from 0 to {last}, as an earlier answer proved." in bench.get(path)
    before = len(list_openings(bench.verifier))
    answer = bench.post(path, records=f"0, {last + 1}", reason="yearly visit")
    assert answer.status_code == 422 and f"There is no record {last + 1}:" in answer.text
    assert len(list_openings(bench.verifier)) == before


def test_a_signed_opinion_is_read_whole(bench: Bench) -> None:
    asked = bench.ask()
    opening = bench.answer(asked)
    bench.sign(f"/verifications/{asked}", **SAID)
    bench.issued()
    (logged,) = list_issued(bench.verifier, WHOLE)
    table = bench.get("/verifications").partition('id="table-issued"')[2].partition("</table>")[0]
    assert "but for line 0" in table and f"/verifications/issued/{logged.id}" in table
    assert "in the log, which every participant's node may read" in bench.get("/verifications")
    (row,) = csv.DictReader(io.StringIO(bench.get("/verifications?table=issued&as=csv")))
    assert (row["Declaration or result"], row["Statement"]) == (bench.declaration, logged.id)
    page = bench.get(f"/verifications/issued/{logged.id}")
    for part in (
        "Modified (qualified)",
        "line 0, two records",
        "but for line 0",
        "By its id anybody may look up at the platform that it is in the log",
        logged.id,
        opening,
    ):
        assert part in page
    assert bench.client.get(f"/verifications/issued/{'0' * 64}").status_code == 404


def test_opened_records_name_lines_and_factors_and_have_no_empty_columns(bench: Bench) -> None:
    asked = ask_for_opening(bench.verifier, Wish(bench.declaration, (0,), (0, 1), "yearly visit"))
    bench.verifier.deliver()
    Agent(bench.owner).catch_up()
    bench.answer(asked)
    table = bench.get(f"/verifications/{asked}").partition('id="table-records"')[2].partition("</table>")[0]
    assert "Production" in table and "1\u202f000" in table
    for name in ("power", "grid"):  # the example's names are their codes: the code stands below the name
        assert f'{name}<small class="note">{name}</small>' in table
    assert "Route" not in table and "Note" not in table and "Document" in table


def test_a_product_with_a_chinese_name_has_its_code_beside_it_for_who_reads_english(bench: Bench) -> None:
    product = Product("lithium-hydroxide", "氢氧化锂", "lithium hydroxide", SUPPLIES[0].category, "kg", "CN",
                      "2025-01-01", "2025-12-31", "a.csv")  # fmt: skip
    add_product(bench.owner, product)
    keep_activity(bench.owner, product.code, records_of(SUPPLIES[0].lines), Source("a.csv", "0" * 64))
    declare(bench.owner, product.code, METHOD)
    bench.owner.deliver()
    table = bench.get("/verifications?q=氢氧化锂").partition('id="table-declarations"')[2]
    assert '氢氧化锂</a><small class="note">lithium-hydroxide</small>' in table


def test_the_search_box_finds_what_the_pages_show(bench: Bench) -> None:
    request, result = finish_pack(bench)
    asked = bench.ask()
    bench.answer(asked)
    bench.sign(f"/verifications/{asked}", **SAID)
    bench.issued()
    (opinion,) = list_issued(bench.verifier, WHOLE)
    bench.get("/verifications")  # takes in what was declared
    for words, path in (
        (OWNER.lower(), f"/verifications/ask/{bench.declaration}"),
        (bench.declaration[:12], f"/verifications/ask/{bench.declaration}"),
        ("yearly visit", f"/verifications/{asked}"),
        (asked[:12], f"/verifications/{asked}"),
        ("but for line 0", f"/verifications/issued/{opinion.id}"),
        (opinion.id, f"/verifications/issued/{opinion.id}"),
        (UNIT.model, f"/verifications/results/{result}"),
        (request, f"/verifications/results/{result}"),
    ):
        answer = bench.client.get("/search", params={"q": words})
        assert path in (answer.headers.get("location", ""), *re.findall(r'href="([^"]+)"', answer.text)), (
            words
        )
    assert "Nothing of that name or id" in bench.get("/search?q=nobody")
