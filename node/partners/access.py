"""Partners: who may read what this node publishes, each with a credential of its own (OAuth2 client credentials).

The one fact: of a secret or a token only its hash is stored, both are 256 random bits, and a partner that is removed
can use neither from then on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from crypto.group import Random
from node.organisation import Node
from node.store.tables import (
    FOOTPRINT_GRANTS,
    PARTNER_EVENTS,
    PARTNER_HOSTS,
    PARTNER_OUTBOX,
    PARTNER_TOKENS,
    PARTNERS,
)
from node.store.vault import forget_secret
from protocol.errors import Refused

TOKEN_SECONDS = 3600
MOST_TOKENS = 100
"""Living tokens a partner may have; a new one ends the oldest."""
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Partner:
    """Someone who may ask here."""

    id: int
    name: str
    client: str
    created: int
    footprints: int = 0


@dataclass(frozen=True, slots=True)
class Credential:
    """What a partner signs in with; the secret is shown once and not kept."""

    name: str
    client: str
    secret: str = field(repr=False)


def add_partner(node: Node, name: str) -> Credential:
    """A new partner and its credential; Refused("partner") when the name is taken or none."""
    name = name.strip()
    if _NAME.fullmatch(name) is None:
        raise Refused("partner", "expected a name of 1 to 64 characters")
    client, secret = _draw(node.random, 12), _draw(node.random, _SECRET_BYTES)
    row = {"name": name, "client": client, "secret_sha256": _hash(secret), "created": node.clock()}
    with node.store.write() as connection:
        if connection.execute(select(PARTNERS.c.id).where(PARTNERS.c.name == name)).first() is not None:
            raise Refused(
                "partner", f"there is a partner {name} already; remove it first for a new credential"
            )
        connection.execute(insert(PARTNERS), row)
    return Credential(name, client, secret)


def list_partners(node: Node) -> list[Partner]:
    """Every partner, with how many footprints were published to it."""
    count = func.count(FOOTPRINT_GRANTS.c.footprint)
    query = (
        select(PARTNERS, count.label("footprints"))
        .outerjoin(FOOTPRINT_GRANTS, FOOTPRINT_GRANTS.c.partner == PARTNERS.c.id)
        .group_by(PARTNERS.c.id)
        .order_by(PARTNERS.c.id)
    )
    with node.store.read() as connection:
        return [_partner(row) for row in connection.execute(query).mappings()]


def find_partner(connection: Connection, name: str) -> Partner:
    """The partner of that name; Refused("unknown") with what to do."""
    row = connection.execute(select(PARTNERS).where(PARTNERS.c.name == name)).mappings().first()
    if row is None:
        raise Refused("unknown", f"there is no partner {name!r}; add it with: sealsum node partners add")
    return _partner(row)


def remove_partner(node: Node, name: str) -> None:
    """End a partner's credential, its tokens, what was published to it and what waits for it; Refused("unknown")."""
    with node.store.write() as connection:
        number = find_partner(connection, name).id
        forget_secret(connection, host_secret(number))
        for table in (PARTNER_TOKENS, FOOTPRINT_GRANTS, PARTNER_EVENTS, PARTNER_HOSTS, PARTNER_OUTBOX):
            connection.execute(delete(table).where(table.c.partner == number))
        connection.execute(delete(PARTNERS).where(PARTNERS.c.id == number))


def host_secret(partner: int) -> str:
    """The name in the vault of this node's own credential at a partner's host."""
    return f"partner-host/{partner}"


def _partner(row: Mapping[Any, Any]) -> Partner:
    return Partner(row["id"], row["name"], row["client"], row["created"], row.get("footprints", 0))


# --- signing in ------------------------------------------------------------------------------------


def check_credential(node: Node, client: str, secret: str) -> Partner | None:
    """The partner that this credential belongs to, or None."""
    with node.store.read() as connection:
        row = connection.execute(select(PARTNERS).where(PARTNERS.c.client == client)).mappings().first()
    stored = _hash("") if row is None else str(row["secret_sha256"])
    is_right = hmac.compare_digest(_hash(secret), stored)
    return _partner(row) if row is not None and is_right else None


def issue_token(node: Node, partner: Partner) -> str:
    """A bearer token that is good for TOKEN_SECONDS; the oldest beyond MOST_TOKENS end."""
    token, now = _draw(node.random, _SECRET_BYTES), node.clock()
    row = {"sha256": _hash(token), "partner": partner.id, "expires": now + TOKEN_SECONDS}
    mine = PARTNER_TOKENS.c.partner == partner.id
    with node.store.write() as connection:
        connection.execute(delete(PARTNER_TOKENS).where(PARTNER_TOKENS.c.expires <= now - TOKEN_SECONDS))
        connection.execute(insert(PARTNER_TOKENS), row)
        newest = (
            select(PARTNER_TOKENS.c.number)
            .where(mine)
            .order_by(PARTNER_TOKENS.c.number.desc())
            .limit(MOST_TOKENS)
        )
        connection.execute(delete(PARTNER_TOKENS).where(mine, PARTNER_TOKENS.c.number.not_in(newest)))
    return token


@dataclass(frozen=True, slots=True)
class Presented:
    """Whose token was shown, and whether it is still good."""

    partner: Partner
    is_expired: bool


def find_token(node: Node, token: str) -> Presented | None:
    """Whose bearer token this is; None for one that was never given or is long over."""
    query = (
        select(PARTNERS, PARTNER_TOKENS.c.expires)
        .join(PARTNER_TOKENS, PARTNER_TOKENS.c.partner == PARTNERS.c.id)
        .where(PARTNER_TOKENS.c.sha256 == _hash(token))
    )
    with node.store.read() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else Presented(_partner(row), bool(row["expires"] <= node.clock()))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _draw(random: Random, length: int) -> str:
    return base64.urlsafe_b64encode(random(length)).rstrip(b"=").decode()
