"""The directory of declarations: who declared which product for which period, found as one types.

The one fact: it holds what is public. A declaration is read once by a process, and then what was stored since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from method.rules import STAGE_NAMES
from node.library import fetch_kinds
from node.maker.likeness import CompanyName, read_company
from node.organisation import Node
from protocol.errors import NetworkError, PeerError
from protocol.library import enrolment_of, published_category
from protocol.payloads import Declaration, Enrolment
from protocol.shelf import LIBRARY_KINDS
from protocol.statements import Logged

_SHORTEST_ID = 8
"""Digits of an id that are no word."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One declared product, as a pack maker looks for it."""

    declaration: str
    index: int
    product: str
    product_name: str
    name_zh: str
    name_en: str
    legal_entity: str
    category: str
    category_zh: str
    category_en: str
    unit: str
    stages: tuple[str, ...]
    start: str
    end: str
    method: str
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """What it and its category are called, in casefold."""
    companies: tuple[CompanyName, ...] = field(init=False, repr=False, compare=False)
    """What the one that declared it is called."""

    def __post_init__(self) -> None:
        said = (self.product, self.product_name, self.category, self.category_zh, self.category_en)
        object.__setattr__(self, "names", tuple({one.casefold() for one in said if one}))
        object.__setattr__(self, "companies", tuple(map(read_company, (self.name_zh, self.name_en))))

    @property
    def words(self) -> str:
        """What a search looks in."""
        return " ".join(
            (self.product, self.product_name, self.name_zh, self.name_en, self.legal_entity, self.category,
             self.category_zh, self.category_en, *(name for one in self.stages for name in STAGE_NAMES[one]))
        ).casefold()  # fmt: skip

    def is_like(self, name: str) -> bool:
        """Whether a material of this name is plainly this product: one of the two names holds the other."""
        said = name.casefold()
        return any(said in one or one in said for one in self.names)

    def is_by(self, supplier: str) -> bool:
        """Whether what a list calls its supplier means the one that declared."""
        return any(one.is_meant_by(supplier) for one in self.companies)


@dataclass(slots=True)
class Directory:
    """What one process has read of it."""

    _offers: dict[str, Offer] = field(default_factory=dict)
    _entities: dict[str, Enrolment] = field(default_factory=dict)
    _row: int = 0
    """Up to which row of the store it is read."""

    def refresh(self, node: Node) -> bool:
        """Ask for what is new; whether the coordinator answered. What is known already stays either way."""
        try:
            fetch_kinds(node, (*LIBRARY_KINDS, "enrolment", "declaration"))
        except NetworkError:
            return False
        return True

    def offers(self, node: Node) -> list[Offer]:
        """Every declaration that this node has seen, in log order."""
        with node.keeping:
            arrived, row = node.record.of_kind_since("declaration", self._row)
            read = (_read_offer(node, logged) for logged in arrived)
            found = [offer for offer in read if offer is not None]
            if found:
                both = sorted((*self._offers.values(), *found), key=lambda one: one.index)
                self._offers = {one.declaration: one for one in both}
            self._row = row
            return list(self._offers.values())

    def find(self, node: Node, text: str) -> list[Offer]:
        """The newest declaration of each product and supplier whose words hold all that was typed, or one by its id."""
        wanted = text.casefold().split()
        newest: dict[tuple[str, str], Offer] = {}
        for offer in self.offers(node):
            if len(text) >= _SHORTEST_ID and offer.declaration.startswith(text.casefold()):
                return [offer]
            if all(word in offer.words for word in wanted):
                key = (offer.legal_entity, offer.product)
                if key not in newest or (newest[key].end, newest[key].index) < (offer.end, offer.index):
                    newest[key] = offer
        return sorted(newest.values(), key=lambda one: (one.product, one.legal_entity))

    def find_entity(self, node: Node, legal_entity: str) -> Enrolment | None:
        """An enrolment of this legal entity that has been seen, or None."""
        if legal_entity not in self._entities:
            for logged in node.record.of_kind("enrolment"):
                if isinstance(logged.payload, Enrolment):
                    self._entities[logged.payload.legal_entity] = logged.payload
        return self._entities.get(legal_entity)


def directory_of(node: Node) -> Directory:
    """The directory that this process keeps for a node."""
    found: Directory = node.kept.setdefault("directory", Directory())
    return found


def _read_offer(node: Node, logged: Logged) -> Offer | None:
    payload = logged.payload
    assert isinstance(payload, Declaration)
    try:
        supplier = enrolment_of(payload.by, node.record)
        category = published_category(payload.category, node.record)
    except PeerError:
        return None
    return Offer(
        declaration=logged.id,
        index=logged.index,
        product=payload.product,
        product_name=payload.product_name,
        name_zh=supplier.name_zh,
        name_en=supplier.name_en,
        legal_entity=supplier.legal_entity,
        category=category.code,
        category_zh=category.name_zh,
        category_en=category.name_en,
        unit=category.declared_unit,
        stages=category.stages,
        start=payload.period.start,
        end=payload.period.end,
        method=payload.method,
    )


def only_one(offers: Sequence[Offer]) -> Offer | None:
    """The single offer, None when there are several or none."""
    return offers[0] if len(offers) == 1 else None
