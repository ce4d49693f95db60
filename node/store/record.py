"""The statements this node has seen: the Record that the rules look things up in. Protocol section 5.

The one fact: what arrives is stored as it came and believed only once its signature holds, checked on first use;
a statement that is missing is asked for by its id.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select
from sqlalchemy.dialects.sqlite import insert

from node.store.database import Store
from node.store.tables import STATEMENTS, is_of
from protocol.errors import PeerError, Refused
from protocol.payloads import Declaration, Enrolment, Publication, Request, Retirement, Return, Revocation
from protocol.statements import Logged, calculation_of, parse_statement, topics_of
from protos.values import LoggedData
from web.paging import Slice

Check = Callable[[Logged], None]
Fetch = Callable[[Sequence[str]], Sequence[LoggedData]]
CACHED = 1 << 14
SHORTEST = 8
"""Digits of an id that may stand for it."""
AT_ONCE = 200
_NEWEST_ROW: Select[Any] = select(func.coalesce(func.max(literal_column("rowid")), 0)).select_from(STATEMENTS)
_ROWS = select(STATEMENTS.c.data, STATEMENTS.c.log_index, STATEMENTS.c.logged_at)


class NodeRecord:
    """A Record over the store. `check` raises PeerError unless a statement is rightly signed; `fetch` asks the
    coordinator for what is missing and is None while the node is offline."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Logged] = {}
        self._unchecked: dict[str, Logged] = {}
        self._revoked: dict[str, int] | None = None
        self._lock = threading.RLock()
        self.check: Check | None = None
        self.fetch: Fetch | None = None

    def get(self, statement_id: str) -> Logged | None:
        """The logged, rightly signed statement with this id, or None. Raises PeerError on a forged one."""
        with self._lock:
            found = self.held(statement_id)
            if found is None and (found := self._ask(statement_id)) is not None:
                self._remember(found)
            return found

    def held(self, statement_id: str) -> Logged | None:
        """The same of what is here already: the coordinator is not asked. Raises PeerError on a forged one."""
        with self._lock:
            if statement_id in self._known:
                return self._known[statement_id]
            found = self._unchecked.pop(statement_id, None) or self._load(statement_id)
            if found is not None:
                self._remember(found)
            return found

    def revoked_at(self, enrolment_id: str) -> int | None:
        """When this enrolment was revoked, as far as this node has seen."""
        with self._lock:
            if self._revoked is None:
                # The first one counts: in reversed order it is written last.
                revocations = reversed(self.of_kind("revocation"))
                self._revoked = {_subject_of(logged) or "": logged.logged_at for logged in revocations}
            return self._revoked.get(enrolment_id)

    def forget_revocations(self) -> None:
        """Look for revocations anew: one has arrived."""
        self._revoked = None

    def need(self, ids: Iterable[str], deep: bool = False) -> None:
        """Fetch what is missing of these in few calls; `deep` also what their meaning rests on."""
        with self._lock:
            self._need(ids, deep)

    def _need(self, ids: Iterable[str], deep: bool) -> None:
        wanted, asked = set(ids), set[str]()
        while wanted and self.fetch is not None:
            asked |= wanted
            missing = sorted(wanted - self._read_all(wanted))
            for start in range(0, len(missing), AT_ONCE):
                self._take(self.fetch(missing[start : start + AT_ONCE]))
            found = (self._known.get(one) or self._unchecked.get(one) for one in wanted) if deep else ()
            wanted = {other for logged in found if logged is not None for other in _rests_on(logged)} - asked

    def _read_all(self, ids: set[str]) -> set[str]:
        """Bring stored statements into memory in few queries, to be checked on use; returns those that are there."""
        there = {one for one in ids if one in self._known or one in self._unchecked}
        rest = sorted(ids - there)
        for start in range(0, len(rest), AT_ONCE):
            query = _ROWS.where(STATEMENTS.c.id.in_(rest[start : start + AT_ONCE]))
            with self._store.read() as connection:
                rows = connection.execute(query).all()
            for data, index, logged_at in rows:
                try:
                    logged = Logged(parse_statement(bytes(data)), index, logged_at)
                except PeerError:
                    continue  # it is no statement: who asks for it alone is told so
                self._unchecked[logged.id] = logged
                there.add(logged.id)
        return there

    def _take(self, answers: Sequence[LoggedData]) -> None:
        statements = [parse_logged(answer) for answer in answers]
        with self._store.write() as connection:
            keep_logged(connection, statements)
        self._unchecked.update({logged.id: logged for logged in statements if logged.id not in self._known})
        if any(logged.payload.type == "revocation" for logged in statements):
            self.forget_revocations()

    def newest_row(self) -> int:
        """What grows with every statement that is stored, in whatever order of the log."""
        with self._store.read() as connection:
            return int(connection.execute(_NEWEST_ROW).scalar_one())

    def count(self, request: str, up_to: int) -> int:
        """How many statements of a calculation lie at or below a log index."""
        with self._store.read() as connection:
            query = select(func.count()).where(
                STATEMENTS.c.calculation == request, STATEMENTS.c.log_index <= up_to
            )
            return int(connection.execute(query).scalar_one())

    def count_all(self, request: str) -> int:
        """How many statements of a calculation this node has seen."""
        with self._store.read() as connection:
            query = select(func.count()).where(STATEMENTS.c.calculation == request)
            return int(connection.execute(query).scalar_one())

    def of_kind(self, kind: str) -> list[Logged]:
        """Every statement of a kind that this node has seen, in log order."""
        return self._all(STATEMENTS.c.kind == kind)

    def of_kind_since(self, kind: str, row: int) -> tuple[list[Logged], int]:
        """The statements of a kind that were stored behind a row, and the newest row now.

        By row, since they are stored in whatever order of the log, and by any process that works in this folder.
        """
        newest = self.newest_row()
        if newest <= row:
            return [], row
        rowid: ColumnElement[int] = literal_column("rowid")
        return self._all((STATEMENTS.c.kind == kind) & (rowid > row) & (rowid <= newest)), newest

    def ids_since(self, condition: ColumnElement[bool], row: int) -> tuple[list[str], int]:
        """As `of_kind_since`, the ids only, of those that a condition on the table holds for; where the store is not
        the one any more that `row` is of, those of all rows."""
        newest = self.newest_row()
        if newest == row:
            return [], row
        rowid: ColumnElement[int] = literal_column("statements.rowid")
        behind = row if row < newest else 0
        query = select(STATEMENTS.c.id).where(condition, rowid > behind, rowid <= newest)
        with self._store.read() as connection:
            return list(connection.execute(query.order_by(STATEMENTS.c.log_index)).scalars()), newest

    def find(self, beginning: str) -> Logged | None:
        """The seen statement whose id begins with these 8 or more digits; Refused("ambiguous") where several do."""
        if len(beginning) < SHORTEST:
            return None
        query = select(STATEMENTS.c.id).where(STATEMENTS.c.id.startswith(beginning, autoescape=True)).limit(2)
        with self._store.read() as connection:
            ids = list(connection.execute(query).scalars())
        if len(ids) > 1:
            raise Refused(
                "ambiguous", f"several statements begin with {beginning}; give more of the id's digits"
            )
        return self.get(ids[0]) if ids else None

    def newest(self, condition: ColumnElement[bool], wanted: Slice) -> list[Logged]:
        """The statements of a condition on the table that are wanted, newest first; a place is (log index,)."""
        query = select(STATEMENTS.c.id).where(condition).order_by(STATEMENTS.c.log_index.desc())
        if wanted.after is not None:
            query = query.where(STATEMENTS.c.log_index < wanted.after[0])
        with self._store.read() as connection:
            ids = list(connection.execute(query).scalars())
        # What is forged is passed over, so it cannot stand for what lies behind it.
        found = (logged for logged in map(self._genuine, ids) if logged is not None)
        return list(islice(found, wanted.limit))

    def about(self, kind: str, subject: str) -> list[Logged]:
        """The statements of a kind about this subject that this node has seen, in log order."""
        if kind == "declaration":  # by its certificates, of which it has many: few ask, so no table is kept
            return [logged for logged in self.of_kind(kind) if subject in topics_of(logged.payload)]
        return self._all(is_of(STATEMENTS, kind) & (STATEMENTS.c.subject == subject))

    def about_each(self, kind: str, subjects: Sequence[str]) -> dict[str, Logged]:
        """The first statement of a kind about each of these subjects that this node has seen, by subject."""
        found = [
            logged
            for start in range(0, len(subjects), AT_ONCE)
            for logged in self._all(
                is_of(STATEMENTS, kind) & STATEMENTS.c.subject.in_(subjects[start : start + AT_ONCE])
            )
        ]
        return {_subject_of(logged) or "": logged for logged in reversed(found)}

    def of_calculation(self, request: str, after: int, up_to: int) -> list[LoggedData]:
        """Statements of a calculation behind `after` and up to `up_to`, in log order; neither parsed nor checked."""
        index = STATEMENTS.c.log_index
        query = _ROWS.where(STATEMENTS.c.calculation == request, index > after, index <= up_to)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(STATEMENTS.c.log_index)).all()
        return [LoggedData(bytes(data), index, logged_at) for data, index, logged_at in rows]

    def _all(self, condition: object) -> list[Logged]:
        with self._store.read() as connection:
            query = select(STATEMENTS.c.id).where(condition).order_by(STATEMENTS.c.log_index)  # type: ignore[arg-type]
            ids = list(connection.execute(query).scalars())
        return self.genuine(ids)

    def genuine(self, ids: Sequence[str]) -> list[Logged]:
        """Those of these statements that this node has seen and that are rightly signed, in this order."""
        found: list[Logged] = []
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            with self._lock:
                self._read_all(set(some))
            found += [logged for logged in map(self._genuine, some) if logged is not None]
        return found

    def _genuine(self, statement_id: str) -> Logged | None:
        """As `get`, but None for a forged one: whoever lists a kind must not be stopped by one that is nobody's."""
        try:
            return self.get(statement_id)
        except PeerError:
            return None

    def _load(self, statement_id: str) -> Logged | None:
        with self._store.read() as connection:
            row = connection.execute(_ROWS.where(STATEMENTS.c.id == statement_id)).first()
        return None if row is None else Logged(parse_statement(bytes(row[0])), row[1], row[2])

    def _ask(self, statement_id: str) -> Logged | None:
        if self.fetch is None:
            return None
        self._take(self.fetch([statement_id]))
        return self._unchecked.pop(statement_id, None)

    def _remember(self, logged: Logged) -> None:
        if self.check is not None:
            self.check(logged)
        if len(self._known) >= CACHED:
            self._known.clear()
            self._unchecked.clear()
        self._known[logged.id] = logged


def parse_logged(data: LoggedData) -> Logged:
    """Read a statement as it arrived; PeerError names the check."""
    return Logged(parse_statement(data.data), data.index, data.logged_at)


def keep_logged(connection: Connection, statements: Iterable[Logged]) -> None:
    """Store statements with their place in the log; the first envelope of an id stays."""
    rows = [
        {
            "id": logged.id,
            "kind": logged.payload.type,
            "log_index": logged.index,
            "logged_at": logged.logged_at,
            "author": logged.payload.by,
            "calculation": calculation_of(logged.signed),
            "subject": _subject_of(logged),
            "data": logged.signed.data,
        }
        for logged in statements
    ]
    if rows:
        connection.execute(insert(STATEMENTS).on_conflict_do_nothing(), rows)


def _rests_on(logged: Logged) -> tuple[str, ...]:
    payload = logged.payload
    match payload:
        case Declaration():
            return (payload.by, payload.category, *(line.factor for line in payload.lines))
        case Publication() | Return():
            return (payload.by, payload.subject, *payload.reviews)
        case Retirement():
            return (payload.by, payload.publication)
        case Request():
            return (payload.by, *(entry.declaration for entry in payload.entries))
        case Enrolment() | Revocation():
            return ()
        case _:
            return (payload.by,)


def _subject_of(logged: Logged) -> str | None:
    topics = topics_of(logged.payload)
    return topics[0] if len(topics) == 1 else None
