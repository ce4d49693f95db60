"""Requests that name this organisation's products: who asks, what that would reveal, and the owner's answer.

The one fact: what is signed as asked is what was shown: the form carries a digest of the words on the page, and an
answer to other words is not taken.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Form, Query
from markupsafe import Markup
from starlette.responses import Response

from method.product import Product
from node.maker.own_requests import find_request
from node.organisation import Node
from node.supplier.answers import say_answer, say_weighed
from node.supplier.consenting import (
    approve,
    check_answerable,
    read_quantities,
    refresh_inquiry,
    refuse,
    weigh_inquiry,
    withdraw,
)
from node.supplier.disclosing import count_beside
from node.supplier.endings import Ending, find_endings
from node.supplier.inbox import (
    Inquiry,
    count_inquiries,
    find_inquiries,
    find_inquiry,
    list_answered,
    list_waiting,
)
from node.supplier.participants import find_participants
from node.supplier.products import look_up_product, look_up_products
from node.supplier.questions import SHOWN_DIGITS
from node.supplier.states import APPROVED, CLOSED, DECLINED, UNFIT, WAITING
from node.web.desk import Desk
from node.web.maker.saying import say_stage
from node.web.supplier.footprint import say_unit
from node.web.visiting import Owner, Reader
from node.words.refusals import say_message
from protocol.calculation import Phase
from protocol.disclosure import Question
from protocol.errors import NetworkError, PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import Approval, Enrolment, Request
from protocol.requesting import declaration_of
from protocol.statements import Logged
from web.boundaries import say_boundary
from web.languages import mark
from web.rule_sets import say_method
from web.tables import Cell, Column, Table
from web.visits import Visit

STATES = {
    WAITING: (mark("waits for you"), "late"),
    APPROVED: (mark("approved"), "good"),
    DECLINED: (mark("refused"), "bad"),
    UNFIT: (mark("cannot be accepted"), "bad"),
    CLOSED: (mark("over"), ""),
}
FINISHED, STOPPED = mark("finished, certified"), mark("stopped, no result")
CONSENTED = mark("Approved. The node sends your sealed share once everyone has answered.")
DECLINED_NOW = mark("Refused. The calculation ends, and its parties read your reason.")
LEFT = mark("Withdrawn. The calculation ends, and its parties read your reason.")
LATER = mark("The coordinator does not answer; it is signed and will be sent by itself.")
CHANGED = mark("What this would reveal changed since the page was shown. Read it again, then answer.")
NO_REASON = mark("Say why you refuse: the other parties will read it.")
NO_WORDS = "approved"
"""What is signed for an owner who approves without a word."""
_ID = re.compile(f"(?<![0-9a-f])([0-9a-f]{{{SHOWN_DIGITS}}})(?![0-9a-f])")
_LINK = Markup('<a href="{}">{}</a>')
MOST_MODELS = 3
"""Models of a request that a list names."""
MOST_DROPS = 12
"""Drops that are drawn for others; more are a number."""
Text = Annotated[str, Form(max_length=2000)]
Words = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Brief:
    """All that the owner reads before answering, in the reader's language."""

    customer: str
    entity: str
    product: str
    unit: str
    models: tuple[tuple[str, str, str], ...]
    """Model, kWh, and how much of the product one pack takes."""
    method: str
    boundary: str
    period: str
    others: int
    beside: int
    participants: tuple[str, ...]
    stage: str
    questions: tuple[str, ...]
    known: str
    never: str
    is_alone: bool
    answer_until: int


def add_inbox(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/inbox")
    def inbox(visit: Reader, state: Words = "", q: Words = "") -> Response:
        return visit.page(
            "inbox.html",
            _tables(visit, desk.node, state, q),
            version=_version(desk.node),
            asked={"state": state, "q": q},
            states=[(name, visit.say(word)) for name, (word, _) in STATES.items() if name != WAITING],
        )

    @app.get("/inbox/live")
    def live(visit: Reader, state: Words = "", q: Words = "") -> Response:
        return visit.live("inbox_live.html", _version(desk.node), lambda: _tables(visit, desk.node, state, q))

    @app.get("/inbox/{request}/{entry}")
    def show(visit: Reader, request: str, entry: int) -> Response:
        return _show(visit, desk.node, _need(desk.node, request, entry))

    @app.post("/inbox/{request}/{entry}/approve")
    def say_yes(visit: Owner, request: str, entry: int, shown: Text, reason: Text = "") -> Response:
        def sign(inquiry: Inquiry) -> str:
            answer = reason.strip() or NO_WORDS
            return approve(
                desk.node, inquiry, Approval(decided_by="person", asked=inquiry.findings, answer=answer)
            )

        return _answer(visit, desk.node, _need(desk.node, request, entry), (shown, sign, CONSENTED))

    @app.post("/inbox/{request}/{entry}/refuse")
    def say_no(visit: Owner, request: str, entry: int, shown: Text, reason: Text = "") -> Response:
        inquiry = _need(desk.node, request, entry)
        if not reason.strip():
            return _show(visit, desk.node, inquiry, visit.say(NO_REASON), 422)

        def sign(now: Inquiry) -> str:
            return refuse(desk.node, now, reason.strip())

        return _answer(visit, desk.node, inquiry, (shown, sign, DECLINED_NOW))

    @app.post("/inbox/{request}/{entry}/withdraw")
    def leave(visit: Owner, request: str, entry: int, reason: Text = "") -> Response:
        """Take a consent back, as long as there is no result; the calculation ends for everyone."""
        inquiry = _need(desk.node, request, entry)
        if not reason.strip():
            return _show(visit, desk.node, inquiry, visit.say(NO_REASON), 422)
        statement, said = withdraw(desk.node, inquiry.request, reason.strip()), LEFT
        try:
            desk.node.settle(statement)
        except NetworkError:
            said = LATER
        return visit.go(_path(inquiry), visit.say(said), is_task=said == LATER)


def _path(inquiry: Inquiry) -> str:
    return f"/inbox/{inquiry.request}/{inquiry.entry}"


def _need(node: Node, request: str, entry: int) -> Inquiry:
    found = find_inquiry(node, request, entry)
    if found is None:
        raise Refused("unknown", f"request {request[:16]} asks nothing of this node")
    return found


def _answer(
    visit: Visit, node: Node, inquiry: Inquiry, answer: tuple[str, Callable[[Inquiry], str], str]
) -> Response:
    shown, sign, said = answer
    check_answerable(inquiry)
    if inquiry.state == WAITING:
        inquiry = refresh_inquiry(node, inquiry)
    if shown != digest_of(inquiry):
        return _show(visit, node, inquiry, visit.say(CHANGED), 409)
    statement = sign(inquiry)
    try:
        node.settle(statement)
    except NetworkError:
        said = LATER
    return visit.go(_path(inquiry), visit.say(said), is_task=said == LATER)


def digest_of(inquiry: Inquiry) -> str:
    """What the form carries back: a digest of the words that the owner read."""
    return hashlib.sha256(json.dumps(inquiry.findings, ensure_ascii=False).encode()).hexdigest()


def _show(visit: Visit, node: Node, inquiry: Inquiry, problem: str = "", status: int = 200) -> Response:
    request = node.record.get(inquiry.request)
    if inquiry.state == WAITING:
        inquiry = refresh_inquiry(node, inquiry)
    brief = None
    if request is not None and isinstance(request.payload, Request) and inquiry.state != UNFIT:
        brief = make_brief(visit, node, inquiry, request)
    word, colour = STATES[inquiry.state]
    ending = find_endings(node, [inquiry.request])[inquiry.request] if inquiry.state == CLOSED else None
    return visit.page(
        "inquiry.html",
        status=status,
        inquiry=inquiry,
        brief=brief,
        state=(visit.say(word), colour),
        ending=ending,
        answer="" if inquiry.answer == NO_WORDS else _say_answer(visit, inquiry),
        findings=[_link_requests(visit, node, _in_language(visit, one)) for one in inquiry.findings],
        shown=digest_of(inquiry),
        drops=min(brief.beside, MOST_DROPS) if brief else 0,
        problem_text=problem,
        is_own=request is not None and find_request(node, request.id) is not None,
        weighed=[(one, say_weighed(one).say(visit.language)) for one in weigh_inquiry(node, inquiry)],
        may_answer=inquiry.state == WAITING,
        may_leave=inquiry.state == APPROVED and _is_open(node, inquiry.request),
    )


def _is_open(node: Node, request: str) -> bool:
    """Whether there is still something to withdraw from."""
    try:
        return node.calculation(request).phase not in (Phase.PUBLISHED, Phase.CERTIFIED, Phase.ENDED)
    except PeerError:
        return False


def _in_language(visit: Visit, finding: str) -> str:
    """One finding in the reader's language: English stands on its first line and Chinese on its second.

    What keeps a request from being accepted is a check's message, in English alone.
    """
    lines = finding.split("\n")
    if len(lines) > 1:
        return lines[1] if visit.language == "zh" else lines[0]
    return say_message(finding).say(visit.language)


def _link_requests(visit: Visit, node: Node, text: str) -> Markup:
    """A finding with what it names of another request's id as the way to that request."""
    said = Markup()
    for part in _ID.split(text):
        found = find_inquiries(node, part, 1) if _ID.fullmatch(part) else []
        said += _LINK.format(visit.url(_path(found[0])), part) if found else part
    return said


def make_brief(visit: Visit, node: Node, inquiry: Inquiry, logged: Logged) -> Brief:
    """Gather what the owner should know; the words about disclosure are those that go into the consent."""
    request = logged.payload
    assert isinstance(request, Request)
    customer = enrolment_of(request.by, node.record)
    quantities = read_quantities(node, inquiry)
    product = look_up_product(node, inquiry.product)
    period = declaration_of(inquiry.declaration, node.record).period
    is_chinese = visit.language == "zh"
    others, beside = count_beside(node, logged, inquiry.entry)
    _asked, known, *questions, never = [_in_language(visit, one) for one in inquiry.findings]
    revealing = {Question.FEW_PEERS, Question.DOMINANCE, Question.FURTHER_TOTAL, Question.DIFFERENCING}
    return Brief(
        customer=customer.name_zh if is_chinese else customer.name_en,
        entity=customer.legal_entity,
        product=_name_product(visit, product, inquiry.product),
        unit="" if product is None else say_unit(visit, product.declared_unit),
        models=tuple(
            (one.model, one.pack_energy_kwh, quantities.get(one.model, "")) for one in request.models
        ),
        method=say_method(visit, request.method),
        boundary=say_boundary(visit, request.boundary),
        period=f"{period.start} – {period.end}",
        others=others,
        beside=beside,
        participants=tuple(one.words.say(visit.language) for one in find_participants(node, inquiry.request)),
        stage=say_stage(visit, request.entries[inquiry.entry].stage),
        questions=tuple(_link_requests(visit, node, one) for one in questions),
        known=known,
        never=never,
        is_alone=bool({str(one) for one in revealing} & set(inquiry.asks)),
        answer_until=request.deadlines.consent_by,
    )


def _version(node: Node) -> str:
    """What changes when an inquiry comes or goes from one state to another."""
    return ".".join(f"{state}{count}" for state, count in sorted(count_inquiries(node).items()))


def _tables(visit: Visit, node: Node, state: str, words: str) -> list[Table]:
    """What waits, all of it; and what was answered, of the state and with the words that are asked for."""
    part = visit.slice("waiting", int, str, int)
    waiting = part.cut(list_waiting(node, part), _place)
    part = visit.slice("answered", int, str, int)
    answered = part.cut(list_answered(node, part, state if state in STATES else "", words.strip()), _place)
    nothing = visit.say("No request is answered or over yet.")
    if state or words:
        nothing = visit.say("Nothing of this state and with these words.")
    words_waiting = visit.say("Waits for your answer"), visit.say("Nothing waits for you.")
    return [
        _table(visit, node, "waiting", words_waiting, waiting),
        _table(visit, node, "answered", (visit.say("Answered or over"), nothing), answered),
    ]


def _place(inquiry: Inquiry) -> tuple[int, str, int]:
    return inquiry.created, inquiry.request, inquiry.entry


def name_customer(visit: Visit, node: Node, inquiry: Inquiry) -> str:
    """The customer's name; its legal entity while the request is not here. A list asks the coordinator nothing."""
    request = node.record.held(inquiry.request)
    customer = None if request is None else node.record.held(request.payload.by)
    if customer is None or not isinstance(customer.payload, Enrolment):
        return inquiry.customer
    return customer.payload.name_zh if visit.language == "zh" else customer.payload.name_en


def _name_models(visit: Visit, node: Node, inquiry: Inquiry) -> str:
    """The models that are asked for, the first of many; "" while the request is not here."""
    request = node.record.held(inquiry.request)
    if request is None or not isinstance(request.payload, Request):
        return ""
    names = [one.model for one in request.payload.models]
    more = "…" if len(names) > MOST_MODELS else ""
    return visit.marks.between.join(names[:MOST_MODELS]) + more


def _name_product(visit: Visit, product: Product | None, code: str) -> str:
    """The product's name; the code of one that is not here any more."""
    if product is None:
        return code
    return product.name_zh if visit.language == "zh" else product.name_en


def _say_answer(visit: Visit, inquiry: Inquiry) -> str:
    """The owner's own words; a policy's, and those that stand for none, in the reader's language."""
    if inquiry.answer == NO_WORDS:
        return visit.say("approved")
    return say_answer(inquiry.answer).say(visit.language)


def _state(visit: Visit, inquiry: Inquiry, endings: Mapping[str, Ending]) -> Cell:
    """How far it is; of one that is over, how it ended."""
    word, colour = STATES[inquiry.state]
    if inquiry.state != CLOSED:
        return Cell(visit.say(word), state=colour)
    ending = endings[inquiry.request]
    if ending.reason is None:
        return Cell(visit.say(FINISHED), state="good")
    return Cell(visit.say(STOPPED), note=ending.reason.say(visit.language), state="bad")


def _table(
    visit: Visit, node: Node, name: str, words: tuple[str, str], found: tuple[list[Inquiry], str]
) -> Table:
    inquiries, further = found
    endings = find_endings(node, {one.request for one in inquiries if one.state == CLOSED})
    products = look_up_products(node, {one.product for one in inquiries})
    rows = []
    for one in inquiries:
        customer = name_customer(visit, node, one)
        rows.append(
            (
                Cell(
                    customer,
                    visit.url(_path(one)),
                    one.customer if one.customer != customer else "",
                ),
                Cell(_name_product(visit, products.get(one.product), one.product), note=one.product),
                _name_models(visit, node, one),
                one.created,
                _state(visit, one, endings),
                Cell(link=visit.url(_path(one)), action=visit.say("Answer it"))
                if one.state == WAITING
                else _say_answer(visit, one),
                one.request,
            )
        )
    columns = (
        Column(visit.say("Customer")),
        Column(visit.say("Product")),
        Column(visit.say("Model")),
        Column(visit.say("Asked"), "time"),
        Column(visit.say("State")),
        Column(visit.say("Answer")),
        Column(visit.say("Request"), "id"),
    )
    return Table(name, words[0], columns, rows, words[1], further=further)
