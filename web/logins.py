"""Who tried to enter, when, from where, and what came of it; and the limits that follow from that.

The one fact: whoever guesses is slowed, and cannot slow the account's holder by it: a browser in which the account was
signed in before is counted by itself (web/known.py), everybody else together. Limits are counted from the record, so
they hold across processes and restarts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, func, insert, select

from web.schema import LOGINS

Way = Literal["password", "known", "link", "company", "passphrase", "out"]
Outcome = Literal["entered", "refused", "left"]
WINDOW_SECONDS = 15 * 60
MOST_BY_ACCOUNT, MOST_BY_ADDRESS, MOST_IN_ALL = 10, 30, 200
_LONGEST = 128
_LONGEST_ADDRESS = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to enter: the name as typed, the network address, and in which way.

    `way` is "known" for a password in a browser that the account was signed in with before.
    """

    account: str
    address: str
    way: Way = "password"

    def note(self, connection: Connection, at: int, outcome: Outcome) -> None:
        """Record what came of it."""
        row = {"account": self.account[:_LONGEST], "address": self.address[:_LONGEST_ADDRESS]}
        connection.execute(insert(LOGINS).values(at=at, way=self.way, outcome=outcome, **row))

    def is_limited(self, connection: Connection, now: int) -> bool:
        """Whether too many attempts of its kind failed within WINDOW_SECONDS.

        1. In a browser that is known: MOST_BY_ACCOUNT for the account in such browsers. Strangers do not count.
        2. The passphrase of a node: MOST_BY_ACCOUNT from the address.
        3. Anything else: MOST_BY_ACCOUNT for the name by strangers from anywhere, MOST_BY_ADDRESS from the address
           for any name, MOST_IN_ALL from anywhere for any name.
        """
        account, address = self.account[:_LONGEST], self.address[:_LONGEST_ADDRESS]
        of_account, of_address = LOGINS.c.account == account, LOGINS.c.address == address
        failed = (LOGINS.c.at > now - WINDOW_SECONDS) & (LOGINS.c.outcome == "refused")

        def count(*which: ColumnElement[bool]) -> int:
            query = select(func.count()).where(failed, *which)
            return int(connection.execute(query).scalar_one())

        if self.way == "known":  # 1
            return count(of_account, LOGINS.c.way == "known") >= MOST_BY_ACCOUNT
        if self.way == "passphrase":  # 2
            return count(of_address, LOGINS.c.way == "passphrase") >= MOST_BY_ACCOUNT
        by_strangers = LOGINS.c.way != "known"
        return (  # 3
            (bool(account) and count(of_account, by_strangers) >= MOST_BY_ACCOUNT)
            or count(of_address, by_strangers) >= MOST_BY_ADDRESS
            or _oldest_of_the_last(connection) > now - WINDOW_SECONDS
        )


def _oldest_of_the_last(connection: Connection) -> int:
    """When the MOST_IN_ALL-th last failure of a stranger was; 0 while there were fewer."""
    query = (
        select(LOGINS.c.at)
        .where(LOGINS.c.outcome == "refused", LOGINS.c.way != "known")
        .order_by(LOGINS.c.id.desc())
        .offset(MOST_IN_ALL - 1)
        .limit(1)
    )
    return int(connection.execute(query).scalar() or 0)
