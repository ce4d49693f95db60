"""Who may read a statement, and whom it concerns, as reader keys.

The one fact: a party is its legal entity, not one enrolment, so a rotated certificate keeps its owner's mail.
Library, enrolments and declarations are open to every enrolled party; a request and all that names it only to
the requester, the signers of its entries' declarations, operators and verifiers; whatever it signed, to its signer.
Protocol section 5.
"""

from __future__ import annotations

from collections.abc import Set

from protocol.calculation import Calculation
from protocol.errors import PeerError
from protocol.library import enrolment_of
from protocol.payloads import (
    AnyPayload,
    Enrolment,
    OpeningAnswer,
    OpeningRequest,
    Revocation,
    Verification,
)
from protocol.statements import Record

EVERYONE = "everyone"
OPERATORS = "operators"
VERIFIERS = "verifiers"
PUBLIC_KINDS = frozenset(
    {
        "enrolment",
        "revocation",
        "category",
        "factor",
        "review",
        "publication",
        "return",
        "retirement",
        "declaration",
        "verification",
    }
)


def key_of_entity(enrolment: Enrolment) -> str:
    """The reader key of a legal entity."""
    return f"entity:{enrolment.legal_entity}"


def keys_of(enrolment: Enrolment) -> frozenset[str]:
    """Every reader key that a party holds."""
    keys = {EVERYONE, key_of_entity(enrolment)}
    if "operator" in enrolment.entity_roles:
        keys.add(OPERATORS)
    if "verifier" in enrolment.entity_roles:
        keys.add(VERIFIERS)
    return frozenset(keys)


def is_of_entity(signer: str, key: str | None, record: Record) -> bool:
    """Whether this signer is an enrolment, the newest or not, of the legal entity with this reader key."""
    found = record.get(signer)
    return found is not None and isinstance(found.payload, Enrolment) and key_of_entity(found.payload) == key


def signer_key(payload: AnyPayload, record: Record) -> str:
    """The reader key of whoever signed; the authority's enrolments count as their subject's."""
    if isinstance(payload, Enrolment):
        return key_of_entity(payload)
    if isinstance(payload, Revocation):
        return key_of_entity(enrolment_of(payload.enrolment, record))
    return key_of_entity(enrolment_of(payload.by, record))


def audience_of(payload: AnyPayload, record: Record) -> str:
    """Whose Watch shows a statement outside calculations: a revocation everyone's, a request to open its addressee's,
    the answer whoever asked's, a verification its subject's owner's; any other its own signer's."""
    match payload:
        case Revocation():
            return EVERYONE
        case OpeningRequest():
            return _owner_of(payload.declaration, payload, record)
        case OpeningAnswer():
            return _owner_of(payload.asked, payload, record)
        case Verification():
            return _owner_of(payload.subject, payload, record)
        case _:
            return signer_key(payload, record)


def _owner_of(statement: str, payload: AnyPayload, record: Record) -> str:
    named = record.get(statement)
    return signer_key(payload if named is None else named.payload, record)


def readers_of(calculation: Calculation, record: Record) -> frozenset[str]:
    """Reader keys of a calculation."""
    parties = {key_of_entity(enrolment_of(party, record)) for party in calculation.parties()}
    return frozenset(parties | {OPERATORS, VERIFIERS})


def check_readable(kind: str, readers: Set[str], keys: Set[str]) -> None:
    """Raise PeerError("readers") unless who holds `keys` may read a statement of a calculation with `readers`."""
    if kind not in PUBLIC_KINDS and not readers & keys:
        raise PeerError("readers", "this calculation is open to its parties, operators and verifiers only")
