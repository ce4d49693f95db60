"""A provider withdraws a published factor: what everyone will read and what it means stand before the signature.

The one fact: a withdrawal stays; a version published before it counts again, and without one nothing may be cited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from fastapi import FastAPI, Form
from pydantic import BaseModel, Field
from starlette.responses import Response

from node.organisation import Node
from node.reviewing import find_published, withdraw_factor
from node.web.desk import Desk
from node.web.knowledge.submissions import read_fresh
from node.web.last_look import UNSHOWN, fingerprint
from node.web.library import after_reading
from node.web.visiting import Owner, Reader
from protocol.payloads import Factor
from protocol.shelf import Item
from web.lines import Line
from web.tables import Cell, Column, Table
from web.visits import Visit


class Reason(BaseModel):
    """What the form of a withdrawal holds; `shown`: the fingerprint of what was shown before."""

    reason: Annotated[Line, Field(min_length=1)]
    step: Literal["look", "sign"] = "look"
    shown: Annotated[str, Field(max_length=64)] = ""


def add_withdrawing(app: FastAPI, desk: Desk) -> None:
    """Add the page of a withdrawal."""

    @app.get("/factors/{code}/withdraw", dependencies=after_reading(desk))
    def ask(visit: Reader, code: str) -> Response:
        read_fresh(desk.node)
        return _page(visit, desk, find_published(desk.node, code))

    @app.post("/factors/{code}/withdraw")
    def withdraw(visit: Owner, code: str, said: Annotated[Reason, Form()]) -> Response:
        """Show what would be signed; sign and send it once this very thing was shown."""
        read_fresh(desk.node)
        published = find_published(desk.node, code)
        shown = fingerprint([published[-1].id, said.reason])
        if said.step == "look" or said.shown != shown:
            return _page(visit, desk, published, said, shown)
        desk.node.settle(withdraw_factor(desk.node, code, said.reason))
        return visit.go("/factors", visit.say("%(code)s is withdrawn.", code=code))


def list_withdrawable(visit: Visit, own: Iterable[Item], name: Callable[[Item], str]) -> Table:
    """The published factors among these, newest first, each once and with the way to its withdrawal."""
    published: dict[str, Item] = {}
    for one in own:
        if one.state == "published" and isinstance(one.payload, Factor):
            published.setdefault(one.payload.code, one)
    shown, further = visit.slice("published", str).take(list(published.values()), lambda one: (one.id,))
    columns = (
        Column(visit.say("Code")),
        Column(visit.say("Version"), "number"),
        Column(visit.say("Name")),
        Column(visit.say("Withdraw")),
    )
    rows = [
        (
            one.payload.code,
            one.payload.version,
            name(one),
            Cell(link=visit.url(f"/factors/{one.payload.code}/withdraw"), action=visit.say("Withdraw")),
        )
        for one in shown
    ]
    caption = visit.say("Withdraw a published factor")
    return Table("published", caption, columns, rows, is_downloadable=False, further=further)


def may_withdraw(node: Node, item: Item) -> bool:
    """Whether a submission of one's own is the version that its withdrawal would end."""
    return item.state == "published" and find_published(node, item.payload.code)[-1].id == item.id


def _page(
    visit: Visit, desk: Desk, published: list[Item], said: Reason | None = None, shown: str = ""
) -> Response:
    """Of the version that counts: the form, or what was `said` as everyone would read it."""
    is_unshown = said is not None and said.step == "sign"
    item = published[-1]
    return visit.page(
        "withdraw.html",
        status=422 if is_unshown else 200,
        problem_text=visit.say(UNSHOWN) if is_unshown else "",
        item=item,
        name=item.payload.name_zh if visit.language == "zh" else item.payload.name_en,
        entity=desk.node.identity.entity,
        before=published[-2].payload.version if len(published) > 1 else None,
        reason="" if said is None else said.reason,
        shown=shown,
    )
