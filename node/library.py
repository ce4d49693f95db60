"""The public library as this node sees it: published categories and factors by code. Protocol section 5.

The one fact: what a declaration cites is found by code and cited by publication id; of two versions by one legal entity
the later counts, and a code belongs to whoever published it first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, select

from method.category import Category
from method.factor import Factor
from node.logbook import size_claimed
from node.organisation import Node
from node.record import keep_logged, parse_logged
from node.settings import find_value, set_value
from node.tables import STATEMENTS
from protocol import payloads
from protocol.errors import NetworkError, Refused
from protocol.library import category_of, enrolment_of, factor_of
from protocol.shelf import LIBRARY_KINDS, Item, Shelf
from protocol.statements import Logged
from protos.values import FIND_LIMIT, FindQuery

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PublishedCategory:
    """A category, the publication that makes it count, and the legal entity that submitted it."""

    publication: str
    category: Category
    owner: str


@dataclass(frozen=True, slots=True)
class PublishedFactor:
    """A factor, the publication that makes it count, and the legal entity that submitted it."""

    publication: str
    factor: Factor
    owner: str


@dataclass(frozen=True, slots=True)
class Library:
    """Everything published and not retired, by code, the latest version of each."""

    categories: dict[str, PublishedCategory]
    factors: dict[str, PublishedFactor]

    def category(self, code: str) -> PublishedCategory:
        """The published category of this code; Refused("category") names what there is."""
        if code not in self.categories:
            known = ", ".join(sorted(self.categories)) or "none yet"
            raise Refused("category", f"no product category {code!r} is published; published are: {known}")
        return self.categories[code]

    def factor(self, code: str) -> PublishedFactor:
        """The published factor of this code; Refused("factor")."""
        if code not in self.factors:
            raise Refused(
                "factor",
                f"no factor {code!r} is published; see: sealsum node find factors, or ask for a review",
            )
        return self.factors[code]


def fetch_kind(node: Node, kind: str) -> None:
    """Fetch every public statement of a kind that this node has not seen yet."""
    name = f"found.{kind}"
    with node.store.read() as connection:
        position = int(find_value(connection, name) or 0)
    while True:
        page = node.egress.find(FindQuery(kind, position, FIND_LIMIT))
        found = [parse_logged(item) for item in page.statements]
        if found:
            position = max(position, found[-1].index + 1)
        if found:
            with node.store.write() as connection:
                keep_logged(connection, found)
                set_value(connection, name, str(position))
        if page.next_index <= 0 or not found:
            return
        position = page.next_index


def fetch_library(node: Node) -> Library:
    """The published library, brought up to date first. Raises NetworkError."""
    fetch_submissions(node)
    return read_library(node)


def fetch_or_read(node: Node) -> tuple[Library, str]:
    """The library brought up to date; or as this node knew it last, and why. NetworkError when it knew none."""
    try:
        return fetch_library(node), ""
    except NetworkError as error:
        library = read_library(node)
        if not library.categories:
            raise
        return library, str(error)


def fetch_submissions(node: Node) -> None:
    """Fetch everything about the library that this node has not seen yet."""
    fetch_kinds(node, LIBRARY_KINDS)


def fetch_kinds(node: Node, kinds: Sequence[str]) -> None:
    """Fetch every public statement of these kinds that this node has not seen yet; nothing while the log is as it was.

    A log that claims to be as it was could as well answer that it has nothing new: nothing is believed of it here.
    """
    size = size_claimed(node.egress.checkpoint())
    fresh = [kind for kind in kinds if node.kept.get(f"fetched.{kind}") != size]
    for kind in fresh:
        fetch_kind(node, kind)
        node.kept[f"fetched.{kind}"] = size


def read_submissions(node: Node) -> list[Item]:
    """Every submission that this node has seen, and how far it has come."""
    return _kept(node, "submissions", _read_submissions)


def read_library(node: Node) -> Library:
    """The published library as far as this node has seen it; no network unless a signer is unknown."""
    return _kept(node, "library", _read_library)


def _kept(node: Node, name: str, read: Callable[[Node], T]) -> T:
    """What was read before, as long as the node has seen no more of the library: reading it all takes long."""
    with node.keeping:
        mark = _mark_of(node)
        kept: tuple[tuple[int, ...], T] | None = node.kept.get(name)
        if kept is None or kept[0] != mark:
            kept = (mark, read(node))
            node.kept[name] = kept
        return kept[1]


def _mark_of(node: Node) -> tuple[int, ...]:
    query = select(func.count(), func.coalesce(func.max(STATEMENTS.c.log_index), 0))
    with node.store.read() as connection:
        row = connection.execute(query.where(STATEMENTS.c.kind.in_((*LIBRARY_KINDS, "revocation")))).one()
    return tuple(map(int, row))


def _read_submissions(node: Node) -> list[Item]:
    shelf = Shelf()
    for kind in LIBRARY_KINDS:
        for logged in node.record.of_kind(kind):
            shelf.add(logged)
    return shelf.items()


def _read_library(node: Node) -> Library:
    publications = node.record.of_kind("publication")
    node.record.need(
        [logged.payload.subject for logged in publications if logged.payload.type == "publication"]
    )
    retired = {
        logged.payload.publication
        for logged in node.record.of_kind("retirement")
        if isinstance(logged.payload, payloads.Retirement)
    }
    categories: dict[str, PublishedCategory] = {}
    factors: dict[str, PublishedFactor] = {}
    for publication in publications:
        assert isinstance(publication.payload, payloads.Publication)
        subject = node.record.get(publication.payload.subject)
        if subject is not None and publication.id not in retired:
            owner = enrolment_of(subject.payload.by, node.record).legal_entity
            _place(publication.id, (subject, owner), categories, factors)
    return Library(categories, factors)


def _place(
    publication: str,
    submitted: tuple[Logged, str],
    categories: dict[str, PublishedCategory],
    factors: dict[str, PublishedFactor],
) -> None:
    subject, owner = submitted
    if isinstance(subject.payload, payloads.Category):
        category = category_of(subject.payload)
        known = categories.get(category.code)
        if known is None or (known.owner == owner and known.category.version < category.version):
            categories[category.code] = PublishedCategory(publication, category, owner)
    elif isinstance(subject.payload, payloads.Factor):
        factor = factor_of(subject.payload)
        earlier = factors.get(factor.code)
        if earlier is None or (earlier.owner == owner and earlier.factor.version < factor.version):
            factors[factor.code] = PublishedFactor(publication, factor, owner)
