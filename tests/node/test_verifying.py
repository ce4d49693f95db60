"""A verifier's visit over real doors: it asks, the owner opens, it checks and signs, and the certificate says so."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from node import organisation
from node.agent import Agent
from node.cli import app as node_app
from node.commands.verifier import app as verifier_app
from node.maker.resulting import fetch_certificate, verify_own
from node.organisation import Node
from node.outbox import keep_statement
from node.supplier.activities import find_activity
from node.supplier.declaring import declaration_secrets
from node.verifications import list_work
from node.verifying import (
    Wish,
    ask_for_opening,
    issue_verification,
    list_openings,
    open_to_verifier,
    preview_opening,
    refuse_opening,
    resolve_opening,
    show_opening,
)
from protocol.certificate import Pins, verify_bundle
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import OpeningRequest, Verification
from protocol.statements import sign_statement
from protocol.verification_payloads import Statement
from protocol.verifying import Asked, Evidence, make_opening_answer
from tests.node.village import Village, ask
from web.paging import WHOLE

SAYS = Statement(scope="line 0, one record", assurance="limited", finding="unmodified", opinion="as declared")
OWNER = "North Cathode"


class Visit:
    """A village with declarations and a verifier."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.declaration = village.suppliers()["item-0"]
        self.owner = village.nodes[OWNER]
        self.verifier = village.settle("Verifying body", "verifier")

    def ask(self, lines: tuple[int, ...] = (0,), records: tuple[int, ...] = (1,)) -> str:
        asked = ask_for_opening(self.verifier, Wish(self.declaration, lines, records, "visit"))
        self.verifier.deliver()
        Agent(self.owner).catch_up()
        return asked

    def answer(self, asked: str) -> str:
        signed = open_to_verifier(self.owner, resolve_opening(self.owner, asked))
        self.owner.deliver()
        Agent(self.verifier).catch_up()
        return signed

    def lie(self, asked: str) -> None:
        """The owner answers with amounts that it did not declare."""
        question = resolve_opening(self.owner, asked)
        assert isinstance(question.payload, OpeningRequest)
        secrets = declaration_secrets(self.owner, self.declaration)
        wrong = replace(secrets, amounts=tuple(amount + 1 for amount in secrets.amounts))
        point = enrolment_of(self.verifier.id, self.owner.record).sealing_key
        answer = make_opening_answer(
            Asked(asked, question.payload, point),
            wrong,
            Evidence((), ()),
            self.owner.header(),
            self.owner.random,
        )
        signed = sign_statement(answer, self.owner.identity.signing_key)
        with self.owner.store.write() as connection:
            keep_statement(connection, f"opening_answer:{asked}", signed, self.owner.clock())
        self.owner.deliver()
        Agent(self.verifier).catch_up()


@pytest.fixture
def visit(village: Village) -> Visit:
    return Visit(village)


def test_what_an_owner_opens_is_what_it_declared_and_nobody_else_reads_it(visit: Visit) -> None:
    asked = visit.ask()
    (inquiry,) = list_openings(visit.owner)
    assert (inquiry.id, inquiry.verifier, inquiry.state) == (asked, "Verifying body", "waiting")
    would = preview_opening(visit.owner, inquiry)
    opening = visit.answer(asked)
    shown = show_opening(visit.verifier, resolve_opening(visit.verifier, asked))
    assert shown.answer == opening
    assert [line.amount for line in shown.lines] == [
        declaration_secrets(visit.owner, visit.declaration).amounts[0]
    ]
    assert (would.lines, would.records, would.size) == (shown.lines, shown.records, shown.size)
    activity = find_activity(visit.owner, "item-0")
    assert would.missing == () and str(shown.lines[0].amount) not in repr(would)
    record = json.loads(shown.records[0].record)
    assert Fraction(record["amount"]) == activity.records[1].amount and shown.size == len(activity.records)
    assert str(shown.lines[0].amount) not in repr(shown) and record["amount"] not in repr(shown)
    for node in visit.village.nodes.values():
        if node not in (visit.owner, visit.verifier):
            Agent(node).catch_up()
            assert node.record.get(asked) is None and node.record.get(opening) is None


def test_nothing_is_opened_without_the_owner_s_word(visit: Visit) -> None:
    asked = visit.ask()
    for _ in range(3):
        Agent(visit.owner).catch_up()
    assert list_openings(visit.owner)[0].state == "waiting"
    with pytest.raises(Refused, match="not answered"):
        show_opening(visit.verifier, resolve_opening(visit.verifier, asked))


def test_a_refusal_is_read_with_its_reason_and_stands(visit: Visit) -> None:
    asked = visit.ask()
    request = resolve_opening(visit.owner, asked)
    refuse_opening(visit.owner, request, "come in person")
    visit.owner.deliver()
    Agent(visit.verifier).catch_up()
    with pytest.raises(Refused, match="come in person"):
        show_opening(visit.verifier, resolve_opening(visit.verifier, asked))
    with pytest.raises(Refused, match="that stands"):
        open_to_verifier(visit.owner, request)
    assert list_openings(visit.owner)[0].state == "refused"


def test_an_owner_opens_only_its_own_declarations(visit: Visit) -> None:
    asked = visit.ask()
    other = next(node for name, node in visit.village.nodes.items() if name not in (OWNER, "Verifying body"))
    request = visit.owner.record.get(asked)
    assert request is not None
    with pytest.raises(Refused, match="did not make that declaration"):
        open_to_verifier(other, request)


def test_a_verification_rests_on_openings_that_this_verifier_has_checked(visit: Visit) -> None:
    opening = visit.answer(visit.ask())
    another = visit.village.settle("Another body", "verifier")
    with pytest.raises((PeerError, Refused)):
        issue_verification(another, visit.declaration, SAYS, [opening])
    with pytest.raises(PeerError):
        issue_verification(visit.verifier, visit.declaration, SAYS, [visit.declaration])
    issue_verification(visit.verifier, visit.declaration, SAYS, [opening])
    visit.verifier.deliver()
    Agent(visit.owner).catch_up()
    assert [one.payload.by for one in visit.owner.record.about("verification", visit.declaration)] == [
        visit.verifier.id
    ]


def test_verifications_before_and_after_the_certificate_are_in_it(visit: Visit) -> None:
    opening = visit.answer(visit.ask())
    issue_verification(visit.verifier, visit.declaration, SAYS, [opening])
    visit.verifier.deliver()
    maker = visit.village.settle("Pack maker", "requester")
    request = ask(maker)
    visit.village.run()
    calculation = maker.calculation(request)
    first = fetch_certificate(maker, calculation).bundle
    assert len(read(maker, first)) == 1
    assert calculation.result is not None
    Agent(visit.verifier).catch_up()
    issue_verification(
        visit.verifier, calculation.result.id, SAYS.model_copy(update={"finding": "modified"}), []
    )
    visit.verifier.deliver()
    newer = maker.egress.bundle(request)
    assert maker.egress.bundle(request) == newer
    assert fetch_certificate(maker, calculation).bundle == first
    assert fetch_certificate(maker, calculation, newest=True).bundle == newer
    holds = verify_own(maker, newer).is_good
    assert holds and sorted(read(maker, newer)) == [
        ("Verifying body", "declaration", "unmodified"),
        ("Verifying body", "result", "modified"),
    ]


def read(node: Node, bundle: bytes) -> list[tuple[str, str, str]]:
    pins = node.identity.pins
    report = verify_bundle(bundle, Pins(pins.log_key, pins.root_pem), node.random)
    return [(name, kind, said.says.finding) for said, name, kind in report.verifications]


def test_a_verifiers_work_is_told_question_by_question(visit: Visit) -> None:
    def states() -> list[str]:
        return [one.state for one in list_work(visit.verifier, WHOLE)]

    first = visit.ask()
    assert states() == ["asked"]
    opening = visit.answer(first)
    assert states() == ["checked"]
    visit.verifier.settle(issue_verification(visit.verifier, visit.declaration, SAYS, [opening]))
    assert states() == ["signed"]
    second = resolve_opening(visit.owner, visit.ask((1,)))
    assert states() == ["asked", "signed"]  # what was signed on one question is not signed on another
    refuse_opening(visit.owner, second, "not this month")
    visit.owner.deliver()
    Agent(visit.verifier).catch_up()
    assert states() == ["refused", "signed"]
    visit.lie(visit.ask((0, 1), ()))
    assert states() == ["false", "refused", "signed"]
    visit.verifier.settle(issue_verification(visit.verifier, visit.declaration, SAYS, []))
    assert states() == ["signed", "signed", "signed"]
    assert list_work(visit.verifier, WHOLE)[0].opening == ""  # what does not hold is offered to no opinion


# --- as commands -----------------------------------------------------------------------------------


@pytest.fixture
def run(village: Village, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr(organisation, "wall_clock", village.town.clock)
    monkeypatch.setattr(
        organisation.Node.__init__, "__defaults__", (village.town.clock, organisation.os.urandom)
    )

    def call(app: Any, *words: str) -> tuple[int, Any]:
        done = CliRunner().invoke(app, list(words))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        text = done.stdout.strip()
        return done.exit_code, json.loads(text) if text.startswith("{") else text

    return call


def test_a_whole_visit_by_command(visit: Visit, run: Callable[..., Any], tmp_path: Path) -> None:
    owner, verifier = (str(node.store.folder) for node in (visit.owner, visit.verifier))
    wish = (verifier, visit.declaration, "--line", "0", "--record", "0", "--reason", "visit", "--json")
    code, asked = run(verifier_app, "ask", *wish)
    assert code == 0
    code, text = run(node_app, "opening", "list", owner)
    assert code == 0 and "Verifying body" in text and "visit" in text
    assert "To show only a part, refuse and say in the reason which part you would show" in text
    assert run(node_app, "opening", "approve", owner, asked["request"][:16], "--yes", "--json")[0] == 0
    code, listed = run(verifier_app, "list", verifier, "--json")
    assert code == 0 and [one["state"] for one in listed["openings"]] == ["checked"]
    out = tmp_path / "opened.json"
    code, shown = run(verifier_app, "open", verifier, asked["request"], "--out", str(out), "--json")
    amount = declaration_secrets(visit.owner, visit.declaration).amounts[0]
    assert code == 0 and Fraction(shown["lines"][0]["amount"]) == Fraction(amount, 10**6)
    assert json.loads(out.read_text("utf-8")) == shown and out.stat().st_mode & 0o077 == 0
    code, text = run(verifier_app, "open", verifier, asked["request"])
    assert code == 0 and "opens its commitment" in text
    words = ("--finding", "unmodified", "--assurance", "limited", "--scope", "line 0", "--opening")
    code, issued = run(verifier_app, "issue", verifier, visit.declaration, *words, shown["opening"], "--json")
    assert code == 0 and len(issued["verification"]) == 64


def test_an_opinion_is_signed_on_a_result_by_the_id_on_its_certificate(
    visit: Visit, run: Callable[..., Any]
) -> None:
    request = ask(visit.village.settle("Pack maker", "requester"))
    visit.village.run()
    verifier = str(visit.verifier.store.folder)
    code, listed = run(verifier_app, "results", verifier, "PACK maker", "--json")
    (found,) = listed["results"]
    assert code == 0 and found["calculation"] == request
    words = ("--finding", "unmodified", "--assurance", "limited", "--scope", "all of it", "--json")
    for name in (request, request[:10], found["result"], found["result"][:10]):
        code, issued = run(verifier_app, "issue", verifier, name, *words)
        assert code == 0
        Agent(visit.verifier).catch_up()
        signed = visit.verifier.record.get(issued["verification"])
        assert signed is not None and isinstance(signed.payload, Verification)
        assert signed.payload.subject == found["result"]
    assert run(verifier_app, "issue", verifier, "0" * 64, *words)[0] == 1
    reserved = ("--finding", "modified", *words[2:])
    assert run(verifier_app, "issue", verifier, request, *reserved)[0] == 1
    assert run(verifier_app, "issue", verifier, request, *reserved, "--opinion", "but for one")[0] == 0


def test_an_owner_refuses_by_command(visit: Visit, run: Callable[..., Any]) -> None:
    owner, verifier = (str(node.store.folder) for node in (visit.owner, visit.verifier))
    wish = (verifier, visit.declaration, "--line", "0", "--reason", "again", "--json")
    _, asked = run(verifier_app, "ask", *wish)
    code, _ = run(node_app, "opening", "refuse", owner, asked["request"], "--reason", "enough", "--json")
    assert code == 0
    assert run(verifier_app, "open", verifier, asked["request"])[0] == 1
