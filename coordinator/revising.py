"""The next version of a product category, as the file that `sealsum coordinator publish` reads. Protocol section 5.

The one fact: it goes on from the newest version that is published or still in review, so that of two changes neither is
lost; nothing is submitted by making it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from method.category import Category as CategoryData
from method.category import accept_factor, make_category_record
from method.errors import MethodError
from protocol.errors import Refused
from protocol.library import category_of
from protocol.payloads import Category, Factor
from protocol.shelf import OPEN, Item

STANDING = (*OPEN, "published")
Accept = tuple[str, str]
"""A line's code, and the factor code that it shall accept."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The version that the next one goes on from, and the number of the next."""

    submission: str
    category: Category
    state: str
    next_version: int


def find_basis(items: Sequence[Item], code: str) -> Basis:
    """What the next version of a category goes on from; Refused("category") where none was ever submitted."""
    versions = [item for item in items if isinstance(item.payload, Category) and item.payload.code == code]
    if not versions:
        known = sorted({item.payload.code for item in items if isinstance(item.payload, Category)})
        raise Refused(
            "category",
            f"no product category {code[:64]!r} was submitted; submitted are: {', '.join(known) or 'none'}",
        )
    standing = [one for one in versions if one.state in STANDING] or versions
    newest = max(standing, key=lambda one: one.payload.version)
    assert isinstance(newest.payload, Category)
    return Basis(newest.id, newest.payload, newest.state, 1 + max(one.payload.version for one in versions))


def make_next_version(items: Sequence[Item], code: str, accepts: Sequence[Accept] = ()) -> CategoryData:
    """The next version of a category, with more factors on its lines; Refused("category" | "factor")."""
    basis = find_basis(items, code)
    category = replace(category_of(basis.category), version=basis.next_version)
    try:
        for line, factor in accepts:
            category = accept_factor(category, line, factor, _find_unit(items, factor))
    except MethodError as error:
        raise Refused("factor", str(error)) from error
    return category


def encode_category(category: CategoryData) -> bytes:
    """The file: JSON, every number as it is signed, in the units that people write."""
    content = {"category": [make_category_record(category)]}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Place:
    """A line per the unit of a factor, in the version of its category that the next one goes on from."""

    basis: Basis
    code: str
    name_zh: str
    name_en: str
    accepts_it: bool
    is_full: bool


def find_places(items: Sequence[Item], factor: Factor) -> list[Place]:
    """The lines that may come to accept a factor, or do in a version of their category that is still in review."""
    codes = {
        item.payload.code: None
        for item in items
        if isinstance(item.payload, Category) and item.state in STANDING
    }
    return [
        Place(basis, line.code, line.name_zh, line.name_en, line.fits(factor.code, factor.unit), line.is_full)
        for basis in (find_basis(items, code) for code in codes)
        for line in category_of(basis.category).lines
        if line.unit == factor.unit
    ]


def _find_unit(items: Sequence[Item], code: str) -> str:
    """What the newest version of a factor is per; Refused("factor") where none is published or in review."""
    found = [
        item.payload
        for item in items
        if isinstance(item.payload, Factor) and item.payload.code == code and item.state in STANDING
    ]
    if not found:
        raise Refused("factor", f"no factor {code[:64]!r} is published or in review")
    return max(found, key=lambda one: one.version).unit
