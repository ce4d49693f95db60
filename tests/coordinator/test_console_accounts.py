"""Accounts on the operator's page: one that was closed is found there, and making its name again leads to it."""

from __future__ import annotations

from pathlib import Path

from tests.coordinator.test_console_paging import reader_of
from tests.coordinator.town import Town


def test_a_closed_account_is_listed_and_its_name_leads_to_where_it_is_opened_again(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    reader = reader_of(town, "operator")
    reader._headers["accept-language"] = "zh"
    assert "已停用的账号" not in reader.get("/console/accounts").text
    assert reader.post("/console/accounts", name="wang", roles="operator").status_code == 200
    assert reader.post("/console/accounts/change/close", name="wang").status_code == 303
    listed = reader.get("/console/accounts").text
    assert "已停用的账号" in listed and 'href="/console/accounts/one?name=wang"' in listed
    again = reader.post("/console/accounts", name="wang", roles="operator")
    assert again.status_code == 303 and again.headers["location"] == "/console/accounts/one?name=wang"
    shown = reader.get("/console/accounts/one?name=wang").text
    assert "重新启用" in shown and "曾经停用" in shown
    town.stop()
