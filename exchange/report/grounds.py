"""On which of the checks of pins, log and signatures each numbered check rests, and which fail with them.

The one fact: a check can hold of statements that were altered, or for another platform's pins; it then says nothing,
and whoever tells the checks says so. The statuses are the verifiers'. docs/certificate.md, "The checks".
"""

from __future__ import annotations

from protocol.certificate import CHECK_NAMES

PINS = frozenset({"authority", "checkpoint"})
"""The checks of the two pins."""
_SIGNED = ("authority", "checkpoint", "inclusion", "order")
RESTS_ON: dict[str, tuple[str, ...]] = dict.fromkeys(CHECK_NAMES, (*_SIGNED, "signatures")) | {
    "format": (),
    "authority": (),
    "checkpoint": (),
    "inclusion": ("checkpoint",),
    "order": ("checkpoint", "inclusion"),
    "signatures": _SIGNED,
    "witnesses": ("checkpoint",),
}
"""By a check's name the names of checks; where one of those fails, that this one holds proves nothing."""
FAILS_WITH: dict[str, str] = {"signatures": "authority", "library": "authority"}
"""By a check's name the check that it fails with, whatever the statements are worth."""
