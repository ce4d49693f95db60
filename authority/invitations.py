"""Invitations: whom the authority has checked and is ready to enrol, each behind a one-time secret.

The one fact: one legal entity has one identity, which protocol section 3 rests on. Who is enrolled or has an
open invitation is not invited again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection, Row, and_, exists, select

from authority.tables import enrolments, invitations
from protocol.errors import Refused
from protocol.payloads import Role

ROLES: tuple[str, ...] = get_args(Role)
TEXT_LIMIT = 400
MAX_HOSTS = 16


@dataclass(frozen=True, slots=True)
class Invitee:
    """Who is to be enrolled. `legal_entity` and `parent` are registry identifiers (USCC, LEI), or names."""

    name_zh: str
    name_en: str
    legal_entity: str
    parent: str
    roles: tuple[str, ...]
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as stored; `number` names it to people."""

    number: int
    invitee: Invitee
    created_at: int
    expires_at: int
    cancelled_at: int | None


def hash_secret(secret: bytes) -> bytes:
    """What is stored of a token's 16-byte secret."""
    return hashlib.sha256(secret).digest()


def check_invitee(invitee: Invitee) -> None:
    """Raise Refused("invitee") naming every problem at once.

    1. names, legal entity and parent: 1 to 400 characters, printable, no white space at either end
    2. one to six known roles, none twice
    3. host names for an operator, whose certificate serves them and is of no use without, and for nobody else
    """
    problems = []
    for name in ("name_zh", "name_en", "legal_entity", "parent"):  # 1
        text = getattr(invitee, name)
        if not 0 < len(text) <= TEXT_LIMIT or not text.isprintable() or text != text.strip():
            problems.append(f"{name}: expected 1 to {TEXT_LIMIT} printable characters, found {text!r}")
    unknown = [role for role in invitee.roles if role not in ROLES]  # 2
    if unknown:
        problems.append(f"role: found {', '.join(unknown)}; expected {', '.join(ROLES)}")
    if not invitee.roles or len(set(invitee.roles)) != len(invitee.roles):
        problems.append("role: expected at least one, and none twice")
    if invitee.hosts and "operator" not in invitee.roles:  # 3
        problems.append("host: only an operator's certificate serves host names; drop --host")
    if "operator" in invitee.roles and not invitee.hosts:
        problems.append(
            "host: an operator's doors are found by name; give --host with the name or address that nodes connect to"
        )
    if len(invitee.hosts) > MAX_HOSTS:
        problems.append(f"host: found {len(invitee.hosts)}, expected at most {MAX_HOSTS}")
    if problems:
        raise Refused("invitee", "; ".join(problems))


def add_invitation(
    connection: Connection, invitee: Invitee, secret: bytes, now: int, expires_at: int
) -> Invitation:
    """Store an invitation; Refused("invitee" | "expires" | "legal-entity")."""
    check_invitee(invitee)
    if expires_at <= now:
        raise Refused("expires", "the invitation would have expired already; choose a later time")
    check_new_entity(connection, invitee.legal_entity)
    if _has_open_invitation(connection, invitee.legal_entity, now):
        raise Refused(
            "legal-entity",
            f"{invitee.legal_entity} has an open invitation; cancel it first: sealsum authority cancel",
        )
    result = connection.execute(
        invitations.insert().values(
            secret_hash=hash_secret(secret),
            name_zh=invitee.name_zh,
            name_en=invitee.name_en,
            legal_entity=invitee.legal_entity,
            parent=invitee.parent,
            roles=",".join(invitee.roles),
            hosts=",".join(invitee.hosts),
            created_at=now,
            expires_at=expires_at,
        )
    )
    assert result.inserted_primary_key is not None
    return Invitation(int(result.inserted_primary_key[0]), invitee, now, expires_at, None)


def find_invitation(connection: Connection, secret: bytes) -> Invitation | None:
    """The invitation behind a secret, or None."""
    query = select(invitations).where(invitations.c.secret_hash == hash_secret(secret))
    row = connection.execute(query).one_or_none()
    return None if row is None else _from_row(row)


def invitee_of(connection: Connection, number: int) -> Invitee:
    """Whom an invitation, which is there, was for."""
    row = connection.execute(select(invitations).where(invitations.c.number == number)).one()
    return _from_row(row).invitee


def list_invitations(connection: Connection) -> list[Invitation]:
    """Every invitation, oldest first."""
    return [_from_row(row) for row in connection.execute(select(invitations).order_by(invitations.c.number))]


def cancel_invitation(connection: Connection, number: int, now: int) -> None:
    """End an invitation nobody has used; Refused("invitation")."""
    used = exists().where(enrolments.c.invitation == invitations.c.number)
    is_open = and_(invitations.c.number == number, invitations.c.cancelled_at.is_(None), ~used)
    changed = connection.execute(invitations.update().where(is_open).values(cancelled_at=now))
    if changed.rowcount != 1:
        raise Refused(
            "invitation",
            f"invitation {number} is unknown, used or cancelled already; see: sealsum authority list",
        )


def check_new_entity(connection: Connection, legal_entity: str) -> None:
    """Raise Refused("legal-entity") when the legal entity has an enrolment that was not revoked."""
    query = select(enrolments.c.id).where(
        enrolments.c.legal_entity == legal_entity, enrolments.c.revoked_at.is_(None)
    )
    found = connection.execute(query).scalar_one_or_none()
    if found is not None:
        raise Refused(
            "legal-entity",
            f"{legal_entity} is enrolled as {found}; one legal entity has one identity. "
            f"Revoke that enrolment first: sealsum authority revoke DIR {found} --reason REASON --out FILE",
        )


def _has_open_invitation(connection: Connection, legal_entity: str, now: int) -> bool:
    used = exists().where(enrolments.c.invitation == invitations.c.number)
    query = select(invitations.c.number).where(
        invitations.c.legal_entity == legal_entity,
        invitations.c.cancelled_at.is_(None),
        invitations.c.expires_at > now,
        ~used,
    )
    return connection.execute(query).first() is not None


def _from_row(row: Row[tuple[object, ...]]) -> Invitation:
    fields = row._mapping
    invitee = Invitee(
        name_zh=fields["name_zh"],
        name_en=fields["name_en"],
        legal_entity=fields["legal_entity"],
        parent=fields["parent"],
        roles=tuple(fields["roles"].split(",")),
        hosts=tuple(fields["hosts"].split(",")) if fields["hosts"] else (),
    )
    return Invitation(
        fields["number"], invitee, fields["created_at"], fields["expires_at"], fields["cancelled_at"]
    )
