"""The log and its projections on SQLite and PostgreSQL. Contract: LogStore in coordinator.store.contract.

The one fact: in PostgreSQL whoever appends holds the lock of coordinator.store.holding, and each append looks in its
own transaction whether it still does; in every database the primary key on the leaf index lets one of two appends at
the same place fail. Protocol section 5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Insert,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    union_all,
)

from coordinator.store.concerning import concerning_queries
from coordinator.store.contract import (
    Append,
    CalculationState,
    OpenPhase,
    StoredCheckpoint,
    StoredStatement,
    VerifierKind,
)
from coordinator.store.database import Database
from coordinator.store.holding import Holding
from coordinator.store.of_party import (
    ANSWERS,
    declared_query,
    enrolments_of,
    places_query,
    shared_query,
    signed_query,
    steps_query,
)
from coordinator.store.rows import STATEMENT_COLUMNS, calculation_row, statement_row, use_row
from coordinator.store.signals import LOG_GREW
from coordinator.store.tables import (
    blob_uses,
    calculation_readers,
    calculations,
    checkpoints,
    cosigned,
    fresh,
    hashes,
    statements,
    topics,
)
from protocol.errors import StoreError

Query = Select[Any] | CompoundSelect[Any]
_STATEMENTS = STATEMENT_COLUMNS
# Built once: building a query costs more than running it, and these run for every statement and every call.
_BY_ID = _STATEMENTS.where(statements.c.id == bindparam("id"))
# Two looks at an index each: an OR of them would read the whole table.
_ABOUT = union_all(
    _STATEMENTS.where(statements.c.subject == bindparam("subject"), statements.c.kind == bindparam("kind")),
    _STATEMENTS.join(topics, topics.c.log_index == statements.c.log_index).where(
        topics.c.topic == bindparam("subject"), statements.c.kind == bindparam("kind")
    ),
).order_by("log_index")
_CALCULATIONS = select(
    calculations.c.id,
    calculations.c.requester,
    calculations.c.phase,
    calculations.c.deadline,
    calculations.c.over_at,
)
# Not "is not null", for which SQLite would read the whole table.
_IS_OPEN = calculations.c.deadline >= 0
_COSIGNED = select(cosigned.c.size, cosigned.c.note, cosigned.c.signed_at)
_ADD_STATEMENT, _ADD_HASH, _ADD_TOPIC, _ADD_CHECKPOINT = map(
    insert, (statements, hashes, topics, checkpoints)
)
_HASHES = (
    select(hashes.c.hash)
    .where(
        hashes.c.level == bindparam("level"),
        hashes.c.position >= bindparam("start"),
        hashes.c.position < bindparam("end"),
    )
    .order_by(hashes.c.position)
)
_SIZE = select(func.max(checkpoints.c.size))
_KNOWN = select(statements.c.id).where(statements.c.id.in_(bindparam("ids", expanding=True)))
_CHECKPOINTS = select(checkpoints.c.size, checkpoints.c.note, checkpoints.c.logged_at)
_NEWEST = _CHECKPOINTS.order_by(checkpoints.c.size.desc()).limit(1)
_FRESHEST = (
    select(
        checkpoints.c.size,
        func.coalesce(fresh.c.note, checkpoints.c.note),
        func.coalesce(fresh.c.signed_at, checkpoints.c.logged_at),
    )
    .outerjoin(fresh, and_(fresh.c.place == 1, fresh.c.size == checkpoints.c.size))
    .order_by(checkpoints.c.size.desc())
    .limit(1)
)


class SqlLog:
    """A LogStore behind a database; run coordinator.store.database.migrate on its URL first."""

    def __init__(self, database: Database, name: str = "") -> None:
        self._database = database
        self._holding = Holding(database, name) if database.is_postgres else None
        self._add_reader = database.add_missing(calculation_readers)
        self._add_use = database.add_missing(blob_uses)
        self._put_state = database.put(calculations)

    # --- appending

    def hold_log(self) -> bool:
        """Take, or confirm, the right to append; False while another process has it, or the database is away."""
        # One process opens a file of SQLite: coordinator.folder locks it.
        return self._holding is None or self._holding.take()

    @property
    def holds_log(self) -> bool:
        """Whether this process may append as far as it knows."""
        return self._holding is None or self._holding.epoch is not None

    def append(self, batch: Append) -> None:
        """Write a group commit durably, all of it or nothing; see the contract for what StoreError means."""
        with self._database.write() as connection:
            self._check_holding(connection)
            size = connection.execute(_SIZE).scalar() or 0
            expected = range(size, size + len(batch.statements))
            if [item.index for item in batch.statements] != list(expected):
                raise StoreError(f"expected statements from index {size} on; read the log again")
            if batch.checkpoint.size != expected.stop:
                raise StoreError(
                    f"expected a checkpoint of size {expected.stop}, found {batch.checkpoint.size}"
                )
            _insert_log(connection, batch)
            readers = [{"calculation": name, "reader": reader} for name, reader in batch.readers]
            _run(connection, self._add_reader, readers)
            _run(connection, self._add_use, [use_row(use) for use in batch.uses])
            _run(connection, self._put_state, [calculation_row(state) for state in batch.calculations])
            self._database.tell(connection, LOG_GREW)

    def keep_fresh(self, checkpoint: StoredCheckpoint) -> None:
        """Keep the newest tree signed again; the one before is replaced."""
        with self._database.write() as connection:
            self._check_holding(connection)
            connection.execute(delete(fresh))
            row = {"size": checkpoint.size, "note": checkpoint.note, "signed_at": checkpoint.logged_at}
            connection.execute(insert(fresh), [{"place": 1, **row}])
            self._database.tell(connection, LOG_GREW)

    def _check_holding(self, connection: Connection) -> None:
        if self._holding is not None:
            self._holding.check(connection)

    # --- reading the log

    def newest_checkpoint(self) -> StoredCheckpoint | None:
        """The checkpoint of the last append, or None for an empty log."""
        return self._checkpoint(_NEWEST)

    def freshest_checkpoint(self) -> StoredCheckpoint | None:
        """The newest tree as it was signed last."""
        return self._checkpoint(_FRESHEST)

    def checkpoint_covering(self, size: int) -> StoredCheckpoint | None:
        """The first checkpoint of at least this size, if one was signed."""
        return self._checkpoint(
            _CHECKPOINTS.where(checkpoints.c.size >= size).order_by(checkpoints.c.size).limit(1)
        )

    def keep_cosigned(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint with cosignatures; one of its size is replaced."""
        with self._database.write() as connection:
            connection.execute(delete(cosigned).where(cosigned.c.size == checkpoint.size))
            row = {"size": checkpoint.size, "note": checkpoint.note, "signed_at": checkpoint.logged_at}
            connection.execute(insert(cosigned), [row])

    def newest_cosigned(self, below: int | None = None) -> StoredCheckpoint | None:
        """The largest checkpoint with cosignatures, of all or of those below this size; or None."""
        query = _COSIGNED if below is None else _COSIGNED.where(cosigned.c.size < below)
        return self._checkpoint(query.order_by(cosigned.c.size.desc()).limit(1))

    def cosigned_covering(self, size: int) -> StoredCheckpoint | None:
        """The first checkpoint with cosignatures of at least this size, or None."""
        return self._checkpoint(_COSIGNED.where(cosigned.c.size >= size).order_by(cosigned.c.size).limit(1))

    def _checkpoint(self, query: Select[Any]) -> StoredCheckpoint | None:
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else StoredCheckpoint(*row)

    def read_hash(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree; StoreError when the log has no such subtree (yet)."""
        found = self.read_hashes(level, index, 1)
        if not found:
            raise StoreError(f"the log has no complete subtree {index} of level {level}")
        return found[0]

    def read_hashes(self, level: int, start: int, count: int) -> list[bytes]:
        """At most `count` hashes of complete subtrees of one level from `start`, as many as there are."""
        values = {"level": level, "start": start, "end": start + count}
        with self._database.read() as connection:
            return [bytes(value) for value in connection.execute(_HASHES, values).scalars()]

    def statement(self, statement_id: str) -> StoredStatement | None:
        """The statement with this id."""
        return self._one(_BY_ID, {"id": statement_id})

    def beginning(self, prefix: str, limit: int) -> list[StoredStatement]:
        """At most `limit` statements whose id begins with these hex digits, by id."""
        place = statements.c.id  # a range, which the index serves; g comes behind every hex digit
        query = _STATEMENTS.where(place >= prefix, place < f"{prefix}g")
        return self._many(query.order_by(place).limit(limit))

    def known(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these ids are in the log."""
        with self._database.read() as connection:
            return frozenset(connection.execute(_KNOWN, {"ids": list(ids)}).scalars())

    def statement_at(self, index: int) -> StoredStatement | None:
        """The statement of this leaf."""
        return self._one(_STATEMENTS.where(statements.c.log_index == index))

    def leaves(self, start: int, count: int) -> list[StoredStatement]:
        """At most `count` statements from leaf `start`, in log order."""
        place = statements.c.log_index
        return self._many(_STATEMENTS.where(place >= start, place < start + count).order_by(place))

    def calculation_statements(
        self, calculation: str, until: int | None = None, start: int = 0
    ) -> list[StoredStatement]:
        """The request and everything that names it, in log order: from index `start` on, up to `until`, if given."""
        query = _STATEMENTS.where(statements.c.calculation == calculation, statements.c.log_index >= start)
        if until is not None:
            query = query.where(statements.c.log_index <= until)
        return self._many(query.order_by(statements.c.log_index))

    def calculation_size(self, calculation: str) -> int:
        """How many statements a calculation has so far."""
        query = select(func.count()).where(statements.c.calculation == calculation)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def of_kind(self, kind: str, start: int, limit: int) -> list[StoredStatement]:
        """At most `limit` statements of a kind with index >= start, in log order."""
        query = _STATEMENTS.where(statements.c.kind == kind, statements.c.log_index >= start)
        return self._many(query.order_by(statements.c.log_index).limit(limit))

    def newest(
        self, kind: str | None, before: int, limit: int, readers: Collection[str] | None = None
    ) -> list[StoredStatement]:
        """At most `limit` statements of a kind (None: of any) below leaf `before`, the newest first; of those that
        these entities signed, if given."""
        place = statements.c.log_index
        query = _STATEMENTS.where(place < before)
        if kind is not None:
            query = query.where(statements.c.kind == kind)
        if readers is not None:
            query = _STATEMENTS.where(place.in_(self._signed(readers, kind, before, limit)))
        return self._many(query.order_by(place.desc()).limit(limit))

    def _signed(self, readers: Collection[str], kind: str | None, before: int, limit: int) -> list[int]:
        """The leaves of the newest statements of these entities, under whichever of their enrolments."""
        found: list[int] = []
        with self._database.read() as connection:
            # A walk for each: of several signers at once a database sorts all that they ever signed.
            for signer in connection.execute(enrolments_of(readers)).scalars().all():
                found += connection.execute(places_query(signer, kind, before, limit)).scalars()
        return sorted(found, reverse=True)[:limit]

    def newest_requests(self, phase: str, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, the requests of calculations that are in this phase and not over."""
        found = select(calculations.c.id).where(_IS_OPEN, calculations.c.phase == phase)
        query = _STATEMENTS.where(statements.c.id.in_(found), statements.c.log_index < before)
        return self._many(query.order_by(statements.c.log_index.desc()).limit(limit))

    def newest_of(self, reader: str, kind: VerifierKind, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, of those that were signed under an enrolment of this entity's reader key."""
        return self._many(signed_query(reader, kind, before, limit))

    def declared_by(self, reader: str, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, the declarations of this entity."""
        return self._many(declared_query(reader, before, limit))

    def shared_by(self, reader: str, before: int, limit: int) -> list[StoredStatement]:
        """As `newest`, the requests of calculations that this entity is a party of."""
        return self._many(shared_query(reader, before, limit))

    def answers_of(self, reader: str, calculations: Collection[str]) -> list[StoredStatement]:
        """Consents, refusals and withdrawals of this entity in these calculations, in log order."""
        return [row for row in self._many(steps_query(reader, calculations)) if row.kind in ANSWERS]

    def about(self, kind: str, subject: str) -> list[StoredStatement]:
        """Statements of a kind about this subject, in log order."""
        found = self._many(_ABOUT, {"kind": kind, "subject": subject})
        return list({item.index: item for item in found}.values())

    def about_each(self, kind: str, subjects: Collection[str]) -> dict[str, list[StoredStatement]]:
        """Statements of a kind about one subject alone, for each of these subjects, in log order."""
        # Ordered here: asked to, SQLite would walk every statement of the kind for it.
        query = _STATEMENTS.where(statements.c.subject.in_(subjects), statements.c.kind == kind)
        found: dict[str, list[StoredStatement]] = {}
        for row in sorted(self._many(query), key=lambda row: row.index):
            found.setdefault(row.subject or "", []).append(row)
        return found

    # --- projections

    def concerning(self, readers: Collection[str], start: int, limit: int) -> list[StoredStatement]:
        """At most `limit` statements with index >= start for these readers, in log order and without gaps."""
        found: dict[int, StoredStatement] = {}
        for query in concerning_queries(readers, start, limit, self._database.is_postgres):
            found.update((item.index, item) for item in self._many(query))
        return [found[index] for index in sorted(found)[:limit]]

    def readers(self, calculation: str) -> frozenset[str]:
        """Reader keys of a calculation; empty when it is unknown."""
        query = select(calculation_readers.c.reader).where(calculation_readers.c.calculation == calculation)
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def calculation(self, calculation: str) -> CalculationState | None:
        """The projection of a calculation."""
        with self._database.read() as connection:
            row = connection.execute(_CALCULATIONS.where(calculations.c.id == calculation)).first()
        return None if row is None else CalculationState(*row)

    def calculations(self, ids: Collection[str]) -> dict[str, CalculationState]:
        """The projections of these calculations, as far as there are any."""
        with self._database.read() as connection:
            rows = connection.execute(_CALCULATIONS.where(calculations.c.id.in_(ids)))
            return {row.id: CalculationState(*row) for row in rows}

    def open_calculations(self, due_before: int | None = None) -> list[CalculationState]:
        """Calculations that are not over, or of them those with a deadline below `due_before`."""
        query = _CALCULATIONS.where(_IS_OPEN)
        if due_before is not None:
            query = query.where(calculations.c.deadline < due_before)
        with self._database.read() as connection:
            return [CalculationState(*row) for row in connection.execute(query.order_by(calculations.c.id))]

    def open_phases(self, now: int) -> list[OpenPhase]:
        """The calculations that are not over, counted by phase."""
        late = func.sum(case((calculations.c.deadline < now, 1), else_=0))
        query = select(calculations.c.phase, func.count(), late).where(_IS_OPEN)
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(calculations.c.phase).order_by(calculations.c.phase))
            return [OpenPhase(phase, int(count), int(passed)) for phase, count, passed in rows]

    def count_open(self, requester: str) -> int:
        """How many calculations of this requester are not over."""
        query = select(func.count()).where(
            calculations.c.requester == requester, calculations.c.deadline.is_not(None)
        )
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Let go of the log and of every connection."""
        if self._holding is not None:
            self._holding.close()
        self._database.close()

    def _one(self, query: Query, values: dict[str, Any] | None = None) -> StoredStatement | None:
        found = self._many(query, values)
        return found[0] if found else None

    def _many(self, query: Query, values: dict[str, Any] | None = None) -> list[StoredStatement]:
        with self._database.read() as connection:
            rows: Iterable[Any] = connection.execute(query, values or {})
            return [StoredStatement(*row) for row in rows]


def _run(connection: Connection, insertion: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insertion, rows)


def _insert_log(connection: Connection, batch: Append) -> None:
    _run(connection, _ADD_STATEMENT, [statement_row(item) for item in batch.statements])
    nodes = [{"level": item.level, "position": item.index, "hash": item.hash} for item in batch.subtrees]
    _run(connection, _ADD_HASH, nodes)
    _run(connection, _ADD_TOPIC, [{"topic": topic, "log_index": index} for topic, index in batch.topics])
    note = batch.checkpoint
    row = {"size": note.size, "note": note.note, "logged_at": note.logged_at}
    _run(connection, _ADD_CHECKPOINT, [row])
