"""The pack maker's models by command: kept, mended, checked, asked for, compared, counted; as on the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.maker.doubts import NO_CELL
from node.maker.pack_drafts import find_model, list_drafts
from node.maker.requesting import list_requests
from node.words.asked import ASKED
from operation.phrases import Language
from tests.node.test_batch import two_models
from tests.node.test_cli import bill
from tests.node.village import SUPPLIES, Village, allow
from tests.verifier.test_report import LANGUAGES
from tests.web.test_maker_twice import publish_salt

Run = Callable[..., Any]
MAKER = "Pack maker"
ITEMS = [f"item-{number}" for number in range(len(SUPPLIES))]


@pytest.fixture
def model(village: Village, run: Run) -> Run:
    """`sealsum node model` at a pack maker whose suppliers have declared: (exit code, JSON or text, stderr)."""
    village.suppliers(policy=False)
    village.settle(MAKER, "requester")
    return lambda word, *words: run(MAKER, "model", word, *words)


def folder_of(tmp_path: Path, text: str) -> str:
    (tmp_path / "pack").mkdir(exist_ok=True)
    (tmp_path / "pack" / "pack.toml").write_text(text, "utf-8")
    return str(tmp_path / "pack")


def test_what_a_model_lacks_is_told_in_chinese_with_its_place(
    model: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    model("import", folder_of(tmp_path, two_models(ITEMS)))
    assert "草稿" in model("list")[1]
    shown = model("check", "T-80", "--method", "eu-cfb-2024-draft")[1]
    assert "未按此规则集申报" in shown and "other-rules" not in shown
    assert "原材料获取与零部件生产" in shown and "raw_material_and_parts" not in shown
    asked = model("check", "T-80")[1]
    assert "将询问 4 家：同一合计里的同行太少，可能露出其碳足迹。" in asked and "few-peers" not in asked
    assert "就绪" in model("check", "T-80")[1]
    assert " 待发起 " in model("duty")[1]
    assert "型号：没有一行是电芯。" in model("check", "T-80")[2]
    assert "型号没有 nosuch 这一项，可写的有：model, " in model("set", "T-80", "nosuch=1")[2]


def test_models_are_taken_over_listed_shown_changed_removed_and_put_back(
    model: Run, village: Village, tmp_path: Path
) -> None:
    code, found, _ = model("import", folder_of(tmp_path, two_models(ITEMS)), "--json")
    assert code == 0 and [(one["model"], one["items"]) for one in found["taken"]] == [
        ("T-100", 4),
        ("T-80", 4),
    ]
    listed = model("list", "--json")[1]["models"]
    assert [(one["model"], one["to_mend"], one["state"]) for one in listed] == [
        ("T-100", 0, "draft"),
        ("T-80", 0, "draft"),
    ]
    code, changed, _ = model("set", "T-80", "mass_kg=28x", "quality_measures=audited", "--json")
    assert code == 0 and changed["model"] == "T-80"
    code, shown, _ = model("show", "T-80", "--lang", "zh", "--json")
    assert code == 0 and shown["rows"][0]["quantity"] == "112.8"
    assert shown["problems"] == [{"row": 0, "field": "mass_kg", "problem": "应为数字，如 12.5"}]
    assert shown["masses"][0]["stated_kg"] == "" and shown["stated"] == {"quality_measures": "audited"}
    assert {one["method"]: one["kwh"] for one in shown["energies"]}["mee-2025-cff"] == "38400"
    assert model("undo", "T-80", "--json")[0] == 0
    assert model("show", "T-80", "--json")[1]["problems"] == []
    assert model("remove", "T-80", "--json")[0] == 0
    listed = model("list", "--json")[1]
    assert [one["model"] for one in listed["models"]] == ["T-100"]
    assert [one["model"] for one in listed["removed"]] == ["T-80"]
    assert model("undo", "T-80", "--json")[0] == 0
    assert [one.model for one in list_drafts(village.nodes[MAKER])] == ["T-100", "T-80"]
    code, text, _ = model("show", "T-100")
    assert code == 0 and "item-0" in text and "38400" not in text and "48000" in text


def test_a_bill_of_materials_from_elsewhere_becomes_the_rows_of_a_model(
    model: Run, village: Village, tmp_path: Path
) -> None:
    assert model("set", "T-7", "name_zh=七", "name_en=Seven", "chemistry=NCM", "--new", "--json")[0] == 0
    code, _, stderr = model("set", "T-7", "--new")
    assert code == 1 and "there is a model T-7 already" in stderr
    table = "物料,产品代码,供应商,用量,单位\n正极,item-0,North Cathode,141,千克\n"
    (tmp_path / "bom.csv").write_text(table, "utf-8")
    code, found, _ = model("import", str(tmp_path / "bom.csv"), "--into", "T-7", "--json")
    assert code == 0 and [(one["model"], one["items"]) for one in found["taken"]] == [("T-7", 1)]
    draft = find_model(village.nodes[MAKER], "T-7")
    # What the supplier declared is filled in.
    assert draft is not None and (draft.rows[0]["category"], draft.value("name_en")) == ("cathode", "Seven")
    (tmp_path / "next.csv").write_text(
        table.replace("item-0,North", "item-1,East").replace("正极", "粉料"), "utf-8"
    )
    code, found, stderr = model(
        "import", str(tmp_path / "next.csv"), "--into", "T-7", "--keep-left", "--json"
    )
    assert code == 0 and found["taken"][0]["not_in_the_file"] == [draft.rows[0]["item"]]
    assert found["taken"][0]["items"] == 2
    several = folder_of(tmp_path, two_models(ITEMS))
    code, found, stderr = model("import", several, "--into", "T-7", "--json")
    assert code == 1 and found["taken"] == [] and "T-100, T-80" in stderr and "T-7" in stderr


def test_the_sum_that_stands_for_a_module_without_a_mass_is_shown(model: Run, tmp_path: Path) -> None:
    table = "层级,物料,用量,单位\n1,m-1,4,件\n2,c-1,240,kg\n2,b-1,6,kg\n"
    (tmp_path / "T-7.csv").write_text(table, "utf-8")
    assert model("import", str(tmp_path / "T-7.csv"), "--json")[0] == 0
    pack, module = model("show", "T-7", "--json")[1]["masses"]
    assert (pack["summed_kg"], module["summed_kg"], module["sum_of"]) == ("246", "246", ["c-1", "b-1"])
    assert "no mass of its own: the sum of c-1, b-1" in model("show", "T-7")[1]


def test_texts_ask_the_suppliers_whose_templates_have_a_material_of_another_row(
    model: Run, village: Village, tmp_path: Path
) -> None:
    publish_salt(village)
    text = bill(ITEMS).replace(
        'product = "item-1"\ncategory = "cathode"', 'product = "item-1"\ncategory = "salt"'
    )
    assert model("import", folder_of(tmp_path, text))[0] == 0
    code, found, _ = model("texts", "T-100", "--lang", "en", "--json")
    assert code == 0 and len(found["texts"]) == 2
    assert "Product item-0: salt" in found["texts"][0]["text"]
    (said,) = [line for line in model("check", "T-100")[2].splitlines() if "sealsum node model texts" in line]
    assert said.endswith(f" {village.nodes[MAKER].store.folder} T-100")
    assert "Nobody is to be asked." not in model("texts", "T-100")[1]


def test_of_several_files_those_that_can_be_read_are_taken_over(
    model: Run, village: Village, tmp_path: Path
) -> None:
    (tmp_path / "broken.toml").write_text("[pack", "utf-8")
    missing = str(tmp_path / "nowhere.csv")
    words = (str(tmp_path / "broken.toml"), missing, folder_of(tmp_path, bill(ITEMS)))
    code, found, stderr = model("import", *words, "--json")
    assert code == 1 and [one["model"] for one in found["taken"]] == ["T-100"]
    assert [Path(one["file"]).name for one in found["problems"]] == ["broken.toml", "nowhere.csv"]
    assert "broken.toml" in stderr and "nowhere.csv" in stderr


def test_the_checklist_says_who_is_missing(model: Run, tmp_path: Path) -> None:
    model("import", folder_of(tmp_path, bill(ITEMS)))
    code, found, _ = model("check", "T-100", "--json")
    assert (code, found["is_ready"], found["problems"]) == (0, True, [])
    assert [one["state"] for one in found["entries"]] == ["ready"] * 4 and found["asks"]["few-peers"] == 4
    code, found, stderr = model("check", "T-100", "--method", "mee-2025-literal", "--json")
    assert code == 1 and {one["state"] for one in found["entries"]} == {"other-rules"}
    model("set", "T-100", "mass_kg=")
    code, text, stderr = model("check", "T-100", "--lang", "en")
    assert code == 1 and "mass_kg: fill this in" in stderr and "Something is missing." in text


def test_what_looks_odd_is_told_and_blocks_nothing(model: Run, tmp_path: Path) -> None:
    """As on the page of the request: no cell, an empty stage, a mass that fits no pack."""
    model("import", folder_of(tmp_path, bill(ITEMS)))
    code, found, stderr = model("check", "T-100", "--lang", "en", "--json")
    assert (code, found["is_ready"]) == (0, True)
    doubts = [one["problem"] for one in found["doubts"]]
    assert NO_CELL.en in doubts and any("stage Distribution" in one for one in doubts)
    _, whole, _ = model("check", "T-100", "--boundary", "full", "--lang", "en", "--json")
    assert any("End of life" in one["problem"] for one in whole["doubts"])
    model("set", "T-100", "mass_kg=9000")
    _, _, stderr = model("check", "T-100", "--lang", "zh")
    assert NO_CELL.zh in stderr and "整包每 kWh 重 90 kg" in stderr


def test_models_are_asked_for_one_by_one_and_the_others_go_on(
    model: Run, village: Village, tmp_path: Path
) -> None:
    model("import", folder_of(tmp_path, two_models(ITEMS)))
    other = bill(ITEMS).replace("T-100", "T-9").replace("East Cathode", "Nobody")
    model("import", folder_of(tmp_path, other))
    code, found, stderr = model("request", "T-100", "T-9", "T-80", "--json")
    assert code == 1
    assert [(one["models"], one["state"]) for one in found["requests"]] == [
        (["T-100"], "logged"),
        (["T-9"], "refused"),
        (["T-80"], "logged"),
    ]
    assert "T-9: declaration: the bill of materials cannot be requested" in stderr
    assert (
        "item-1: no declaration of product item-1 (category cathode) by Nobody"
        in found["requests"][1]["problem"]
    )
    assert [one.models for one in list_requests(village.nodes[MAKER])] == [("T-100",), ("T-80",)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_request_is_warned_of_and_refused_for_is_said_line_by_line_in_words(
    model: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", language)
    model("import", folder_of(tmp_path, bill(ITEMS)))
    words = tuple(one.say(language) for one in ASKED.values())
    told = model("request", "T-100")[2]
    said = [line for line in told.splitlines() if line.startswith("  ") and line.endswith(words)]
    assert said and not [code for code in ASKED if code in told]
    model("set", "T-100", "mass_kg=", "chemistry=")
    code, _, told = model("request", "T-100")
    problems = [line for line in told.splitlines() if "mass_kg" in line or "chemistry" in line]
    assert code == 1 and len(problems) == 2 and all(line.startswith("  ") for line in problems)


def test_when_suppliers_were_reminded_is_noted_by_the_command_that_prints_the_texts(
    model: Run, run: Run, village: Village, tmp_path: Path
) -> None:
    model("import", folder_of(tmp_path, bill(ITEMS)))
    (asked,) = model("request", "T-100", "--json")[1]["requests"]
    shown = run(MAKER, "status", asked["request"])[1]
    assert "reminded" not in shown and "Raw materials and parts" in shown and "raw_material" not in shown
    now = village.town.clock()
    run(MAKER, "remind", asked["request"], "--entry", "2", "--sent")
    assert "entry 2 reminded" in run(MAKER, "status", asked["request"])[1]
    told = run(MAKER, "remind", asked["request"], "--json")[1]["reminders"]
    assert [one["reminded"] for one in told] == [None, None, now, None]


def test_models_together_are_one_calculation_that_is_followed_to_its_results(
    model: Run, run: Run, village: Village, tmp_path: Path
) -> None:
    model("import", folder_of(tmp_path, two_models(ITEMS)))
    code, found, _ = model("request", "T-100", "T-80", "--together", "--json")
    (asked,) = found["requests"]
    assert code == 0 and (asked["models"], asked["entries"]) == (["T-100", "T-80"], 4)
    reminders = run(MAKER, "remind", asked["request"], "--lang", "zh", "--json")[1]["reminders"]
    assert [one["entry"] for one in reminders] == [0, 1, 2, 3]
    assert "T-100, T-80" in reminders[0]["subject"] and "112.8" not in json.dumps(reminders)
    one = run(MAKER, "remind", asked["request"], "--entry", "2", "--lang", "en")[1]
    assert "To: South Cathode" in one and "we, Pack maker, are computing the carbon footprint" in one
    assert run(MAKER, "remind", asked["request"], "--entry", "4")[0] == 1
    for node in village.nodes.values():
        allow(node)
    village.run()
    assert run(MAKER, "remind", asked["request"])[1] == "Nobody is awaited."
    assert "certified, new result" in run(MAKER, "list")[1]
    assert run(MAKER, "result", asked["request"])[0] == 0
    assert [one["is_new"] for one in run(MAKER, "list", "--json")[1]["requests"]] == [False]
    listed = {row["model"]: row for row in model("list", "--json")[1]["models"]}
    assert {row["state"] for row in listed.values()} == {"certified"} and listed["T-80"]["per_kwh"]
    code, compared, _ = model("compare", "--json")
    assert code == 0 and (compared["rules"], compared["choices"]) == (
        "mee-2025-cff/partial",
        ["mee-2025-cff/partial"],
    )
    assert [(row["model"], row["per_kwh"]) for row in compared["compared"]] == [
        (name, listed[name]["per_kwh"]) for name in ("T-100", "T-80")
    ]
    alone = model("compare", "--model", "T-80", "--json")[1]["compared"]
    assert [row["model"] for row in alone] == ["T-80"]
    code, _, stderr = model("compare", "--rules", "miit-551/full")
    assert code == 1 and "no result under miit-551/full; there are: mee-2025-cff/partial" in stderr
    duty = model("duty", "--json")[1]
    # Certified under another rule set: the notice's duty is open.
    assert [row["model"] for row in duty["waiting"]] == ["T-100", "T-80"] and not duty["is_trial_met"]
    assert "0 of 2 are certified" in model("duty")[1] and "T-100" in model("compare")[1]


def test_a_model_keeps_its_number_while_it_is_asked_for_anew(
    model: Run, run: Run, village: Village, tmp_path: Path
) -> None:
    model("import", folder_of(tmp_path, bill(ITEMS)))
    (first,) = model("request", "T-100", "--json")[1]["requests"]
    for node in village.nodes.values():
        allow(node)
    village.run()
    (before,) = model("list", "--json")[1]["models"]
    assert (before["request"], before["result"]) == (first["request"],) * 2 and before["per_kwh"]
    assert "a newer one" not in model("list")[2]
    (second,) = model("request", "T-100", "--json")[1]["requests"]
    (listed,) = model("list", "--json")[1]["models"]
    assert listed == before | {"state": "consenting", "request": second["request"]}
    _, shown, told = model("list")
    assert before["per_kwh"] in shown
    said = f"T-100: the number is of request {first['request'][:16]}; a newer one: {second['request'][:16]}, consenting"
    assert said in shown + told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "T-1"), "there is no model 'T-1' here; there are: none yet"),
        (("remove", "T-1"), "there is no model 'T-1' here"),
        (("undo", "T-1"), "there is no model 'T-1' here"),
        (("set", "T-1", "--new", "weight=3"), "a model has no field 'weight'; there are: model, name_zh"),
        (("set", "T-1", "--new", "mass_kg"), "expected FIELD=VALUE"),
        (("request", "T-1"), "there is no model 'T-1' here"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    model: Run, village: Village, words: tuple[str, ...], said: str
) -> None:
    code, _, stderr = model(*words)
    assert code in (1, 2) and said in stderr
    assert list_drafts(village.nodes[MAKER]) == []
