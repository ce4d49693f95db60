"""How much one identity may hand in, before anything of it is looked at: statements, bytes, refusals. Protocol 11.

The one fact: these limits keep one enrolled party from taking the others' time; they count in memory, are told to the
other replicas every second (`settle`), and decide nothing about what is true. What the log remembers (failed proofs,
open requests) coordinator.admission counts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass
from threading import Lock

from coordinator.store.contract import Spending, Spent
from protocol.errors import Refused

DAY = 24 * 3600
NOTHING = Spent(0, 0, 0)
IDENTITIES = 10_000
"""Identities remembered; the one that came longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an identity may: statements a second, how many at once after a pause, bytes a day, refusals a minute."""

    statements: int
    burst: int
    daily_bytes: int
    refusals: int


PARTY = Allowance(20, 2000, 256 * 1024 * 1024, 120)
PUBLISHER = Allowance(200, 20_000, 1024 * 1024 * 1024, 120)
"""An operator or a factor provider publishes libraries of thousands of statements."""


@dataclass(slots=True)
class _Account:
    tokens: float
    filled_at: int
    day: int = 0
    bytes: int = 0
    minute: int = 0
    refusals: int = 0
    unsaid: Spent = NOTHING
    total: Spent | None = None
    """What is not yet added to the total of all replicas, and that total as it was seen last."""


class Limits:
    """Accounts by identity. Safe for many threads."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._lock = Lock()

    def take(self, identity: str, roles: Set[str], sizes: tuple[int, ...], now: int) -> None:
        """Charge a submission of envelopes of these sizes, or Refused("busy") and nothing is charged.

        1. Fewer refusals than allowed in this minute. 2. The statements fit what has gathered since the last ones.
        3. The bytes fit into this day.
        """
        allowed = _allowance(roles)
        with self._lock:
            account = self._account(identity, allowed, now)
            if account.refusals >= allowed.refusals:  # 1
                raise Refused(
                    "busy", f"{account.refusals} of yours were refused in this minute; mend, wait, go on"
                )
            if len(sizes) > account.tokens:  # 2
                raise Refused(
                    "busy", f"at most {allowed.statements} statements a second in the long run; wait"
                )
            if account.bytes + sum(sizes) > allowed.daily_bytes:  # 3
                raise Refused(
                    "busy", f"at most {allowed.daily_bytes} bytes of statements a day; go on tomorrow"
                )
            account.tokens -= len(sizes)
            account.bytes += sum(sizes)
            account.unsaid = _sum(account.unsaid, Spent(len(sizes), sum(sizes), 0))

    def charge_refusals(self, identity: str, roles: Set[str], count: int, now: int) -> None:
        """Count envelopes of this identity that were refused."""
        if count:
            with self._lock:
                account = self._account(identity, _allowance(roles), now)
                account.refusals += count
                account.unsaid = _sum(account.unsaid, Spent(0, 0, count))

    def settle(self, spending: Spending, now: int) -> None:
        """Tell the other replicas what was spent here, charge what was spent there; StoreError: it is told later."""
        with self._lock:
            said = {name: one.unsaid for name, one in self._accounts.items() if one.unsaid != NOTHING}
        if not said:
            return
        totals = spending.add(said, now)
        with self._lock:
            for name, total in totals.items():
                if (account := self._accounts.get(name)) is None:
                    continue
                account.unsaid = _difference(account.unsaid, said[name])
                if account.total is not None:
                    elsewhere = _difference(_difference(total, account.total), said[name])
                    account.tokens -= elsewhere.statements
                    account.bytes += elsewhere.bytes
                    account.refusals += elsewhere.refusals
                account.total = total

    def _account(self, identity: str, allowed: Allowance, now: int) -> _Account:
        account = self._accounts.pop(identity, None) or _Account(allowed.burst, now)
        self._accounts[identity] = account
        if len(self._accounts) > IDENTITIES:
            self._accounts.popitem(last=False)
        passed = max(0, now - account.filled_at)
        account.tokens = min(allowed.burst, account.tokens + passed * allowed.statements)
        account.filled_at = max(now, account.filled_at)
        if account.day != now // DAY:
            account.day, account.bytes = now // DAY, 0
        if account.minute != now // 60:
            account.minute, account.refusals = now // 60, 0
        return account


def _sum(one: Spent, other: Spent) -> Spent:
    return Spent(one.statements + other.statements, one.bytes + other.bytes, one.refusals + other.refusals)


def _difference(one: Spent, other: Spent) -> Spent:
    return Spent(one.statements - other.statements, one.bytes - other.bytes, one.refusals - other.refusals)


def _allowance(roles: Set[str]) -> Allowance:
    return PUBLISHER if roles & {"operator", "provider"} else PARTY
