"""Slips of units: said by line, against what the product had and by its mass; silent for every sound example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from method.activity import OUTPUT_LINE, ActivityRecord, LineAmount, make_line_amounts
from method.category import Category
from method.rules import DEFAULT_METHOD, FULL, RULES
from node.importers.activity import read_activity
from node.importers.pack import read_product
from node.supplier.slips import Former, LineUse, find_slips
from tests.examples.test_categories import ENTRIES
from tests.examples.test_examples import CATEGORIES, EXAMPLES, FACTORS

FOIL = CATEGORIES["copper-foil"]
LAST_YEAR = ("2024-01-01", "2024-12-31")


def read(pack: str, supplier: str) -> tuple[Category, Sequence[ActivityRecord]]:
    _, product = read_product(EXAMPLES / pack / supplier)
    category = CATEGORIES[product.category]
    return category, read_activity(
        EXAMPLES / pack / supplier / product.activity, product, category, FACTORS
    ).records


def weigh(category: Category, amounts: Sequence[LineAmount]) -> list[LineUse]:
    rules = RULES[DEFAULT_METHOD]
    return [
        LineUse(
            line,
            one.amount,
            FACTORS[one.factor].total * line.coefficient * rules.weight_of(line.role, line.material, FULL),
        )
        for line, one in zip(category.lines, amounts, strict=True)
    ]


def say(times: Mapping[str, Fraction], former: Former | None = None) -> list[str]:
    """What is said of the foil when its lines are so many times what they are."""
    _, records = read("ncm-pack", "copper-foil")
    changed = [replace(one, amount=one.amount * times.get(one.line, 1)) for one in records]
    return [one.zh for one in find_slips(FOIL, weigh(FOIL, make_line_amounts(changed, FOIL)), former)]


def former_of(period: tuple[str, str] | None = None) -> Former:
    _, records = read("ncm-pack", "copper-foil")
    return Former({one.line: one.amount for one in make_line_amounts(records, FOIL)}, period)


@pytest.mark.parametrize(("pack", "supplier"), ENTRIES, ids=[f"{pack}/{name}" for pack, name in ENTRIES])
def test_a_sound_example_is_left_alone_first_and_after_a_year_that_used_twice_as_much(
    pack: str, supplier: str
) -> None:
    category, records = read(pack, supplier)
    amounts = make_line_amounts(records, category)
    twice = Former({one.line: 2 * one.amount for one in amounts}, LAST_YEAR)
    for former in (None, twice):
        assert find_slips(category, weigh(category, amounts), former) == ()


def test_materials_that_weigh_next_to_nothing_are_said_without_a_former_import() -> None:
    (said,) = say({"copper-refined": Fraction(1, 1000)})
    assert "材料合计，每 kg 产品只有 0.001" in said and "请核对材料和产量的单位" in said
    assert say({"copper-refined": Fraction(1, 10)}) and not say({"copper-refined": Fraction(1, 4)})
    assert not say({"copper-refined": Fraction(0)}), "the customer buys it itself"


@pytest.mark.parametrize("times", [Fraction(1, 10_000), Fraction(1, 10), Fraction(8), Fraction(36)])
def test_one_line_far_from_the_former_import_is_named_with_both_amounts(times: Fraction) -> None:
    (said,) = say({"grid-electricity": times}, former_of())
    assert said.startswith("电网电力：每 kg 产品 ") and said.count("kWh") == 2 and "上次导入为 " in said
    far = int(max(times, 1 / times))
    assert f"相差约 {far:,} 倍；请核对单位".replace(",", "\u202f") in said
    assert say({"grid-electricity": Fraction(7)}, former_of()) == []


def test_a_line_that_is_gone_or_new_is_said_with_the_period_it_is_held_against() -> None:
    (said,) = say({"grid-electricity": Fraction(0)}, former_of(LAST_YEAR))
    assert "电网电力：这次没有，2024-01-01 – 2024-12-31 那一期为每 kg 产品" in said
    former = former_of()
    without = replace(former, amounts={**former.amounts, "grid-electricity": Fraction(0)})
    (said,) = say({}, without)
    assert said.startswith("电网电力：每 kg 产品") and "上次导入为 0" in said


def test_a_line_without_weight_is_not_held_against_anything() -> None:
    former = former_of()
    tiny = replace(former, amounts={**former.amounts, "process-co2": Fraction(1, 10**6)})
    assert say({}, tiny) == []


def test_a_production_that_slipped_is_said_once_and_amounts_of_last_year_as_well() -> None:
    (said,) = say({OUTPUT_LINE: Fraction(1, 1000)}, former_of())
    assert "各项用量都比上次导入大得多" in said and "1\u202f000 倍）；请核对产量的单位" in said
    (said,) = say({}, former_of(LAST_YEAR))
    assert "各项用量都与2024-01-01 – 2024-12-31 那一期相同" in said
    assert say({}, former_of()) == [], "the same sheet given again"
