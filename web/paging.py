"""Pages of a list: a cursor that a program hands back to get the next ones.

The one fact: a cursor says where the last page ended, not how many were shown, so nothing is skipped or shown twice
when rows come in between.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from protocol.errors import Refused

MOST, USUAL = 500, 100
_LONGEST = 400
T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[
    str, Query(max_length=_LONGEST, description="`next` of the page before; empty for the first.")
]


class PageOf(BaseModel, Generic[T]):
    """One page; ask again with `next` as the cursor until it is null."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows of a list are wanted: behind the place `after`, in the order of the list, and at most so many."""

    after: tuple[Any, ...] | None = None
    most: int | None = None

    @property
    def limit(self) -> int | None:
        """How many to read: one more than are shown tells whether there are more."""
        return None if self.most is None else self.most + 1

    def take(self, rows: Sequence[T], place: Callable[[T], tuple[int | str, ...]]) -> tuple[list[T], str]:
        """The same of rows that are all here, in an order of their own: from the first again where `after` is gone."""
        if self.after is None:
            return self.cut(rows, place)
        start = next((number for number, one in enumerate(rows, 1) if place(one) == self.after), 0)
        return self.cut(rows[start:], place)

    def cut(self, rows: Sequence[T], place: Callable[[T], tuple[int | str, ...]]) -> tuple[list[T], str]:
        """What is shown of the rows that were read, and the cursor of those behind them, "" at the end."""
        if self.most is None or len(rows) <= self.most:
            return list(rows), ""
        shown = list(rows[: self.most])
        return shown, make_cursor(*place(shown[-1]))


WHOLE = Slice()
"""All of a list: what a file holds."""


def make_cursor(*place: int | str) -> str:
    """A cursor behind this place: the values by which the list is ordered."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def parse_cursor(text: str, *kinds: type[int] | type[str]) -> tuple[int | str, ...] | None:
    """The place of a cursor, None for the first page; Refused("cursor") when it is not one of this list."""
    if not text:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Refused("cursor", "expected the `next` of an earlier page, unchanged") from error
    fits = isinstance(place, list) and [type(one) for one in place] == list(kinds)
    if not fits or make_cursor(*place) != text:
        raise Refused("cursor", "expected the `next` of an earlier page of this list, unchanged")
    return tuple(place)
