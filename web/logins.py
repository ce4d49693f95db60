"""Who tried to enter, when, from where, and what came of it; and the limit that follows from that.

The one fact: the limit is counted from the record, so it holds across processes and restarts.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, func, insert, select

from web.schema import LOGINS

Way = Literal["password", "link", "company", "passphrase", "out"]
Outcome = Literal["entered", "refused", "limited", "left"]
WINDOW_SECONDS = 15 * 60
MOST_BY_ACCOUNT, MOST_BY_ADDRESS = 10, 30
_LONGEST = 128


def note_login(connection: Connection, at: int, who: tuple[str, str], way: Way, outcome: Outcome) -> None:
    """Record one attempt; `who` is the name as typed and the network address."""
    account, address = who
    connection.execute(
        insert(LOGINS).values(
            at=at, account=account[:_LONGEST], address=address[:64], way=way, outcome=outcome
        )
    )


def is_limited(connection: Connection, now: int, account: str, address: str) -> bool:
    """Whether too many attempts failed of late, for this name or from this address."""

    def failures(column: str, value: str) -> int:
        query = select(func.count()).where(
            LOGINS.c[column] == value, LOGINS.c.at > now - WINDOW_SECONDS, LOGINS.c.outcome == "refused"
        )
        return int(connection.execute(query).scalar_one())

    by_account = failures("account", account[:_LONGEST]) if account else 0
    return by_account >= MOST_BY_ACCOUNT or failures("address", address[:64]) >= MOST_BY_ADDRESS
