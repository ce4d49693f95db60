"""The log on its page, of some days."""

from __future__ import annotations

from pathlib import Path

from tests.coordinator.test_console_paging import reader_of, rows_of
from tests.coordinator.town import Town


def test_the_log_of_some_days_is_by_the_readers_clock(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    for day in (1, 2, 3):
        town.clock.now = 1_796_083_200 + day * 86400 - 3600  # 2026-12-01 00:00 UTC, and 23:00 of each day
        town.member(f"Member {day}", "supplier")
    reader, size = reader_of(town, "operator"), town.service.journal.head.frontier.size

    def logged(query: str) -> list[str]:
        return rows_of(reader.get(f"/console/log?{query}").text, "log")

    assert len(logged("since=2026-12-02&until=2026-12-02")) == len(logged("since=2026-12-02")) - 1 == 1
    assert len(logged("until=2026-12-02")) == size - 1 and logged("since=2026-12-04") == []
    # In Beijing it is the next morning.
    assert logged("since=2026-12-03&until=2026-12-03&ahead=480") == logged(
        "since=2026-12-02&until=2026-12-02"
    )
    assert len(logged("since=2026-12-02&until=2026-12-02&kind=enrolment")) == 1
    assert logged("since=2026-12-02&until=2026-12-02&kind=factor") == []
    assert reader.get("/console/log?since=soon").status_code in (400, 409)
    town.stop()
