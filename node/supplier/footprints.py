"""What a product's imports come to per declared unit: the one that counts, and those that it was declared from.

The one fact: all of it is computed from the records that this node keeps, and nothing of it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from sqlalchemy import select

from method.activity import make_line_amounts, sum_output
from method.category import Category
from method.footprint import make_unit_footprint
from method.product import Product
from method.quality import name_band, rate_quality
from method.rules import FULL, find_rules
from node.importers.activity import ImportedActivity
from node.importers.coverage import find_doubts
from node.library import Library
from node.organisation import Node
from node.outbox import find_signed
from node.store.tables import DECLARATIONS
from node.supplier.activities import (
    Activity,
    find_activity,
    find_before,
    find_kept,
    find_newest,
    find_other_period,
)
from node.supplier.declaring import OwnDeclaration, list_declarations_of
from node.supplier.previewing import Preview, preview_lines
from node.supplier.slips import find_former
from protocol.declaring import template_of
from protocol.payloads import Declaration
from web.paging import WHOLE, Slice


@dataclass(frozen=True, slots=True)
class Footprint:
    """The import of a product that counts and what it comes to per declared unit."""

    activity: Activity
    category: Category
    preview: Preview
    quality_rating: Fraction | None = field(repr=False)
    primary_share: Fraction = field(repr=False)

    @property
    def quality_band(self) -> str:
        """The code of the band of its rating; "" where there is neither."""
        rating = self.quality_rating
        return "" if rating is None else name_band(rating, find_rules(self.preview.method, FULL))


@dataclass(frozen=True, slots=True)
class DeclaredFootprint:
    """A declaration and the kg per declared unit that it was made from; None where they are not kept here."""

    own: OwnDeclaration
    kg: Fraction | None = field(repr=False)


def find_footprint(node: Node, product: Product, library: Library, method: str) -> Footprint | None:
    """The footprint of the import that counts of a product; None before the first. Refused or a MethodError as the
    preview."""
    activity = find_newest(node, product.code)
    return None if activity is None else _weigh(node, product, activity, library, method)


def need_footprint(node: Node, product: Product, library: Library, method: str) -> Footprint:
    """As `find_footprint`; Refused("activity") before the first import."""
    return _weigh(node, product, find_activity(node, product.code), library, method)


def _weigh(node: Node, product: Product, activity: Activity, library: Library, method: str) -> Footprint:
    category = library.category(product.category).category
    amounts = make_line_amounts(activity.records, category)
    output = sum_output(activity.records, category.declared_unit)
    imported = ImportedActivity(
        product,
        category,
        activity.records,
        output,
        amounts,
        find_doubts(activity.records, product, category),
        activity.certificates,
    )
    factors = {code: item.factor for code, item in library.factors.items()}
    rules, former = find_rules(method, FULL), None
    if find_other_period(activity, product) is None:
        former = find_former(node, product, category, find_before(node, activity))
    preview = preview_lines(imported, library, rules, former)
    unit = make_unit_footprint(imported.category, imported.amounts, factors, rules, FULL)
    _, _, secondary, quality = unit.indicators
    whole = sum((abs(line.indicators[0]) for line in unit.lines), Fraction(0))
    primary = 1 - secondary / whole if whole else Fraction(1)
    return Footprint(activity, imported.category, preview, rate_quality(quality, secondary), primary)


def list_declared(node: Node, product: str, wanted: Slice = WHOLE) -> list[DeclaredFootprint]:
    """The declarations of one product with what each was made from, newest first; a place is (created, id)."""
    own = list_declarations_of(node, product, wanted)
    return [DeclaredFootprint(one, _find_declared_footprint(node, one.id)) for one in own]


def _find_declared_footprint(node: Node, declaration: str) -> Fraction | None:
    """kg per declared unit of what one of this node's declarations was made from, by the factors that it cites under
    its own rule set; None where this node does not keep the import or the statement."""
    query = select(DECLARATIONS.c.activity).where(DECLARATIONS.c.id == declaration)
    with node.store.read() as connection:
        number = connection.execute(query).scalar()
        signed = find_signed(connection, declaration)
    activity = None if number is None else find_kept(node, int(number))
    if activity is None or signed is None or not isinstance(signed.payload, Declaration):
        return None
    template = template_of(signed.payload, node.record, FULL)
    amounts = make_line_amounts(activity.records, template.category)
    factors = {factor.code: factor for factor in template.factors}
    rules = find_rules(signed.payload.method, FULL)
    return make_unit_footprint(template.category, amounts, factors, rules, FULL).indicators[0]
