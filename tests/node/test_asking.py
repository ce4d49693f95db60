"""What a provider's and an expert's command would sign is shown first, and signed once somebody says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from method.factor_table import encode_factor_table
from tests.node.test_cli import Run
from tests.node.test_library import publish, submit
from tests.node.village import Village
from tests.web.test_knowledge_pages import made


def test_an_opinion_is_shown_and_asked_about_before_it_is_signed(village: Village, run: Run) -> None:
    village.settle("Steel works", "provider")
    village.settle("Reader", "expert")
    submitted = submit(village, "Steel works", "steel")
    words = ("review", "steel", "--verdict", "return", "--opinion", "no source is named")

    def count() -> int:
        (item,) = run("Reader", "find", "library", "steel", "钢材", "--json")[1]["items"]
        return int(item["reviews"])

    code, shown, told = run("Reader", *words)
    assert code == 2 and "nobody is here to answer" in told and "--yes" in told
    for one in ("region      CN", "year        2024", "boundary    life_cycle", "source      test"):
        assert one in shown, one
    for one in ("steel", "2 kgCO2e/kg", submitted, "something must be mended", "no source is named"):
        assert one in shown, one
    assert "nobody can change it or take it back" in shown
    assert run("Reader", *words, "--json")[:2] == (2, "") and count() == 0
    assert run("Reader", *words, answer="n\n")[0] == 1 and count() == 0
    assert run("Reader", *words, answer="y\n")[0] == 0 and count() == 1


def test_factors_are_shown_and_asked_about_before_they_are_signed(
    village: Village, run: Run, tmp_path: Path
) -> None:
    village.settle("Steel works", "provider")
    file = tmp_path / "given.csv"
    file.write_bytes(encode_factor_table([made("steel", "2.5", 3)]))
    code, shown, told = run("Steel works", "submit-factors", str(file))
    assert code == 2 and "nobody is here to answer" in told
    assert "steel" in shown and "2.5 kgCO2e/kg" in shown and "public under your name and stay" in shown
    assert run("Steel works", "submit-factors", str(file), "--json")[:2] == (2, "")
    assert run("Steel works", "submit-factors", str(file), answer="n\n")[0] == 1
    assert run("Steel works", "find", "library", "steel", "--json")[1]["items"] == []
    assert run("Steel works", "submit-factors", str(file), answer="y\n")[0] == 0
    code, text, _ = run("Steel works", "submit-factors", str(file))  # only repeats: nothing to ask
    assert code == 0 and "nothing was sent" in text


def test_a_withdrawal_that_nobody_confirms_is_not_signed(
    village: Village, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    code, shown, told = run("Steel works", "withdraw-factor", "steel", "--reason", "wrong")
    assert code == 2 and "确认撤回" in shown and "没有签名：这里无人确认" in told


def test_a_second_opinion_of_ones_own_is_refused_with_the_first(
    village: Village, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle("Steel works", "provider")
    village.settle("Reader", "expert")
    submitted = submit(village, "Steel works", "steel")
    assert run("Reader", "review", "steel", "--opinion", "source read", "--yes")[0] == 0
    for name in ("steel", submitted):
        code, _, told = run("Reader", "review", name, "--verdict", "return", "--opinion", "no", "--yes")
        assert code == 1 and "steel version 1: you judged it already, accept: source read" in told
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    _, _, told = run("Reader", "review", "steel", "--opinion", "again", "--yes")
    assert "steel 版本 1：贵单位已评审过，结论是同意，意见：source read" in told


def test_an_expert_reads_what_waits_and_how_to_write_about_it(
    village: Village, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle("Steel works", "provider")
    village.settle("Reader", "expert")
    assert run("Reader", "inbox")[1] == "Nothing waits for your opinion.\nNothing waits for you."
    submitted = submit(village, "Steel works", "steel")
    assert run("Steel works", "inbox", "--json")[1] == {"inbox": []}
    ((told,), code) = run("Reader", "inbox", "--json")[1]["to_review"], run("Reader", "review", "--json")[0]
    assert (told["id"], told["submitted_by"], code) == (submitted, "Steel works", 2)
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    for words in (("inbox",), ("review",)):
        code, text, stderr = run("Reader", *words)
        assert "等待您评审：1 项" in text and "sealsum node review DIR CODE" in text
        assert re.search(r"steel +1 +钢材 +Steel works", text)
        assert (code, "没有签名：请写代码或编号" in stderr) == (
            (2, True) if words == ("review",) else (0, False)
        )
