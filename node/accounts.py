"""Who may open this node's pages, as what: the functions of `sealsum node account` and of the page for administrators.

The one fact: the account `owner` is whoever has this machine. It is never closed and never anything less than an
administrator, so there is always one, and a node cannot be locked against whoever runs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from node.organisation import Node
from protocol.errors import Refused
from web.accounts import (
    Account,
    close_account,
    forget_password,
    make_account,
    make_password,
    reopen_account,
    set_password,
    set_roles,
)
from web.codes import SecondFactor, derive_site_key, has_code, remove_code
from web.paging import WHOLE, Slice
from web.schema import ACCOUNTS, LOGINS
from web.sessions import make_link

OWNER, PREPARER, READER = "owner", "preparer", "reader"
ROLES: Mapping[str, str] = MappingProxyType(
    {
        OWNER: "administers: everything, accounts and keys too",
        PREPARER: "prepares: products and imports, but no decision",
        READER: "reads: looks at everything, changes nothing",
    }
)
"""An account has one of these."""
OWNER_NAME = "owner"
"""The account of who comes by a link that was printed on the machine, or with the node's passphrase."""
ACCOUNT_PAGE = "/account"
"""Where the holder of an account sets its password."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as an administrator sees it. `entered`: when its holder came in last, Unix seconds, and from where."""

    name: str
    role: str
    created: int
    is_closed: bool
    has_password: bool
    has_code: bool
    entered: int | None
    address: str

    @property
    def is_fixed(self) -> bool:
        """Whether it can be neither closed nor given another role."""
        return self.name == OWNER_NAME


def site_key(node: Node) -> bytes:
    """What the pages of an open node lock their own secrets with."""
    return derive_site_key(node.identity.node_secret)


def list_accounts(node: Node, wanted: Slice = WHOLE) -> list[AccountRow]:
    """The accounts by name, closed ones last; a place is (whether it is closed as 0 or 1, name)."""
    place = (ACCOUNTS.c.is_closed, ACCOUNTS.c.name)
    query = select(ACCOUNTS).order_by(*place).limit(wanted.limit)
    if wanted.after is not None:
        is_closed, name = wanted.after
        query = query.where(tuple_(*place) > (bool(is_closed), name))
    with node.store.read() as connection:
        return [_read(node, connection, row) for row in connection.execute(query).all()]


def get_account(node: Node, name: str) -> AccountRow:
    """One account, open or closed; Refused("unknown")."""
    with node.store.read() as connection:
        return _read(node, connection, _need(connection, name))


def _read(node: Node, connection: Connection, row: Row[Any]) -> AccountRow:
    newest = (
        select(LOGINS.c.at, LOGINS.c.address)
        .where(LOGINS.c.account == row.name, LOGINS.c.outcome == "entered")
        .order_by(LOGINS.c.at.desc(), LOGINS.c.id.desc())
        .limit(1)
    )
    entered = connection.execute(newest).first()
    return AccountRow(
        row.name,
        next(role for role in ROLES if role in json.loads(row.roles)),
        row.created,
        row.is_closed,
        row.password is not None,
        has_code(connection, SecondFactor(row.name, site_key(node))),
        None if entered is None else entered.at,
        "" if entered is None else entered.address,
    )


def _need(connection: Connection, name: str, is_open: bool = False) -> Row[Any]:
    row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.name == name)).first()
    if row is None:
        raise Refused("unknown", f"there is no account {name}; see: sealsum node account list")
    if is_open and row.is_closed:
        raise Refused("account", f"the account {name} is closed; reopen it first")
    return row


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Refused("role", f"no role {role}; there are: {', '.join(ROLES)}")


def _check_not_fixed(name: str) -> None:
    if name == OWNER_NAME:
        raise Refused(
            "account",
            f"{OWNER_NAME} is whoever has this machine: it stays open, and an administrator, so there is always one",
        )


# --- what an administrator does --------------------------------------------------------------------


def add_account(node: Node, name: str, role: str, password: str = "") -> None:
    """A new account, opened by this password if one is given; Refused("role" | "account" | "password")."""
    _check_role(role)
    made = make_password(password, node.random) if password else None
    with node.store.write() as connection:
        make_account(connection, Account(name, frozenset({role})), node.clock())
        if made is not None:
            set_password(connection, name, made)


def change_role(node: Node, name: str, role: str) -> None:
    """Give an account another role, at once; Refused("role" | "account" | "unknown")."""
    _check_role(role)
    _check_not_fixed(name)
    with node.store.write() as connection:
        _need(connection, name, is_open=True)
        set_roles(connection, name, [role])


def invite(node: Node, name: str) -> str:
    """The secret of a link that lets the account's holder in once, onto the page where a password is set."""
    with node.store.write() as connection:
        _need(connection, name, is_open=True)
        return make_link(connection, name, ACCOUNT_PAGE, node.clock(), node.random)


def give_password(node: Node, name: str, password: str) -> None:
    """Set an account's password, and end its sessions; Refused("password" | "account" | "unknown")."""
    made = make_password(password, node.random)
    with node.store.write() as connection:
        _need(connection, name, is_open=True)
        set_password(connection, name, made)


def drop_password(node: Node, name: str) -> None:
    """Let no password open an account until its holder sets another; its sessions end."""
    with node.store.write() as connection:
        _need(connection, name, is_open=True)
        forget_password(connection, name)


def reset_code(node: Node, name: str) -> None:
    """Ask an account for no code any more: its holder lost the authenticator app."""
    with node.store.write() as connection:
        _need(connection, name, is_open=True)
        remove_code(connection, name)


def close(node: Node, name: str) -> None:
    """Let nobody in under this name, at once: sessions, password, app, links and tokens of the account end."""
    _check_not_fixed(name)
    with node.store.write() as connection:
        _need(connection, name)
        close_account(connection, name)


def reopen(node: Node, name: str) -> None:
    """Let the holder of a closed account in again; by a link, since nothing else is left."""
    with node.store.write() as connection:
        _need(connection, name)
        reopen_account(connection, name)
