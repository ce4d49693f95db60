"""Other organisations by the names under which they enrolled, as far as this node has met them.

The one fact: it only reads what is here; a search asks the coordinator nothing, so nobody learns what is searched for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from node.language import Phrase
from node.organisation import Node
from protocol.payloads import Enrolment

_MOST = 500


@dataclass(frozen=True, slots=True)
class Companies:
    """Some organisations: their legal entities, and every enrolment of theirs that this node has seen."""

    entities: frozenset[str] = frozenset()
    enrolments: frozenset[str] = frozenset()


def find_companies(node: Node, words: str) -> Companies:
    """Those with these words in a name or in the legal entity, at most 500; none for no words."""
    sought, found = words.casefold(), dict[str, str]()
    for logged in node.record.of_kind("enrolment") if sought else ():
        one = logged.payload
        assert isinstance(one, Enrolment)
        if any(sought in name.casefold() for name in (one.name_zh, one.name_en, one.legal_entity)):
            found[logged.id] = one.legal_entity
        if len(found) >= _MOST:
            break
    return Companies(frozenset(found.values()), frozenset(found))


def find_entities(node: Node, called: str) -> frozenset[str]:
    """The legal entities that this node has met and that are called exactly so: by a name or by the entity itself."""
    sought = called.casefold()
    return frozenset(
        one.legal_entity
        for one in _enrolments(node)
        if sought in (one.name_zh.casefold(), one.name_en.casefold(), one.legal_entity.casefold())
    )


def name_entities(node: Node, entities: Collection[str]) -> dict[str, Phrase]:
    """The newest names of these legal entities, without those that this node has not met."""
    return {
        one.legal_entity: Phrase(one.name_en, one.name_zh)
        for one in _enrolments(node)
        if one.legal_entity in entities
    }


def _enrolments(node: Node) -> list[Enrolment]:
    payloads = (logged.payload for logged in node.record.of_kind("enrolment"))
    return [one for one in payloads if isinstance(one, Enrolment)]
