"""How often factors were cited in certificates: by factor, rule set and month, not by whom. Protocol section 6, step 8.

The one fact: a certificate counts once for a factor, however many of its declarations cite it, and every line of a
template cites one, also with an amount of zero: what is counted is citing, not use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from protocol.library import enrolment_of
from protocol.payloads import Factor, Publication
from protocol.statements import Record


@dataclass(frozen=True, slots=True)
class Owned:
    """A published factor and the legal entity that submitted it, which is told of its citations."""

    owner: str
    code: str
    version: int


def month_of(logged_at: int) -> str:
    """The month in which a certificate counts: YYYY-MM, UTC."""
    return datetime.fromtimestamp(logged_at, UTC).strftime("%Y-%m")


def cited_by(declarations: Iterable[frozenset[str]]) -> frozenset[str]:
    """The publications that a certificate counts for, from those that the lines of its declarations cite."""
    return frozenset().union(*declarations)


def owner_of(publication: str, record: Record) -> Owned | None:
    """Who is told of citations of this publication; None when it is none of a factor."""
    logged = record.get(publication)
    subject = None
    if logged is not None and isinstance(logged.payload, Publication):
        subject = record.get(logged.payload.subject)
    if subject is None or not isinstance(subject.payload, Factor):
        return None
    factor = subject.payload
    return Owned(enrolment_of(factor.by, record).legal_entity, factor.code, factor.version)
