"""Tokens for the owner's own programs: the functions of `sealsum node tokens` and of the page about them.

The one fact: a token belongs to an account and never may more than it (web/granting.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from node.accounts import OWNER, OWNER_NAME, PREPARER, READER
from node.organisation import Node
from web import granting
from web.accounts import Account, find_account, make_account
from web.granting import Grants, Order
from web.tokens import Token, list_tokens

READ, PREPARE, DECIDE, SHARE = "read", "prepare", "decide", "share"
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        READ: "look at everything the node shows its owner",
        PREPARE: "add products and import their sheets",
        DECIDE: "declare, consent, refuse, withdraw, request calculations",
        SHARE: "add partners, publish and withdraw footprints",
    }
)
"""What a token may be made for."""
GRANTS = Grants(
    tuple(SCOPES),
    MappingProxyType({OWNER: tuple(SCOPES), PREPARER: (READ, PREPARE), READER: (READ,)}),
)


def issue_token(node: Node, account: str, label: str, scopes: Sequence[str], days: int) -> tuple[str, Token]:
    """A new token of an account, shown this once, and what it is; Refused("label" | "scope" | "days" | "unknown")."""
    now = node.clock()
    with node.store.write() as connection:
        if account == OWNER_NAME and find_account(connection, OWNER_NAME) is None:
            make_account(connection, Account(OWNER_NAME, frozenset({OWNER})), now)
        order = Order(account, label, tuple(scopes), days)
        return granting.issue_token(connection, GRANTS, order, now, node.random)


def all_tokens(node: Node, account: str | None = None) -> list[Token]:
    """Every token, or those of one account, newest first; never a token itself."""
    with node.store.read() as connection:
        return list_tokens(connection, account)


def end_token(node: Node, token: str) -> None:
    """Let nobody in by a token any more; Refused("unknown") when there is none of that id."""
    with node.store.write() as connection:
        granting.end_token(connection, token)
