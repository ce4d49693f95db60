"""The products of this organisation, as its own product files describe them. Protocol section 5."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.sqlite import insert

from method.periods import move_period
from method.product import Product
from node.organisation import Node
from node.store.tables import DECLARATIONS, PRODUCTS
from protocol.errors import Refused
from web.paging import WHOLE, Slice


def add_product(node: Node, product: Product) -> None:
    """Store a product; the same code again replaces its description."""
    row = _row_of(product)
    with node.store.write() as connection:
        connection.execute(
            insert(PRODUCTS).values(**row).on_conflict_do_update(index_elements=["code"], set_=row)
        )


def add_new_product(node: Node, product: Product) -> bool:
    """Store a product unless there is one of its code, which stays as it is; whether it was stored."""
    row = insert(PRODUCTS).values(**_row_of(product)).on_conflict_do_nothing().returning(PRODUCTS.c.code)
    with node.store.write() as connection:
        return connection.execute(row).first() is not None


def start_period(node: Node, code: str, start: str, periods: int) -> Product:
    """Move the period of a product whose period starts on `start`, by so many periods; as it is when another does.

    What is imported and declared of it stays. Refused("product").
    """
    product = find_product(node, code)
    if product.period_start != start:
        return product
    moved = move_period(product, periods)
    add_product(node, moved)
    return moved


def _row_of(product: Product) -> dict[str, str]:
    description = json.dumps(asdict(product), ensure_ascii=False)
    return {"code": product.code, "category": product.category, "description": description}


def list_products(node: Node, wanted: Slice = WHOLE, words: str = "") -> list[Product]:
    """The products by code, which is their place; with these words in code or description only."""
    query = select(PRODUCTS.c.description).order_by(PRODUCTS.c.code).limit(wanted.limit)
    if wanted.after is not None:
        query = query.where(PRODUCTS.c.code > wanted.after[0])
    if words:
        query = query.where(PRODUCTS.c.description.contains(words, autoescape=True))
    with node.store.read() as connection:
        found = connection.execute(query).scalars().all()
    return [Product(**json.loads(text)) for text in found]


def find_product(node: Node, code: str) -> Product:
    """The product of this code; Refused("product") names those there are."""
    found = look_up_product(node, code)
    if found is None:
        known = (
            ", ".join(one.code for one in list_products(node))
            or "none yet; add one: sealsum node product add"
        )
        raise Refused("product", f"no product {code!r} in this node; known are: {known}")
    return found


def look_up_product(node: Node, code: str) -> Product | None:
    """The product of this code, or None."""
    return look_up_products(node, [code]).get(code)


def look_up_products(node: Node, codes: Collection[str]) -> dict[str, Product]:
    """Those of these products that are here, by code."""
    query = select(PRODUCTS.c.code, PRODUCTS.c.description).where(PRODUCTS.c.code.in_(codes))
    with node.store.read() as connection:
        return {row.code: Product(**json.loads(row.description)) for row in connection.execute(query)}


def has_products(node: Node) -> bool:
    """Whether there is any product here."""
    with node.store.read() as connection:
        return connection.execute(select(PRODUCTS.c.code).limit(1)).first() is not None


def count_products(node: Node) -> int:
    """How many products are here."""
    with node.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(PRODUCTS)).scalar_one())


def find_declared_last(node: Node) -> tuple[str, int] | None:
    """The code of the product that was declared last, and when (Unix seconds); None before the first declaration."""
    query = select(DECLARATIONS.c.product, DECLARATIONS.c.created).order_by(DECLARATIONS.c.created.desc())
    with node.store.read() as connection:
        row = connection.execute(query.limit(1)).first()
    return None if row is None else (row.product, int(row.created))


def list_undeclared(node: Node) -> list[str]:
    """The codes of products without a declaration of their period."""
    described = PRODUCTS.c.description
    declared = exists().where(
        DECLARATIONS.c.product == PRODUCTS.c.code,
        DECLARATIONS.c.period_start.in_(("", func.json_extract(described, "$.period_start"))),
        DECLARATIONS.c.period_end.in_(("", func.json_extract(described, "$.period_end"))),
    )
    query = select(PRODUCTS.c.code).where(~declared).order_by(PRODUCTS.c.code)
    with node.store.read() as connection:
        return list(connection.execute(query).scalars())
