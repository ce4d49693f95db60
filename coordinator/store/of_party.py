"""Finds what one organisation did in a log of any length: signed, declared, took part in and answered.

The one fact: an organisation is its reader key, whichever enrolment of it signed; each query walks an index of that
key, so a page costs what it holds and what the organisation takes part in, not what the log holds.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, literal, select

from coordinator.store.contract import VerifierKind
from coordinator.store.rows import STATEMENT_COLUMNS
from coordinator.store.tables import VERIFIER_KINDS, calculation_readers, statements

ANSWERS = ("consent", "refusal", "withdrawal")
_PLACE = statements.c.log_index
# Kinds written out, not bound: each walks an index of those kinds only.
_ENROLMENTS = select(statements.c.id).where(statements.c.kind == literal("enrolment", literal_execute=True))
_PLACES: dict[VerifierKind, Select[Any]] = {
    kind: select(_PLACE).where(statements.c.kind == literal(kind, literal_execute=True))
    for kind in VERIFIER_KINDS
}


def enrolments_of(readers: Collection[str]) -> Select[Any]:
    """The ids of every enrolment of these entities."""
    return _ENROLMENTS.where(statements.c.audience.in_(readers))


def places_query(signer: str, kind: str | None, before: int, limit: int) -> Select[Any]:
    """The leaves below `before` that were signed under this enrolment, of a kind or (None) of any, the newest first."""
    own = select(_PLACE).where(statements.c.signer == signer, before > _PLACE)
    if kind is not None:
        own = own.where(statements.c.kind == kind)
    return own.order_by(_PLACE.desc()).limit(limit)


def signed_query(reader: str, kind: VerifierKind, before: int, limit: int) -> Select[Any]:
    """Statements of a verifier's kind that it signed below leaf `before`, the newest first."""
    own = _ENROLMENTS.where(statements.c.audience == reader)
    places = _PLACES[kind].where(statements.c.signer.in_(own), before > _PLACE)
    page = places.order_by(_PLACE.desc()).limit(limit)
    return STATEMENT_COLUMNS.where(_PLACE.in_(page)).order_by(_PLACE.desc())


def declared_query(reader: str, before: int, limit: int) -> Select[Any]:
    """Its declarations below leaf `before`, the newest first."""
    own = STATEMENT_COLUMNS.where(statements.c.audience == reader, statements.c.kind == "declaration")
    return own.where(before > _PLACE).order_by(_PLACE.desc()).limit(limit)


def shared_query(reader: str, before: int, limit: int) -> Select[Any]:
    """The requests of calculations that it is a party of, below leaf `before`, the newest first."""
    joined = select(_PLACE).join(calculation_readers, calculation_readers.c.calculation == statements.c.id)
    places = joined.where(calculation_readers.c.reader == reader, before > _PLACE)
    page = places.order_by(_PLACE.desc()).limit(limit)
    return STATEMENT_COLUMNS.where(_PLACE.in_(page)).order_by(_PLACE.desc())


def steps_query(reader: str, calculations: Collection[str]) -> Select[Any]:
    """What it signed in these calculations, in log order."""
    # Not by kind as well: SQLite would walk every consent there is.
    own = _ENROLMENTS.where(statements.c.audience == reader)
    found = STATEMENT_COLUMNS.where(statements.c.calculation.in_(calculations), statements.c.signer.in_(own))
    return found.order_by(_PLACE)
