"""The log on its page, of some days and of some companies."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest

from coordinator.console import paging
from protocol.payloads import Enrolment
from protocol.statements import parse_statement
from tests.coordinator.test_console_paging import ROWS, reader_of, rows_of, whole
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


def test_the_log_of_a_company_is_everything_that_it_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "ROWS", ROWS)
    town = Town(tmp_path).start()
    town.chain()
    reader, log = reader_of(town, "verifier"), town.service.stores.log
    logged = log.leaves(0, 1000)[::-1]
    enrolled = {row.id: parse_statement(row.data).payload for row in logged if row.kind == "enrolment"}
    ((signer, count), *_) = Counter(row.signer for row in logged if row.signer in enrolled).most_common()
    company, signed = enrolled[signer], [row for row in logged if row.signer == signer]
    assert count > ROWS and isinstance(company, Enrolment)
    legal = company.legal_entity
    assert f"/console/log?company={quote(legal)}" in reader.get(f"/console/statements/{signer}").text
    for words in (legal, signer, signer[:8], company.name_en):
        rows = whole(reader.pages(f"/console/log?company={quote(words)}", "log"))
        assert len(rows) == len(signed)
        assert all(one.id in row for one, row in zip(signed, rows, strict=True))
    address = f"/console/log?company={signer}"
    kind = signed[0].kind
    asked = [row for row in signed if row.kind == kind]
    assert len(whole(reader.pages(f"{address}&kind={kind}", "log"))) == len(asked)
    assert reader.pages(f"{address}&kind=enrolment", "log") == [[]]
    assert reader.pages(f"{address}&since=2100-01-01", "log") == [[]]
    page = reader.get(address).text
    (live,) = re.findall(r'hx-get="(/console/log/live[^"]*)"', page)
    again = reader.get(html.unescape(live).replace("version=", "version=0")).text
    assert rows_of(again, "log") == rows_of(page, "log") != []
    assert "Nobody with this name, legal entity or enrolment" in reader.get("/console/log?company=none").text
    town.stop()
