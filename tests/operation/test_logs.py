"""Logs: one JSON object a line, and nothing of a record but what was written as its message."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from operation.logs import set_up_logs


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def test_a_line_is_one_object_with_time_level_name_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json", "info")
    logging.getLogger("sealsum.node").info("logged %s at %d", "consent", 7, extra={"amount": "123.456"})
    logging.getLogger("sealsum.node").debug("not told")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told.keys() == {"time", "level", "name", "message"}
    assert (told["level"], told["name"], told["message"]) == ("info", "sealsum.node", "logged consent at 7")
    assert told["time"].endswith("+00:00")


def test_a_traceback_stays_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json", "info")
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger("sealsum").exception("it failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: no" in json.loads(line)["exception"]


def test_lines_for_people_have_a_level_and_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text", "warning")
    logging.getLogger("sealsum").info("not told")
    logging.getLogger("sealsum").warning("told")
    assert capsys.readouterr().err.rstrip().endswith("WARNING sealsum: told")
