"""What a table of the console takes along as a file: what its page says of it, and an empty one that it is."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pytest

from crypto.note import parse_signer
from protocol.library import enrolment_of
from tests.coordinator.test_console_paging import Reader, reader_of
from tests.coordinator.town import Town
from tests.support.workbook import read_about
from web.numbers import show_time


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town")).start()
    yield town
    town.stop()


def about(reader: Reader, page: str, table: str) -> dict[str, Any]:
    """What the second sheet of a table's workbook says, by label."""
    start = "&" if "?" in page else "?"
    return read_about(reader.get(f"{page}{start}table={table}&as=xlsx&ahead=480").content)


def test_a_report_as_a_workbook_says_whose_and_as_of_when(town: Town) -> None:
    verifier = town.member("Verifying body", "verifier")
    size = town.service.journal.head.frontier.size
    for name, caption in (("openings", "Asked and opened"), ("signed", "Opinions signed")):
        said = about(reader_of(town, "verifier", verifier), "/console/work/report", name)
        assert (said["Table"], said["Rows"]) == (caption, 0)
        assert said["Page"].startswith("http") and said["Page"].endswith("/console/work/report")
        entity = town.service.folder.party.entity
        assert said["Platform operator"] == f"{entity.name_en}, {entity.legal_entity}"
        assert said["Name of the log"] == parse_signer(town.service.folder.log_key).name
        assert said["Exported by"].startswith("verifier-")  # the account, which speaks for its company
        assert said["Exported"] == show_time(town.clock())
        assert said["Verifier"].startswith("Verifying body, ") and said["As of"] == show_time(
            town.clock(), 480
        )
        assert said["Statements in the log"] == size


def test_what_was_looked_over_keeps_its_verdict_as_a_workbook(town: Town) -> None:
    reader = reader_of(town, "operator")
    verdict = about(reader, "/console/health", "health")["In all"]
    assert verdict in html.unescape(reader.get("/console/health").text) and len(verdict) > 10


def test_the_list_of_participants_as_a_workbook_says_since_when_nodes_are_heard(town: Town) -> None:
    said = about(reader_of(town, "operator"), "/console/participants?q=查无此名", "participants")
    began = show_time(town.service.watching.presence.since, 480)
    assert said["Note"].startswith("Connected and heard: at this process") and began in said["Note"]
    assert said["Page"].endswith("/console/participants?q=查无此名")


def test_a_list_that_is_empty_is_a_file_as_well(town: Town) -> None:
    reader = reader_of(town, "operator")
    page = html.unescape(reader.get("/console/refusals").text)
    assert 'href="/console/refusals?table=refusals&as=xlsx"' in page
    assert about(reader, "/console/refusals", "refusals")["Rows"] == 0
    (titles,) = reader.get("/console/refusals?table=refusals&as=csv").text.splitlines()
    assert "Turned away" in titles


def test_what_a_participant_did_is_a_file_that_says_whose(town: Town) -> None:
    verifier = town.member("Auditing body", "verifier")
    said = about(reader_of(town, "operator"), f"/console/statements/{verifier.id}", "signed")
    of = enrolment_of(verifier.id, town.service.gateway.record)
    assert said["Participant"] == f"Auditing body, {of.legal_entity}"
