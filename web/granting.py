"""Tokens as a site gives them out: which scopes there are, what a role may give, and how one is ordered and ended.

The one fact: a token never may more than its account: its scopes are cut by the account's roles, when it is made and at
every call (web/tokens.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from protocol.errors import Refused
from web.accounts import Account, Random, find_account
from web.tokens import MOST_DAYS, Token, list_tokens, make_token, revoke_token

USUAL_DAYS = 90
LONGEST_LABEL = 100
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Grants:
    """What a site's tokens may be made for: `scopes` in order, and by role what its accounts may give to one."""

    scopes: tuple[str, ...]
    of_role: Mapping[str, tuple[str, ...]]

    def of(self, account: Account) -> tuple[str, ...]:
        """What an account may give to a token, in the order of the scopes."""
        return tuple(
            one for one in self.scopes if any(one in self.of_role.get(role, ()) for role in account.roles)
        )


@dataclass(frozen=True, slots=True)
class Order:
    """A token that somebody wants: whose, what for in words, what it may, and for how many days."""

    account: str
    label: str
    scopes: tuple[str, ...]
    days: int


def issue_token(
    connection: Connection, grants: Grants, order: Order, now: int, random: Random
) -> tuple[str, Token]:
    """A new token, shown this once, and what it is; Refused("label" | "scope" | "days" | "unknown")."""
    label = order.label.strip()
    if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
        raise Refused(
            "label", f"say what the token is for, in at most {LONGEST_LABEL} characters on one line"
        )
    if not 1 <= order.days <= MOST_DAYS:
        raise Refused("days", f"a token is good for 1 to {MOST_DAYS} days")
    holder = find_account(connection, order.account)
    if holder is None:
        raise Refused("unknown", f"there is no account {order.account}; see the list of accounts")
    _check_scopes(grants, order.scopes, holder)
    expires = now + order.days * _DAY
    made = Token("", order.account, label, frozenset(order.scopes), now, expires, None)
    return make_token(connection, made, random), made


def _check_scopes(grants: Grants, scopes: tuple[str, ...], holder: Account) -> None:
    if not scopes:
        raise Refused("scope", f"say what the token may: {', '.join(grants.scopes)}")
    for one in scopes:
        if one not in grants.scopes:
            raise Refused("scope", f"{one} is no scope; there are: {', '.join(grants.scopes)}")
        if one not in grants.of(holder):
            raise Refused("scope", f"the role of {holder.name} does not allow {one}")


def end_token(connection: Connection, token: str, account: str | None = None) -> None:
    """Let nobody in by a token any more; Refused("unknown") when there is none of that id (of that account)."""
    owners = [one.account for one in list_tokens(connection, account) if one.id == token]
    if not owners:
        raise Refused("unknown", f"there is no token {token}; see the list of tokens")
    revoke_token(connection, token, owners[0])
