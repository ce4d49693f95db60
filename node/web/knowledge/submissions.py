"""Everything submitted to the library, as pages need it, and what of it is this organisation's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from node.library import fetch_submissions, read_submissions
from node.organisation import Node
from protocol.errors import NetworkError, Refused
from protocol.library import enrolment_of, is_same_entity
from protocol.payloads import Review
from protocol.publishing import find_barred, find_replaced, is_publishable, is_returnable
from protocol.searching import Searcher, fold_text
from protocol.shelf import OPEN, Item
from web.shelf_states import Decision

_KEPT = "shelved"


@dataclass(frozen=True, slots=True)
class Shelved:
    """What is submitted, made ready once: by its id, and for searches. `parties`: who submitted or wrote opinions, by
    enrolment; `written`: the ids of what each has written about; `barred`: what no opinion can get published any more;
    `replaced`: what a higher version was submitted after, by id, and that version.
    """

    items: Sequence[Item]
    by_id: Mapping[str, Item]
    searcher: Searcher
    parties: frozenset[str]
    written: Mapping[str, frozenset[str]]
    barred: frozenset[str]
    replaced: Mapping[str, int]

    @property
    def settled(self) -> frozenset[str]:
        """The ids of what waits for nobody's opinion any more, though nothing decided on it."""
        return self.barred | self.replaced.keys()


def read_fresh(node: Node) -> tuple[Shelved, NetworkError | None]:
    """What is known, brought up to date first; the second is why not, when the coordinator does not answer."""
    failure = None
    try:
        fetch_submissions(node)
    except NetworkError as error:
        failure = error
    shelved = read_known(node)
    node.record.need(shelved.parties)
    return shelved, failure


def read_known(node: Node) -> Shelved:
    """What is known; nothing is asked."""
    items = read_submissions(node)
    kept: Shelved | None = node.kept.get(_KEPT)
    if kept is None or kept.items is not items:
        kept = node.kept[_KEPT] = _shelve(node, items, None if kept is None else kept.searcher)
    return kept


def find_submission(node: Node, submission: str) -> tuple[Shelved, Item]:
    """One submission by its id, brought up to date first; Refused("unknown")."""
    shelved, _ = read_fresh(node)
    if submission not in shelved.by_id:
        raise Refused("unknown", f"the library has no submission {submission[:64]}")
    return shelved, shelved.by_id[submission]


def _shelve(node: Node, items: Sequence[Item], earlier: Searcher | None) -> Shelved:
    def entity_of(by: str) -> str:
        return enrolment_of(by, node.record).legal_entity

    written: dict[str, set[str]] = {}
    for item in items:
        for review in item.reviews:
            written.setdefault(review.payload.by, set()).add(item.id)
    return Shelved(
        items,
        {item.id: item for item in items},
        Searcher(items, earlier),
        frozenset({item.payload.by for item in items} | written.keys()),
        {party: frozenset(ids) for party, ids in written.items()},
        frozenset(find_barred(items, entity_of)),
        find_replaced(items, entity_of),
    )


def find_own(node: Node, parties: Collection[str]) -> frozenset[str]:
    """Which of these enrolments are this organisation."""
    return frozenset(party for party in parties if is_same_entity(party, node.id, node.record))


def written_by(shelved: Shelved, own: Collection[str]) -> frozenset[str]:
    """The ids of the submissions that one of these has written about."""
    return frozenset().union(*(shelved.written.get(party, frozenset()) for party in own))


def find_by_opinion(shelved: Shelved, own: Collection[str], words: str) -> list[Item]:
    """The submissions about which one of these wrote all of these words."""
    wanted = fold_text(words).split()

    def has_words(review: Review) -> bool:
        text = fold_text(review.opinion)
        return all(one in text for one in wanted)

    return [
        item
        for item in map(shelved.by_id.__getitem__, written_by(shelved, own))
        if any(
            isinstance(one.payload, Review) and one.payload.by in own and has_words(one.payload)
            for one in item.reviews
        )
    ]


def find_earlier(node: Node, shelved: Shelved, item: Item) -> list[Item]:
    """What the same organisation submitted under this code before, back to what was published; the newest first."""
    about = item.payload.type, item.payload.code
    same = [
        one
        for one in shelved.items
        if (one.payload.type, one.payload.code) == about
        and one.logged.index < item.logged.index
        and is_same_entity(one.payload.by, item.payload.by, node.record)
    ]
    return list(takewhile(lambda one: one.publication is None, reversed(same)))


def find_later(node: Node, shelved: Shelved, item: Item) -> Item | None:
    """The highest version above it that the same organisation submitted under this code; None when it is the last."""
    about = item.payload.type, item.payload.code
    later = [
        one
        for one in shelved.items
        if (one.payload.type, one.payload.code) == about
        and one.payload.version > item.payload.version
        and is_same_entity(one.payload.by, item.payload.by, node.record)
    ]
    return max(later, key=lambda one: one.payload.version, default=None)


def waits(item: Item, own: Collection[str], done: Collection[str]) -> bool:
    """Whether it waits for an opinion of this organisation; not for what is `done`: written about, or settled."""
    return item.state in OPEN and item.payload.by not in own and item.id not in done


def next_decision(node: Node, item: Item) -> Decision:
    """What the operator may do with a submission that has the opinions it needs; "" while it needs more."""
    parent_of = partial(find_parent, node)
    if is_publishable(item, parent_of):
        return "publish"
    return "return" if is_returnable(item, parent_of) else ""


def find_parent(node: Node, by: str) -> str:
    """The ultimate parent of an enrolment."""
    return enrolment_of(by, node.record).parent
