"""Tokens of the API: who calls, by which token, and what it may do.

The one fact: a token is shown once, when it is made; the store has its hash. What it may do is what its scopes say and
its account's roles allow, whichever is less.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, Request
from sqlalchemy import Connection, delete, insert, select, update

from protocol.errors import Refused
from web.accounts import Account, Random, find_account
from web.schema import TOKENS
from web.sessions import hash_secret, make_secret
from web.site import Site
from web.visits import CSRF_HEADER, NotAllowed, UnknownToken, Visit, begin_visit

BEGINNING = "sealsum_"
"""So that a scanner for lost secrets knows one when it sees it."""
MOST_DAYS = 366
_TOUCH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; never the token itself."""

    id: str
    account: str
    label: str
    scopes: frozenset[str]
    created: int
    expires: int
    used: int | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API. `secret`: the token's or the session's, for what only this caller may read again."""

    account: Account
    scopes: frozenset[str]
    visit: Visit
    secret: str = field(repr=False)

    def key(self, purpose: str) -> bytes:
        """A key that follows from the caller's secret, for data kept for this caller alone."""
        return hashlib.sha256(f"sealsum/v1/caller\0{purpose}\0{self.secret}".encode()).digest()


def make_token(connection: Connection, token: Token, random: Random) -> str:
    """Make a token and return it, the only time; `token.id` and `used` are not read. Refused("expires")."""
    if not token.created < token.expires <= token.created + MOST_DAYS * 86_400:
        raise Refused("expires", f"a token lasts at least a moment and at most {MOST_DAYS} days")
    secret = BEGINNING + make_secret(random)
    connection.execute(
        insert(TOKENS).values(
            hash=hash_secret(secret),
            id=random(8).hex(),
            account=token.account,
            label=token.label,
            scopes=json.dumps(sorted(token.scopes)),
            created=token.created,
            expires=token.expires,
        )
    )
    return secret


def list_tokens(connection: Connection, account: str | None = None) -> list[Token]:
    """Every token, or those of one account, newest first."""
    query = select(TOKENS).order_by(TOKENS.c.created.desc(), TOKENS.c.id)
    if account is not None:
        query = query.where(TOKENS.c.account == account)
    return [_token(row) for row in connection.execute(query)]


def revoke_token(connection: Connection, id: str, account: str) -> None:
    """Let nobody in by this token any more; Refused("unknown") when the account has none of that id."""
    done = connection.execute(delete(TOKENS).where(TOKENS.c.id == id, TOKENS.c.account == account))
    if done.rowcount != 1:
        raise Refused("unknown", f"{account} has no token {id}")


def find_token(connection: Connection, secret: str, now: int) -> Token | None:
    """The token that this is, unless it is over."""
    row = connection.execute(select(TOKENS).where(TOKENS.c.hash == hash_secret(secret))).first()
    return None if row is None or row.expires <= now else _token(row)


def _token(row: Any) -> Token:
    scopes = frozenset(json.loads(row.scopes))
    return Token(row.id, row.account, row.label, scopes, row.created, row.expires, row.used)


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.casefold() == "bearer" else ""


def allowed(scope: str, *roles: str) -> Any:
    """The dependency of a call for tokens with this scope, and for signed-in readers; of accounts with these roles.

    1. A token that is sent counts, and nothing else beside it.
    2. It is known and not over, and its account is open.
    3. It has the scope.
    4. Its account has one of the roles, where roles are named.
    A reader without a token comes by session, and a change then carries the token against forged requests.
    """

    def check(request: Request) -> Caller:
        secret = _bearer(request)
        if secret:  # 1
            caller = _by_token(request, secret)
        else:
            visit = begin_visit(request, request.headers.get(CSRF_HEADER, ""))
            caller = Caller(visit.account, frozenset({scope}), visit, visit.secret)
        if scope not in caller.scopes:  # 3
            has = ", ".join(sorted(caller.scopes))
            raise NotAllowed(f"this call needs the scope {scope}; the token has {has}: make one with {scope}")
        if roles and not caller.account.roles & set(roles):  # 4
            raise NotAllowed(f"this call is for accounts that are {' or '.join(roles)}")
        return caller

    return Depends(check)


def _by_token(request: Request, secret: str) -> Caller:
    site: Site = request.app.state.site
    now = site.clock()
    with site.store().read() as connection:
        token = find_token(connection, secret, now)
        account = None if token is None else find_account(connection, token.account)
    if token is None or account is None:  # 2
        raise UnknownToken
    if token.used is None or token.used < now - _TOUCH_SECONDS:
        with site.store().write() as connection:
            connection.execute(update(TOKENS).where(TOKENS.c.id == token.id).values(used=now))
    return Caller(account, token.scopes, Visit(site, request, "", None, False), secret)
