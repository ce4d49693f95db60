"""Settings: what stands over what, everything wrong in one go, and no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from coordinator.cli import app as coordinator
from coordinator.settings import FILE, load
from node import configuration
from node.cli import app as node
from operation.settings import show_settings
from operation.told_settings import ABOUT
from protocol.errors import Refused


def test_options_stand_over_variables_over_the_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('listen = "0.0.0.0:1"\nhttp = "0.0.0.0:2"\nlog_format = "json"\n')
    environment = {"SEALSUM_COORDINATOR_HTTP": "0.0.0.0:3", "SEALSUM_LOG_FORMAT": "text"}
    loaded = load(tmp_path, environment, {"log_format": "json", "listen": None})
    settings = loaded.settings
    assert (settings.listen, settings.http, settings.log_format) == ("0.0.0.0:1", "0.0.0.0:3", "json")
    assert settings.log_level == "info"
    assert loaded.sources["listen"] == str(tmp_path / FILE)
    assert loaded.sources["http"] == "SEALSUM_COORDINATOR_HTTP"
    assert (loaded.sources["log_format"], loaded.sources["log_level"]) == ("option", "default")


def test_everything_wrong_is_said_in_one_go(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('listen = "nowhere"\nhttp = 7\nlitsen = "a:1"\n')
    with pytest.raises(Refused) as told:
        load(tmp_path, {"SEALSUM_LOG_LEVEL": "loud"}, {})
    message = told.value.message
    for word in ("listen (from", "HOST:PORT", "http (from", "litsen: no such setting", "SEALSUM_LOG_LEVEL"):
        assert word in message, message


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"listen = ", "no TOML"), (b"\xff\xfe", "UTF-8"), (b"#" * 70_000, "at most")],
    ids=["broken", "no text", "huge"],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(Refused, match=words):
        load(tmp_path, {}, {})


def test_a_password_in_a_url_is_neither_shown_nor_told_of(tmp_path: Path) -> None:
    url = "postgresql://sealsum:hunter2@db/log"
    loaded = load(tmp_path, {"SEALSUM_DATABASE_URL": url}, {})
    shown = show_settings(loaded)
    assert "hunter2" not in repr(loaded) + str([one.as_fields() for one in shown])
    assert {one.name: one.value for one in shown}["database_url"] == "********"
    with pytest.raises(Refused) as told:
        load(tmp_path, {"SEALSUM_DATABASE_URL": url, "SEALSUM_COORDINATOR_HTTP": "x"}, {})
    assert "hunter2" not in told.value.message


def test_every_setting_says_what_trusting_it_means(tmp_path: Path) -> None:
    for loaded in (load(tmp_path, {}, {}), configuration.load(tmp_path, {}, {})):
        shown = show_settings(loaded)
        assert shown and all(one.meaning.endswith(".") and one.trust.endswith(".") for one in shown)


def test_what_a_setting_means_is_said_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = (load(tmp_path, {}, {}), configuration.load(tmp_path, {}, {}))
    said = {text for each in loaded for one in show_settings(each) for text in (one.meaning, one.trust)}
    assert said == ABOUT.keys()
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    for part, command in (("coordinator", coordinator), ("node", node)):
        done = CliRunner().invoke(command, ["config", str(tmp_path)])
        assert done.exit_code == 0 and "不是秘密。" in done.stdout and "Not secret" not in done.stdout, part


def test_a_port_beyond_the_last_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="http_port"):
        configuration.load(tmp_path, {"SEALSUM_NODE_HTTP_PORT": "70000"}, {})
