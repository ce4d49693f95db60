"""A pack maker among its suppliers, with its pages open, for the browser tests of its part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from playwright.sync_api import Locator, expect

from node.maker.standings import read_now
from node.organisation import Node
from tests.node.village import SUPPLIES, Village, ask
from tests.support.example import LIBRARY, UNIT
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


def expect_pack_figure(figure: Locator, workshop: Workshop, request: str) -> None:
    """What is shown is the footprint per kWh in the clear, overstated by no more than the result admits: which
    margins the suppliers drew is theirs. Half a digit either way is the page's rounding."""
    expect(figure).to_contain_text("kgCO₂e/kWh")
    shown = Fraction((figure.text_content() or "").split()[0])
    total = sum(
        Fraction(supply.quantity, 1000)
        * Fraction(amount, 10**6)
        * Fraction(str(LIBRARY.factors[code]["total"]))
        for supply in SUPPLIES
        for code, amount in supply.lines
    )
    clear = total / Fraction(UNIT.total_energy_kwh)
    bound = Fraction(read_now(workshop.maker, request).outcomes[0].bound_per_kwh)
    half = Fraction(5, 10**5)
    assert clear - half <= shown <= clear + bound + half
    assert bound < clear / 100
