"""What `sealsum coordinator list` finds in a log with calculations."""

from __future__ import annotations

from pathlib import Path

from coordinator.commands.statements import Reading, list_rows
from tests.coordinator.test_console_endings import ask
from tests.coordinator.town import Town


def test_calculations_are_listed_by_who_asked(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    chain = ask(town)
    reading, enrolled = Reading(town.service.stores, "", "en"), town.service.enrolled
    stored = town.service.stores.log.statement(chain.request)
    assert stored is not None
    for signer, found in ((stored.signer, [chain.request]), (chain.suppliers[0].id, [])):
        rows = list_rows(reading, "calculation", enrolled.entities(signer), 10)
        assert [row[0] for row in rows] == found
    assert [row[0] for row in list_rows(reading, "calculation", None, 10)] == [chain.request]
    town.stop()
