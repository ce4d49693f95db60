"""Accounts of the console, for its operators: who may come in, as what, for whom; and who did.

The one fact: a link that lets somebody in is shown on the answer that made it and nowhere else. Nobody closes the
account that it is signed in with, so an operator is always left; the first one is made on the machine itself.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Form
from sqlalchemy import Connection, select
from starlette.responses import Response

from coordinator.console.naming import party_cell, party_name
from coordinator.console.participants import ROLES as ENTITY_ROLES
from coordinator.console.participants import find_participants
from coordinator.console.roles import OPERATOR, ROLES, Operator
from coordinator.service import Service
from protocol.errors import Refused
from web.account_pages import logins_table
from web.accounts import (
    Account,
    close_account,
    find_account,
    forget_password,
    list_accounts,
    list_closed,
    make_account,
    reopen_account,
    stored_password,
)
from web.codes import SecondFactor, has_code, remove_code
from web.languages import mark
from web.schema import ACCOUNTS
from web.sessions import make_link
from web.site import SAID
from web.tables import Cell, Column, Table
from web.visits import Visit

Text = Annotated[str, Form(max_length=300)]
Roles = Annotated[list[str] | None, Form()]
_ID = re.compile(r"[0-9a-f]{12,64}")
"""An id, or as much of one as pages show."""
ROLE_WORDS: dict[str, str] = {
    "operator": mark("operator: everything here, accounts too"),
    "verifier": mark("verifier: calculations, log, its own questions and findings"),
    "provider": mark("factor provider: its factors and how often they are cited"),
    "expert": mark("expert: what waits for an opinion, and its own"),
}
NONE = mark("No participant is called %(words)s. Copy its enrolment from the page of participants.")
MANY = mark("More than one participant has %(words)s. Copy its enrolment from the page of participants.")
SET_PASSWORD = "/account"
"""Where a link leads: its holder sets a password there."""
DONE = {
    "close": mark("The account is closed: sessions, password, app and links have ended."),
    "reopen": mark("The account is open again. Make a link for its holder: nothing else of it is left."),
    "code": mark("The account is asked for no code any more."),
    "password": mark("No password opens the account any more. Make a link, so that its holder sets another."),
}
CHANGES = {"close": close_account, "reopen": reopen_account, "code": remove_code, "password": forget_password}


@dataclass(frozen=True, slots=True)
class _Typed:
    """What the form held when it was refused."""

    name: str = ""
    party: str = ""
    roles: frozenset[str] = frozenset()


def add_account_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/accounts")
    def accounts(visit: Operator) -> Response:
        return _show_all(visit, service)

    @app.post("/accounts")
    def add(visit: Operator, name: Text, roles: Roles = None, party: Text = "") -> Response:
        """Make an account; its holder comes in by a link that is shown now."""
        name = name.strip()
        with service.stores.accounts.read() as connection:
            is_closed = name in list_closed(connection)
        if is_closed:
            said = visit.say(
                "An account of this name was closed: open it again here, or choose another name."
            )
            return visit.go(_page_of(name), said, is_task=True)
        try:
            chosen = _roles(visit, roles or [])
            made = Account(name, chosen, _party(visit, service, chosen, party.strip()))
            with service.stores.accounts.write() as connection:
                make_account(connection, made, visit.now)
        except Refused as error:
            return _show_all(
                visit, service, visit.explain(error), _Typed(name, party, frozenset(roles or []))
            )
        return _show_one(visit, service, name, _entry(visit, service, name))

    @app.get("/accounts/one")
    def account(visit: Operator, name: str) -> Response:
        return _show_one(visit, service, name[:64])

    @app.post("/accounts/link")
    def link(visit: Operator, name: Text) -> Response:
        return _show_one(visit, service, name, _entry(visit, service, name))

    @app.post("/accounts/change/{change}")
    def change(visit: Operator, change: str, name: Text) -> Response:
        """Close an account or open it again, take away its code or its password."""
        if change not in CHANGES:
            raise Refused("unknown", f"no change {change[:20]}")
        if change == "close" and name == visit.account.name:
            raise Refused(SAID, visit.say("This is your own account. Ask another operator to close it."))
        _need(service, name)
        with service.stores.accounts.write() as connection:
            CHANGES[change](connection, name)
        return visit.go(_page_of(name), visit.say(DONE[change]))


def _page_of(name: str) -> str:
    return f"/accounts/one?{urlencode({'name': name})}"


def _roles(visit: Visit, roles: list[str]) -> frozenset[str]:
    chosen = frozenset(roles)
    if not chosen or not chosen <= set(ROLES):
        raise Refused(SAID, visit.say("Choose what the account may do."))
    return chosen


def _party(visit: Visit, service: Service, roles: frozenset[str], words: str) -> str | None:
    """The enrolment that was meant: by id or its beginning, by name, legal entity or parent."""
    if not words:
        if roles == {OPERATOR}:
            return None
        raise Refused(SAID, visit.say("Say which organisation the account speaks for."))
    found = set()
    if _ID.fullmatch(words.casefold()):
        named = service.stores.log.beginning(words.casefold(), 2)
        found |= {row.id for row in named if row.kind == "enrolment"}
    found |= {enrolment for enrolment, _name in find_participants(visit, service, words, 2)}
    if len(found) != 1:
        raise Refused(SAID, visit.say(MANY if found else NONE, words=words))
    return found.pop()


def _need(service: Service, name: str) -> bool:
    """Whether the account is closed; Refused("unknown") when there is none."""
    with service.stores.accounts.read() as connection:
        closed = connection.execute(select(ACCOUNTS.c.is_closed).where(ACCOUNTS.c.name == name)).scalar()
    if closed is None:
        raise Refused("unknown", f"there is no account {name[:64]}")
    return bool(closed)


def _entry(visit: Visit, service: Service, name: str) -> str:
    """A link by the public address, or by the one that this reader came by."""
    if _need(service, name):
        raise Refused(SAID, visit.say("The account is closed. Open it again first."))
    with service.stores.accounts.write() as connection:
        secret = make_link(connection, name, SET_PASSWORD, visit.now, os.urandom)
    url = visit.request.url
    base = service.public_url.rstrip("/") or f"{url.scheme}://{url.netloc}"
    return f"{base}{visit.url('/enter')}#{secret}"


def _show_all(visit: Visit, service: Service, problem: str = "", typed: _Typed | None = None) -> Response:
    with service.stores.accounts.read() as connection:
        every, closed = list_accounts(connection), list_closed(connection)
    found, further = visit.slice("accounts", str).take(every, lambda one: (one.name,))
    with service.stores.accounts.read() as connection:
        ways = {one.name: _ways(visit, connection, one.name) for one in found}
    columns = (
        Column(visit.say("Name")),
        Column(visit.say("Roles")),
        Column(visit.say("Speaks for")),
        Column(visit.say("Password")),
        Column(visit.say("Code of an app")),
    )
    rows = [
        (
            Cell(one.name, visit.url(_page_of(one.name))),
            visit.marks.between.join(visit.say(ENTITY_ROLES[role]) for role in ROLES if role in one.roles),
            "" if one.party is None else party_cell(visit, service, one.party),
            *ways[one.name],
        )
        for one in found
    ]
    table = Table("accounts", visit.say("Accounts"), columns, rows, further=further)
    return visit.page(
        "accounts.html",
        [table],
        status=422 if problem else 200,
        roles=ROLE_WORDS,
        closed=[(one, _page_of(one)) for one in closed],
        typed=typed or _Typed(),
        problem_text=problem,
    )


def _ways(visit: Visit, connection: Connection, name: str) -> tuple[str, Cell]:
    """Whether the account has a password, and whether a code is asked for with it."""
    has_password = stored_password(connection, name) is not None
    is_asked = has_code(connection, SecondFactor(name, visit.site.key()))
    said = visit.say("asked for") if is_asked else visit.say("not asked for")
    state = "late" if has_password and not is_asked else ""
    return visit.say("set") if has_password else visit.say("none"), Cell(said, state=state)


def _show_one(visit: Visit, service: Service, name: str, entry: str = "") -> Response:
    is_closed = _need(service, name)
    with service.stores.accounts.read() as connection:
        found = find_account(connection, name)
        has_password = stored_password(connection, name) is not None
        is_asked = has_code(connection, SecondFactor(name, visit.site.key()))
        logins = logins_table(visit, connection, name)
    party = "" if found is None or found.party is None else party_name(visit, service, found.party)
    return visit.page(
        "account_one.html",
        [logins],
        name=name,
        roles=[] if found is None else [ROLE_WORDS[role] for role in ROLES if role in found.roles],
        party=party,
        is_closed=is_closed,
        is_own=name == visit.account.name,
        has_password=has_password,
        has_code=is_asked,
        entry=entry,
    )
