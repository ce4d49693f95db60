"""Why a factor was retired or returned: a program's words in the reader's language, a person's as they are."""

from __future__ import annotations

import re

from protocol.shelf import Item
from web.visits import Visit

_SUPERSEDED = re.compile(r"version (\d+) is published")


def say_reason(visit: Visit, item: Item) -> str:
    """The reason that a submission ended, "" while it has not."""
    found = _SUPERSEDED.fullmatch(item.reason) if item.state == "superseded" else None
    return item.reason if found is None else visit.say("version %(version)s is published", version=found[1])
