"""The tables of accounts as the first migration of each store makes them.

The one fact: this never changes; a later change is a migration of its own. How they are now: web/schema.py.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

_NAMES = ("web_accounts", "web_sessions", "web_entry_links", "web_logins", "web_tokens", "web_answers")


def create_tables() -> None:
    """Make them, in the migration under way."""
    _create_accounts()
    _create_entries()
    op.create_table(
        "web_answers",
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )


def _create_accounts() -> None:
    op.create_table(
        "web_accounts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=True),
        sa.Column("totp", sa.LargeBinary, nullable=True),
        sa.Column("subject", sa.String(300), nullable=True, unique=True),
        sa.Column("party", sa.String(64), nullable=True),
        sa.Column("language", sa.String(2), nullable=True),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("is_closed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "web_tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=True),
    )


def _create_entries() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
    )
    op.create_index("web_sessions_of_account", "web_sessions", ["account"])
    op.create_table(
        "web_entry_links",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("leads_to", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "web_logins",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("account", sa.String(128), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
    )
    op.create_index("web_logins_by_account", "web_logins", ["account", "at"])
    op.create_index("web_logins_by_address", "web_logins", ["address", "at"])


def drop_tables() -> None:
    """Drop them."""
    for name in reversed(_NAMES):
        op.drop_table(name)
