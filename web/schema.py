"""The tables of accounts, for a node's store and a coordinator's alike.

The one fact: of sessions, entry links and tokens only the hash is stored, so who reads the database can use none.
Changes go through a migration of each store. Passwords: Argon2id, web/accounts.py.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

# A copy of each is registered in every store's own metadata; queries go by these.
METADATA = MetaData()
HASH = String(64)
NAME = String(64)

ACCOUNTS = Table(
    "web_accounts",
    METADATA,
    Column("name", NAME, primary_key=True),
    Column("roles", Text, nullable=False),  # JSON list
    Column(
        "password", Text, nullable=True
    ),  # Argon2id; none for who comes by link or by the company's own login
    Column("totp", LargeBinary, nullable=True),  # locked under the site's key
    Column(
        "subject", String(300), nullable=True, unique=True
    ),  # issuer and subject at the company's own login
    Column("party", String(64), nullable=True),  # the enrolment this account speaks for
    Column("language", String(2), nullable=True),
    Column("created", BigInteger, nullable=False),
    Column("is_closed", Boolean, nullable=False),
)

SESSIONS = Table(
    "web_sessions",
    METADATA,
    Column("hash", HASH, primary_key=True),
    Column("account", NAME, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("notice", Text, nullable=False),  # said once, on the next page
    Index("web_sessions_of_account", "account"),
)

ENTRY_LINKS = Table(
    "web_entry_links",
    METADATA,
    Column("hash", HASH, primary_key=True),
    Column("account", NAME, nullable=False),
    Column("leads_to", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

LOGINS = Table(
    "web_logins",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("account", String(128), nullable=False),  # as it was typed, shortened
    Column("address", String(64), nullable=False),
    Column("way", String(16), nullable=False),  # web/logins.py, Way
    Column("outcome", String(16), nullable=False),  # entered, refused, left
    Index("web_logins_by_account", "account", "at"),
    Index("web_logins_by_address", "address", "at"),
)

TOKENS = Table(
    "web_tokens",
    METADATA,
    Column("hash", HASH, primary_key=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("account", NAME, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=True),
)

ANSWERS = Table(
    "web_answers",
    METADATA,
    Column("account", NAME, primary_key=True),
    Column("key", String(128), primary_key=True),  # Idempotency-Key
    Column("request_hash", HASH, nullable=False),
    Column("status", Integer, nullable=False),  # 0 while the first is under way
    Column("body", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
)


def add_tables(metadata: MetaData) -> None:
    """Register the tables in a store's own metadata."""
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
