"""Everything this organisation signed, newest first: what it was about, and how far each has come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from fastapi import FastAPI
from starlette.responses import Response

from node.judging import Judgement, read_judgements
from node.maker.own_requests import find_request
from node.organisation import Node
from node.outbox import Sent, describe_delivery, list_signed
from node.subjects import Subject, find_subjects
from node.supplier.inbox import first_entries
from node.web.desk import Desk
from node.web.knowledge.pages import VERDICTS
from node.web.supplier.products import STATES
from node.web.verifier.work import FINDINGS, name_subject
from node.web.visiting import Reader
from node.words.leaving import STATEMENT_WORDS, word_statement
from web.tables import Cell, Column, Table
from web.visits import Visit


def add_history(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/history")
    def history(visit: Reader) -> Response:
        return visit.page("history.html", [_table(visit, desk)])


def _table(visit: Visit, desk: Desk) -> Table:
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("What")),
        Column(visit.say("About")),
        Column(visit.say("State")),
        Column(visit.say("Calculation"), "id"),
        Column(visit.say("Statement"), "id"),
    )
    part = visit.slice("history", int, str)
    found, further = part.cut(list_signed(desk.node.store, part), lambda one: (one.created, one.delivery.key))
    about, judged = find_subjects(desk.node, found), read_judgements(desk.node, found)
    pages = _find_pages(visit, desk.node, {one.calculation for one in found if one.calculation})
    rows = []
    for one in found:
        state, message = describe_delivery(one.delivery)
        word, colour = STATES[state]
        subject = _about(visit, about.get(one.delivery.key, []))
        words = STATEMENT_WORDS[one.kind] if one.answer is None else word_statement(one.kind, one.answer)
        rows.append(
            (
                one.created,
                Cell(words.zh if visit.language == "zh" else words.en, note=one.kind),
                _judged(visit, desk, one, judged[one.delivery.key])
                if one.delivery.key in judged
                else subject,
                Cell(visit.say(word), state=colour, note=message if state == "refused" else ""),
                Cell(one.calculation, link=pages.get(one.calculation or "", "")),
                Cell(one.delivery.id, link=_statement_link(one, pages, subject)),
            )
        )
    caption, empty = visit.say("Signed by this organisation"), visit.say("Nothing yet.")
    return Table("history", caption, columns, rows, empty, further=further)


def _find_pages(visit: Visit, node: Node, requests: Collection[str]) -> dict[str, str]:
    """By id, the page of each of these requests: of its own calculation, or of what it asked of this node."""
    asked = {id: f"/inbox/{id}/{entry}" for id, entry in first_entries(node, requests).items()}
    own = {id: f"/calculations/{id}" for id in requests if find_request(node, id) is not None}
    return {id: visit.url(path) for id, path in (asked | own).items()}


def _statement_link(one: Sent, pages: Mapping[str, str], subject: Cell) -> str:
    """The page of a statement that has one: a request's, or the product's of a declaration."""
    if one.kind == "request":
        return pages.get(one.delivery.id, "")
    return subject.link if one.kind == "declaration" else ""


def _about(visit: Visit, subjects: Sequence[Subject]) -> Cell:
    """Products or packs by name with the periods declared; one product alone leads to its page."""
    names = visit.marks.between.join(one.name.say(visit.language) for one in subjects)
    periods = visit.marks.between.join(dict.fromkeys(one.period for one in subjects if one.period))
    codes = {one.code for one in subjects}
    code = codes.pop() if len(codes) == 1 else ""
    return Cell(names, link=visit.url(f"/products/{code}") if code else "", note=periods)


def _judged(visit: Visit, desk: Desk, one: Sent, found: Judgement) -> Cell:
    """What a statement about the library, a verifier's opinion or its question is about, and the verdict; the way to
    its page."""
    if found.subject:
        folder = "/verifications/issued/" if found.verdict else "/verifications/"
        link = visit.url(f"{folder}{one.delivery.id}") if one.delivery.index is not None else ""
        finding = visit.say(FINDINGS[found.verdict]) if found.verdict else ""
        return Cell(name_subject(visit, desk.node, found.subject), link=link, note=finding)
    named = {
        submission: f"{item.code} {item.version} · {item.name_zh if visit.language == 'zh' else item.name_en}"
        for submission, item in found.items.items()
    }
    note = visit.say(VERDICTS[found.verdict]) if found.verdict else ""
    note += f"{visit.marks.colon}{found.opinion}" if found.opinion else ""
    if found.count > 1:
        return _several(visit, named, found.count, note)
    is_there = one.kind not in ("factor", "category") or one.delivery.index is not None
    link = next((visit.url(f"/reviews/{submission}") for submission in named if is_there), "")
    return Cell("".join(named.values()), link=link, note=note)


def _several(visit: Visit, named: Mapping[str, str], count: int, note: str) -> Cell:
    """Submissions by name, each with the way to its page; of more than are named, the way to all of them."""
    names = visit.marks.between.join(named.values())
    links = [(name, visit.url(f"/reviews/{submission}")) for submission, name in named.items()]
    if further := count - len(named):
        names = visit.say("%(names)s and %(n)s more", names=names, n=further)
        links.append((visit.say("%(n)s further ones", n=further), visit.url("/reviews")))
    return Cell(names, links=links, note=note)
