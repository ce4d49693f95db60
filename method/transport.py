"""Legs of transport: each has one owner, so that no two tiers count one journey. Method: traps, double counting.

The one fact: a leg is known by its shipping document and its way. Its footprint is the line's: t·km times the factor
of the mode, MEE draft 2025, formula (4).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField

ARROW = " → "


@dataclass(frozen=True, slots=True, repr=False)
class Leg:
    """A journey that somebody reports: `owner` is an item, `document` the waybill, `route` "origin → destination".

    `share` in (0, 1] is the part that the owner counts, where several products travelled together.
    """

    owner: str
    document: str
    route: str
    share: Fraction

    def __repr__(self) -> str:
        return f"Leg(owner={self.owner!r}, <redacted>)"


def check_legs(legs: Iterable[Leg]) -> None:
    """Raise BadField when two owners together count more than the whole of one leg.

    Letter case, width and white space make no difference. Rows of one owner are its own: a waybill may have several.
    """
    claims: defaultdict[tuple[str, str], dict[str, Leg]] = defaultdict(dict)
    for leg in legs:
        own = claims[_fold(leg.document), _fold(leg.route)]
        if leg.owner not in own or own[leg.owner].share < leg.share:
            own[leg.owner] = leg
    for owners in claims.values():
        if len(owners) > 1 and sum(leg.share for leg in owners.values()) > 1:
            leg = next(iter(owners.values()))
            raise BadField(
                f"transport {leg.document}, {leg.route}: claimed twice, by {' and '.join(sorted(owners))}; agree who "
                "reports it: each supplier reports what it sends out"
            )


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
