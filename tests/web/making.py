"""A pack maker among its suppliers, with its pages open, for the browser tests of its part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from node.organisation import Node
from tests.node.village import Village, ask
from tests.web.doors import Pages, open_pages

MAKER = "Pack maker"


@dataclass(frozen=True, slots=True)
class Workshop:
    """The village, the pack maker's node outside its pages, and the pages."""

    village: Village
    maker: Node
    pages: Pages


@contextmanager
def open_workshop(village: Village, policy: bool = True) -> Iterator[Workshop]:
    """The example's suppliers have declared; the pack maker has asked for nothing yet."""
    village.suppliers(policy)
    maker = village.settle(MAKER, "requester")
    maker.deliver()
    with open_pages(village.folder / MAKER.replace(" ", "-"), village.town.clock) as pages:
        yield Workshop(village, maker, pages)


def finish(workshop: Workshop) -> str:
    """Ask for the example pack and let everybody work until it is certified; returns the request's id."""
    request = ask(workshop.maker)
    workshop.village.run()
    return request
