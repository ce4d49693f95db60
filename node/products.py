"""The products of this organisation, as its own product files describe them. Protocol section 5."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from method.product import Product
from node.organisation import Node
from node.tables import PRODUCTS
from protocol.errors import Refused


def add_product(node: Node, product: Product) -> None:
    """Store a product; the same code again replaces its description."""
    description = json.dumps(asdict(product), ensure_ascii=False)
    row = insert(PRODUCTS).values(code=product.code, category=product.category, description=description)
    fresh = {"category": product.category, "description": description}
    with node.store.write() as connection:
        connection.execute(row.on_conflict_do_update(index_elements=["code"], set_=fresh))


def list_products(node: Node) -> list[Product]:
    """Every product, by code."""
    with node.store.read() as connection:
        found = connection.execute(select(PRODUCTS.c.description).order_by(PRODUCTS.c.code)).scalars().all()
    return [Product(**json.loads(text)) for text in found]


def find_product(node: Node, code: str) -> Product:
    """The product of this code; Refused("product") names those there are."""
    products = {product.code: product for product in list_products(node)}
    if code not in products:
        known = ", ".join(products) or "none yet; add one: sealsum node product add"
        raise Refused("product", f"no product {code!r} in this node; known are: {known}")
    return products[code]
