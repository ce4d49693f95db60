"""Chemistries as people write them: counted once whatever the grade or the language."""

from __future__ import annotations

from datetime import date

import pytest

from node.maker.chemistries import name_chemistry
from node.maker.duty import Listed, count_duty


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("NCM", ("NCM622", "ncm 811", "NMC", "三元", "三元锂电池", "三元（NCM523）", "镍钴锰三元")),
        ("NCA", ("NCA", "镍钴铝", "三元（镍钴铝）")),
        ("LFP", ("LFP", "LiFePO4", "磷酸铁锂", "铁锂")),
        ("LMFP", ("LMFP", "磷酸锰铁锂")),
        ("Na-ion", ("Na-ion", "钠离子", "钠电")),
    ],
)
def test_every_usual_name_is_one_chemistry(code: str, typed: tuple[str, ...]) -> None:
    assert {name_chemistry(one) for one in typed} == {code}


def test_what_is_in_no_list_or_says_two_stays_as_typed() -> None:
    assert [name_chemistry(one) for one in (" Solid X1 ", "NCM/LFP", "")] == ["Solid X1", "NCM/LFP", ""]


def test_the_duty_counts_a_chemistry_once() -> None:
    models = [Listed("A", "NCM622", "60"), Listed("B", "三元", "60"), Listed("C", "LFP", "60")]
    duty = count_duty(models, {"A": ()}, date(2026, 12, 1))
    assert (duty.chemistries, duty.covered) == (("LFP", "NCM"), ("NCM",))
