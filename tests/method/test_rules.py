"""Rule sets: what their sources say, written here again from the sources and not from our files."""

from __future__ import annotations

import copy
import shutil
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from method import rulesets
from method.category import parse_category
from method.circular import CIRCULAR_ROLES, MATERIALS, weigh_cff
from method.coefficient import make_coefficients
from method.errors import BadField, BadNumber
from method.factor import parse_factor
from method.rules import FULL, RULES, STAGES, find_rules, load_rules, parse_rules

HALF = Fraction(1, 2)
RULESETS = Path(__file__).parents[2] / "method" / "rulesets"


def test_the_four_rule_sets_are_there_with_both_boundaries() -> None:
    assert set(RULES) == {"mee-2025-cff", "mee-2025-literal", "eu-cfb-2024-draft", "miit-551"}
    for rules in RULES.values():
        assert dict(rules.boundaries) == {"partial": STAGES[:3], "full": STAGES}


@pytest.mark.parametrize("method", sorted(RULES))
def test_a_partial_boundary_counts_activities_only(method: str) -> None:
    rules = RULES[method]
    assert rules.weight_of("activity", "", "partial") == rules.weight_of("activity", "", FULL) == 1
    for role in CIRCULAR_ROLES:
        for material in MATERIALS:
            assert rules.weight_of(role, material, "partial") == 0


@pytest.mark.parametrize(
    ("method", "material", "share"),
    [
        ("mee-2025-cff", "metal", "0.5"), ("mee-2025-cff", "plastic", "0.5"), ("mee-2025-cff", "other", "0.5"),
        ("eu-cfb-2024-draft", "metal", "0.2"), ("eu-cfb-2024-draft", "plastic", "0.5"),
        ("eu-cfb-2024-draft", "other", "0.5"),
    ],
)  # fmt: skip
def test_the_allocation_factor_of_the_sources(method: str, material: str, share: str) -> None:
    # MEE draft 2025: A = 0.5 unless proven. EU draft act: A 0.2 metals, 0.5 plastics and others; B 0.
    rules, rest = RULES[method], 1 - Fraction(share)
    weights = [rules.weight_of(role, material, FULL) for role in CIRCULAR_ROLES]
    assert weights == [rest, -rest, rest, -rest, 1, -1, 1]


def test_the_formula_of_the_mee_draft_as_printed() -> None:
    # Formula (3): R*A*Ev + R*Er + (1-R)*Ev + E_EOL - R**A*Ev: no share of Er is taken back, E_EOL counts whole.
    rules = RULES["mee-2025-literal"]
    weights = [rules.weight_of(role, "metal", FULL) for role in CIRCULAR_ROLES]
    assert weights == [HALF, 0, 1, -HALF, 1, 0, 1]


@pytest.mark.parametrize(("role", "material"), [("magic", "metal"), ("disposal", ""), ("disposal", "wood")])
def test_a_role_or_material_that_no_rule_set_knows_is_refused(role: str, material: str) -> None:
    with pytest.raises(BadField, match="expected one of"):
        RULES["mee-2025-cff"].weight_of(role, material, FULL)


def test_electricity_that_the_eu_draft_accepts() -> None:
    # Draft act of April 2024: direct connection or national average consumption mix only.
    assert set(RULES["eu-cfb-2024-draft"].electricity) == {"direct_connection", "national_average"}
    # MIIT answers, question 4: green certificates and regional factors are recognised.
    assert {"specific_supply", "regional_grid"} <= set(RULES["miit-551"].electricity)


def test_every_rule_set_says_what_its_source_does_not() -> None:
    for rules in RULES.values():
        topics = [unknown.topic for unknown in rules.unknown]
        assert topics and len(set(topics)) == len(topics)


def test_a_rule_set_says_nothing_of_a_stage_that_the_boundary_leaves_out() -> None:
    rules = RULES["miit-551"]
    assert rules.variant_of("partial") == (rules.variant_zh, rules.variant_en)
    assert rules.variant_of(FULL)[0] == f"{rules.variant_zh}；{rules.recycling_zh}"
    assert rules.variant_of(FULL)[1] == f"{rules.variant_en}; {rules.recycling_en}"
    assert RULES["mee-2025-cff"].variant_of("partial") == ("", "")
    left = set(rules.unknown_of(FULL)) - set(rules.unknown_of("partial"))
    assert [one.topic for one in left] == ["variant"]


@pytest.fixture
def recycled_line(category_record: dict[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = category_record["lines"][2]
    line |= {"role": "recycled_output_avoided", "material": "metal", "coefficient": "9/10"}
    return category_record


def test_the_same_line_has_another_coefficient_in_another_boundary_and_rule_set(
    recycled_line: dict[str, Any], factor_record: dict[str, Any]
) -> None:
    line = parse_category(recycled_line).lines[2]
    factor = parse_factor({**factor_record, "code": "scrap", "unit": "kg", "total": "10", "biogenic": "1"})
    expected = {"mee-2025-cff": 4_500_000, "mee-2025-literal": 4_500_000, "eu-cfb-2024-draft": 7_200_000}
    for method, size in expected.items():
        rules = find_rules(method, FULL)
        assert make_coefficients(line, factor, rules, "partial") == (0, 0, 0, 0)
        assert make_coefficients(line, factor, rules, FULL) == (-size, -size // 10, size, 5 * size)


@pytest.mark.parametrize(
    "change",
    [
        {"role": "magic"}, {"role": "activity"}, {"material": ""}, {"material": "wood"}, {"role": 1},
        {"model": "residual"}, {"model": 1}, {"surprise": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_with_a_bad_role_material_or_model_is_refused(
    recycled_line: dict[str, Any], change: dict[str, Any]
) -> None:
    parse_category(recycled_line)
    recycled_line["lines"][2] |= change
    with pytest.raises(BadField):
        parse_category(recycled_line)


def test_a_line_that_says_nothing_is_an_activity(category_record: dict[str, Any]) -> None:
    for line in category_record["lines"]:
        for field in ("role", "material", "model"):
            del line[field]
    line = parse_category(category_record).lines[0]
    assert (line.role, line.material, line.model) == ("activity", "", "")


@pytest.fixture
def rules_record() -> dict[str, Any]:
    return tomllib.loads((RULESETS / "eu_cfb_2024_draft" / "rules.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("code",), "EU!"), (("surprise",), 1), (("electricity",), ["magic"]), (("electricity_rest",), "magic"),
        (("boundaries", "full"), ["distribution"]), (("boundaries", "partial"), ["use"]),
        (("total_energy", "rule"), "magic"), (("total_energy", "cycles_from"), "guess"),
        (("total_energy", "default_cycles", "M1"), 0), (("total_energy", "default_cycles", "M1"), "60"),
        (("total_energy", "default_cycles", "Z9"), 60), (("allocation", "metal"), 0.2), (("cut_off",), 0.01),
        (("quality", "bands"), [{"upper": "1"}]), (("unknown",), [{"topic": "x"}]), (("unknown",), [1]),
        (("default_factors",), []), (("declared_boundaries",), ["gate"]),
    ],
)  # fmt: skip
def test_a_rule_set_with_one_bad_field_is_refused(
    rules_record: dict[str, Any], path: tuple[str, ...], value: object
) -> None:
    parse_rules(rules_record, weigh_cff)
    changed = copy.deepcopy(rules_record)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises((BadField, BadNumber)):
        parse_rules(changed, weigh_cff)


def test_a_rule_set_more_is_a_folder_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(RULESETS / "eu_cfb_2024_draft", tmp_path / "eu_cfb_2030")
    told = (tmp_path / "eu_cfb_2030" / "rules.toml").read_text("utf-8")
    (tmp_path / "eu_cfb_2030" / "rules.toml").write_text(
        told.replace("eu-cfb-2024-draft", "eu-cfb-2030").replace('metal = "0.2"', 'metal = "0.3"'), "utf-8"
    )
    monkeypatch.setattr(rulesets, "__path__", [*rulesets.__path__, str(tmp_path)])
    found = load_rules()
    assert set(found) == {*RULES, "eu-cfb-2030"}
    weight = found["eu-cfb-2030"].weight_of("recycled_input_virgin", "metal", FULL)
    assert weight == Fraction("0.7")


def test_unknown_methods_and_boundaries_are_refused() -> None:
    assert find_rules("mee-2025-cff", "partial").boundaries["partial"] == STAGES[:3]
    with pytest.raises(BadField, match="unknown method"):
        find_rules("none", "partial")
    with pytest.raises(BadField, match="no boundary"):
        find_rules("mee-2025-cff", "cradle")
