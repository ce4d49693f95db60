"""`sealsum verify`: what it says beside the checks that were run."""

import webbrowser
from pathlib import Path

import pytest

from exchange.report.words import EARLIER_FAILED
from tests.support.alterations import ALTERATIONS, Altered
from tests.support.page import pins_bytes
from tests.verifier.test_cli import run, says


def given(folder: Path, one: Altered) -> tuple[object, ...]:
    """The certificate and its pins as files, and how they are named to the command."""
    (folder / "certificate.json").write_bytes(one.data)
    (folder / "kept-pins.json").write_bytes(pins_bytes(one.pins))
    return folder / "certificate.json", "--pins", folder / "kept-pins.json"


def test_checks_that_were_not_reached_are_named_without_one_between_that_was(tmp_path: Path) -> None:
    result = run(*given(tmp_path, ALTERATIONS["request"]()))
    assert result.exit_code == 1 and says(result, EARLIER_FAILED)
    assert "10-16, 18" in result.output and "10-18" not in result.output


def test_where_no_browser_can_be_started_it_is_said_in_both_languages_beside_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    result = run(*given(tmp_path, ALTERATIONS["totals"]()), "--open", "--page", tmp_path / "page")
    page, told = result.output.splitlines()[-2:]
    assert page.endswith("index.html") and "open this page yourself" in told and "请自行打开这个页面" in told
