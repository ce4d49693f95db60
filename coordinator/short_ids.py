"""Statements by the beginning of their ids, as pages show them.

The one fact: a beginning stands for a statement only where no other statement begins so.
"""

from __future__ import annotations

from collections.abc import Sequence

from protocol.errors import Refused

SHORTEST, FULL = 8, 64
PATTERN = f"^[0-9a-f]{{{SHORTEST},{FULL}}}$"


def choose_id(given: str, found: Sequence[str]) -> str:
    """The one id that begins with these hex digits; Refused("unknown" | "ambiguous").

    `found`: the ids that do, two at least where there are several.
    """
    ids = sorted(set(found))
    if not ids:
        raise Refused("unknown", f"no statement begins with {given}")
    if len(ids) > 1:
        raise Refused("ambiguous", f"several statements begin with {given}; give more of the id's digits")
    return ids[0]


def is_short(given: str) -> bool:
    """Whether this may be the beginning of an id, and not the whole."""
    return SHORTEST <= len(given) < FULL and not set(given) - set("0123456789abcdef")
