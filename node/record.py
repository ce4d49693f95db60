"""The statements this node has seen: the Record that the rules look things up in. Protocol section 5.

The one fact: what arrives is stored as it came and believed only once its signature holds, checked on first use;
a statement that is missing is asked for by its id.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from node.store import Store
from node.tables import STATEMENTS
from protocol.errors import PeerError
from protocol.statements import Logged, calculation_of, parse_statement
from protos.values import LoggedData

Check = Callable[[Logged], None]
Fetch = Callable[[Sequence[str]], Sequence[LoggedData]]
CACHED = 4096
GET_AT_ONCE = 200


class NodeRecord:
    """A Record over the store. `check` raises PeerError unless a statement is rightly signed; `fetch` asks the
    coordinator for what is missing and is None while the node is offline."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Logged] = {}
        self._unchecked: dict[str, Logged] = {}
        self._lock = threading.RLock()
        self.check: Check | None = None
        self.fetch: Fetch | None = None

    def get(self, statement_id: str) -> Logged | None:
        """The logged, rightly signed statement with this id, or None. Raises PeerError on a forged one."""
        with self._lock:
            if statement_id in self._known:
                return self._known[statement_id]
            unchecked = self._unchecked.pop(statement_id, None)
            found = unchecked or self._load(statement_id) or self._ask(statement_id)
            if found is not None:
                self._remember(found)
            return found

    def revoked_at(self, enrolment_id: str) -> int | None:
        """When this enrolment was revoked, as far as this node has seen."""
        with self._store.read() as connection:
            query = select(STATEMENTS.c.id).where(
                STATEMENTS.c.kind == "revocation", STATEMENTS.c.subject == enrolment_id
            )
            ids = list(connection.execute(query).scalars())
        seen = [self.get(found) for found in ids]
        return min((logged.logged_at for logged in seen if logged is not None), default=None)

    def need(self, ids: Iterable[str], deep: bool = False) -> None:
        """Fetch what is missing of these in few calls; `deep` also what their meaning rests on."""
        with self._lock:
            self._need(ids, deep)

    def _need(self, ids: Iterable[str], deep: bool) -> None:
        wanted, asked = set(ids), set[str]()
        while wanted and self.fetch is not None:
            missing = sorted(self._missing(wanted - asked))
            asked |= wanted
            for start in range(0, len(missing), GET_AT_ONCE):
                self._take(self.fetch(missing[start : start + GET_AT_ONCE]))
            found = [logged for logged in map(self._peek, wanted) if logged is not None] if deep else []
            wanted = {other for logged in found for other in _rests_on(logged)} - asked

    def _peek(self, statement_id: str) -> Logged | None:
        """A statement as it lies in the store, perhaps not checked yet; kept, so that it is parsed once."""
        found = self._known.get(statement_id) or self._unchecked.get(statement_id) or self._load(statement_id)
        if found is not None and statement_id not in self._known:
            self._unchecked[statement_id] = found
        return found

    def _missing(self, ids: set[str]) -> set[str]:
        unknown = [one for one in ids if one not in self._known]
        with self._store.read() as connection:
            query = select(STATEMENTS.c.id).where(STATEMENTS.c.id.in_(unknown))
            return set(unknown) - set(connection.execute(query).scalars())

    def _take(self, answers: Sequence[LoggedData]) -> None:
        with self._store.write() as connection:
            keep_logged(connection, map(parse_logged, answers))

    def count(self, request: str, up_to: int) -> int:
        """How many statements of a calculation lie at or below a log index."""
        with self._store.read() as connection:
            query = select(func.count()).where(
                STATEMENTS.c.calculation == request, STATEMENTS.c.log_index <= up_to
            )
            return int(connection.execute(query).scalar_one())

    def of_kind(self, kind: str) -> list[Logged]:
        """Every statement of a kind that this node has seen, in log order."""
        return self._all(STATEMENTS.c.kind == kind)

    def of_calculation(self, request: str, after: int = -1) -> list[Logged]:
        """Statements of a calculation behind a log index, in log order; not checked, the fold's driver does that."""
        with self._store.read() as connection:
            query = (
                select(STATEMENTS.c.data, STATEMENTS.c.log_index, STATEMENTS.c.logged_at)
                .where(STATEMENTS.c.calculation == request, STATEMENTS.c.log_index > after)
                .order_by(STATEMENTS.c.log_index)
            )
            rows = connection.execute(query).all()
        return [Logged(parse_statement(bytes(data)), index, at) for data, index, at in rows]

    def publication_of(self, subject: str) -> Logged | None:
        """The first publication of a category or factor that this node has seen, or None."""
        found = self._all((STATEMENTS.c.kind == "publication") & (STATEMENTS.c.subject == subject))
        return found[0] if found else None

    def _all(self, condition: object) -> list[Logged]:
        with self._store.read() as connection:
            query = select(STATEMENTS.c.id).where(condition).order_by(STATEMENTS.c.log_index)  # type: ignore[arg-type]
            ids = list(connection.execute(query).scalars())
        return [logged for logged in map(self.get, ids) if logged is not None]

    def _load(self, statement_id: str) -> Logged | None:
        columns = STATEMENTS.c
        with self._store.read() as connection:
            query = select(columns.data, columns.log_index, columns.logged_at).where(
                columns.id == statement_id
            )
            row = connection.execute(query).first()
        return None if row is None else Logged(parse_statement(bytes(row[0])), row[1], row[2])

    def _ask(self, statement_id: str) -> Logged | None:
        if self.fetch is None:
            return None
        for found in self.fetch([statement_id]):
            logged = parse_logged(found)
            if logged.id != statement_id:
                raise PeerError("answer", f"asked for statement {statement_id[:12]}, got {logged.id[:12]}")
            with self._store.write() as connection:
                keep_logged(connection, [logged])
            return logged
        return None

    def _remember(self, logged: Logged) -> None:
        if self.check is not None:
            self.check(logged)
        if len(self._known) >= CACHED:
            self._known.clear()
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
    match payload.type:
        case "declaration":
            return (payload.by, payload.category, *(line.factor for line in payload.lines))
        case "publication":
            return (payload.by, payload.subject, *payload.reviews)
        case "request":
            return (payload.by, *(entry.declaration for entry in payload.entries))
        case "enrolment" | "revocation":
            return ()
        case _:
            return (payload.by,)


def _subject_of(logged: Logged) -> str | None:
    payload = logged.payload
    if payload.type == "publication":
        return payload.subject
    return payload.enrolment if payload.type == "revocation" else None
