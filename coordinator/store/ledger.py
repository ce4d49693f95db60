"""Refused envelopes, blobs and aggregates on SQLite and PostgreSQL. Contract: Ledger in coordinator.store.contract.

The one fact: who may fetch a blob, and what may be deleted, follows from `blob_uses`, which the log's append writes.
Protocol sections 8 and 11.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Integer, bindparam, case, cast, delete, exists, func, insert, or_, select, union

from coordinator.store.contract import BlobUse, OwnedBlob, RefusedEnvelope, StoredAggregate
from coordinator.store.database import Database
from coordinator.store.of_party import enrolments_of
from coordinator.store.rows import use_row
from coordinator.store.tables import aggregates, blob_uses, blobs, calculations, refused

_BLOBS = select(blobs.c.sha256, blobs.c.owner, blobs.c.length, blobs.c.complete, blobs.c.created_at)
_REFUSED = select(
    refused.c.id,
    refused.c.signer,
    refused.c.failed_check,
    refused.c.message,
    refused.c.refused_at,
    refused.c.data,
)
# Built once: these run for every statement.
_BLOB = _BLOBS.where(blobs.c.sha256 == bindparam("sha256"), blobs.c.owner == bindparam("owner"))
_COUNT_REFUSED = select(func.count()).where(
    refused.c.signer == bindparam("signer"), refused.c.refused_at >= bindparam("since")
)
_COUNT_REFUSED_FOR = _COUNT_REFUSED.where(refused.c.failed_check == bindparam("check"))
_COUNTS_REFUSED = (
    select(refused.c.signer, func.count())
    .where(
        refused.c.signer.in_(bindparam("signers", expanding=True)),
        refused.c.failed_check == bindparam("check"),
        refused.c.refused_at >= bindparam("since"),
    )
    .group_by(refused.c.signer)
)
_OF_NAMES = _BLOBS.where(blobs.c.sha256.in_(bindparam("names", expanding=True)))
_UNUSED = ~exists().where(blob_uses.c.sha256 == blobs.c.sha256)
_IS_IT = blobs.c.sha256 == bindparam("sha256")
_STANDING = select(
    func.coalesce(func.sum(case((_UNUSED, blobs.c.length), else_=0)), 0),
    func.max(case((_IS_IT, blobs.c.length))),
    func.max(case((_IS_IT, cast(blobs.c.complete, Integer)))),
    func.max(case((_IS_IT, blobs.c.created_at))),
).where(blobs.c.owner == bindparam("owner"))


class SqlLedger:
    """A Ledger behind the same database as the log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._put_claim = database.put(blobs)
        self._add_use = database.add_missing(blob_uses)

    def keep_refused(self, item: RefusedEnvelope) -> None:
        """Keep a refused envelope; one kept under this id and check stays, for another check it is replaced."""
        row = {
            "id": item.id,
            "signer": item.signer,
            "failed_check": item.check,
            "message": item.message,
            "refused_at": item.refused_at,
            "data": item.data,
        }
        with self._database.write() as connection:
            query = select(refused.c.failed_check).where(refused.c.id == item.id)
            if connection.execute(query).scalar() != item.check:
                connection.execute(delete(refused).where(refused.c.id == item.id))
                connection.execute(insert(refused), [row])

    def is_refused(self, statement_id: str, check: str) -> bool:
        """Whether an envelope of this statement is kept as refused for this check."""
        query = select(refused.c.id).where(refused.c.id == statement_id, refused.c.failed_check == check)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def refused_envelope(self, statement_id: str) -> RefusedEnvelope | None:
        """The kept envelope of a refused statement."""
        with self._database.read() as connection:
            row = connection.execute(_REFUSED.where(refused.c.id == statement_id)).first()
        return None if row is None else RefusedEnvelope(*row)

    def refused_beginning(self, prefix: str, limit: int) -> list[str]:
        """At most `limit` ids of refused statements that begin with these hex digits, in order."""
        query = select(refused.c.id).where(refused.c.id >= prefix, refused.c.id < f"{prefix}g")
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(refused.c.id).limit(limit)).scalars())

    def refused(
        self, limit: int, before: tuple[int, str] | None = None, readers: Collection[str] | None = None
    ) -> list[RefusedEnvelope]:
        """The newest refused envelopes, newest first; behind a place, and signed by these entities, if given."""
        query = _REFUSED.order_by(refused.c.refused_at.desc(), refused.c.id.desc()).limit(limit)
        if before is not None:
            at, name = before
            is_behind = or_(refused.c.refused_at < at, refused.c.id < name)
            query = query.where(refused.c.refused_at <= at, is_behind)
        if readers is not None:
            query = query.where(refused.c.signer.in_(enrolments_of(readers)))
        with self._database.read() as connection:
            return [RefusedEnvelope(*row) for row in connection.execute(query)]

    def count_refused(self, signer: str, check: str | None, since: int) -> int:
        """How many envelopes of a signer were refused from `since` on, for one check or any."""
        values: dict[str, str | int] = {"signer": signer, "since": since}
        query = _COUNT_REFUSED
        if check is not None:
            query, values["check"] = _COUNT_REFUSED_FOR, check
        with self._database.read() as connection:
            return int(connection.execute(query, values).scalar_one())

    def counts_refused(self, signers: Collection[str], check: str, since: int) -> dict[str, int]:
        """How many envelopes of each of these signers were refused for a check from `since` on; without zeros."""
        values = {"signers": list(signers), "check": check, "since": since}
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(_COUNTS_REFUSED, values)}

    def claim_blob(self, blob: OwnedBlob) -> None:
        """Insert or replace an entity's claim to a blob."""
        row = {
            "sha256": blob.sha256,
            "owner": blob.owner,
            "length": blob.length,
            "complete": blob.complete,
            "created_at": blob.created_at,
        }
        with self._database.write_one() as connection:
            connection.execute(self._put_claim, row)

    def blob(self, sha256: str, owner: str) -> OwnedBlob | None:
        """An entity's claim to a blob."""
        with self._database.read() as connection:
            row = connection.execute(_BLOB, {"sha256": sha256, "owner": owner}).first()
        return None if row is None else OwnedBlob(*row)

    def blobs(self, names: Collection[str]) -> list[OwnedBlob]:
        """Every entity's claims to these blobs."""
        with self._database.read() as connection:
            rows = connection.execute(_OF_NAMES, {"names": list(names)}) if names else ()
            return [OwnedBlob(*row) for row in rows]

    def standing(self, sha256: str, owner: str) -> tuple[OwnedBlob | None, int]:
        """An entity's claim to a blob, and the bytes of all its claims that no logged statement uses."""
        with self._database.read() as connection:
            row = connection.execute(_STANDING, {"sha256": sha256, "owner": owner}).one()
        unused, length, is_complete, created_at = row
        claim = None if length is None else OwnedBlob(sha256, owner, length, bool(is_complete), created_at)
        return claim, int(unused)

    def drop_blob(self, sha256: str, owner: str) -> None:
        """Remove an entity's claim; no error when there is none."""
        with self._database.write() as connection:
            connection.execute(delete(blobs).where(blobs.c.sha256 == sha256, blobs.c.owner == owner))

    def claims(self, sha256: str) -> int:
        """How many entities claim a blob."""
        query = select(func.count()).where(blobs.c.sha256 == sha256)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def blob_names(self) -> list[str]:
        """Every blob that was uploaded whole or that something rests on, by name."""
        complete = select(blobs.c.sha256).where(blobs.c.complete)
        query = union(complete, select(blob_uses.c.sha256)).order_by("sha256")
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def stale_blobs(self, created_before: int) -> list[OwnedBlob]:
        """Claims older than this that nothing uses."""
        query = _BLOBS.where(blobs.c.created_at < created_before, _UNUSED)
        with self._database.read() as connection:
            return [OwnedBlob(*row) for row in connection.execute(query)]

    def uses(self, sha256: str) -> list[BlobUse]:
        """What rests on a blob."""
        columns = blob_uses.c
        query = select(columns.sha256, columns.calculation, columns.purpose).where(columns.sha256 == sha256)
        with self._database.read() as connection:
            return [BlobUse(*row) for row in connection.execute(query)]

    def expired_blobs(self, over_before: int, limit: int) -> list[str]:
        """At most `limit` blobs that rest only on calculations which were over before this."""
        other, its = blob_uses.alias("other"), calculations.alias("its")
        still = (
            exists()
            .where(other.c.sha256 == blob_uses.c.sha256, its.c.id == other.c.calculation)
            .where(or_(its.c.over_at.is_(None), its.c.over_at >= over_before))
        )
        query = (
            select(blob_uses.c.sha256)
            .distinct()
            .where(calculations.c.id == blob_uses.c.calculation, calculations.c.over_at < over_before, ~still)
            .limit(limit)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def forget_blobs(self, names: Sequence[str]) -> None:
        """Remove every claim to, and use of, these blobs, and the aggregates that they are."""
        with self._database.write() as connection:
            for table in (blobs, blob_uses, aggregates):
                connection.execute(delete(table).where(table.c.sha256.in_(names)))

    def put_aggregate(self, aggregate: StoredAggregate) -> None:
        """Record a finished aggregate, with its use; writing the same again changes nothing."""
        row = {
            "calculation": aggregate.calculation,
            "sha256": aggregate.sha256,
            "length": aggregate.length,
        }
        with self._database.write() as connection:
            connection.execute(delete(aggregates).where(aggregates.c.calculation == aggregate.calculation))
            connection.execute(insert(aggregates), [row])
            connection.execute(
                self._add_use, use_row(BlobUse(aggregate.sha256, aggregate.calculation, "aggregate"))
            )

    def aggregate(self, calculation: str) -> StoredAggregate | None:
        """The finished aggregate of a calculation."""
        columns = aggregates.c
        query = select(columns.calculation, columns.sha256, columns.length)
        with self._database.read() as connection:
            row = connection.execute(query.where(columns.calculation == calculation)).first()
        return None if row is None else StoredAggregate(*row)
