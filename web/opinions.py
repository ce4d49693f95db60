"""Verifiers' opinions as every page shows them: the colour of a finding, and how sure its verifier is."""

from __future__ import annotations

from collections.abc import Iterable

from protocol.verification_payloads import Statement
from web.languages import mark
from web.visits import Visit

COLOURS = {"adverse": "bad", "disclaimed": "late", "modified": "late", "unmodified": "good"}
"""Of each kind of opinion its colour, the worst first."""
ASSURANCES: dict[str, str] = {
    "limited": mark("limited assurance"),
    "reasonable": mark("reasonable assurance"),
    "no": mark("none: a disclaimer gives no assurance"),
}
"""By `Statement.level`."""


def find_colour(findings: Iterable[str]) -> str:
    """The colour of the worst of these findings; "" of none."""
    found = frozenset(findings)
    return next((colour for finding, colour in COLOURS.items() if finding in found), "")


def say_assurance(visit: Visit, says: Statement) -> str:
    """How sure a verifier is, in words."""
    return visit.say(ASSURANCES[says.level])
