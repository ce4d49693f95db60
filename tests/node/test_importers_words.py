"""What is said about a bad file: every kind of problem, in both languages, with the same facts."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from node import importers
from node.importers.pack import read_product
from node.importers.problem import ImportProblems, Problem
from node.importers.words import PROBLEMS, words_of
from node.language import find_language
from operation.method_words import say_reason
from tests.support.footprints import read_pack

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FOLDER = Path(importers.__file__).parent
CJK = re.compile(r"[一-鿿]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def texts_in_code() -> set[object]:
    """Every text in the node's code but in the table itself."""
    files = [path for path in FOLDER.parent.rglob("*.py") if not path.name.startswith("words")]
    trees = [ast.parse(path.read_text("utf-8")) for path in files]
    return {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}


@pytest.mark.parametrize("kind", sorted(PROBLEMS))
def test_every_problem_has_words_in_both_languages_with_the_same_facts(kind: str) -> None:
    english, chinese = PROBLEMS[kind]
    assert english.found and english.advice and chinese.found and chinese.advice
    assert bool(english.expected) == bool(chinese.expected)
    assert english.expected or english.found[0].isupper()
    named = [set().union(*(placeholders(text) for text in words)) for words in (english, chinese)]
    assert named[0] == named[1]
    assert CJK.search("".join(chinese))


def test_every_kind_of_problem_is_noted_somewhere() -> None:
    assert PROBLEMS.keys() - texts_in_code() == set()


def test_a_kind_without_words_is_a_bug_that_shows() -> None:
    with pytest.raises(KeyError):
        words_of("no-such-kind", {}, "zh")


def test_a_problem_reads_in_the_language_asked_for() -> None:
    problem = Problem("表.xlsx", "填写", 3, "单位", "amount-negative", (("cell", "'-5'"),))
    assert problem.describe("en") == (
        "表.xlsx, sheet 填写, row 3, column 单位: found '-5'; expected 0 or more. "
        "Enter what was used as a positive number; take returns off it first."
    )
    assert problem.describe("zh") == (
        "表.xlsx，工作表 填写，第 3 行，“单位”列：发现'-5'；应为不小于 0 的数。"
        "用量一律填正数；退货、退料先从用量里减掉。"
    )
    assert problem.as_fields("zh")["expected"] == "不小于 0 的数"


@pytest.mark.parametrize(
    ("asked", "environment", "language"),
    [
        (None, {}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "de_DE.UTF-8", "SEALSUM_LANG": "zh"}, "zh"),
        ("en", {"SEALSUM_LANG": "zh"}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_machines(
    asked: str | None, environment: dict[str, str], language: str
) -> None:
    assert find_language(asked, environment) == language


GOOD_PACK = (EXAMPLES / "ncm-pack" / "pack.toml").read_text("utf-8")
GOOD_PRODUCT = (EXAMPLES / "ncm-pack" / "cathode" / "product.toml").read_text("utf-8")
BREAKS = [
    (r'mass_kg = "[^"]*"', "mass_kg = 523"), (r'mass_kg = "[^"]*"', 'mass_kg = "0"'),
    (r'quantity = "[^"]*"', 'quantity = "-3"'), (r'stage = "raw[^"]*"', 'stage = "batteries"'),
    (r'method = "[^"]*"', 'method = "rule-of-thumb"'), (r'boundary = "[^"]*"', 'boundary = "most"'),
    (r'maker = "[^"]*"', 'maker = "nobody"'), (r'part_of = "pack"', 'part_of = "bag"'),
    (r'name_en = "[^"]*"', "name_en = 7"), (r'model = "', 'colour = "blue"\nmodel = "'),
    (r'unit = "kg"', 'unit = "furlong"'), (r'vehicle_category = "[^"]*"', 'vehicle_category = "Z9"'),
    (r'usable_energy_kwh = "[^"]*"', 'usable_energy_kwh = "900"'), (r"\[functional_unit\]", "[functional]"),
    (r'item = "cathode"', 'item = "graphite"'), (r'warranty_years = "[^"]*"', 'warranty_years = "0"'),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "other"), BREAKS)
def test_what_the_method_says_about_a_pack_is_said_in_chinese_too(
    tmp_path: Path, pattern: str, other: str
) -> None:
    text, count = re.subn(pattern, other, GOOD_PACK, count=1)
    assert count == 1
    (tmp_path / "pack.toml").write_text(text, "utf-8")
    with pytest.raises(ImportProblems) as caught:
        read_pack(tmp_path)
    for problem in caught.value.problems:
        assert problem.words("zh").expected != problem.expected
        assert CJK.search(problem.words("zh").expected.replace("：", "", 1)), problem.expected


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r"period_end = \S+", "period_end = 2024-01-01"), (r"period_end = \S+", 'period_end = "2025-02-30"'),
        (r'code = "[^"]*"', "code = 7"), (r'activity = "', 'activity = "../'), (r'name_zh = "[^"]*"', 'name_zh = ""'),
        (r'declared_unit = "kg"', 'declared_unit = "ton"'), (r"\[company\]", "[firm]"),
    ],
)  # fmt: skip
def test_what_the_method_says_about_a_product_is_said_in_chinese_too(
    tmp_path: Path, pattern: str, other: str
) -> None:
    text, count = re.subn(pattern, other, GOOD_PRODUCT, count=1)
    assert count == 1
    (tmp_path / "product.toml").write_text(text, "utf-8")
    with pytest.raises(ImportProblems) as caught:
        read_product(tmp_path)
    for problem in caught.value.problems:
        assert CJK.search(problem.words("zh").expected.replace("：", "", 1)), problem.expected


def test_a_message_that_no_pattern_knows_is_shown_as_it_is() -> None:
    assert say_reason(ValueError("something new")).zh == "something new"


def test_an_amount_with_words_is_answered_with_both_places_where_a_unit_may_stand() -> None:
    advice = words_of("amount-unreadable", {"cell": "'10.6万'", "expected": "数字"}, "zh").advice
    assert advice == "只写数字，单位写在单位列或表头里"
