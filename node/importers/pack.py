"""A pack folder: `pack.toml` by the pack maker, and a `product.toml` in each supplier's folder."""

from __future__ import annotations

from pathlib import Path

from method.errors import BadField, BadFields, MethodError
from method.pack import PackDefinition, parse_pack
from method.product import Company, Product, parse_product_file
from node.importers.problem import ImportProblems, Problem
from node.importers.toml import read_toml
from node.importers.words_method import say_reason

PACK_FILE = "pack.toml"
PRODUCT_FILE = "product.toml"


def read_pack(pack_dir: Path) -> PackDefinition:
    """The pack that `pack_dir` describes; raise ImportProblems."""
    record = read_toml(pack_dir / PACK_FILE)
    try:
        return parse_pack(record)
    except MethodError as error:
        raise _list_problems(PACK_FILE, "pack-unreadable", error) from error


def _list_problems(file: str, kind: str, error: MethodError) -> ImportProblems:
    errors = [BadField(text) for text in error.problems] if isinstance(error, BadFields) else [error]
    return ImportProblems([Problem(file, "", 0, "", kind, (("reason", say_reason(one)),)) for one in errors])


def read_product(supplier_dir: Path) -> tuple[Company, Product]:
    """Company and product of a supplier's folder; raise ImportProblems."""
    record = read_toml(supplier_dir / PRODUCT_FILE)
    try:
        return parse_product_file(record)
    except MethodError as error:
        raise _list_problems(PRODUCT_FILE, "product-unreadable", error) from error
