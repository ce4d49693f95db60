"""A file that `publish` cannot take: which field, what is expected and what to start from, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from coordinator.commands.library import tell_published
from coordinator.publishing import Published, read_library
from method.category import make_category_record, parse_category_fields
from operation.refusals import say_refused
from protocol.errors import PeerError
from protocol.library import category_of
from protocol.payloads import Category
from tests.support.example import category, line

SIGNED = category("kiln", ["raw_material_and_parts"], [line("warm", "MJ", False, "steam")])
WRITTEN = make_category_record(parse_category_fields(SIGNED))
HEADER = {
    "by": "ab" * 32,
    "saw": {"size": 0, "root": "ab" * 32},
    "nonce": "cd" * 16,
    "protocol": "sealsum/v1",
}
COMMAND = "sealsum coordinator export-category DIR CODE --out FILE"


def changed(**fields: object) -> dict[str, Any]:
    return {"category": [{**WRITTEN, **fields}]}


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (
            {**HEADER, **SIGNED},
            "file: unknown field 'by'; expected only category, factor",
            "文件：不认识的字段 by，只能有 category, factor",
        ),
        (
            {"category": [{**SIGNED, **HEADER}]},
            "category kiln: unknown field 'by'; expected only code",
            "产品类别 kiln：不认识的字段 by，只能有 code",
        ),
        (
            {"category": [SIGNED]},
            "category kiln: reference: expected at most 12 decimals, below 1000000 kg; a signed statement has it in",
            "产品类别 kiln：参考足迹 reference 以 kg 计，最多十二位小数，小于 1000000；签了名的声明里是以 1e-12 kg",
        ),
        (
            changed(reference=[1.5, 0, 1, 1]),
            'category kiln: reference: expected a plain decimal written as text, such as "12.5"',
            '产品类别 kiln：reference：应为写成文字的小数，如 "12.5"',
        ),
        (
            changed(quantity_low=1),
            "category kiln: field 'quantity_low': expected a plain decimal written as text",
            "产品类别 kiln：字段 quantity_low 应为写成文字的小数",
        ),
        (
            changed(reference=["1", "2", "3", "4", "5"]),
            "category kiln: field 'reference': expected a list of at most 4 items",
            "产品类别 kiln：字段 reference 应为列表，最多 4 项",
        ),
        (
            changed(lines=[{**line("warm", "MJ", False, "steam"), "accepts": ["glow"]}]),
            "category kiln: line warm: default_factor is expected to be among the accepted factors",
            "产品类别 kiln：项目 warm：默认因子 default_factor 应在接受的因子代码 accepts 之中",
        ),
        (
            {"category": WRITTEN},
            "file: field 'category': expected a list of at most",
            "字段 category 应为列表",
        ),
    ],
)
def test_a_file_that_is_no_file_of_people_says_the_field_and_what_to_start_from(
    tmp_path: Path, content: dict[str, Any], english: str, chinese: str
) -> None:
    file = tmp_path / "kiln.json"
    file.write_text(json.dumps(content), "utf-8")
    with pytest.raises(PeerError) as caught:
        read_library([file])
    said = say_refused(caught.value)
    assert english in said.en and said.en.endswith(COMMAND)
    assert chinese in said.zh and said.zh.endswith(f"；可以从这条命令写出的文件改起：{COMMAND}")
    assert not re.search("expected|原文|没有发布", said.zh)


def test_a_file_that_is_there_for_nobody_or_is_no_table_is_refused_in_chinese_too(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[[category]", "utf-8")
    for path, chinese in (
        (tmp_path / "none.toml", "没有这个文件"),
        (broken, "不是 UTF-8 编码的 TOML 或 JSON 文件"),
    ):
        with pytest.raises(PeerError) as caught:
            read_library([path])
        assert chinese in say_refused(caught.value).zh


def test_a_statement_that_the_log_refuses_for_a_number_is_not_said_to_be_unpublished() -> None:
    fields = {**HEADER, **SIGNED, "reference": ["1" * 20, "0", "1", "1"]}
    with pytest.raises(PeerError) as caught:
        category_of(Category.model_validate(fields))
    assert caught.value.check == "category"
    assert say_refused(caught.value).zh == '产品类别 kiln：reference：应为写成文字的小数，如 "12.5"'


def test_why_a_submission_was_not_published_is_said_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "factor steel is published in version 2; submit a higher one"
    done = Published([], [], {"steel": why}, [])
    for language, said in (("zh", "未发布：steel：steel 已发布到版本 2，请提高版本号"), ("en", why)):
        monkeypatch.setenv("SEALSUM_LANG", language)
        tell_published(0, done)
        assert said in capsys.readouterr().err
