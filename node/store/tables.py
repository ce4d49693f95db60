"""The tables of a node's store. Secrets live in `secrets` alone, reached through `node.store.vault` alone.

The one fact: `statements` and `outgoing` are the truth; everything about a calculation is folded from them.
"""

from __future__ import annotations

import sys

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
)

from web.schema import add_tables

METADATA = MetaData()
add_tables(METADATA)

SETTINGS = Table(
    "settings",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

STATEMENTS = Table(
    "statements",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("logged_at", Integer, nullable=False),
    Column("author", String(64), nullable=False),
    Column("calculation", String(64), nullable=True),  # the request's id; a request's is its own
    Column("subject", String(64), nullable=True),  # what it is about, or its code
    Column("data", LargeBinary, nullable=False),  # the exact envelope
    Index("statements_calculation", "calculation", "log_index"),
    Index("statements_kind", "kind", "log_index"),
    Index("statements_subject", "subject"),
    Index("statements_author", "author", "kind", "calculation"),
)


def is_of(statements: FromClause, *kinds: str) -> ColumnElement[bool]:
    """Of these kinds, in a query that also says what a statement is about or of which calculation it is.

    SQLite is told that this is likely, so it goes by the other index: of a kind there may be a hundred thousand.
    """
    return func.likely(statements.c.kind.in_(kinds), type_=Boolean)


def begins_with(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    """Exactly so, in a text that has an index: SQLite goes by it, as it does not for LIKE with an escape."""
    return column.between(beginning, f"{beginning}{chr(sys.maxunicode)}")


OUTGOING = Table(
    "outgoing",
    METADATA,
    Column(
        "key", String(200), primary_key=True
    ),  # what it is for; at most one statement is ever signed for it
    Column("id", String(64), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("calculation", String(64), nullable=True),
    Column("data", LargeBinary, nullable=False),  # signed once, sent again byte for byte
    Column("created", Integer, nullable=False),
    Column("log_index", Integer, nullable=True),  # set by a checked receipt
    Column("logged_at", Integer, nullable=True),
    Column("refused_check", String(64), nullable=True),
    Column("refused_message", Text, nullable=True),
    Index("outgoing_calculation", "calculation"),
    Index("outgoing_created", "created", "key"),
    Index("outgoing_kind", "kind", "calculation", "created"),
)
Index(
    "outgoing_waiting",
    OUTGOING.c.created,
    OUTGOING.c.key,
    sqlite_where=OUTGOING.c.log_index.is_(None) & OUTGOING.c.refused_check.is_(None),
)

BLOBS = Table(
    "blobs",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),  # the outgoing key that needs it stored first
    Column("data", LargeBinary, nullable=False),
    Column("uploaded", Boolean, nullable=False),
)

PRODUCTS = Table(
    "products",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("category", String(64), nullable=False),
    Column("description", Text, nullable=False),  # the product file, as the owner wrote it
)

ACTIVITIES = Table(
    "activities",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("product", String(64), nullable=False, index=True),
    Column("created", Integer, nullable=False),
)

MAPPINGS = Table(
    "mappings",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("category", String(64), nullable=False),
    Column("created", Integer, nullable=False),
    Column(
        "description", Text, nullable=False
    ),  # JSON: which column of an existing sheet is which; no amounts
)

DECLARATIONS = Table(
    "declarations",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("product", String(64), nullable=False, index=True),
    Column("activity", Integer, nullable=False),
    Column("created", Integer, nullable=False),
    Column("period_start", String(10), nullable=False, server_default=""),
    Column("period_end", String(10), nullable=False, server_default=""),
    Index("declarations_created", "created", "id"),
)

REQUESTS = Table(
    "requests",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("created", Integer, nullable=False),
    Column("sequence", Integer, nullable=False, unique=True),
    Column("pack", Text, nullable=False),  # names for people: model and items, no quantities
)

STANDINGS = Table(
    "standings",
    METADATA,
    Column("request", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),  # of the model in its request
    Column("sequence", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("method", String(64), nullable=False),
    Column("boundary", String(16), nullable=False),
    Column("year", String(4), nullable=False),
    Column("created", Integer, nullable=False),
    Column("phase", String(16), nullable=False),
    Column("deadline", Integer, nullable=True),
    Column("members", Integer, nullable=False),
    Column("consented", Integer, nullable=False),
    Column("contributed", Integer, nullable=False),
    Column("seen", Integer, nullable=False),  # statements of the calculation that this was told from
    Column("unit", Text, nullable=False),  # JSON: the functional unit
    Column("result_at", Integer, nullable=True),
    Column("figures", Text, nullable=True),  # JSON as published, once there is a result
    Column("declared", Text, nullable=False, server_default="[]"),  # JSON: the stages that an entry stands in
    Index("standings_phase", "phase"),
    Index("standings_model", "model", "sequence", "phase"),
    Index("standings_compared", "method", "boundary", "model", "year", "sequence", "result_at"),
    Index("standings_sequence", "sequence"),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("request", String(64), primary_key=True),
    Column("entry", Integer, primary_key=True),
    Column("declaration", String(64), nullable=False),
    Column("product", String(64), nullable=False),
    Column("customer", Text, nullable=False),  # legal entity
    Column("state", String(16), nullable=False),  # waiting, approved, declined, unfit, closed
    Column("findings", Text, nullable=False),  # JSON: what was found and what the owner is asked
    Column("decided_by", String(16), nullable=True),  # person, policy
    Column("answer", Text, nullable=False),
    Column("policy", Integer, nullable=True),
    Column("models", Integer, nullable=False),
    Column("created", Integer, nullable=False),
    Column(
        "asks", Text, nullable=False, server_default="[]"
    ),  # JSON: names of the questions among the findings
    Index("inbox_state", "state", "created", "request", "entry"),
    Index("inbox_created", "created", "request", "entry"),
)

ASKED = Table(
    "asked",
    METADATA,
    Column("request", String(64), primary_key=True),
    Column("asked", Text, nullable=False),  # JSON: what section 9 counts of it, public facts only
)

POLICIES = Table(
    "policies",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("customer", Text, nullable=False),  # a legal entity, or * for anyone
    Column("product", String(64), nullable=False),  # a product code, or *
    Column("totals", Integer, nullable=False),  # how many totals it may approve
    Column("created", Integer, nullable=False),  # for what was filed then or later; 0: what waited as well
    Column("accepts", Text, nullable=False, server_default="[]"),  # JSON: questions it answers with yes
)

EGRESS = Table(
    "egress",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Integer, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("holds_en", Text, nullable=False),
    Column("holds_zh", Text, nullable=False),
    # key of the statement in `outgoing` that this is, or that rests on it; "" for anything else
    Column("purpose", String(200), nullable=False, server_default=""),
    Index("egress_kind", "kind", "id"),
)

WIRE = Table(
    "wire",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Integer, nullable=False),
    Column("parcel", Integer, nullable=False),  # the first row of `egress` that this message carries
    Column("method", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the message as gRPC frames it, or of an answer's body
)

CERTIFICATES = Table(
    "certificates",
    METADATA,
    Column("request", String(64), primary_key=True),
    Column("at", Integer, nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    Column("checks", Text, nullable=False),  # JSON, as verify printed them
    Column("holds", Boolean, nullable=False),
)

ANOMALIES = Table(
    "anomalies",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Integer, nullable=False),
    Column("statement", String(64), nullable=True),
    Column("check", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("evidence", LargeBinary, nullable=True),  # protocol.log_evidence, when others can check it
)

PARTNERS = Table(
    "partners",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("client", String(64), nullable=False, unique=True),  # OAuth2 client id
    Column("secret_sha256", String(64), nullable=False),  # of 256 random bits: nothing to guess from it
    Column("created", Integer, nullable=False),
    sqlite_autoincrement=True,
)

PARTNER_TOKENS = Table(
    "partner_tokens",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("partner", Integer, nullable=False, index=True),
    Column("expires", Integer, nullable=False),
)

FOOTPRINTS = Table(
    "footprints",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("request", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("region", Text, nullable=False),  # the UN's name, as stated; "" when it is not
    Column("created", Integer, nullable=False),
    Column("is_deprecated", Boolean, nullable=False),
    Column("document", Text, nullable=False),  # JSON as it is served, but for its status; meant to be seen
    sqlite_autoincrement=True,
)

FOOTPRINT_GRANTS = Table(
    "footprint_grants",
    METADATA,
    Column("footprint", Integer, primary_key=True),
    Column("partner", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
)

PARTNER_EVENTS = Table(
    "partner_events",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("partner", Integer, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("received", Integer, nullable=False),
    Column("data", Text, nullable=False),  # JSON
    # of a request that was accepted: owed until it is answered, then given; none of anything else
    Column("answer", String(8), nullable=False, server_default="none"),
)

PARTNER_HOSTS = Table(
    "partner_hosts",
    METADATA,
    Column("partner", Integer, primary_key=True),
    Column("url", Text, nullable=False),  # as the owner configured it, never from an event
    Column("token_url", Text, nullable=False),
    Column("client", String(300), nullable=False),  # its secret: node.store.vault
    Column("source", Text, nullable=False),  # what this node is called in its events
)

PARTNER_OUTBOX = Table(
    "partner_outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("partner", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # exchange.pact_events
    Column("asked", Text, nullable=False),  # id of the event that it answers; "" when it answers none
    Column("about", Text, nullable=False),  # JSON: ids of footprints, or the reason of a rejection
    Column("created", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Integer, nullable=False),
    Column("state", String(8), nullable=False),  # waiting, sent, given-up
    Column("said", Text, nullable=False),  # why it was not taken, the last time
    Index("partner_outbox_waiting", "state", "not_before"),
)
