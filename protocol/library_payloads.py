"""Statements about the public library: submitted, reviewed, published or returned, retired. Protocol section 5."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import FailFast, Field

from method.category import MAX_ACCEPTED
from protocol.fields import Code, Date, DecimalText, Id, IntegerText, OptionalText, RationalText, Small, Text
from protocol.shapes import MAX_LINES, Four, Part, Payload, Stage


class CategoryLine(Part):
    """One line of a template. A factor fits when its unit is `unit` and `accepts` names it (empty: any)."""

    code: Code
    name_zh: Text
    name_en: Text
    unit: Text
    kind: Code
    coefficient: RationalText
    secondary: bool
    accepts: Annotated[tuple[Code, ...], Field(max_length=MAX_ACCEPTED), FailFast()]
    default_factor: Code
    role: Code
    material: OptionalText
    model: OptionalText


class Category(Payload):
    """A product category: template, reference footprint (1e-12 kg per declared unit), plausible quantities
    (1e-3 declared units per kWh of pack energy, at most tenfold wide)."""

    roles: ClassVar[frozenset[str]] = frozenset({"operator"})
    type: Literal["category"] = "category"
    code: Code
    version: Small
    name_zh: Text
    name_en: Text
    declared_unit: Text
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=4), FailFast()]
    lines: Annotated[tuple[CategoryLine, ...], Field(min_length=1, max_length=MAX_LINES), FailFast()]
    reference: Four
    quantity_low: IntegerText
    quantity_high: IntegerText


class Scores(Part):
    """Data quality scores, 1 (best) to 5."""

    technology: Annotated[int, Field(strict=True, ge=1, le=5)]
    time: Annotated[int, Field(strict=True, ge=1, le=5)]
    geography: Annotated[int, Field(strict=True, ge=1, le=5)]


class Factor(Payload):
    """An emission factor: kgCO2e per `unit`: total, and its biogenic and land-use parts. Null validity is open."""

    roles: ClassVar[frozenset[str]] = frozenset({"provider", "operator"})
    type: Literal["factor"] = "factor"
    code: Code
    version: Small
    name_zh: Text
    name_en: Text
    classification: Code
    total: DecimalText
    biogenic: DecimalText
    land_use: DecimalText
    unit: Text
    region: Text
    year: Small
    valid_from: Date | None
    valid_to: Date | None
    system_boundary: Code
    gwp_set: Literal["AR4", "AR5", "AR6", "unknown"]
    basis: OptionalText
    grade: Code
    scores: Scores
    source: Text
    status: Code
    licence: Text
    owner: Text
    note: OptionalText


class Review(Payload):
    """An expert's written opinion on categories and factors."""

    roles: ClassVar[frozenset[str]] = frozenset({"expert"})
    type: Literal["review"] = "review"
    subjects: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000), FailFast()]
    verdict: Literal["accept", "return"]
    opinion: Text


class Publication(Payload):
    """The operator publishes a category or factor on at least two accepting reviews."""

    roles: ClassVar[frozenset[str]] = frozenset({"operator"})
    type: Literal["publication"] = "publication"
    subject: Id
    reviews: Annotated[tuple[Id, ...], Field(min_length=2, max_length=10), FailFast()]


class Return(Payload):
    """The operator gives a category or factor back: two experts wrote their opinions, and one or more returned it."""

    roles: ClassVar[frozenset[str]] = frozenset({"operator"})
    type: Literal["return"] = "return"
    subject: Id
    reviews: Annotated[tuple[Id, ...], Field(min_length=2, max_length=10), FailFast()]
    reason: Text


class Retirement(Payload):
    """From here on no new declaration cites this publication; those that do keep counting.

    `successor`: the publication of the newer version that supersedes it; null when it is withdrawn.
    """

    roles: ClassVar[frozenset[str]] = frozenset({"operator", "provider"})
    type: Literal["retirement"] = "retirement"
    publication: Id
    cause: Literal["superseded", "withdrawn"]
    successor: Id | None
    reason: Text
