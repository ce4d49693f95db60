"""What commands print for people is Chinese for who reads Chinese: every sentence, name and title, by their sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from operation.told import tell, width_of
from operation.told_names import NAMES
from operation.told_sentences import SENTENCES
from tools.check_shape import ROOT

FILES = ("node/cli.py", "node/commands/*.py", "coordinator/cli.py", "coordinator/commands/*.py", "authority/cli.py",
         "authority/output.py", "witness/cli.py", "auditor/cli.py", "auditor/report.py")  # fmt: skip
SOURCES = sorted(path for pattern in FILES for path in ROOT.glob(pattern))
PRINTS = {"echo", "say", "confirm", "prompt", "working", "_progress", "status"}
_WORDS, _CHINESE = re.compile("[A-Za-z]{2}"), re.compile("[一-鿿]")


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a module, with the last part of what is called."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            yield (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")), node


def texts_in(node: ast.AST) -> Iterator[str]:
    """The literals that a printed value is put together from; what a call inside it says is that call's."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.IfExp):
        yield from (*texts_in(node.body), *texts_in(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*texts_in(node.left), *texts_in(node.right))


def names_in(name: str, call: ast.Call) -> Iterator[str]:
    """The titles of a table, or the names beside values, that stand in a call."""
    for node in ast.walk(call.args[0]) if call.args else ():
        if name == "show_table" and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if name == "show_lines" and isinstance(node, ast.Tuple) and isinstance(node.elts[0], ast.Constant):
            yield str(node.elts[0].value)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_printed_in_english_alone(path: Path) -> None:
    for name, call in calls(path):
        said = [text for one in call.args for text in texts_in(one)] if name in PRINTS else []
        only = [text for text in said if _WORDS.search(text) and not _CHINESE.search(text)]
        assert not only, f"{path}:{call.lineno}: {only}: say it through operation.told.tell"
        if name == "tell":
            missing = [text for text in texts_in(call.args[0]) if text not in SENTENCES]
            assert not missing, f"{path}:{call.lineno}: no Chinese: {missing}"
        titles = [one for one in names_in(name, call) if one not in NAMES and not _CHINESE.search(one)]
        assert not titles, f"{path}:{call.lineno}: no Chinese: {titles}"


def test_what_a_look_over_checks_has_a_name() -> None:
    from coordinator.console.overview import CHECKS
    from node.web.health import CHECKS as CHECKS_OF_NODE

    assert not {*CHECKS, *CHECKS_OF_NODE, "database", "doors", "standby"} - NAMES.keys()


def test_every_sentence_is_said_by_a_command() -> None:
    """None is left of a command that says something else by now."""
    said = {
        text
        for path in SOURCES
        for name, call in calls(path)
        if name == "tell"
        for text in texts_in(call.args[0])
    }
    assert SENTENCES.keys() == said


def test_a_sentence_has_the_same_places_in_both_languages() -> None:
    for english, chinese in SENTENCES.items():
        count = english.count("{}")
        values = [f"<{number}>" for number in range(count)]
        assert all(value in chinese.format(*values) for value in values), english
        assert _CHINESE.search(chinese), english


def test_the_machines_language_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    assert tell("Pins are in {}.", "pins.json") == "固定信息已写入 pins.json。"
    monkeypatch.setenv("SEALSUM_LANG", "en")
    assert tell("Pins are in {}.", "pins.json") == "Pins are in pins.json."
    assert width_of("名称 id") == 7
