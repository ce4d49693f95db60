"""A pack folder: `pack.toml` by the pack maker, and a `product.toml` in each supplier's folder."""

from __future__ import annotations

from pathlib import Path

from method.errors import BadFields, MethodError
from method.pack import PackDefinition, parse_pack
from method.product import Company, Product, parse_product_file
from node.importers.problem import ImportProblems, Problem, fail
from node.importers.toml import read_toml

PACK_FILE = "pack.toml"
PRODUCT_FILE = "product.toml"


def read_pack(pack_dir: Path) -> PackDefinition:
    """The pack that `pack_dir` describes; raise ImportProblems."""
    record = read_toml(pack_dir / PACK_FILE)
    try:
        return parse_pack(record)
    except MethodError as error:
        texts = error.problems if isinstance(error, BadFields) else (str(error),)
        raise ImportProblems([_pack_problem(text) for text in texts]) from error


def _pack_problem(text: str) -> Problem:
    return Problem(PACK_FILE, "", 0, "", "a pack that cannot be read", text, "Correct the entry named")


def read_product(supplier_dir: Path) -> tuple[Company, Product]:
    """Company and product of a supplier's folder; raise ImportProblems."""
    record = read_toml(supplier_dir / PRODUCT_FILE)
    try:
        return parse_product_file(record)
    except MethodError as error:
        raise fail(
            PRODUCT_FILE, "a product that cannot be read", str(error), "Correct the entry named"
        ) from error
