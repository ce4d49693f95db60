"""Tokens for the owner's own programs: the functions of `sealsum node tokens` and of the page about them.

The one fact: a token belongs to an account and never may more than it: its scopes are cut by the account's role, when
it is made and at every call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from node.accounts import OWNER, OWNER_NAME, PREPARER, READER
from node.organisation import Node
from protocol.errors import Refused
from web.accounts import Account, find_account, make_account
from web.tokens import MOST_DAYS, Token, list_tokens, make_token, revoke_token

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
SCOPES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {OWNER: tuple(SCOPES), PREPARER: (READ, PREPARE), READER: (READ,)}
)
"""What a role may."""
USUAL_DAYS = 90
LONGEST_LABEL = 100
_DAY = 86_400


def scopes_of(account: Account) -> tuple[str, ...]:
    """What an account may give to a token, in the order of SCOPES."""
    return tuple(one for one in SCOPES if any(one in SCOPES_OF.get(role, ()) for role in account.roles))


def issue_token(node: Node, account: str, label: str, scopes: Sequence[str], days: int) -> tuple[str, Token]:
    """A new token of an account, shown this once, and what it is; Refused("label" | "scope" | "days" | "unknown")."""
    label, now = label.strip(), node.clock()
    if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
        raise Refused(
            "label", f"say what the token is for, in at most {LONGEST_LABEL} characters on one line"
        )
    if not 1 <= days <= MOST_DAYS:
        raise Refused("days", f"a token is good for 1 to {MOST_DAYS} days")
    with node.store.write() as connection:
        if account == OWNER_NAME and find_account(connection, OWNER_NAME) is None:
            make_account(connection, Account(OWNER_NAME, frozenset({OWNER})), now)
        holder = find_account(connection, account)
        if holder is None:
            raise Refused("unknown", f"there is no account {account}; see: sealsum node account list")
        _check_scopes(scopes, holder)
        made = Token("", account, label, frozenset(scopes), now, now + days * _DAY, None)
        return make_token(connection, made, node.random), made


def _check_scopes(scopes: Sequence[str], holder: Account) -> None:
    if not scopes:
        raise Refused("scope", f"say what the token may: {', '.join(SCOPES)}")
    for one in scopes:
        if one not in SCOPES:
            raise Refused("scope", f"{one} is no scope; there are: {', '.join(SCOPES)}")
        if one not in scopes_of(holder):
            raise Refused("scope", f"the role of {holder.name} does not allow {one}")


def all_tokens(node: Node, account: str | None = None) -> list[Token]:
    """Every token, or those of one account, newest first; never a token itself."""
    with node.store.read() as connection:
        return list_tokens(connection, account)


def end_token(node: Node, token: str, account: str | None = None) -> None:
    """Let nobody in by a token any more; Refused("unknown") when there is none of that id (of that account)."""
    with node.store.write() as connection:
        owners = [one.account for one in list_tokens(connection, account) if one.id == token]
        if not owners:
            raise Refused("unknown", f"there is no token {token}; see: sealsum node tokens list")
        revoke_token(connection, token, owners[0])
