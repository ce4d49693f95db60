"""The page of figures says what the results say, and a limit is kept from the side it is meant for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks import page
from benchmarks.figures import Figure


def test_no_table_was_edited_by_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PAGE", "THREATS"):
        committed = getattr(page, name)
        monkeypatch.setattr(page, name, Path(shutil.copy(committed, tmp_path)))
        assert committed.read_text().count("<!-- end -->") > 0
    page.write_page()
    for written in tmp_path.iterdir():
        assert written.read_text() == (page.RESULTS.parents[2] / "docs" / written.name).read_text()


@pytest.mark.parametrize(("value", "is_within"), [(149.0, False), (150.0, True), (151.0, True)])
def test_what_is_to_be_reached_is_missed_from_below(value: float, is_within: bool) -> None:
    assert Figure("taken", value, "contributions/s", at_least=150).is_within is is_within


@pytest.mark.parametrize(("value", "is_within"), [(149.0, True), (150.0, True), (151.0, False)])
def test_what_is_to_be_kept_to_is_missed_from_above(value: float, is_within: bool) -> None:
    assert Figure("spent", value, "ms", limit=150).is_within is is_within
