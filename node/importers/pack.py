"""A pack folder: `pack.toml` by the pack maker, of one model or several, and a `product.toml` by each supplier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from method.errors import BadField, BadFields, MethodError
from method.pack import PackDefinition
from method.pack_models import parse_packs
from method.product import Company, Product, parse_product_file
from node.importers.problem import ImportProblems, Problem
from node.importers.toml import read_toml
from operation.method_words import say_reason

PACK_FILE = "pack.toml"
PRODUCT_FILE = "product.toml"


def read_packs(pack_dir: Path) -> tuple[PackDefinition, ...]:
    """The models that the pack file in `pack_dir` describes, one or more; raise ImportProblems."""
    record = read_toml(pack_dir / PACK_FILE)
    try:
        return parse_packs(record)
    except MethodError as error:
        raise _list_problems(PACK_FILE, "pack-unreadable", error) from error


def read_pack_files(paths: Sequence[Path]) -> tuple[PackDefinition, ...]:
    """All models of several pack files, each named by itself or by its folder; raise ImportProblems of all of them."""
    packs: list[PackDefinition] = []
    problems: list[Problem] = []
    for path in paths:
        folder = path.parent if path.name == PACK_FILE else path
        try:
            packs += read_packs(folder)
        except ImportProblems as error:
            named = f"{folder.name}/{PACK_FILE}" if len(paths) > 1 else PACK_FILE
            problems += [replace(one, file=named) for one in error.problems]
    if problems:
        raise ImportProblems(problems)
    return tuple(packs)


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
