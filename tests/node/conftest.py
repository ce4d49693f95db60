"""One village a test, and the commands of its nodes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from node import organisation
from node.cli import app
from tests.node.village import Village, open_village

GROUPS = ("product", "policy", "find", "log", "egress", "model")


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with open_village(tmp_path) as opened:
        yield opened


@pytest.fixture
def run(village: Village, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a command on a named node; returns (exit code, parsed or plain output, stderr)."""
    monkeypatch.setattr(organisation, "wall_clock", village.town.clock)
    monkeypatch.setattr(
        organisation.Node.__init__, "__defaults__", (village.town.clock, organisation.os.urandom)
    )

    def call(name: str, *words: str, answer: str = "") -> tuple[int, Any, str]:
        folder = str(village.folder / name.replace(" ", "-"))
        index = 2 if words[0] in GROUPS else 1
        done = CliRunner().invoke(app, [*words[:index], folder, *words[index:]], input=answer)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        text = done.stdout.strip()
        return done.exit_code, json.loads(text) if text.startswith("{") else text, done.stderr

    return call
