"""Accounts: who may see and do what. Local ones have a password, stretched with Argon2id (RFC 9106).

The one fact: a password is checked against Argon2id under a salt of its own, and an unknown name costs the same work,
so the door tells nobody which names exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore

from sqlalchemy import Connection, insert, select, update

from crypto.errors import BadLock
from crypto.locking import COST, Cost, lock_with_passphrase, unlock_with_passphrase
from protocol.errors import Refused
from web.schema import ACCOUNTS, ENTRY_LINKS, SESSIONS, TOKENS

Random = Callable[[int], bytes]
SHORTEST, LONGEST = 12, 200
_NAME = re.compile(r"[\w.@-]{1,64}")
_BOUND = "web account"
_TURNS = BoundedSemaphore(2)
"""One check takes 64 MiB; more at once wait."""


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may enter. `party`: the enrolment the account speaks for, on a coordinator."""

    name: str
    roles: frozenset[str]
    party: str | None = None
    language: str | None = None


def make_account(connection: Connection, account: Account, created: int) -> None:
    """Add an account without a password; Refused("account") when the name is taken, was closed, or is none."""
    if _NAME.fullmatch(account.name) is None:
        raise Refused("account", "expected a name of at most 64 letters, digits and . @ _ -")
    taken = connection.execute(select(ACCOUNTS.c.is_closed).where(ACCOUNTS.c.name == account.name)).scalar()
    if taken is not None:
        known = "a closed account" if taken else "an account"
        raise Refused("account", f"there is {known} {account.name} already; choose another name")
    connection.execute(
        insert(ACCOUNTS).values(
            name=account.name,
            roles=json.dumps(sorted(account.roles)),
            party=account.party,
            created=created,
            is_closed=False,
        )
    )


def find_account(connection: Connection, name: str) -> Account | None:
    """The account of this name, unless it was closed."""
    row = connection.execute(
        select(ACCOUNTS).where(ACCOUNTS.c.name == name, ACCOUNTS.c.is_closed.is_(False))
    ).first()
    return (
        None if row is None else Account(row.name, frozenset(json.loads(row.roles)), row.party, row.language)
    )


def list_accounts(connection: Connection) -> list[Account]:
    """Every account that is open."""
    rows = connection.execute(
        select(ACCOUNTS).where(ACCOUNTS.c.is_closed.is_(False)).order_by(ACCOUNTS.c.name)
    )
    return [Account(row.name, frozenset(json.loads(row.roles)), row.party, row.language) for row in rows]


def list_closed(connection: Connection) -> list[str]:
    """The names of the accounts that were closed."""
    query = select(ACCOUNTS.c.name).where(ACCOUNTS.c.is_closed.is_(True)).order_by(ACCOUNTS.c.name)
    return list(connection.execute(query).scalars())


def set_roles(connection: Connection, name: str, roles: Sequence[str]) -> None:
    """Give an account these roles and no others."""
    connection.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(roles=json.dumps(sorted(roles)))
    )


def close_account(connection: Connection, name: str) -> None:
    """Let nobody in under this name any more, by no way; what was recorded under it stays."""
    nothing = {"password": None, "totp": None, "subject": None}
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(is_closed=True, **nothing))
    for table in (SESSIONS, ENTRY_LINKS, TOKENS):
        connection.execute(table.delete().where(table.c.account == name))


def reopen_account(connection: Connection, name: str) -> None:
    """Let its holder in again, by a link or the company's login: of what closing took away nothing comes back."""
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(is_closed=False))


def make_password(password: str, random: Random, cost: Cost = COST) -> str:
    """What is stored of a password; Refused("password") when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(
            "password", f"a password has {SHORTEST} to {LONGEST} characters; several words make a good one"
        )
    return lock_with_passphrase(password, _BOUND, b"", random, cost).decode()


def set_password(connection: Connection, name: str, made: str) -> None:
    """Replace an account's password, and end its sessions."""
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(password=made))
    connection.execute(SESSIONS.delete().where(SESSIONS.c.account == name))


def forget_password(connection: Connection, name: str) -> None:
    """Let no password open an account until one is set, and end its sessions."""
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(password=None))
    connection.execute(SESSIONS.delete().where(SESSIONS.c.account == name))


def stored_password(connection: Connection, name: str) -> str | None:
    """What is stored of an open account's password."""
    query = select(ACCOUNTS.c.password).where(ACCOUNTS.c.name == name, ACCOUNTS.c.is_closed.is_(False))
    return connection.execute(query).scalar()


def is_password(password: str, stored: str | None, random: Random) -> bool:
    """Whether this is the password that was stored; takes as long when nothing was."""
    with _TURNS:
        if stored is None or len(password) > LONGEST:
            lock_with_passphrase("nobody has this one", _BOUND, b"", random)
            return False
        try:
            unlock_with_passphrase(password, _BOUND, stored.encode())
        except BadLock:
            return False
        return True
