"""The public library: categories and factors, counted once published on two accepting reviews. Protocol section 5.

The one fact: a declaration cites publications, never drafts, and everything numeric about a line follows
from what was published: the integer coefficients `w[line][indicator]` are computed here, by everyone alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from protocol.errors import PeerError
from protocol.fields import exact
from protocol.fixed_point import MAX_COEFFICIENT, coefficient
from protocol.payloads import Category, CategoryLine, Enrolment, Factor, Publication, Review
from protocol.statements import Logged, Record

REVIEWS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class Template:
    """A published category with one published factor per line, and the coefficients that follow.

    `coefficients[j][k]`: integer, 1e-6 kgCO2e per unit of line j, indicator k (total, biogenic, secondary, quality).
    """

    category: Category
    factors: tuple[Factor, ...]
    coefficients: tuple[tuple[int, int, int, int], ...]


def enrolment_of(enrolment_id: str, record: Record) -> Enrolment:
    """The enrolment with this id; PeerError("signer") when the record holds none."""
    logged = record.get(enrolment_id)
    if logged is None or not isinstance(logged.payload, Enrolment):
        raise PeerError("signer", f"no enrolment {enrolment_id} is known; enrol first")
    return logged.payload


def published_category(publication_id: str, record: Record) -> Category:
    """The category behind a publication id, or PeerError("publication")."""
    subject = _published(publication_id, record)
    if not isinstance(subject, Category):
        raise PeerError("publication", f"{publication_id} publishes no product category")
    return subject


def published_factor(publication_id: str, record: Record) -> Factor:
    """The factor behind a publication id, or PeerError("publication")."""
    subject = _published(publication_id, record)
    if not isinstance(subject, Factor):
        raise PeerError("publication", f"{publication_id} publishes no factor")
    return subject


def _published(publication_id: str, record: Record) -> object:
    publication = record.get(publication_id)
    if publication is None or not isinstance(publication.payload, Publication):
        raise PeerError("publication", f"{publication_id} is not a logged publication")
    subject = record.get(publication.payload.subject)
    return None if subject is None else subject.payload


def line_coefficients(line: CategoryLine, factor: Factor) -> tuple[int, int, int, int]:
    """w[0..3] of one line. Secondary is |total| where the line rests on secondary data; quality is the sum of the
    three scores times that. Protocol section 1."""
    multiplier = exact(line.coefficient)
    total = coefficient(exact(factor.total), multiplier)
    biogenic = coefficient(exact(factor.biogenic), multiplier)
    secondary = abs(total) if line.secondary else 0
    scores = factor.scores.technology + factor.scores.time + factor.scores.geography
    quality = secondary * scores
    if quality >= MAX_COEFFICIENT:
        raise PeerError("coefficient", "a quality coefficient is 2^40 millionths or more")
    return total, biogenic, secondary, quality


def make_template(category: Category, factors: Sequence[Factor]) -> Template:
    """Fit one factor to each line; PeerError("factor") naming the line that does not fit."""
    if len(factors) != len(category.lines):
        raise PeerError("template", f"expected {len(category.lines)} lines, found {len(factors)}")
    for line, factor in zip(category.lines, factors, strict=True):
        if factor.unit != line.unit:
            raise PeerError("factor", f"line {line.code} is in {line.unit}, factor {factor.code} per {factor.unit}")
        if line.accepts and factor.code not in line.accepts:
            raise PeerError("factor", f"line {line.code} accepts {', '.join(line.accepts)}, found {factor.code}")
    pairs = zip(category.lines, factors, strict=True)
    return Template(category, tuple(factors), tuple(line_coefficients(line, factor) for line, factor in pairs))


# --- rules for what may be logged ------------------------------------------------------------------


def check_category(category: Category) -> None:
    """Raise PeerError("category") unless the template and the plausible range make sense.

    1. Line codes are distinct and every coefficient is a number.
    2. 0 < low <= high <= 10 x low.
    3. The reference total is not 0 (it sizes the guard).
    """
    codes = [line.code for line in category.lines]
    if len(set(codes)) != len(codes):  # 1
        raise PeerError("category", "two lines have the same code")
    if any(exact(line.coefficient) == 0 for line in category.lines):
        raise PeerError("category", "a line's coefficient is 0")
    low, high = category.quantity_low, category.quantity_high
    if not 0 < low <= high <= 10 * low:  # 2
        raise PeerError("category", "expected a quantity range with 0 < low <= high <= 10 x low")
    if category.reference[0] == 0:  # 3
        raise PeerError("category", "expected a reference footprint other than 0")


def check_factor(factor: Factor) -> None:
    """Raise PeerError("factor") unless biogenic lies within the total's size and the validity is in order."""
    if abs(exact(factor.biogenic)) > abs(exact(factor.total)) + Fraction(10**6):
        raise PeerError("factor", "the biogenic part is implausibly larger than the total")
    if factor.valid_from and factor.valid_to and factor.valid_from > factor.valid_to:
        raise PeerError("factor", "valid_from lies after valid_to")


def check_review(review: Review, record: Record) -> None:
    """Raise PeerError("review") unless every subject is a logged category or factor, none the reviewer's own."""
    reviewer = enrolment_of(review.by, record)
    for subject_id in review.subjects:
        subject = record.get(subject_id)
        if subject is None or not isinstance(subject.payload, Category | Factor):
            raise PeerError("review", f"{subject_id} is no logged category or factor")
        if enrolment_of(subject.payload.by, record).legal_entity == reviewer.legal_entity:
            raise PeerError("review", "an expert cannot review its own submission")


def check_publication(publication: Publication, record: Record) -> None:
    """Raise PeerError("publication") unless two experts of distinct parents accepted the subject in writing."""
    subject = record.get(publication.subject)
    if subject is None or not isinstance(subject.payload, Category | Factor):
        raise PeerError("publication", "the subject is no logged category or factor")
    parents = set()
    for review_id in publication.reviews:
        review = record.get(review_id)
        if review is None or not isinstance(review.payload, Review):
            raise PeerError("publication", f"{review_id} is no logged review")
        if publication.subject in review.payload.subjects and review.payload.verdict == "accept":
            parents.add(enrolment_of(review.payload.by, record).parent)
    if len(parents) < REVIEWS_NEEDED:
        raise PeerError("publication", f"expected accepting reviews by {REVIEWS_NEEDED} experts, found {len(parents)}")


def subject_of(logged: Logged) -> str | None:
    """The id that a publication publishes, or None for any other statement."""
    return logged.payload.subject if isinstance(logged.payload, Publication) else None
