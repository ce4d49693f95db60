"""What verifiers sign on an owner's declarations, as that owner meets it: until it is read, and ever after."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from node.agent import Agent
from node.opinions import list_concluding, list_opinions
from node.organisation import Node
from node.verifying import (
    Wish,
    ask_for_opening,
    inquiry_of,
    issue_verification,
    open_to_verifier,
    refuse_opening,
    resolve_opening,
)
from protocol.verification_payloads import Finding, Statement
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from web.paging import WHOLE

BODY = "Verifying body"
WORDS = "line 0 rests on an estimate"


@dataclass
class Bench:
    """An owner with a declaration and its pages, and a verifier."""

    owner: Node
    declaration: str
    verifier: Node
    client: httpx.Client

    def ask(self, by: Node, reason: str = "") -> tuple[str, str]:
        """A question and its answer, a refusal where there is a reason."""
        asked = ask_for_opening(by, Wish(self.declaration, (0,), (), "yearly visit"))
        by.deliver()
        Agent(self.owner).catch_up()
        question = resolve_opening(self.owner, asked)
        answer = (
            refuse_opening(self.owner, question, reason) if reason else open_to_verifier(self.owner, question)
        )
        self.owner.deliver()
        Agent(by).catch_up()
        return asked, answer

    def sign(self, by: Node, finding: Finding, *openings: str) -> str:
        says = Statement(scope="one line", assurance="limited", finding=finding, opinion=WORDS)
        signed = issue_verification(by, self.declaration, says, openings)
        by.deliver()
        Agent(self.owner).catch_up()
        return signed

    def get(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)


@pytest.fixture
def bench(village: Village) -> Iterator[Bench]:
    owner = village.settle(SUPPLIES[0].name, "supplier")
    declaration = declare_product(owner, "item-0", SUPPLIES[0])
    owner.deliver()
    verifier = village.settle(BODY, "verifier")
    with open_pages(owner.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        yield Bench(owner, declaration, verifier, client)


def test_an_opinion_is_met_by_the_owner_of_its_declaration_wherever_it_looks(bench: Bench) -> None:
    asked, opening = bench.ask(bench.verifier)
    assert "签署了意见" not in bench.get("/") and 'id="table-opinions"' not in bench.get("/openings")
    bench.sign(bench.verifier, "modified", opening)
    assert f"{BODY} 对您申报的 {SUPPLIES[0].name} 签署了意见：保留意见" in bench.get("/")
    product = bench.get("/products/item-0").partition('id="table-declarations"')[2].partition("</table>")[0]
    assert f"{BODY}：保留意见" in product
    detail = bench.get(f"/openings/{asked}")
    assert WORDS in detail and "保留意见" in detail
    page = bench.get("/openings")
    opinions, _, answered = page.partition('id="table-opinions"')[2].partition('id="table-answered"')
    assert WORDS in opinions and "one line" in opinions and bench.declaration[:12] in opinions
    assert f"{BODY}：保留意见" in answered
    assert "签署了意见" not in bench.get("/")  # it was read
    found = bench.get("/search?q=verifying")
    assert f'href="/openings/{asked}"' in found and f"{BODY} · {SUPPLIES[0].name} · 保留意见" in found
    bench.sign(bench.verifier, "unmodified")
    assert "签署了意见：无保留意见" in bench.get("/")  # a later one is new


def test_an_opinion_stands_beside_its_own_verifier_s_question_only(bench: Bench, village: Village) -> None:
    other = village.settle("Another body", "verifier")
    opened, opening = bench.ask(bench.verifier)
    refused, _ = bench.ask(bench.verifier, "not now")
    of_other, _ = bench.ask(other, "not to you either")
    on_opening, on_refusal = bench.sign(bench.verifier, "modified", opening), bench.sign(other, "disclaimed")
    asked = [
        inquiry_of(bench.owner, resolve_opening(bench.owner, one)) for one in (opened, refused, of_other)
    ]
    found = list_concluding(bench.owner, asked)
    assert {one: [each.logged.id for each in said] for one, said in found.items()} == {
        opened: [on_opening],
        refused: [],
        of_other: [on_refusal],
    }
    newest = [one.logged.id for one in list_opinions(bench.owner, WHOLE)]
    assert newest == [on_refusal, on_opening]
