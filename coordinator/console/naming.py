"""Statements as people name them: who signed, what kind it is, whether its enrolment still counts."""

from __future__ import annotations

from dataclasses import dataclass

from coordinator.service import Service
from crypto.certificates import key_of
from crypto.signing import key_id
from protocol.payloads import (
    AnyPayload,
    Category,
    Declaration,
    Enrolment,
    Factor,
    Publication,
    Request,
    Result,
    Revocation,
)
from protocol.statements import Logged
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
    "refusal": mark("refusal to take part"),
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
    "unmodified": mark("unmodified"),
    "modified": mark("modified (qualified)"),
    "adverse": mark("adverse"),
    "disclaimed": mark("disclaimer"),
}
"""The four kinds of opinion of ISO 14064-3."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A revocation: its statement, when that was logged (Unix seconds), and why, in the authority's words."""

    id: str
    at: int
    reason: str


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


def find_revocation(service: Service, enrolment: str) -> Ended | None:
    """How the authority ended this enrolment first, or None while it counts."""
    for logged in service.gateway.record.about("revocation", enrolment):
        if isinstance(logged.payload, Revocation):
            return Ended(logged.id, logged.logged_at, logged.payload.reason)
    return None


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


def name_subject(visit: Visit, service: Service, logged: Logged) -> str:
    """What a statement is about, in a few words: a party, a product and its owner, a factor, a calculation."""
    payload = logged.payload
    match payload:
        case Enrolment():
            return party_name(visit, service, logged.id)
        case Declaration():
            return f"{payload.product_name} · {party_name(visit, service, payload.by)}"
        case Factor() | Category():
            return payload.name_zh if visit.language == "zh" else payload.name_en
        case Publication():
            published = service.gateway.record.get(payload.subject)
            return (
                kind_name(visit, payload.type)
                if published is None
                else name_subject(visit, service, published)
            )
        case Request():
            return _name_calculation(visit, service, payload)
        case Result():
            asked = service.gateway.record.get(payload.request)
            terms = None if asked is None else asked.payload
            name = kind_name(visit, payload.type)
            return (
                f"{name} · {_name_calculation(visit, service, terms)}" if isinstance(terms, Request) else name
            )
        case _:
            return kind_name(visit, payload.type)


def _name_calculation(visit: Visit, service: Service, terms: Request) -> str:
    first, *others = terms.models
    models = f"{first.model} +{len(others)}" if others else first.model
    return f"{models} · {party_name(visit, service, terms.by)}"


def path_of(payload: AnyPayload, statement: str) -> str:
    """Where a statement is shown: a request as its calculation."""
    return f"/calculations/{statement}" if payload.type == "request" else f"/statements/{statement}"


def subject_cell(visit: Visit, service: Service, statement: str) -> Cell:
    """What a statement is about, leading to it, a result to its calculation; of an id not logged its beginning."""
    logged = service.gateway.record.get(statement)
    if logged is None:
        return Cell(statement[:12])
    payload = logged.payload
    target = payload.request if isinstance(payload, Result) else ""
    path = f"/calculations/{target}" if target else path_of(payload, statement)
    return Cell(name_subject(visit, service, logged), visit.url(path))


def statement_cell(visit: Visit, statement: str) -> Cell:
    """A statement's id that leads to it."""
    return Cell(statement, visit.url(f"/statements/{statement}"))
