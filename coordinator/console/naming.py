"""Statements as people name them: who signed, what kind it is, whether its enrolment still counts."""

from __future__ import annotations

from coordinator.service import Service
from crypto.certificates import key_of
from crypto.signing import key_id
from protocol.payloads import Enrolment
from web.languages import mark
from web.tables import Cell
from web.visits import Visit

KINDS: dict[str, str] = {
    "enrolment": mark("enrolment"),
    "revocation": mark("revocation"),
    "category": mark("product category"),
    "factor": mark("factor"),
    "review": mark("expert's opinion"),
    "publication": mark("publication"),
    "return": mark("return to the provider"),
    "retirement": mark("retirement"),
    "declaration": mark("declaration"),
    "request": mark("request"),
    "consent": mark("consent"),
    "refusal": mark("refusal"),
    "roster": mark("roster"),
    "contribution": mark("contribution"),
    "result": mark("result"),
    "certificate": mark("certificate"),
    "dispute": mark("dispute"),
    "mask_opening": mark("opening of masks"),
    "key_opening": mark("opening of a key"),
    "vector_opening": mark("sealed share, again"),
    "seal_opening": mark("opening of a seal"),
    "opening_request": mark("verifier's question"),
    "opening_answer": mark("answer to a verifier"),
    "verification": mark("verification"),
    "withdrawal": mark("withdrawal"),
    "void": mark("void"),
}
PHASES: dict[str, str] = {
    "consenting": mark("waiting for consents"),
    "contributing": mark("waiting for contributions"),
    "computing": mark("waiting for the result"),
    "disputing": mark("in dispute"),
    "published": mark("result published"),
    "certified": mark("certified"),
    "ended": mark("ended without a result"),
}

FINDINGS: dict[str, str] = {
    "unmodified": mark("holds as declared"),
    "modified": mark("holds but for what is said"),
    "adverse": mark("does not hold as declared"),
    "disclaimed": mark("cannot be said"),
}
"""The four kinds of opinion of ISO 14064-3."""


def kind_name(visit: Visit, kind: str) -> str:
    """A kind of statement in the reader's language."""
    return visit.say(KINDS[kind]) if kind in KINDS else kind


def phase_name(visit: Visit, phase: str) -> str:
    """A phase of a calculation in the reader's language."""
    return visit.say(PHASES[phase]) if phase in PHASES else phase


def find_enrolment(service: Service, enrolment: str) -> Enrolment | None:
    """The enrolment with this id, when the log has it."""
    logged = service.gateway.record.get(enrolment)
    payload = None if logged is None else logged.payload
    return payload if isinstance(payload, Enrolment) else None


def party_name(visit: Visit, service: Service, enrolment: str) -> str:
    """An enrolled organisation's name in the reader's language, and the authority, which signs with the root's key.

    Of an id that is not logged, its beginning.
    """
    found = find_enrolment(service, enrolment)
    if found is None:
        is_authority = enrolment == key_id(key_of(service.folder.party.root)).hex()
        return visit.say("the enrolment authority") if is_authority else enrolment[:12]
    return found.name_zh if visit.language == "zh" else found.name_en


def party_cell(visit: Visit, service: Service, enrolment: str) -> Cell:
    """An organisation's name that leads to its enrolment."""
    link = visit.url(f"/statements/{enrolment}") if find_enrolment(service, enrolment) else ""
    return Cell(party_name(visit, service, enrolment), link)


def statement_cell(visit: Visit, statement: str) -> Cell:
    """A statement's id that leads to it."""
    return Cell(statement, visit.url(f"/statements/{statement}"))
