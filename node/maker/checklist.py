"""What is missing before a pack can be requested, supplier by supplier, and what the owners will be asked. Protocol 9.

The one fact: it finds declarations by the rules of the request itself (node/maker/requesting.py), so what is ready
here is accepted there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import cast

from method.pack import BomEntry, PackDefinition
from node.library import read_library
from node.maker.data_years import count_years
from node.maker.directory import Directory, Offer
from node.maker.foreseeing import find_earlier
from node.maker.requesting import Terms, choose_declaration, functional_unit_of, restrict_to
from node.organisation import Node
from protocol.disclosure import Question, foresee
from protocol.errors import Refused
from protocol.payloads import Declaration, FunctionalUnit, Stage
from protocol.requesting import EntryDraft
from protocol.statements import Logged


class Need(StrEnum):
    """How far one entry is."""

    READY = "ready"
    DEFAULT = "default"
    UNNAMED = "unnamed"
    NOT_ENROLLED = "not-enrolled"
    NOT_DECLARED = "not-declared"
    OTHER_RULES = "other-rules"
    OTHER_CATEGORY = "other-category"


@dataclass(frozen=True, slots=True)
class Checked:
    """One entry of the bill of materials. `offer`: the declaration it takes once it is ready; `offers`: who declares
    this product, whatever the rule set; `is_older`: others declare a later year."""

    entry: BomEntry
    need: Need
    offer: Offer | None = None
    offers: tuple[Offer, ...] = ()
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every entry, what the boundary leaves out, and how many companies will be asked which question."""

    pack: PackDefinition
    entries: tuple[Checked, ...]
    left_out: tuple[str, ...]
    asks: Mapping[Question, int]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return all(one.need is Need.READY for one in self.entries)

    @property
    def years(self) -> dict[str, int]:
        """How many of the declarations are of the data of which year."""
        return count_years((one.offer.start, one.offer.end) for one in self.entries if one.offer is not None)


@dataclass(frozen=True, slots=True)
class _Planned:
    """What section 9 looks at of a request that is not made yet."""

    models: tuple[FunctionalUnit, ...]
    boundary: str
    entries: tuple[EntryDraft, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is declared. `declared`: by product; `offered`: the same as a pack maker looks for it, by id."""

    declared: Mapping[str, Sequence[Logged]]
    offered: Mapping[str, Offer]


def check_request(node: Node, pack: PackDefinition, terms: Terms, directory: Directory) -> Checklist:
    """Look up what a request would need; Refused when the pack itself cannot be requested under these rules."""
    found = check_entries(node, pack, terms, directory)
    ready = [
        (one.entry, one.offer) for one in found.entries if one.need is Need.READY and one.offer is not None
    ]
    if not ready:
        return found
    seats = tuple(EntryDraft(cast(Stage, entry.stage), offer.declaration, ()) for entry, offer in ready)
    planned = _Planned((functional_unit_of(found.pack),), found.pack.boundary, seats)
    earlier = find_earlier(node, {one for entry in found.entries for one in _own_declarations(entry)})
    return replace(found, asks=foresee(planned, node.id, node.record, earlier, node.clock()))


def check_entries(
    node: Node, pack: PackDefinition, terms: Terms, directory: Directory, known: Known | None = None
) -> Checklist:
    """The same without what owners will be asked, which takes the longest to find.

    `known`: what is declared, read once for several packs.
    """
    counted = restrict_to(pack, terms, read_library(node))
    functional_unit_of(counted)
    looking = _Looking(node, (counted.method, terms), directory, known or read_declared(node, directory))
    found = [looking.check(entry) for entry in counted.entries]
    newest = max(
        (one.offer.end for one in found if one.need is Need.READY and one.offer is not None), default=""
    )
    checked = tuple(_mark_older(one, newest) for one in found)
    items = {entry.item for entry in counted.entries}
    left_out = tuple(entry.item for entry in pack.entries if entry.item not in items)
    return Checklist(counted, checked, left_out, {})


def _own_declarations(checked: Checked) -> list[str]:
    """Every declaration of a product by the supplier that is named for it, of any year and rule set."""
    named = checked.entry.legal_entity
    return [offer.declaration for offer in checked.offers if offer.legal_entity == named]


def read_declared(node: Node, directory: Directory) -> Known:
    """Every declaration that this node has seen."""
    declared: dict[str, list[Logged]] = {}
    for logged in node.record.of_kind("declaration"):
        declared.setdefault(cast(Declaration, logged.payload).product, []).append(logged)
    return Known(declared, {offer.declaration: offer for offer in directory.offers(node)})


@dataclass(frozen=True, slots=True)
class _Looking:
    """Where entries are looked up. `rules`: the method, and the terms."""

    node: Node
    rules: tuple[str, Terms]
    directory: Directory
    known: Known

    def check(self, entry: BomEntry) -> Checked:
        """How far one entry is."""
        declared, offered = self.known.declared.get(entry.product, ()), self.known.offered
        offers = tuple(offered[one.id] for one in declared if one.id in offered)
        method, terms = self.rules
        try:
            chosen = choose_declaration(self.node, entry, (method, declared), terms)
        except Refused as error:
            return Checked(entry, self._need(error.check, entry, offers), None, offers)
        return Checked(entry, Need.READY, offered[chosen.id], offers)

    def _need(self, check: str, entry: BomEntry, offers: tuple[Offer, ...]) -> Need:
        if check in ("default", "supplier"):
            return Need.DEFAULT if check == "default" else Need.UNNAMED
        own = [one for one in offers if one.legal_entity == entry.legal_entity]
        if self.directory.find_entity(self.node, entry.legal_entity) is None:
            return Need.NOT_ENROLLED
        if not own:
            return Need.NOT_DECLARED
        return Need.OTHER_RULES if any(one.category == entry.category for one in own) else Need.OTHER_CATEGORY


def _mark_older(checked: Checked, newest: str) -> Checked:
    offer = checked.offer
    return replace(checked, is_older=offer is not None and offer.end[:4] < newest[:4])
