"""Everything submitted to the library, as pages need it, and what of it is this organisation's."""

from __future__ import annotations

from collections.abc import Iterable

from node.library import fetch_submissions, read_submissions
from node.organisation import Node
from protocol.errors import NetworkError
from protocol.library import is_same_entity
from protocol.shelf import Item


def read_fresh(node: Node) -> tuple[list[Item], NetworkError | None]:
    """What is known, brought up to date first; the second is why not, when the coordinator does not answer."""
    failure = None
    try:
        fetch_submissions(node)
    except NetworkError as error:
        failure = error
    items = read_submissions(node)
    node.record.need({one.payload.by for item in items for one in (item.logged, *item.reviews)})
    return items, failure


def find_own(node: Node, items: Iterable[Item]) -> frozenset[str]:
    """Which of those who submitted or wrote opinions are this organisation, by their enrolments."""
    parties = {one.payload.by for item in items for one in (item.logged, *item.reviews)}
    return frozenset(party for party in parties if is_same_entity(party, node.id, node.record))


def is_own(own: frozenset[str], item: Item) -> bool:
    """Whether one of these submitted it."""
    return item.payload.by in own


def is_reviewed(own: frozenset[str], item: Item) -> bool:
    """Whether one of these has written about it."""
    return any(review.payload.by in own for review in item.reviews)


def waits(own: frozenset[str], item: Item) -> bool:
    """Whether it waits for an opinion of this organisation."""
    is_open = item.state in ("submitted", "in_review")
    return is_open and not is_own(own, item) and not is_reviewed(own, item)
