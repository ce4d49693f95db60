"""The sheet of a product's period that is to be filled in: its category, its dates, and what was chosen before.

The one fact: of an earlier import it takes over which factor each line cites, never an amount.
"""

from __future__ import annotations

from method.product import Product
from node.importers.template import ROWS, TemplateOrder
from node.library import Library
from node.organisation import Node
from node.supplier.activities import find_newest


def order_template(node: Node, product: Product, library: Library, rows: ROWS = "month") -> TemplateOrder:
    """The template for a product's period, with the factors that its newest import names."""
    newest = find_newest(node, product.code)
    return TemplateOrder(
        category=library.category(product.category).category,
        factors={code: item.factor for code, item in library.factors.items()},
        period_start=product.period_start,
        period_end=product.period_end,
        rows=rows,
        plant=product.plant,
        chosen={} if newest is None else {one.line: one.factor for one in newest.records if one.factor},
    )
