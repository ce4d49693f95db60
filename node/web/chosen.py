"""The rule set and the boundary that a request is to have, while its maker mends in steps 1 and 2 what that misses.

The one fact: they stand in the address, so they lead back to step 3 as it was, and the model itself keeps its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends

from method.rules import RULES
from node.maker.pack_drafts import PackDraft
from web.boundaries import BOUNDARIES


@dataclass(frozen=True, slots=True)
class Chosen:
    """`method`, `boundary`: "" stands for the model's own."""

    method: str = ""
    boundary: str = ""

    @property
    def query(self) -> str:
        """What an address ends with that keeps the choice."""
        return self.ask()

    def ask(self, **further: int | str) -> str:
        """The same with more behind it; "" where nothing is asked."""
        named = {"method": self.method, "boundary": self.boundary}
        asked = urlencode({**{name: one for name, one in named.items() if one}, **further})
        return f"?{asked}" if asked else ""

    def of(self, draft: PackDraft) -> PackDraft:
        """The model as the request is to have it."""
        return draft.under(self.method or None, self.boundary or None)


def choose_beside(draft: PackDraft, method: str | None, boundary: str | None) -> Chosen:
    """What a request chooses beside the model's own."""
    kept = draft.under(method, boundary)
    if kept == draft:
        return Chosen()
    return read_chosen(kept.value("method"), kept.value("boundary"))


def read_chosen(method: str = "", boundary: str = "") -> Chosen:
    """What the address names, as far as there is such a rule set and such a boundary."""
    return Chosen(method if method in RULES else "", boundary if boundary in BOUNDARIES else "")


Beside = Annotated[Chosen, Depends(read_chosen)]
