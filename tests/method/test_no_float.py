"""No binary fraction on the way of a number: not in the code of the method, its data, nor in what it returns."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from method.rules import RULES
from tests.support.footprints import compute_footprint

ROOT = Path(__file__).parents[2]
METHOD = ROOT / "method"
BINARY_MODULES = {"math", "cmath", "statistics", "random", "numpy"}


def find_floats(source: str) -> list[str]:
    """What in a module is, makes or computes with a binary fraction."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float() | complex()):
                found.append(f"line {node.lineno}: {node.value}")
            case ast.Name(id="float" | "complex"):
                found.append(f"line {node.lineno}: {node.id}")
            case ast.Import(names=names):
                found += [one.name for one in names if one.name.partition(".")[0] in BINARY_MODULES]
            case ast.ImportFrom(module=str() as module) if module.partition(".")[0] in BINARY_MODULES:
                found.append(module)
    return found


def refuse(text: str) -> float:
    raise AssertionError(f"{text} is read as a binary fraction")


@pytest.mark.parametrize("path", sorted(METHOD.rglob("*.py")), ids=lambda path: str(path.relative_to(METHOD)))
def test_no_module_of_the_method_has_a_float(path: Path) -> None:
    assert find_floats(path.read_text("utf-8")) == []


def test_a_float_would_be_found() -> None:
    code = "import math\nfrom statistics import mean\nx = 0.1\ny = float(x)\nz = 3 / 2"
    assert find_floats(code) == ["math", "statistics", "line 3: 0.1", "line 4: float"]


@pytest.mark.parametrize(
    "path",
    sorted(
        [
            *METHOD.rglob("*.toml"),
            *(ROOT / "examples").rglob("*.toml"),
            *(ROOT / "coordinator").rglob("*.toml"),
        ]
    ),
    ids=str,
)
def test_no_file_of_rules_factors_or_packs_has_a_float(path: Path) -> None:
    assert tomllib.loads(path.read_text("utf-8"), parse_float=refuse)


def walk(value: object) -> Iterator[object]:
    """A value and everything inside it."""
    yield value
    inside: list[object] = []
    if is_dataclass(value):
        inside = [getattr(value, one.name) for one in fields(value)]
    elif isinstance(value, Mapping):
        inside = [*value.keys(), *value.values()]
    elif isinstance(value, tuple | list):
        inside = list(value)
    for one in inside:
        yield from walk(one)


@pytest.mark.parametrize("boundary", ["partial", "full"])
@pytest.mark.parametrize("method", sorted(RULES))
def test_no_figure_of_a_pack_is_a_float(method: str, boundary: str) -> None:
    result = compute_footprint(ROOT / "examples" / "lfp-pack", method=method, boundary=boundary)
    everything = list(walk(result))
    assert sum(isinstance(one, Fraction) for one in everything) >= 40
    assert [one for one in everything if isinstance(one, float)] == []
