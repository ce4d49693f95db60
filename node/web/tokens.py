"""Tokens for programs that call the REST API: whose they are, what they may, and until when.

The one fact: a token is on the answer that made it and nowhere else; administrators see everybody's, others their own.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.accounts import OWNER
from node.tokens import (
    DECIDE,
    LONGEST_LABEL,
    PREPARE,
    READ,
    SHARE,
    USUAL_DAYS,
    all_tokens,
    end_token,
    issue_token,
    scopes_of,
)
from node.web.desk import Desk
from node.web.visiting import Reader
from protocol.errors import Refused
from web.languages import mark
from web.tables import Cell, Column, Table
from web.tokens import MOST_DAYS, Token
from web.visits import Visit

SCOPE_WORDS = {
    READ: mark("look at everything the node shows its owner"),
    PREPARE: mark("add products and import their sheets"),
    DECIDE: mark("declare, consent, refuse, withdraw, request calculations"),
    SHARE: mark("add partners, publish and withdraw footprints"),
}
REVOKED = mark("The token opens nothing any more.")


def add_tokens(app: FastAPI, desk: Desk) -> None:
    """Add the page."""

    @app.get("/tokens")
    def tokens(visit: Reader) -> Response:
        return _show(visit, desk)

    @app.post("/tokens")
    def issue(
        visit: Reader,
        label: Annotated[str, Form(max_length=LONGEST_LABEL)],
        days: Annotated[int, Form()] = USUAL_DAYS,
        scope: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        """Make a token of the reader's own account."""
        try:
            secret, _ = issue_token(desk.node, visit.account.name, label, scope or [], days)
        except Refused as error:
            return _show(visit, desk, visit.explain(error), label=label)
        return _show(visit, desk, secret=secret)

    @app.post("/tokens/revoke")
    def revoke(visit: Reader, token: Annotated[str, Form(max_length=16)]) -> Response:
        end_token(desk.node, token, _whose(visit))
        return visit.go("/tokens", visit.say(REVOKED))


def _whose(visit: Visit) -> str | None:
    """Whose tokens a reader sees and ends: its own, an administrator everybody's."""
    return None if OWNER in visit.account.roles else visit.account.name


def _show(visit: Visit, desk: Desk, problem: str = "", secret: str = "", label: str = "") -> Response:
    every = all_tokens(desk.node, _whose(visit))
    found, further = visit.slice("tokens", str).take(every, lambda one: (one.id,))
    return visit.page(
        "tokens.html",
        [_table(visit, found, further)],
        status=422 if problem else 200,
        found=found,
        scopes={one: SCOPE_WORDS[one] for one in scopes_of(visit.account)},
        usual_days=USUAL_DAYS,
        most_days=MOST_DAYS,
        longest=LONGEST_LABEL,
        typed_label=label,
        secret=secret,
        problem_text=problem,
    )


def _table(visit: Visit, found: list[Token], further: str) -> Table:
    columns = (
        Column(visit.say("For")),
        Column(visit.say("Account")),
        Column(visit.say("May")),
        Column(visit.say("Until"), "time"),
        Column(visit.say("Used last"), "time"),
        Column(visit.say("Id")),
    )
    rows = [
        (
            one.label,
            one.account,
            ", ".join(sorted(one.scopes)),
            Cell(one.expires, state="late" if one.expires <= visit.now else ""),
            visit.say("never") if one.used is None else one.used,
            one.id,
        )
        for one in found
    ]
    empty = visit.say("There is none.")
    return Table("tokens", visit.say("Tokens"), columns, rows, empty, further=further)
