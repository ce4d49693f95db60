"""A pack folder: `pack.toml` by the pack maker, and a `product.toml` in each supplier's folder."""

from __future__ import annotations

from pathlib import Path

from method.errors import BadFields, MethodError
from method.pack import PackDefinition, parse_pack
from method.product import Company, Product, parse_product_file
from node.importers.problem import ImportProblems, Problem
from node.importers.toml import read_toml
from node.language import Phrase

PACK_FILE = "pack.toml"
PRODUCT_FILE = "product.toml"
CANNOT_READ_PACK = Phrase("a pack that cannot be read", "读不了的电池包描述")
CANNOT_READ_PRODUCT = Phrase("a product that cannot be read", "读不了的产品描述")
CORRECT_ENTRY = Phrase("Correct the entry named", "更正所说的那一项")


def read_pack(pack_dir: Path) -> PackDefinition:
    """The pack that `pack_dir` describes; raise ImportProblems."""
    record = read_toml(pack_dir / PACK_FILE)
    try:
        return parse_pack(record)
    except MethodError as error:
        raise _list_problems(PACK_FILE, CANNOT_READ_PACK, error) from error


def _list_problems(file: str, found: Phrase, error: MethodError) -> ImportProblems:
    texts = error.problems if isinstance(error, BadFields) else (str(error),)
    words = [(("found", found), ("expected", text), ("advice", CORRECT_ENTRY)) for text in texts]
    return ImportProblems([Problem(file, "", 0, "", "described", one) for one in words])


def read_product(supplier_dir: Path) -> tuple[Company, Product]:
    """Company and product of a supplier's folder; raise ImportProblems."""
    record = read_toml(supplier_dir / PRODUCT_FILE)
    try:
        return parse_product_file(record)
    except MethodError as error:
        raise _list_problems(PRODUCT_FILE, CANNOT_READ_PRODUCT, error) from error
