"""Accounts of this node, for its administrators: who may come in, as what, and who did.

The one fact: a link that lets somebody in is shown on the answer that made it and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.accounts import (
    OWNER,
    PREPARER,
    READER,
    AccountRow,
    add_account,
    change_role,
    close,
    drop_password,
    get_account,
    give_password,
    invite,
    list_accounts,
    reopen,
    reset_code,
)
from node.web.desk import Desk
from node.web.visiting import Owner
from protocol.errors import Refused
from web.account_pages import logins_table
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

Text = Annotated[str, Form(max_length=300)]
ROLE_WORDS = {
    OWNER: mark("administers: everything, accounts and keys too"),
    PREPARER: mark("prepares: products and imports, but no decision"),
    READER: mark("reads: looks at everything, changes nothing"),
}
ROLE_NAMES = {OWNER: mark("administrator"), PREPARER: mark("preparer"), READER: mark("reader")}
ROLE_SET = mark("The role is changed, at once.")
PASSWORD_SET = mark("The password is set. Pass it on by a safe way; sessions of the account have ended.")
PASSWORD_GONE = mark("No password opens the account any more. Make a link, so that its holder sets another.")
CODE_GONE = mark("The account is asked for no code any more.")
CLOSED = mark("The account is closed: sessions, password, app, links and tokens have ended.")
REOPENED = mark("The account is open again. Make a link for its holder: nothing else of it is left.")


def add_accounts_pages(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/accounts")
    def accounts(visit: Owner) -> Response:
        return _show_all(visit, desk)

    @app.post("/accounts")
    def add(visit: Owner, name: Text, role: Text = READER, password: Text = "") -> Response:
        """Make an account, opened by a link that is shown now, or by a password that was typed."""
        name = name.strip()
        try:
            add_account(desk.node, name, role, password)
        except Refused as error:
            return _show_all(visit, desk, visit.explain(error), name)
        return _show_one(visit, desk, name, entry="" if password else _entry(visit, desk, name))

    @app.get("/accounts/one")
    def account(visit: Owner, name: str) -> Response:
        return _show_one(visit, desk, name[:64])

    @app.post("/accounts/link")
    def link(visit: Owner, name: Text) -> Response:
        return _show_one(visit, desk, name, entry=_entry(visit, desk, name))

    _add_changes(app, desk)


def _add_changes(app: FastAPI, desk: Desk) -> None:
    def changed(visit: Visit, name: str, change: Callable[[], None], said: str) -> Response:
        try:
            change()
        except Refused as error:
            return _show_one(visit, desk, name, visit.explain(error))
        return visit.go(_path_of(name), visit.say(said))

    @app.post("/accounts/role")
    def role(visit: Owner, name: Text, role: Text) -> Response:
        return changed(visit, name, lambda: change_role(desk.node, name, role), ROLE_SET)

    @app.post("/accounts/password")
    def password(visit: Owner, name: Text, password: Text) -> Response:
        return changed(visit, name, lambda: give_password(desk.node, name, password), PASSWORD_SET)

    @app.post("/accounts/password/forget")
    def forget(visit: Owner, name: Text) -> Response:
        return changed(visit, name, lambda: drop_password(desk.node, name), PASSWORD_GONE)

    @app.post("/accounts/code/reset")
    def code(visit: Owner, name: Text) -> Response:
        return changed(visit, name, lambda: reset_code(desk.node, name), CODE_GONE)

    @app.post("/accounts/close")
    def close_(visit: Owner, name: Text) -> Response:
        return changed(visit, name, lambda: close(desk.node, name), CLOSED)

    @app.post("/accounts/reopen")
    def reopen_(visit: Owner, name: Text) -> Response:
        return changed(visit, name, lambda: reopen(desk.node, name), REOPENED)


def _path_of(name: str) -> str:
    return f"/accounts/one?{urlencode({'name': name})}"


def _entry(visit: Visit, desk: Desk, name: str) -> str:
    """A link by the address that this reader came by, which is one that the door answers to."""
    return f"{str(visit.request.base_url).rstrip('/')}/enter#{invite(desk.node, name)}"


def _show_all(visit: Visit, desk: Desk, problem: str = "", name: str = "") -> Response:
    part = visit.slice("accounts", int, str)
    found = part.cut(list_accounts(desk.node, part), lambda one: (int(one.is_closed), one.name))
    return visit.page(
        "accounts.html",
        [_table(visit, *found)],
        status=422 if problem else 200,
        roles=ROLE_WORDS,
        names=ROLE_NAMES,
        typed_name=name,
        problem_text=problem,
    )


def _show_one(visit: Visit, desk: Desk, name: str, problem: str = "", entry: str = "") -> Response:
    found = get_account(desk.node, name)
    with desk.node.store.read() as connection:
        logins = logins_table(visit, connection, name)
    return visit.page(
        "account_one.html",
        [logins],
        status=422 if problem else 200,
        one=found,
        roles=ROLE_WORDS,
        names=ROLE_NAMES,
        entry=entry,
        problem_text=problem,
    )


def _table(visit: Visit, found: list[AccountRow], further: str) -> Table:
    columns = (
        Column(visit.say("Name")),
        Column(visit.say("Role")),
        Column(visit.say("Opened by")),
        Column(visit.say("Came in last"), "time"),
        Column(visit.say("From")),
    )
    rows = [_row(visit, one) for one in found]
    return Table("accounts", visit.say("Accounts"), columns, rows, further=further)


def _row(visit: Visit, one: AccountRow) -> tuple[Cell | str | int | None, ...]:
    role = visit.say("closed") if one.is_closed else visit.say(ROLE_NAMES[one.role])
    return (
        Cell(one.name, link=visit.url(_path_of(one.name))),
        Cell(role, state="late" if one.is_closed else ""),
        _opened_by(visit, one),
        one.entered if one.entered is not None else visit.say("never"),
        one.address,
    )


def _opened_by(visit: Visit, one: AccountRow) -> str:
    if not one.has_password:
        return visit.say("link only")
    return visit.say("password and code") if one.has_code else visit.say("password")
