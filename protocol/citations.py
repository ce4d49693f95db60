"""How often factors were cited in certificates: by factor, rule set and month, not by whom. Protocol section 6, step 8.

The one fact: a certificate counts once for a factor, however many of its declarations cite it, and every line of a
template cites one, also with an amount of zero: what is counted is citing, not use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from protocol.errors import PeerError
from protocol.library import enrolment_of
from protocol.payloads import Certificate, Factor, Publication, Request
from protocol.requesting import declaration_of
from protocol.statements import Logged, Record


@dataclass(frozen=True, slots=True)
class Cited:
    """What one certificate counts for: these publications, under this method, in this month (YYYY-MM, UTC)."""

    publications: frozenset[str]
    method: str
    month: str


def cited_by(certificate: Logged, record: Record) -> Cited:
    """The factors that a logged certificate cites; PeerError("certificate") when what it rests on is missing."""
    payload = certificate.payload
    assert isinstance(payload, Certificate)
    request = record.get(payload.request)
    if request is None or not isinstance(request.payload, Request):
        raise PeerError("certificate", f"the request of certificate {certificate.id} is not in the record")
    declarations = (declaration_of(entry.declaration, record) for entry in request.payload.entries)
    publications = frozenset(line.factor for declaration in declarations for line in declaration.lines)
    month = datetime.fromtimestamp(certificate.logged_at, UTC).strftime("%Y-%m")
    return Cited(publications, request.payload.method, month)


def owned_factors(owner: str, publications: Iterable[str], record: Record) -> dict[str, Factor]:
    """Of these publications the factors that this legal entity submitted, by publication."""
    found = {}
    for publication in publications:
        logged = record.get(publication)
        subject = None
        if logged is not None and isinstance(logged.payload, Publication):
            subject = record.get(logged.payload.subject)
        if subject is None or not isinstance(subject.payload, Factor):
            continue
        if enrolment_of(subject.payload.by, record).legal_entity == owner:
            found[publication] = subject.payload
    return found
