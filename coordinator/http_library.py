"""The library over HTTP: published factors and categories, and those on their way, for anyone to read.

The one fact: what is shown was submitted to be published, under its provider's name; who uses it is not shown.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from coordinator.catalogue import Catalogue
from protocol.searching import MAX_QUERY
from protocol.searching import Query as Wanted
from protocol.shelf import Item, State

MOST = 200
Text = Annotated[str, Field(max_length=MAX_QUERY)]
_HEADER = {"protocol", "by", "saw", "nonce", "type"}


class Search(BaseModel):
    """What is asked for, and which page of it."""

    q: Text = ""
    state: State | None = None
    offset: Annotated[int, Field(ge=0, le=10**6)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class FactorSearch(BaseModel):
    """A search by what only factors have."""

    q: Text = ""
    state: State | None = None
    region: Text = ""
    year: Annotated[int | None, Field(ge=1900, le=2200)] = None
    unit: Text = ""
    classification: Text = ""
    grade: Text = ""
    offset: Annotated[int, Field(ge=0, le=10**6)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class Entry(BaseModel):
    """One factor or category: its fields as submitted, its state, and the statements behind it."""

    id: str
    state: State
    publication: str | None
    reviews: int
    reason: str
    fields: dict[str, Any]


class Found(BaseModel):
    """One page of what was found; ask again with `next_offset` until it is null."""

    total: int
    next_offset: int | None
    items: list[Entry]


def add_library(app: FastAPI, catalogue: Catalogue) -> None:
    """Add the library's two lists to the application."""

    @app.get("/api/v1/factors")
    def factors(asked: Annotated[FactorSearch, Query()]) -> Found:
        """Factors that have every word of `q` in code, names (Chinese, English), region, source or data owner."""
        named = (asked.region, asked.year, asked.unit, asked.classification, asked.grade)
        return _page(catalogue.search(Wanted(asked.q, "factor", *named, asked.state or "")), asked)

    @app.get("/api/v1/categories")
    def categories(asked: Annotated[Search, Query()]) -> Found:
        """Product categories that have every word of `q` in code, names or lines."""
        return _page(catalogue.search(Wanted(asked.q, "category", state=asked.state or "")), asked)


def _page(found: list[Item], asked: Search | FactorSearch) -> Found:
    end = asked.offset + asked.limit
    return Found(
        total=len(found),
        next_offset=end if end < len(found) else None,
        items=[_entry(item) for item in found[asked.offset : end]],
    )


def _entry(item: Item) -> Entry:
    return Entry(
        id=item.id,
        state=item.state,
        publication=None if item.publication is None else item.publication.id,
        reviews=len(item.reviews),
        reason=item.reason,
        fields=item.payload.model_dump(mode="json", exclude=_HEADER),
    )
