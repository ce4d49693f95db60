"""What wrong usage is told in Chinese: the words of the library that reads the command line, by pattern.

The one fact: that library speaks English only; what no pattern knows is shown as it is.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import typer

_WRONG: Any = typer.BadParameter.__base__
"""What every kind of wrong usage is; typer has no public name for it."""
_PATTERNS = tuple(
    (re.compile(pattern, re.MULTILINE), chinese)
    for pattern, chinese in (
        (r"^Try '(.+)' for help\.$", r"查看帮助：\1"),
        (r"^Error: ", "错误："),
        (r"^(错误：)Missing (?:argument|option|parameter) '?(.+?)'?\.$", r"\1缺少 \2"),
        (r"^(错误：)Invalid value for '?(.+?)'?: ", r"\1\2 的值不对："),
        (r"^(错误：)Invalid value: ", r"\1值不对："),
        (r"^(错误：)No such option: (\S+)(?: \(Possible options: (.+)\))", r"\1没有选项 \2；相近的有：\3"),
        (r"^(错误：)No such option: (\S+)$", r"\1没有选项 \2"),
        (r"^(错误：)Option '(.+)' does not take a value\.$", r"\1选项 \2 后面不写值"),
        (r"^(错误：)Option '(.+)' requires .+\.$", r"\1选项 \2 后面要写值"),
        (r"^(错误：)Got unexpected extra argument\(s\) \((.+)\)$", r"\1多写了：\2"),
        (r"Input should be a valid integer(?:, .+)?$", "应为整数"),
        (r"Input should be a valid number(?:, .+)?$", "应为数字"),
        (r"Input should be greater than or equal to (\S+)$", r"不能小于 \1"),
        (r"Input should be less than or equal to (\S+)$", r"不能大于 \1"),
        (r": expected (\S+) or (\S+)$", r"，应为 \1 或 \2"),
        (r": expected (.+)$", r"，应为 \1"),
        (r"。\. Did you mean (.+)\?$", r"。您要的是不是 \1？"),
    )
)
_LAID_OUT = tuple(
    (re.compile(pattern, re.MULTILINE), chinese)
    for pattern, chinese in (
        (r"^Usage: ", "用法："),
        (r"\[OPTIONS\]", "[选项]"),
        (r" COMMAND \[ARGS\]\.\.\.$", " 命令 [参数]..."),
        (r"\[required\]", "[必填]"),
        (r"\[env var:\s+", "[环境变量："),
        (r"(?<=[\[ ])default:\s+(?=[^\[\]]*\])", "默认值："),
    )
)
"""What help is laid out with."""


def run(command: Any, words: Sequence[str], name: str) -> NoReturn:
    """Run a command to its end, wrong usage told in Chinese."""
    try:
        code = command.main(list(words), prog_name=name, standalone_mode=False)
    except _WRONG as error:
        told = io.StringIO()
        error.show(told)
        print(say_wrong(told.getvalue()), end="", file=sys.stderr)
        raise SystemExit(error.exit_code) from error
    except typer.Abort as error:
        print("已中止。", file=sys.stderr)
        raise SystemExit(1) from error
    raise SystemExit(code if isinstance(code, int) else 0)


def say_wrong(text: str) -> str:
    """The library's lines on wrong usage, in Chinese."""
    return _put(_PATTERNS, say_help(text))


def say_help(text: str) -> str:
    """What the library lays help out with, in Chinese."""
    return _put(_LAID_OUT, text)


def _put(patterns: Sequence[tuple[re.Pattern[str], str]], text: str) -> str:
    for pattern, chinese in patterns:
        text = pattern.sub(chinese, text)
    return text
