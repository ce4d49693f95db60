"""`--help` in the reader's language."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sealsum import help_texts
from sealsum.help_texts import make_command
from sealsum.main import PARTS, load_part
from web.languages import load_texts


def ask(words: str, **language: str) -> str:
    """What a fresh process prints on a wide terminal, for who has set these variables."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LANG", "LC_", "SEALSUM_LANG"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "sealsum", *words.split()],
        env={**others, "COLUMNS": "200", "PYTHONUTF8": "1", **language},
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("language", [{"LANG": "zh_CN.UTF-8"}, {"LANG": "C.UTF-8", "SEALSUM_LANG": "zh"}])
def test_help_is_chinese_for_who_reads_chinese(language: dict[str, str]) -> None:
    said = ask("node import --help", **language)
    assert "导入" in said and "参数" in said and "选项" in said and "显示本帮助并退出" in said
    assert not [line for line in said.splitlines() if "activity" in line or "Show this" in line]
    assert "命令" in ask("node --help", **language) and "供应商" in ask("--help", **language)
    assert "没有" in ask("node nonsense", **language)


def test_help_is_english_for_everybody_else() -> None:
    said = ask("node import --help", LANG="de_DE.UTF-8")
    assert "Import a product's activity" in said and "Options" in said
    assert said.isascii() or not any("一" <= sign <= "鿿" for sign in said)
    assert "Carbon footprints over suppliers" in ask("--help", LANG="C.UTF-8")


def test_no_line_of_chinese_help_is_cut_off() -> None:
    """In a list of commands each is described in full, on a terminal of the usual width as well."""
    listed = "".join(ask("node --help", LANG="zh_CN.UTF-8", COLUMNS="80").split())
    command = make_command(load_part(PARTS["node"]))
    texts = load_texts((Path(help_texts.__file__).parent,))["zh"]
    for one in command.commands.values():
        described = texts.gettext(one.help or "").partition("\n\n")[0]
        assert "".join(described.split()) in listed
