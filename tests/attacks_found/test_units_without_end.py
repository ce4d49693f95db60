"""A sheet from elsewhere with units as long as a cell may be: reading it must not take the square of their length."""

import time
from dataclasses import replace

import pytest

from method.category import TemplateLine
from node.importers.stated import read_stated
from tests.node.test_importers_activity import CATEGORY

LINE = CATEGORY.lines[1]


@pytest.mark.parametrize("kind", ["natural_gas", "heat"])
def test_a_unit_as_long_as_a_cell_is_no_stated_unit_and_costs_nothing(kind: str) -> None:
    line: TemplateLine = replace(LINE, kind=kind)
    started = time.process_time()
    for text in ("a" + " " * 32_000 + "b", "\N{SQUARE GURAMU}" * 79 + " " * 32_000 + "b"):
        assert read_stated(text, line) is None
    assert time.process_time() - started < 0.5
