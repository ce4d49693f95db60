"""What a node reads of the log: from its store, and from the coordinator only where it may ask."""

from __future__ import annotations

from collections.abc import Sequence

from node.agent import Agent
from protos.values import LoggedData
from tests.node.village import Village


def test_what_only_a_list_would_show_is_not_asked_for(village: Village) -> None:
    node = village.settle("Steel works", "supplier")
    Agent(node).catch_up()
    record = node.record
    asked: list[Sequence[str]] = []

    def fetch(ids: Sequence[str]) -> list[LoggedData]:
        asked.append(ids)
        return []

    record.fetch = fetch
    (own,) = record.of_kind("enrolment")[:1]
    assert record.held(own.id) == own
    assert record.held("ab" * 32) is None and asked == []
    assert record.get("ab" * 32) is None and asked == [["ab" * 32]]
