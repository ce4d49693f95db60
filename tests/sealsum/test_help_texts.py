"""`--help` in the reader's language."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sealsum import help_texts
from sealsum.help_texts import make_command
from sealsum.main import PARTS, load_part
from sealsum.usage import run, say_help
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
    wrong = ask("node nonsense", **language)
    assert "没有" in wrong and "用法：" in wrong and "nonsense" in ask("nonsense", **language)


def test_a_default_is_called_so_in_chinese_however_the_line_is_broken() -> None:
    for laid_out, said in (
        ("12h、14d。  [default:\n                        14d]", "12h、14d。  [默认值：14d]"),
        ("  [default: 100; 1<=x<=10000]", "  [默认值：100; 1<=x<=10000]"),
        ("[env var: SEALSUM_X; default: 7]", "[环境变量：SEALSUM_X; 默认值：7]"),
        ("the default: none", "the default: none"),
    ):
        assert say_help(laid_out) == said
    said = ask("authority invite --help", SEALSUM_LANG="zh", COLUMNS="80")
    assert "[默认值：14d]" in said and "default" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("node status", "缺少 DIR"),
        ("node status x --foo", "没有选项 --foo；相近的有：--follow"),
        ("authority list x --zzz", "没有选项 --zzz\n"),
        ("authority list x y", "多写了：y"),
        ("authority list x --json=3", "选项 --json 后面不写值"),
        ("authority init x --name", "选项 --name 后面要写值"),
        ("authority cancel x seven", "number 的值不对：应为整数"),
        ("log audit http://x --pins p --jobs 0", "--jobs 的值不对：不能小于 1"),
        ("log audit http://x --pins p --jobs 65", "--jobs 的值不对：不能大于 64"),
        ("node import a b c --lang fr", "--lang 的值不对：'fr'，应为 zh 或 en"),
        ("node review x --verdict maybe", "值不对：--verdict 'maybe'，应为 accept 或 return"),
    ],
)
def test_wrong_usage_is_told_in_chinese(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    part, *arguments = words.split()
    with pytest.raises(SystemExit) as caught:
        run(make_command(load_part(PARTS[part])), arguments, f"sealsum {part}")
    told = capsys.readouterr().err
    assert caught.value.code == 2 and f"错误：{said}" in told
    assert not re.search("Error|Usage|Try|Invalid|expected|should", told)


def test_what_a_command_ends_with_is_what_the_program_ends_with(tmp_path: Path) -> None:
    command = make_command(load_part(PARTS["authority"]))
    for words, code in (
        (["init", str(tmp_path / "a"), "--name", "A"], 0),
        (["list", str(tmp_path / "b")], 1),
    ):
        with pytest.raises(SystemExit) as caught:
            run(command, words, "sealsum authority")
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("coordinator account --help", ("用法：sealsum coordinator account [选项] 命令 [参数]...",)),
        ("coordinator account", ("用法：sealsum coordinator account [选项] 命令 [参数]...",)),
        ("coordinator account add --help", ("[必填]", "[环境变量：SEALSUM_DATABASE_URL]")),
        ("node review --help", ("用法：sealsum node review [选项]", "[默认值：accept]")),
    ],
)
def test_what_help_is_laid_out_with_is_chinese(words: str, said: tuple[str, ...]) -> None:
    told = ask(words, LANG="zh_CN.UTF-8")
    assert all(one in told for one in said), told
    assert not re.search("Usage|OPTIONS|COMMAND|ARGS|required|env var|default:|Options", told)


@pytest.mark.parametrize("words", ["node opening refuse", "verifier ask"])
def test_whom_a_reason_reaches_is_said_before_it_is_written(words: str) -> None:
    """As the pages say it: it is not sealed."""
    said = "".join(ask(f"{words} --help", LANG="zh_CN.UTF-8").split())
    assert "不会密封" in said and "其他核查方也能看到" in said


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
