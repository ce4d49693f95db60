"""What deploy/ starts and the guides say exists: every command line parses with the options it names."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import typer
import typer.main

from sealsum.main import PARTS
from tests.support.deployment import COMPOSE_FILES, GUIDES, ROLES, ROOT, UNITS, command_lines

LINES = command_lines()


def parse(words: list[str]) -> None:
    """Raise when `sealsum WORDS` is not a command with these options and arguments. Nothing is run."""
    part = PARTS[words[0]]
    found: Any = getattr(importlib.import_module(part.module), part.name)
    if not isinstance(found, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command()(found)
        found = app
    command: Any = typer.main.get_command(found)
    context, rest = None, words[1:]
    while True:
        context = command.make_context(words[0], list(rest), parent=context)
        if not hasattr(command, "resolve_command"):
            return
        _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])


@pytest.mark.parametrize(
    ("place", "words"), LINES, ids=[f"{place}-{number}" for number, (place, _) in enumerate(LINES)]
)
def test_every_command_line_exists_with_its_options(place: str, words: list[str]) -> None:
    parse(words)


@pytest.mark.parametrize(
    "words",
    [
        ["node", "serve", "/data", "--http", "7446"],
        ["node", "serve"],
        ["coordinator", "upgrade", "/data"],
        ["coordinator", "init", "/data", "--name", "log.example.com"],
    ],
)
def test_a_line_that_does_not_exist_would_be_found(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"No such|Missing"):
        parse(words)


def test_lines_are_read_from_every_kind_of_file() -> None:
    places = {place for place, _ in LINES}
    assert {f"{role}.Containerfile" for role in ROLES} <= places
    assert {path.name for path in [*COMPOSE_FILES, *UNITS]} <= places
    assert {path.relative_to(ROOT).as_posix() for path in GUIDES} <= places
    assert len([place for place in places if place.startswith("kubernetes/")]) == 7
