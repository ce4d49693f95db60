"""Entering a console beside other consoles and nodes of its host: an own session, one choice of language, links."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator.console.app import name_cookie
from coordinator.console.roles import OPERATOR
from tests.coordinator.test_console_paging import Reader
from tests.coordinator.town import Town
from web.accounts import Account
from web.visits import LANGUAGE_COOKIE


def test_a_language_chosen_on_the_console_is_the_one_that_a_node_of_the_host_keeps(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    reader = Reader(town, Account("operator", frozenset({OPERATOR}), None))
    kept = reader.post("/console/choices", language="zh", back="/").headers["set-cookie"]
    assert kept.startswith(f"{LANGUAGE_COOKIE}=zh;") and "Path=/;" in kept
    town.stop()


def test_two_consoles_of_one_host_keep_two_sessions(tmp_path: Path) -> None:
    assert name_cookie(tmp_path / "one") != name_cookie(tmp_path / "two")


def test_the_language_of_the_console_goes_along_to_the_page_that_verifies(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    chain = town.run()
    reader = Reader(town, Account("operator", frozenset({OPERATOR}), None))
    for language in ("zh", "en"):
        reader._headers["accept-language"] = language
        assert f'href="/verify/#lang={language}"' in reader.get(f"/console/calculations/{chain.request}").text
    del reader._headers["cookie"]
    assert 'href="/verify/#lang=en"' in reader.get("/console/login").text
    town.stop()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "新链接由运营方在协调方的机器上生成，运行：sealsum coordinator account link DIR NAME"),
        ("en", "The operator prints another on the coordinator's machine: sealsum coordinator account link DIR NAME"),
    ],
)  # fmt: skip
def test_a_used_link_of_the_console_is_answered_with_the_command_for_another(
    tmp_path: Path, language: str, said: str
) -> None:
    town = Town(tmp_path).start()
    reader = Reader(town, Account("operator", frozenset({OPERATOR}), None))
    reader._headers["accept-language"] = language
    assert reader.post("/console/enter", secret="used").json()["problem"].endswith(said)
    town.stop()
