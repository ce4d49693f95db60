"""What became of each invitation, for the people who run the authority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from authority.invitations import Invitation, list_invitations
from authority.tables import enrolments
from protocol.errors import Refused

SHORTEST, FULL = 8, 64


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its state: open, expired, cancelled, enrolled or revoked."""

    invitation: Invitation
    state: str
    enrolment: str | None

    def fields(self) -> dict[str, Any]:
        """As JSON shows it."""
        invitee = self.invitation.invitee
        return {
            "invitation": self.invitation.number,
            "state": self.state,
            "name_zh": invitee.name_zh,
            "name_en": invitee.name_en,
            "legal_entity": invitee.legal_entity,
            "parent": invitee.parent,
            "roles": list(invitee.roles),
            "hosts": list(invitee.hosts),
            "created_at": self.invitation.created_at,
            "expires_at": self.invitation.expires_at,
            "enrolment": self.enrolment,
        }


def list_invited(connection: Connection, now: int) -> list[Invited]:
    """Every invitation with its state at `now`, oldest first."""
    query = select(enrolments.c.invitation, enrolments.c.id, enrolments.c.revoked_at)
    # Of an entity whose keys were replaced, the newest enrolment.
    query = query.order_by(enrolments.c.revoked_at.is_(None), enrolments.c.enrolled_at)
    enrolled = {row.invitation: row for row in connection.execute(query)}
    return [
        _judge(invitation, enrolled.get(invitation.number), now)
        for invitation in list_invitations(connection)
    ]


def whole_id(connection: Connection, given: str) -> str:
    """The enrolment whose id begins with these digits, eight at least, else what was given; Refused("enrolment") where
    several do."""
    if not SHORTEST <= len(given) < FULL:
        return given
    query = select(enrolments.c.id).where(enrolments.c.id.startswith(given, autoescape=True)).limit(2)
    found = list(connection.execute(query).scalars())
    if len(found) > 1:
        raise Refused("enrolment", f"several enrolments begin with {given}; give more of the id's digits")
    return found[0] if found else given


def _judge(invitation: Invitation, enrolment: Row[Any, Any, Any] | None, now: int) -> Invited:
    if enrolment is not None:
        state = "enrolled" if enrolment.revoked_at is None else "revoked"
        return Invited(invitation, state, enrolment.id)
    if invitation.cancelled_at is not None:
        return Invited(invitation, "cancelled", None)
    return Invited(invitation, "expired" if now >= invitation.expires_at else "open", None)


def revoked_since(connection: Connection, enrolment: str) -> int | None:
    """When an enrolment was revoked, Unix seconds; None for one that was not, or is not there."""
    query = select(enrolments.c.revoked_at).where(enrolments.c.id == enrolment)
    found: int | None = connection.execute(query).scalar()
    return found
