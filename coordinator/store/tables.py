"""The tables, for SQLite and PostgreSQL alike.

The one fact: `statements`, `hashes` and `checkpoints` are the log and only grow; the rest are projections of it,
bookkeeping of blobs, refused envelopes, what replicas tell each other (`sequencing`, `fresh`, `handed`, `spent`), and
which program may serve from them (`oldest_program`). Changes go through coordinator/migrations. Protocol section 5.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from coordinator.store.contract import VerifierKind
from web.schema import add_tables

metadata = MetaData()
add_tables(metadata)

ID = String(64)
READER = String(420)
VERIFIER_KINDS: tuple[VerifierKind, ...] = ("opening_request", "verification")
ENROLMENTS = text("kind = 'enrolment'")
OF_VERIFIERS = text(" OR ".join(f"kind = '{kind}'" for kind in VERIFIER_KINDS))
"""Few statements, for indexes of these only. An IN list would not do: SQLite does not see what it implies."""

statements = Table(
    "statements",
    metadata,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("id", ID, nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("signer", ID, nullable=False),
    Column("calculation", ID, nullable=True),
    Column("subject", ID, nullable=True),
    Column("audience", READER, nullable=True),
    Column("data", LargeBinary, nullable=False),
    Column("logged_at", BigInteger, nullable=False),
    Index("statements_of_kind", "kind", "log_index"),
    Index("statements_about", "subject", "kind"),
    Index("statements_of_calculation", "calculation", "log_index"),
    Index("statements_for_audience", "audience", "log_index"),
    Index("statements_signed", "signer", "log_index"),
    Index("statements_signed_of_kind", "signer", "kind", "log_index"),
    Index("enrolments_of", "audience", postgresql_where=ENROLMENTS, sqlite_where=ENROLMENTS),
    Index(
        "statements_of_verifiers",
        "signer",
        "kind",
        "log_index",
        postgresql_where=OF_VERIFIERS,
        sqlite_where=OF_VERIFIERS,
    ),
)

topics = Table(
    "topics",
    metadata,
    Column("topic", ID, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    PrimaryKeyConstraint("topic", "log_index"),
)

hashes = Table(
    "hashes",
    metadata,
    Column("level", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("level", "position"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("logged_at", BigInteger, nullable=False),
)

cosigned = Table(
    "cosigned",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
)

calculation_readers = Table(
    "calculation_readers",
    metadata,
    Column("calculation", ID, nullable=False),
    Column("reader", READER, nullable=False),
    PrimaryKeyConstraint("calculation", "reader"),
    Index("calculations_of_reader", "reader", "calculation"),
)

calculations = Table(
    "calculations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("requester", READER, nullable=False),
    Column("phase", String(32), nullable=False),
    Column("deadline", BigInteger, nullable=True),
    Column("over_at", BigInteger, nullable=True),
    Index("calculations_by_deadline", "deadline"),
    Index("calculations_over", "over_at"),
    Index("calculations_of_requester", "requester", "deadline"),
)

refused = Table(
    "refused",
    metadata,
    Column("id", ID, primary_key=True),
    Column("signer", ID, nullable=False),
    Column("failed_check", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Column("refused_at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("refused_of_signer", "signer", "refused_at"),
    Index("refused_by_time", "refused_at"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", ID, nullable=False),
    Column("owner", READER, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("sha256", "owner"),
    Index("blobs_of_owner", "owner"),
    Index("blobs_by_age", "created_at"),
)

blob_uses = Table(
    "blob_uses",
    metadata,
    Column("sha256", ID, nullable=False),
    Column("calculation", ID, nullable=False),
    Column("purpose", String(16), nullable=False),
    PrimaryKeyConstraint("sha256", "calculation", "purpose"),
    Index("uses_of_calculation", "calculation"),
)

aggregates = Table(
    "aggregates",
    metadata,
    Column("calculation", ID, primary_key=True),
    Column("sha256", ID, nullable=False),
    Column("length", BigInteger, nullable=False),
    Index("aggregates_by_blob", "sha256"),
)

sequencing = Table(
    "sequencing",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("holder", String(200), nullable=False),
)

fresh = Table(
    "fresh",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
)

handed = Table(
    "handed",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("taker", ID, nullable=False),
    Column("sender", READER, nullable=True),
    Column("certificate", ID, nullable=True),
    Column("proven", String(256), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("answer", Text, nullable=True),
    Column("handed_at", BigInteger, nullable=False),
    Index("handed_by", "taker"),
)

spent = Table(
    "spent",
    metadata,
    Column("identity", READER, primary_key=True),
    Column("statements", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("refusals", BigInteger, nullable=False),
    Column("spent_at", BigInteger, nullable=False),
)

oldest_program = Table(
    "oldest_program",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("version", String(32), nullable=False),
)
