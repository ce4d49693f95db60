"""The public library: categories and factors, counted once published on two accepting reviews. Protocol section 5.

The one fact: a declaration cites publications, never drafts, and everything numeric about a line follows
from what was published and from rule set and boundary: the integer coefficients `w[line][indicator]` are
computed here, by everyone alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from method.category import Category as CategoryData
from method.category import check_factors_agree, parse_category_fields
from method.coefficient import Coefficients, make_coefficients
from method.errors import MethodError
from method.factor import Factor as FactorData
from method.factor import parse_factor
from method.rules import find_rules
from protocol.errors import PeerError
from protocol.payloads import Category, Enrolment, Factor, Payload, Publication
from protocol.statements import Record

_OUTSIDE_METHOD = frozenset(("protocol", "by", "saw", "nonce", "type"))


@dataclass(frozen=True, slots=True)
class Weighing:
    """Under which rule set and boundary lines are weighed: amounts do not depend on it, coefficients do."""

    method: str
    boundary: str


@dataclass(frozen=True, slots=True)
class Template:
    """A published category with one published factor per line, and the coefficients that follow from the weighing.

    `coefficients[j][k]`: integer, 1e-6 kgCO2e per unit of line j, indicator k (total, biogenic, secondary, quality).
    """

    category: CategoryData
    factors: tuple[FactorData, ...]
    coefficients: tuple[Coefficients, ...]


def enrolment_of(enrolment_id: str, record: Record) -> Enrolment:
    """The enrolment with this id; PeerError("signer") when the record holds none."""
    logged = record.get(enrolment_id)
    if logged is None or not isinstance(logged.payload, Enrolment):
        raise PeerError("signer", f"no enrolment {enrolment_id} is known; enrol first")
    return logged.payload


def is_same_entity(one: str, other: str, record: Record) -> bool:
    """Whether two enrolment ids belong to one legal entity; False when either is unknown."""
    if one == other:
        return True
    first, second = record.get(one), record.get(other)
    if first is None or second is None:
        return False
    if not isinstance(first.payload, Enrolment) or not isinstance(second.payload, Enrolment):
        return False
    return first.payload.legal_entity == second.payload.legal_entity


def category_of(category: Category) -> CategoryData:
    """The category a statement describes; PeerError("category") when the method refuses it."""
    try:
        return parse_category_fields(_method_fields(category))
    except MethodError as error:
        raise PeerError("category", str(error)) from error


def factor_of(factor: Factor) -> FactorData:
    """The factor a statement describes; PeerError("factor") when the method refuses it."""
    try:
        return parse_factor(_method_fields(factor))
    except MethodError as error:
        raise PeerError("factor", str(error)) from error


def _method_fields(payload: Payload) -> dict[str, object]:
    return payload.model_dump(mode="json", exclude=set(_OUTSIDE_METHOD))


@dataclass(frozen=True, slots=True)
class _Published:
    """A published subject; its id fixes its content, so the id alone is compared."""

    id: str
    payload: Payload = field(compare=False)


def _published(publication_id: str, record: Record) -> _Published:
    publication = record.get(publication_id)
    if publication is None or not isinstance(publication.payload, Publication):
        raise PeerError("publication", f"{publication_id} is not a logged publication")
    subject = record.get(publication.payload.subject)
    if subject is None:
        raise PeerError("publication", f"the subject of {publication_id} is not in the record")
    return _Published(subject.id, subject.payload)


def published_category(publication_id: str, record: Record) -> CategoryData:
    """The category behind a publication id, or PeerError("publication")."""
    return _read_category(_published(publication_id, record))


@lru_cache(maxsize=4096)
def _read_category(subject: _Published) -> CategoryData:
    if not isinstance(subject.payload, Category):
        raise PeerError("publication", f"{subject.id} is no product category")
    return category_of(subject.payload)


@lru_cache(maxsize=4096)
def _read_factor(subject: _Published) -> FactorData:
    if not isinstance(subject.payload, Factor):
        raise PeerError("publication", f"{subject.id} is no factor")
    return factor_of(subject.payload)


def make_template(
    publication_id: str, factor_publications: tuple[str, ...], weighing: Weighing, record: Record
) -> Template:
    """Fit one published factor to each line of a published category; PeerError naming what does not fit."""
    return _fit(
        _published(publication_id, record),
        tuple(_published(factor, record) for factor in factor_publications),
        weighing,
    )


@lru_cache(maxsize=4096)
def _fit(subject: _Published, cited: tuple[_Published, ...], weighing: Weighing) -> Template:
    try:
        rules = find_rules(weighing.method, weighing.boundary)
    except MethodError as error:
        raise PeerError("method", str(error)) from error
    category, factors = _read_category(subject), tuple(_read_factor(factor) for factor in cited)
    if len(factors) != len(category.lines):
        raise PeerError("template", f"expected {len(category.lines)} lines, found {len(factors)}")
    try:
        check_factors_agree(category.lines, factors)
        coefficients = tuple(
            make_coefficients(line, factor, rules, weighing.boundary)
            for line, factor in zip(category.lines, factors, strict=True)
        )
        return Template(category, factors, coefficients)
    except MethodError as error:
        raise PeerError("factor", str(error)) from error


def subjects_of(statement_id: str, record: Record) -> tuple[str, ...]:
    """What a publication rests on: its subject and its reviews; nothing for any other statement."""
    logged = record.get(statement_id)
    if logged is None or not isinstance(logged.payload, Publication):
        return ()
    return (logged.payload.subject, *logged.payload.reviews)
