"""The public library as this node sees it: published categories and factors by code. Protocol section 5.

The one fact: what a declaration cites is found by code and cited by publication id; of two versions by one legal entity
the later counts, and a code belongs to whoever published it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal_column, select

from method.category import Category, TemplateLine, find_citable
from method.factor import Factor
from node.logbook import size_claimed
from node.organisation import Node
from node.store.record import keep_logged, parse_logged
from node.store.settings import find_value, set_value
from node.store.tables import STATEMENTS
from protocol import payloads
from protocol.errors import NetworkError, Refused
from protocol.library import category_of, enrolment_of, factor_of
from protocol.shelf import LIBRARY_KINDS, Item, Shelf
from protocol.statements import Logged
from protos.values import FIND_LIMIT, FindQuery

_BETWEEN_WORDS = re.compile(r"[._-]")
_SHORTEST_WORD = 3


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

    def lines_for(self, code: str, unit: str) -> list[tuple[Category, TemplateLine]]:
        """The lines of published categories on which a factor of this code, per this unit, may be cited."""
        return [(category, line) for category, line in self._lines() if line.fits(code, unit)]

    def find_citable(self, factors: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of these factors, by code and unit, that `lines_for` has a line for; for thousands of them at once."""
        return find_citable((line for _, line in self._lines()), factors)

    def is_named(self, code: str) -> bool:
        """Whether a line of a published category names a factor's code."""
        return any(code in line.accepts for _, line in self._lines())

    def lines_in_other_units(self, code: str, unit: str) -> list[tuple[Category, TemplateLine]]:
        """The lines of published categories that name a factor's code, but are per another unit than this."""
        return [
            (category, line) for category, line in self._lines() if code in line.accepts and line.unit != unit
        ]

    def lines_near(self, code: str, unit: str) -> list[tuple[Category, TemplateLine]]:
        """The lines per this unit that name a code with a word of this one, as al-foil is near al-foil-2024."""
        words = _words_of(code)
        return [
            (category, line)
            for category, line in self._lines()
            if line.unit == unit and any(words & _words_of(one) for one in line.accepts)
        ]

    def _lines(self) -> Iterator[tuple[Category, TemplateLine]]:
        for _, item in sorted(self.categories.items()):
            for line in item.category.lines:
                yield item.category, line


def _words_of(code: str) -> set[str]:
    return {one for one in _BETWEEN_WORDS.split(code) if one.isalpha() and len(one) >= _SHORTEST_WORD}


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


def count_fetched(node: Node) -> int:
    """How many statements about the library stand in this node's store; no network, and no waiting for who reads."""
    query = select(func.count()).where(STATEMENTS.c.kind.in_(LIBRARY_KINDS))
    with node.store.read() as connection:
        return int(connection.execute(query).scalar_one())


def read_submissions(node: Node) -> list[Item]:
    """Every submission that this node has seen, and how far it has come; the same list until it sees more."""
    return _read_on(node).items


def read_library(node: Node) -> Library:
    """The published library as far as this node has seen it; no network unless a signer is unknown."""
    return _read_on(node).library


@dataclass(slots=True)
class _Reading:
    """The library as far as it was read: of what stands in the store up to the row `seen`. `doubted`: ids of what
    nobody known has signed, which another enrolment may change. `is_stale`: `items` and `library` lack some of what is
    in `shelf`."""

    seen: int = 0
    doubted: list[str] = field(default_factory=list)
    is_stale: bool = False
    shelf: Shelf = field(default_factory=Shelf)
    items: list[Item] = field(default_factory=list)
    library: Library = field(default_factory=lambda: Library({}, {}))


def _read_on(node: Node) -> _Reading:
    """What was read before and what arrived since: reading thousands of factors takes long, and is done once.

    An enrolment that ended may have signed some of it, so then all of it is read again.
    """
    with node.keeping:
        reading: _Reading = node.kept.setdefault("library", _Reading())
        while (newest := node.record.newest_row()) > reading.seen:
            rows = _arrived(node, reading.seen)
            if any(row.kind == "revocation" for row in rows):
                node.record.forget_revocations()  # another process may have taken it in
                if reading.seen:
                    reading = node.kept["library"] = _Reading()
                    continue
            ids = [*reading.doubted, *(row.id for row in rows)]
            arrived = node.record.genuine(ids)
            genuine = {one.id for one in arrived}
            reading.doubted = [one for one in ids if one not in genuine]
            # What is missing of them is fetched, and so arrives itself.
            node.record.need([one.payload.subject for one in arrived if one.payload.type == "publication"])
            for logged in arrived:
                reading.shelf.add(logged)
                reading.is_stale = True
            reading.seen = max([newest, *(row.rowid for row in rows)])
        if reading.is_stale:
            items = reading.shelf.items()
            reading.library, reading.items = _library_of(node, items), items
            reading.is_stale = False
        return reading


def _arrived(node: Node, seen: int) -> Sequence[Row[Any]]:
    """Statements of the library that were stored behind this row, and those that end an enrolment."""
    rowid: ColumnElement[int] = literal_column("rowid")
    query = select(rowid.label("rowid"), STATEMENTS.c.id, STATEMENTS.c.kind).where(
        rowid > seen, STATEMENTS.c.kind.in_((*LIBRARY_KINDS, "revocation"))
    )
    with node.store.read() as connection:
        return connection.execute(query.order_by(rowid)).all()


def _library_of(node: Node, items: Sequence[Item]) -> Library:
    categories: dict[str, PublishedCategory] = {}
    factors: dict[str, PublishedFactor] = {}
    published = [(one.publication, one) for one in items if one.publication and one.state == "published"]
    for publication, item in sorted(published, key=lambda pair: pair[0].index):
        owner = enrolment_of(item.payload.by, node.record).legal_entity
        _place(publication.id, (item.logged, owner), categories, factors)
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
