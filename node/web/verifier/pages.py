"""A verifier's visit: choose a declaration or a result, ask for lines and records, read what was opened, sign.

The one fact: what is shown was held against commitments and evidence root first; what does not hold is not shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import FastAPI, Form, Query
from starlette.responses import Response

from node.maker.directory import Directory, directory_of
from node.organisation import Node
from node.verifications import find_size, list_issued, list_issued_on, list_work_on
from node.verifying import Wish, ask_for_opening, inquiry_of, resolve_opening
from node.web.desk import Desk
from node.web.library import after_reading
from node.web.verifier.fresh import catch_up
from node.web.verifier.reading import add_reading
from node.web.verifier.results import add_results, list_results
from node.web.verifier.work import say_code, say_issued, say_owner, say_work, tabulate_work
from node.web.visiting import Owner, Reader
from protocol.errors import Refused
from protocol.library import published_category
from protocol.requesting import declaration_of
from web.languages import mark
from web.lines import Line
from web.site import Place
from web.tables import Cell, Column, Table
from web.visits import Visit

PLACES = (Place(mark("Verifications"), "/verifications", of=frozenset({"verifier"})),)
NO_REASON = mark("Say why, in words that the owner reads.")
Words = Annotated[str, Query(max_length=200)]
Numbers = Annotated[list[int] | None, Form()]
Records = Annotated[str, Form(max_length=500)]


def add_verifier(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""
    _add_list(app, desk)
    _add_asking(app, desk)
    add_results(app, desk)
    add_reading(app, desk)


def _add_list(app: FastAPI, desk: Desk) -> None:
    @app.get("/verifications", dependencies=after_reading(desk))
    def verifications(visit: Reader, q: Words = "") -> Response:
        node, directory = desk.node, directory_of(desk.node)
        answered = catch_up(node) and directory.refresh(node)
        part = visit.slice("issued", int)
        issued, further = part.cut(list_issued(node, part), lambda one: (one.index,))
        tables = [
            say_work(visit, node),
            say_issued(visit, node, issued, further),
            list_results(visit, node, q),
            _offers(visit, node, directory, q),
        ]
        return visit.page("verifier_list.html", tables, q=q, answered=answered)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of a question, as it was typed."""

    lines: tuple[int, ...] = ()
    records: str = field(default="", repr=False)
    reason: str = ""


def _add_asking(app: FastAPI, desk: Desk) -> None:
    @app.get("/verifications/ask/{declaration}")
    def choose(
        visit: Reader, declaration: str, records: Annotated[str, Query(max_length=500)] = "", like: Words = ""
    ) -> Response:
        """What may be asked of one declaration; `records` fills that field in, `like` all of them as a question had."""
        typed = _like(desk.node, like) if like else Typed(records=records)
        return _show_form(visit, desk.node, declaration, typed)

    @app.post("/verifications/ask/{declaration}")
    def ask(
        visit: Owner,
        declaration: str,
        line: Numbers = None,
        records: Records = "",
        reason: Annotated[Line, Form()] = "",
    ) -> Response:
        """Sign and send; a slip is said above the form, which stays as it was typed."""
        typed = Typed(tuple(line or ()), records, reason)
        if not reason:
            return _show_form(visit, desk.node, declaration, typed, visit.say(NO_REASON))
        try:
            wish = Wish(declaration, typed.lines, _read_numbers(records), reason)
            if beyond := _find_beyond(visit, desk.node, wish):
                return _show_form(visit, desk.node, declaration, typed, beyond)
            asked = ask_for_opening(desk.node, wish)
        except Refused as error:
            return _show_form(visit, desk.node, declaration, typed, visit.explain(error))
        desk.node.settle(asked)
        return visit.go("/verifications", visit.say("Asked. The owner decides; look here again."))


def _like(node: Node, asked: str) -> Typed:
    """The form as an earlier question was asked; Refused("unknown")."""
    one = inquiry_of(node, resolve_opening(node, asked))
    return Typed(tuple(line.line for line in one.lines), ", ".join(map(str, one.records)), one.reason)


def _show_form(visit: Visit, node: Node, declaration: str, typed: Typed, problem: str = "") -> Response:
    node.record.need([declaration], deep=True)
    found = declaration_of(declaration, node.record)
    tables = [
        tabulate_work(visit, node, list_work_on(node, [declaration])),
        say_issued(visit, node, list_issued_on(node, [declaration]), ""),
    ]
    return visit.page(
        "verifier_ask.html",
        tables,
        status=422 if problem else 200,
        declaration=declaration,
        found=found,
        owner=say_owner(visit, node, found.by),
        category=published_category(found.category, node.record),
        typed=typed,
        size=find_size(node, declaration),
        problem_text=problem,
    )


def _find_beyond(visit: Visit, node: Node, wish: Wish) -> str:
    """What to say of a number that no record has, as an earlier opening proved; "" where there is none."""
    size, is_proven = find_size(node, wish.declaration) or (0, False)
    beyond = [number for number in wish.records if is_proven and number >= size]
    if not beyond:
        return ""
    return visit.say(
        "There is no record %(number)s: an earlier answer proved that there are %(n)s, numbered from 0.",
        number=beyond[0],
        n=size,
    )


def _read_numbers(text: str) -> tuple[int, ...]:
    """Record numbers as people list them: 0, 3, 7; Refused("records")."""
    words = text.replace("，", ",").replace("、", ",").split(",")
    chosen = [word.strip() for word in words if word.strip()]
    if not all(word.isascii() and word.isdigit() and len(word) < 7 for word in chosen):
        raise Refused("records", "expected record numbers from 0, separated by commas: 0, 3, 7")
    return tuple(int(word) for word in chosen)


def _offers(visit: Visit, node: Node, directory: Directory, words: str) -> Table:
    columns = (
        Column(visit.say("Product")),
        Column(visit.say("Supplier")),
        Column(visit.say("Category")),
        Column(visit.say("First day"), "date"),
        Column(visit.say("Last day"), "date"),
        Column(visit.say("Declaration"), "id"),
    )
    is_zh = visit.language == "zh"
    part = visit.slice("declarations", str, str)
    found, further = part.take(directory.find(node, words), lambda one: (one.product, one.legal_entity))
    rows = [
        (
            Cell(
                one.product_name,
                visit.url(f"/verifications/ask/{one.declaration}"),
                note=say_code(visit, one.product_name, one.product),
            ),
            one.name_zh if is_zh else one.name_en,
            one.category_zh if is_zh else one.category_en,
            one.start,
            one.end,
            one.declaration,
        )
        for one in found
    ]
    caption = visit.say("Declarations; choose one to ask its owner")
    empty = visit.say("Nothing was found.")
    return Table("declarations", caption, columns, rows, empty, further=further)
