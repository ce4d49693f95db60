"""Hydrates in the words of spreadsheets."""

from __future__ import annotations

import pytest

from method.substances import find_formula, ratio_of_forms, read_form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("六水硫酸镍", "hexahydrate"), ("六水合硫酸镍", "hexahydrate"), ("硫酸镍（无水）", "anhydrous"),
        ("NiSO4·6H2O", "hexahydrate"), ("NiSO₄・6H₂O", "hexahydrate"), ("NiSO4.6H2O 22.3%", "hexahydrate"),
        ("单水氢氧化锂", "monohydrate"), ("一水", "monohydrate"), ("LiOH·H2O", "monohydrate"),
        ("Lithium hydroxide Monohydrate", "monohydrate"), ("七水硫酸亚铁", "heptahydrate"), ("二水磷酸铁", "dihydrate"),
        ("硫酸镍", ""), ("", ""), ("佛山三水区", ""), ("水路运输", ""), ("去离子水 H2O", ""), ("无水或六水硫酸镍", ""),
    ],
)  # fmt: skip
def test_the_form_is_read_from_what_people_write(text: str, form: str) -> None:
    assert read_form(text) == form


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("六水硫酸镍 nickel sulphate", "NiSO4"), ("cobalt sulfate", "CoSO4"), ("LiOH·H2O", "LiOH"),
        ("磷酸铁", "FePO4"), ("磷酸铁锂 LiFePO4", None), ("石墨", None), ("硫酸镍和硫酸钴", None),
    ],
)  # fmt: skip
def test_the_compound_is_read_from_what_people_write(text: str, formula: str | None) -> None:
    assert find_formula(text) == formula


def test_the_ratio_of_two_forms() -> None:
    # Method, traps: NiSO4·6H2O and anhydrous differ 1.7 times, whichever is named first.
    for forms in (("hexahydrate", "anhydrous"), ("anhydrous", "hexahydrate")):
        ratio = ratio_of_forms("硫酸镍", *forms)
        assert ratio is not None and round(float(ratio), 1) == 1.7
    assert ratio_of_forms("graphite", "hexahydrate", "anhydrous") is None
    assert ratio_of_forms("硫酸镍", "dihydrate", "anhydrous") is None
