"""What the console says of how an organisation joins: with which roles, and what is handed to it."""

from __future__ import annotations

from pathlib import Path

from tests.coordinator.test_console_paging import reader_of
from tests.coordinator.town import Town


def test_who_invites_a_company_reads_which_roles_it_needs_and_what_to_hand_over(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    reader = reader_of(town, "operator")
    page = reader.get("/console/participants").text
    assert "A pack maker is a requester and a supplier" in page and "where it gets the program" in page
    reader._headers["accept-language"] = "zh"
    page = reader.get("/console/participants").text
    assert "电池企业两个都要：requester 和 supplier" in page and "安装程序的来源" in page
    town.stop()
