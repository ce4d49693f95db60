"""What a provider and an expert say to the library: what is refused before it is signed, and what is listed after."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from openpyxl import Workbook

from method.factor import parse_factor
from method.factor_table import encode_factor_table
from node.library import fetch_submissions
from node.reviewing import judge_factor, submit_factors
from node.words.refusals import say_refusal
from protocol.errors import Refused
from protocol.payloads import Category, Return, Review
from tests.node.test_cli import Run
from tests.node.test_library import publish, submit
from tests.node.village import Village
from tests.support.example import category, factor, line


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_part_of_a_factor_that_is_more_than_its_total_is_refused_by_either_name(
    village: Village, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", language)
    node = village.settle("Steel works", "provider")
    wrong = parse_factor({**factor("steel", "2", "kg"), "biogenic": "2.5"})
    table = tmp_path / "factors.csv"
    table.write_bytes(encode_factor_table([wrong]))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in csv.reader(io.StringIO(table.read_text("utf-8-sig"))):
        sheet.append(row)
    book.save(tmp_path / "factors.xlsx")
    said = {"zh": "“其中生物源”大于“数值”", "en": "“Biogenic part” above “Value”"}[language]
    for name in ("factors.csv", "factors.xlsx"):
        code, _, stderr = run("Steel works", "submit-factors", str(tmp_path / name))
        assert code and said in stderr
    with pytest.raises(Refused, match="steel: biogenic above total") as caught:
        submit_factors(node, [wrong])
    assert "因子 steel 的 biogenic 大于 total" in say_refusal(caught.value).zh
    assert not node.record.about("factor", "steel")


def test_what_a_provider_or_an_expert_signed_is_listed(
    village: Village, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, role in (("Steel works", "provider"), ("Reader", "expert"), ("Verifier", "verifier")):
        village.settle(name, role)
    submitted = submit(village, "Steel works", "steel")
    words = ("--verdict", "return", "--opinion", "no source", "--yes", "--json")
    signed = run("Reader", "review", submitted, *words)[1]
    own = run("Steel works", "list", "--json")[1]
    assert [(one["id"], one["code"], one["state"]) for one in own["submissions"]] == [
        (submitted, "steel", "in_review")
    ]
    assert own["opinions"] == []
    found = run("Reader", "list", "--json")[1]
    assert found["submissions"] == [] and [(one["about"], one["verdict"]) for one in found["opinions"]] == [
        (submitted, "return")
    ]
    assert found["opinions"][0]["id"] in signed.values()
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "400")
    for name, said in (("Steel works", "评审中"), ("Reader", "退回")):
        text = run(name, "list")[1]
        assert re.search(rf"{'已提交' if name == 'Steel works' else '意见'}\n", text)
        assert re.search(rf"steel +1 +钢材 .+ {said}", text) and "申报" not in text
        assert "英文名称" not in text and ("no source" in text) == (name == "Reader")
    assert "sealsum verifier list" in run("Verifier", "list")[1]


def test_an_experts_own_opinions_are_listed_in_the_order_in_which_they_were_written(
    village: Village, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, role in (("Steel works", "provider"), ("Reader", "expert")):
        village.settle(name, role)
    steel, iron = (submit(village, "Steel works", code) for code in ("steel", "iron"))
    for one in (iron, steel):
        run("Reader", "review", one, "--opinion", f"read {one[:4]}", "--yes")
    assert [one["about"] for one in run("Reader", "list", "--json")[1]["opinions"]] == [iron, steel]
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    assert "同意" in run("Reader", "list")[1]


@pytest.mark.parametrize("flag", ["--yes", "--json"])
def test_a_factor_in_another_unit_is_told_before_it_is_signed(
    village: Village, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    village.settle("Solvent works", "provider")
    submit(village, "Solvent works", "nmp")
    lines = [{**line("solvent", "kg", True, "nmp"), "accepts": ["nmp"]}]
    fields = category("coating", ["raw_material_and_parts"], lines)
    town = village.town
    header = town.header(town.operator).fields()
    publish(village, town.log_it(town.operator, Category.model_validate({**header, **fields})))
    table = tmp_path / "factors.csv"
    rows = [{**factor(code, "2", "MJ"), "version": version} for code, version in (("nmp", 2), ("oil", 1))]
    table.write_bytes(encode_factor_table([parse_factor(one) for one in rows]))
    _, _, stderr = run("Solvent works", "submit-factors", str(table), flag)
    assert "nmp 这里按 MJ 计，而接受它的项目按 kg 计：coating/solvent" in stderr
    assert "nmp 这里按 MJ 计，而版本 1 按 kg 计" in stderr and "oil" not in stderr


def test_a_version_that_was_returned_is_among_those_there_are(village: Village) -> None:
    node, town = village.settle("Steel works", "provider"), village.town
    publish(village, submit(village, "Steel works", "steel"))
    second = submit(village, "Steel works", "steel", 2)
    reviews = []
    for name in ("First expert", "Second expert"):
        expert = town.member(name, "expert")
        fields = {**town.header(expert).fields(), "subjects": (second,), "opinion": "no source"}
        reviews.append(town.log_it(expert, Review.model_validate({**fields, "verdict": "return"})))
    header = town.header(town.operator).fields()
    town.log_it(town.operator, Return(**header, subject=second, reviews=tuple(reviews), reason="no source"))
    submit(village, "Steel works", "steel", 3)
    fetch_submissions(node)
    ((_, _, values),) = judge_factor(node, "steel", 3, None)
    assert (str(values["versions"].zh), values["next"]) == ("1、2、3", 4)
