"""The page of tokens for programs that call a site's REST API: whose they are, what they may, and until when.

The one fact: a token is on the answer that made it and nowhere else; whoever runs the site sees everybody's, others
their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from protocol.errors import Refused
from web.granting import LONGEST_LABEL, USUAL_DAYS, Grants, Order, end_token, issue_token
from web.languages import mark
from web.tables import Cell, Column, Table
from web.tokens import MOST_DAYS, Token, list_tokens
from web.visits import Visit, signed_in

Member = Annotated[Visit, signed_in()]
REVOKED = mark("The token opens nothing any more.")


@dataclass(frozen=True, slots=True)
class TokenPage:
    """What a site says of its tokens: `says` of the whole and of each scope, marked; `runs`: who sees everybody's."""

    grants: Grants
    says: str
    scopes: Mapping[str, str]
    runs: str

    def whose(self, visit: Visit) -> str | None:
        """Whose tokens a reader sees and ends: its own; who runs the site, everybody's."""
        return None if self.runs in visit.account.roles else visit.account.name


def add_token_pages(app: FastAPI, of: TokenPage) -> None:
    """Add the page."""

    @app.get("/tokens")
    def tokens(visit: Member) -> Response:
        return _show(visit, of)

    @app.post("/tokens")
    def issue(
        visit: Member,
        label: Annotated[str, Form(max_length=LONGEST_LABEL)],
        days: Annotated[int, Form()] = USUAL_DAYS,
        scope: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        """Make a token of the reader's own account."""
        order = Order(visit.account.name, label, tuple(scope or ()), days)
        try:
            with visit.site.store().write() as connection:
                secret, _ = issue_token(connection, of.grants, order, visit.now, visit.site.random)
        except Refused as error:
            return _show(visit, of, visit.explain(error), label=label)
        return _show(visit, of, secret=secret)

    @app.post("/tokens/revoke")
    def revoke(visit: Member, token: Annotated[str, Form(max_length=16)]) -> Response:
        with visit.site.store().write() as connection:
            end_token(connection, token, of.whose(visit))
        return visit.go("/tokens", visit.say(REVOKED))


def _show(visit: Visit, of: TokenPage, problem: str = "", secret: str = "", label: str = "") -> Response:
    with visit.site.store().read() as connection:
        every = list_tokens(connection, of.whose(visit))
    found, further = visit.slice("tokens", str).take(every, lambda one: (one.id,))
    return visit.page(
        "tokens.html",
        [_table(visit, found, further)],
        status=422 if problem else 200,
        says=of.says,
        found=found,
        scopes={one: of.scopes[one] for one in of.grants.of(visit.account)},
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
