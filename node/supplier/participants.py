"""Who else takes part in a request: the companies and what each gives, as the request and its declarations say.

The one fact: only what is here is read, and no quantity is among it: each is sealed to its own supplier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from method.rules import STAGE_NAMES
from node.language import Phrase
from node.organisation import Node
from protocol.errors import PeerError
from protocol.library import published_category
from protocol.payloads import Declaration, Enrolment, Request


@dataclass(frozen=True, slots=True)
class Participant:
    """One entry of another company: who it is (legal entity and name), the category of its product, and the stage."""

    entity: str
    name: Phrase
    category: Phrase
    stage: str

    def tell(self) -> dict[str, Any]:
        """What a program is told of it."""
        return {
            "entity": self.entity,
            "name": self.name._asdict(),
            "category": self.category._asdict(),
            "stage": self.stage,
        }

    @property
    def words(self) -> Phrase:
        """All of it in one line."""
        zh, en = STAGE_NAMES[self.stage]
        parts = (self.name, self.category, Phrase(en, zh))
        return Phrase(" · ".join(part.en for part in parts), " · ".join(part.zh for part in parts))


def find_participants(node: Node, request_id: str) -> list[Participant]:
    """The other companies' entries in the order of the request, without those whose statements are not here."""
    request = node.record.held(request_id)
    if request is None or not isinstance(request.payload, Request):
        return []
    found, own = [], node.identity.entity.legal_entity
    for entry in request.payload.entries:
        logged = node.record.held(entry.declaration)
        if logged is None or not isinstance(logged.payload, Declaration):
            continue
        by = node.record.held(logged.payload.by)
        if by is None or not isinstance(by.payload, Enrolment) or by.payload.legal_entity == own:
            continue
        who = by.payload
        name = Phrase(who.name_en, who.name_zh)
        found.append(Participant(who.legal_entity, name, _category(node, logged.payload), entry.stage))
    return found


def _category(node: Node, declaration: Declaration) -> Phrase:
    try:
        category = published_category(declaration.category, node.record)
    except PeerError:
        return Phrase(declaration.product, declaration.product)
    return Phrase(category.name_en, category.name_zh)
