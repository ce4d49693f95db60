"""An enrolment is found by its names: newest first, of those below a leaf, and as soon as the log has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator import enrolled
from coordinator.enrolled import Enrolled
from tests.coordinator.town import Town

END = 1 << 40


def test_enrolments_are_found_by_their_names_newest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolled, "AT_ONCE", 2)
    town = Town(tmp_path).start()
    try:
        log = town.service.stores.log
        names = Enrolled(log)
        members = [town.member(name, "supplier") for name in ("North Foil", "South foil", "Mine")]
        leaves = [stored.index for one in members if (stored := log.statement(one.id)) is not None]
        assert list(names.find("FOIL", END)) == [leaves[1], leaves[0]]
        assert list(names.find("foil", leaves[1])) == [leaves[0]]
        assert list(names.find("nobody", END)) == []
        later = town.member("East FOIL", "supplier")
        stored = log.statement(later.id)
        assert stored is not None and next(names.find("foil", END)) == stored.index
        assert next(town.service.enrolled.find("mine", END)) == leaves[2]
    finally:
        town.stop()
