"""What may be logged about the library: reviews, publications, returns, retirements. Protocol section 5.

The one fact: nothing that was logged changes. A version is published once or returned once; a code belongs to whoever
published it first; a retirement bars declarations logged after it and touches none logged before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from protocol.errors import PeerError
from protocol.library import enrolment_of
from protocol.payloads import Category, Factor, Publication, Retirement, Return, Review
from protocol.shelf import OPEN, Item
from protocol.statements import Logged, Record

REVIEWS_NEEDED = 2


def check_review(review: Review, record: Record) -> None:
    """Raise PeerError("review") unless every subject is a logged category or factor, none the reviewer's own."""
    reviewer = enrolment_of(review.by, record)
    for subject_id in review.subjects:
        subject = _subject(subject_id, "review", record)
        if enrolment_of(subject.by, record).legal_entity == reviewer.legal_entity:
            raise PeerError("review", "an expert cannot review its own submission")


def check_publication(publication: Publication, record: Record) -> None:
    """Raise PeerError("publication") unless all of this holds.

    1. The subject is a logged category or factor, neither published nor returned yet.
    2. Two experts of distinct parents accepted it in writing; the legal entity that submitted it does not count.
    3. A code belongs to the legal entity that published it first, and each publication of it raises the version.
    """
    subject = _undecided(publication.subject, "publication", record)  # 1
    accepting = _verdicts(publication.subject, publication.reviews, "publication", record)
    parents = {parent for parent, verdict in accepting if verdict == "accept"}
    if len(parents) < REVIEWS_NEEDED:  # 2
        raise PeerError(
            "publication", f"expected accepting reviews by {REVIEWS_NEEDED} experts, found {len(parents)}"
        )
    check_code(subject, published_as(subject, record), lambda by: enrolment_of(by, record).legal_entity)  # 3


def check_code(
    subject: Category | Factor, published: Iterable[Category | Factor], entity_of: Callable[[str], str]
) -> None:
    """Raise PeerError("publication") when one of these, published under the subject's kind and code, bars it.

    `entity_of` gives the legal entity of an enrolment.
    """
    submitter = entity_of(subject.by)
    for earlier in published:
        if entity_of(earlier.by) != submitter:
            raise PeerError(
                "publication",
                f"{subject.type} {subject.code} belongs to another publisher; choose another code",
            )
        if earlier.version >= subject.version:
            raise PeerError(
                "publication",
                f"{subject.type} {subject.code} is published in version {earlier.version}; submit a higher one",
            )


def find_barred(items: Sequence[Item], entity_of: Callable[[str], str]) -> dict[str, str]:
    """The undecided submissions that no opinion can get published any more, by id, and why: see `check_code`."""
    published: dict[tuple[str, str], list[Category | Factor]] = {}
    for item in items:
        if item.publication is not None:
            published.setdefault((item.payload.type, item.payload.code), []).append(item.payload)
    barred: dict[str, str] = {}
    for item in items:
        earlier = published.get((item.payload.type, item.payload.code), ())
        if earlier and item.state in OPEN:
            try:
                check_code(item.payload, earlier, entity_of)
            except PeerError as error:
                barred[item.id] = error.message
    return barred


def find_replaced(items: Sequence[Item], entity_of: Callable[[str], str]) -> dict[str, int]:
    """The submissions, none published, after which their legal entity submitted a higher version, and that version.

    `items` in the order of the log; `entity_of` gives the legal entity of an enrolment.
    """
    same: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        same.setdefault((item.payload.type, item.payload.code), []).append(item)
    replaced: dict[str, int] = {}
    for several in same.values():
        highest: dict[str, int] = {}
        for item in reversed(several) if len(several) > 1 else ():
            entity, version = entity_of(item.payload.by), item.payload.version
            if item.publication is None and highest.get(entity, 0) > version:
                replaced[item.id] = highest[entity]
            highest[entity] = max(version, highest.get(entity, 0))
    return replaced


def count_groups(item: Item, verdict: str, parent_of: Callable[[str], str]) -> int:
    """How many groups of companies gave this verdict on a submission: experts of one parent count as one.

    `parent_of` gives the ultimate parent of an enrolment.
    """
    return len({parent for parent, given in _opinions_on(item, parent_of) if given == verdict})


def is_publishable(item: Item, parent_of: Callable[[str], str]) -> bool:
    """Whether an undecided submission has the accepting opinions that 2 of `check_publication` asks for."""
    return item.state in OPEN and count_groups(item, "accept", parent_of) >= REVIEWS_NEEDED


def is_returnable(item: Item, parent_of: Callable[[str], str]) -> bool:
    """Whether an undecided submission has the opinions that 2 of `check_return` asks for; counted likewise."""
    if item.state not in OPEN:
        return False
    written = _opinions_on(item, parent_of)
    parents = {parent for parent, _ in written}
    return len(parents) >= REVIEWS_NEEDED and any(one == "return" for _, one in written)


def _opinions_on(item: Item, parent_of: Callable[[str], str]) -> list[tuple[str, str]]:
    """(the expert's parent, its verdict) of each opinion on a submission."""
    written = (review.payload for review in item.reviews)
    return [(parent_of(one.by), one.verdict) for one in written if isinstance(one, Review)]


def check_return(payload: Return, record: Record) -> None:
    """Raise PeerError("return") unless all of this holds.

    1. The subject is a logged category or factor, neither published nor returned yet.
    2. Two experts of distinct parents wrote an opinion on it, and one or more of them returned it.
    """
    _undecided(payload.subject, "return", record)  # 1
    verdicts = _verdicts(payload.subject, payload.reviews, "return", record)
    parents = {parent for parent, _ in verdicts}
    if len(parents) < REVIEWS_NEEDED or all(verdict == "accept" for _, verdict in verdicts):  # 2
        raise PeerError(
            "return",
            f"expected reviews by {REVIEWS_NEEDED} experts, one of which or more returned the subject",
        )


def check_retirement(retirement: Retirement, record: Record) -> None:
    """Raise PeerError("retirement") unless all of this holds.

    1. It names a logged publication that is not retired yet.
    2. An operator signs it, or the legal entity that submitted the subject, which may withdraw only.
    3. Superseded names as successor a publication of the same code in a higher version; withdrawn names none.
    """
    subject = _published(retirement.publication, record)
    if record.about("retirement", retirement.publication):  # 1
        raise PeerError(
            "retirement", f"{subject.type} {subject.code} version {subject.version} is retired already"
        )
    signer = enrolment_of(retirement.by, record)
    if "operator" not in signer.entity_roles:  # 2
        if signer.legal_entity != enrolment_of(subject.by, record).legal_entity:
            raise PeerError("retirement", "a publication is withdrawn by its owner or an operator")
        if retirement.cause != "withdrawn":
            raise PeerError("retirement", "only an operator says that a publication is superseded")
    if retirement.successor is None or retirement.cause == "withdrawn":  # 3
        if retirement.successor is not None or retirement.cause != "withdrawn":
            raise PeerError("retirement", "a successor is named exactly where a publication is superseded")
        return
    newer = _published(retirement.successor, record)
    if (newer.type, newer.code) != (subject.type, subject.code) or newer.version <= subject.version:
        raise PeerError(
            "retirement", f"expected a higher version of {subject.type} {subject.code} as successor"
        )


def check_not_retired(publications: Iterable[str], record: Record) -> None:
    """Raise PeerError("retired") when one of these publications was retired before; the message names it."""
    for publication in publications:
        retired = record.about("retirement", publication)
        if retired:
            payload = retired[0].payload
            assert isinstance(payload, Retirement)
            code = _published(publication, record).code
            raise PeerError(
                "retired",
                f"{code} is {payload.cause} ({payload.reason}); fetch the library and cite what replaced it",
            )


def published_as(subject: Category | Factor, record: Record) -> list[Category | Factor]:
    """Every submission of this kind and code that was published."""
    submitted = record.about(subject.type, subject.code)
    published = (logged.payload for logged in submitted if record.about("publication", logged.id))
    return [payload for payload in published if isinstance(payload, Category | Factor)]


def _subject(subject_id: str, check: str, record: Record) -> Category | Factor:
    subject = record.get(subject_id)
    if subject is None or not isinstance(subject.payload, Category | Factor):
        raise PeerError(check, f"{subject_id} is no logged category or factor")
    return subject.payload


def _undecided(subject_id: str, check: str, record: Record) -> Category | Factor:
    subject = _subject(subject_id, check, record)
    for kind, done in (("publication", "published"), ("return", "returned")):
        if record.about(kind, subject_id):
            raise PeerError(
                check, f"{subject.type} {subject.code} version {subject.version} is {done} already"
            )
    return subject


def _published(publication_id: str, record: Record) -> Category | Factor:
    publication = record.get(publication_id)
    if publication is None or not isinstance(publication.payload, Publication):
        raise PeerError("retirement", f"{publication_id} is no logged publication")
    return _subject(publication.payload.subject, "retirement", record)


def _verdicts(subject_id: str, reviews: Sequence[str], check: str, record: Record) -> list[tuple[str, str]]:
    """(the expert's parent, its verdict) of each review of the subject, its submitter's own left out."""
    submitter = enrolment_of(_subject(subject_id, check, record).by, record).legal_entity
    found: list[tuple[str, str]] = []
    for review_id in reviews:
        review = record.get(review_id)
        if review is None or not isinstance(review.payload, Review):
            raise PeerError(check, f"{review_id} is no logged review")
        expert = enrolment_of(review.payload.by, record)
        if subject_id in review.payload.subjects and expert.legal_entity != submitter:
            found.append((expert.parent, review.payload.verdict))
    return found


def retirement_of(publication_id: str, record: Record) -> Logged | None:
    """The statement that retired a publication, or None."""
    return next(iter(record.about("retirement", publication_id)), None)
