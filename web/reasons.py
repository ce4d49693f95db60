"""Why a factor was retired or returned: a program's words in the reader's language, a person's as they are."""

from __future__ import annotations

import re

from protocol.shelf import Item
from web.visits import Visit

_SUPERSEDED = re.compile(r"version (\d+) is published")


def say_reason(visit: Visit, item: Item) -> str:
    """The reason that a submission ended, "" while it has not."""
    return say_superseded(visit, item.reason) if item.state == "superseded" else item.reason


def say_superseded(visit: Visit, words: str) -> str:
    """A program's words about a version that a higher one replaced, in the reader's language; others as they are."""
    found = _SUPERSEDED.fullmatch(words)
    return words if found is None else visit.say("version %(version)s is published", version=found[1])
