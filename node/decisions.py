"""What became of this node's own submissions to the library by publications, and which of it its owner has not read.

The one fact: as with node/opinions.py, what was read is a place in the log, here that of a publication.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from node.organisation import Node
from node.store.settings import find_value, set_value
from protocol.shelf import Item

_READ = "publications-read"


@dataclass(frozen=True, slots=True)
class Decided:
    """A submission that was published, or that the publication of another one bars; at `index` of the log."""

    item: Item
    index: int
    is_barred: bool


def list_unread_decided(
    node: Node, items: Sequence[Item], own: Collection[str], barred: Collection[str]
) -> list[Decided]:
    """What of `items` one of these enrolments submitted and was decided since its owner last read, oldest first.

    `barred`: the ids of what cannot get published any more.
    """
    with node.store.read() as connection:
        read = int(find_value(connection, _READ) or -1)
    mine = [one for one in items if one.payload.by in own]
    found = [
        Decided(one, one.publication.index, is_barred=False)
        for one in mine
        if one.state == "published" and one.publication is not None and one.publication.index > read
    ]
    lost = {one.id: (one.payload.type, one.payload.code) for one in mine if one.id in barred}
    if lost:
        newest = _newest_publications(items, frozenset(lost.values()))
        ended = (Decided(one, newest[lost[one.id]], is_barred=True) for one in mine if one.id in lost)
        found += [one for one in ended if one.index > read]
    return sorted(found, key=lambda one: one.index)


def _newest_publications(
    items: Sequence[Item], codes: Collection[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Where in the log each of these codes was published last."""
    found: dict[tuple[str, str], int] = {}
    for one in items:
        about = one.payload.type, one.payload.code
        if about in codes and one.publication is not None:
            found[about] = max(found.get(about, -1), one.publication.index)
    return found


def note_decided_read(node: Node, shown: Sequence[Decided]) -> None:
    """These were shown to the owner, and with them whatever was decided before."""
    if shown:
        with node.store.write() as connection:
            set_value(connection, _READ, str(shown[-1].index))
