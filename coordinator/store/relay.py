"""What replicas hand to the one that appends, and its answers. Contract: Relay in coordinator.store.contract.

The one fact: what was handed over stays until whoever took it has the answer, so it outlives the process that appends;
handing the same over twice changes nothing, for a statement is logged once. Protocol section 8.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, cast, delete, insert, literal_column, select, text, update

from coordinator.store.contract import Answer, Handed, Placed
from coordinator.store.database import Database
from coordinator.store.signals import ANSWERED, HANDED
from coordinator.store.tables import handed
from protos.values import Refusal

_WAITING = (
    select(
        handed.c.number,
        handed.c.taker,
        handed.c.sender,
        handed.c.certificate,
        handed.c.proven,
        handed.c.data,
    )
    .where(handed.c.answer.is_(None))
    .order_by(handed.c.number)
)
_ANSWER = update(handed).where(handed.c.number == bindparam("of")).values(answer=bindparam("said"))
_COLLECT = (
    delete(handed)
    .where(handed.c.taker == bindparam("by"), handed.c.answer.is_not(None))
    .returning(handed.c.number, handed.c.answer)
)
_LENGTH_BYTES = 4


class SqlRelay:
    """A Relay behind the same database as the log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # The database's clock, for those of replicas may differ.
        now = "extract(epoch FROM now())" if database.is_postgres else "strftime('%s', 'now')"
        self._now = cast(literal_column(now), BigInteger)

    def hand_over(self, items: Sequence[Handed]) -> list[int]:
        """Put submissions where the process that appends finds them; their numbers, in order."""
        query = insert(handed).values(handed_at=self._now)
        query = query.returning(handed.c.number, sort_by_parameter_order=True)
        with self._database.write() as connection:
            numbers = list(connection.execute(query, [_row(item) for item in items]).scalars())
            self._database.tell(connection, HANDED)
        return numbers

    def waiting(self, limit: int) -> list[Handed]:
        """The oldest submissions without an answer."""
        with self._database.read() as connection:
            return [_parse(row) for row in connection.execute(_WAITING.limit(limit))]

    def answer(self, answers: Sequence[Answer]) -> None:
        """Write what became of submissions."""
        rows = [{"of": item.number, "said": _encode(item)} for item in answers]
        with self._database.write() as connection:
            if self._database.is_postgres:  # one that is lost is found again: the statement is in the log
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            connection.execute(_ANSWER, rows)
            self._database.tell(connection, ANSWERED)

    def collect(self, taker: str) -> list[Answer]:
        """Take the answers to what `taker` handed over; they are gone afterwards."""
        with self._database.read() as connection:
            query = select(handed.c.number).where(handed.c.taker == taker, handed.c.answer.is_not(None))
            if connection.execute(query.limit(1)).first() is None:
                return []
        with self._database.write() as connection:
            return [_answer(*row) for row in connection.execute(_COLLECT, {"by": taker})]

    def forget(self, seconds: int) -> None:
        """Remove what was handed over longer ago than this, answered or not."""
        with self._database.write() as connection:
            connection.execute(delete(handed).where(handed.c.handed_at < self._now - seconds))


def _row(item: Handed) -> dict[str, Any]:
    parts = (len(data).to_bytes(_LENGTH_BYTES) + data for data in item.envelopes)
    return {
        "taker": item.taker,
        "sender": item.sender,
        "certificate": item.certificate,
        "proven": "".join("1" if is_proven else "0" for is_proven in item.proven),
        "data": b"".join(parts),
        "answer": None,
    }


def _parse(row: Any) -> Handed:
    number, taker, sender, certificate, proven, data = row
    marks = tuple(mark == "1" for mark in proven)
    return Handed(taker, sender, certificate, _split(bytes(data)), marks, number)


def _split(data: bytes) -> tuple[bytes, ...]:
    parts, place = [], 0
    while place < len(data):
        start = place + _LENGTH_BYTES
        place = start + int.from_bytes(data[place:start])
        parts.append(data[start:place])
    return tuple(parts)


def _encode(answer: Answer) -> str:
    return json.dumps(
        [
            [item.index, item.logged_at] if isinstance(item, Placed) else [item.check, item.message]
            for item in answer.outcomes
        ]
    )


def _answer(number: int, said: str) -> Answer:
    outcomes = (
        Placed(first, second) if isinstance(first, int) else Refusal(first, second)
        for first, second in json.loads(said)
    )
    return Answer(number, tuple(outcomes))
