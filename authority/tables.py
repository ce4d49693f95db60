"""The authority's tables: settings, invitations, enrolments.

The one fact: of a token only the SHA-256 of its secret is kept, so a copy of the store invites nobody.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("legal_entity", Text, nullable=False, index=True),
    Column("parent", Text, nullable=False),
    Column("roles", Text, nullable=False),  # separated by commas
    Column("hosts", Text, nullable=False),  # separated by commas, may be empty
    Column("created_at", Integer, nullable=False),  # Unix seconds, as every time here
    Column("expires_at", Integer, nullable=False),
    Column("cancelled_at", Integer),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", Text, primary_key=True),  # of the statement, lowercase hex
    Column("invitation", ForeignKey("invitations.number"), nullable=False, index=True),
    Column("legal_entity", Text, nullable=False, index=True),
    Column("signing_key_id", LargeBinary(32), nullable=False, unique=True),
    Column("sealing_key", LargeBinary(33), nullable=False, unique=True),
    Column("serial", Text, nullable=False, unique=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("certificate_pem", Text, nullable=False),
    Column("enrolled_at", Integer, nullable=False),
    Column("revoked_at", Integer),
    Column("revocation", LargeBinary),
    Column("replaces", Text, unique=True),  # the enrolment whose keys these are the successors of
    Column("connection_pem", Text),  # the newest certificate for connections
    Column("connection_at", Integer),
)

rotations = Table(
    "rotations",
    metadata,
    Column("replaces", Text, primary_key=True),  # drafts of enrolments that wait for the old key's signature
    Column("signing_key_id", LargeBinary(32), nullable=False),
    Column("sealing_key", LargeBinary(33), nullable=False),
    Column("draft", LargeBinary, nullable=False),
)
