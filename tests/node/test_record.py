"""What a node reads of the log: from its store, and from the coordinator only where it may ask."""

from __future__ import annotations

from collections.abc import Sequence

from node.agent import Agent
from node.library import fetch_kinds, read_library
from node.maker.checklist import check_request
from node.maker.directory import Directory
from node.maker.requesting import Terms
from node.organisation import Node
from node.store.opening import open_store
from node.store.record import NodeRecord, keep_logged
from node.store.tables import STATEMENTS
from protocol.payloads import Revocation
from protocol.statements import Logged, sign_statement
from protos.values import LoggedData
from tests.node.village import SUPPLIES, Village, bill_of_materials, declare_product, pack


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


def test_a_signature_is_checked_once_however_often_a_list_shows_what_it_signs(village: Village) -> None:
    node = village.settle("Steel works", "supplier")
    Agent(node).catch_up()
    record = NodeRecord(node.store)
    checked: list[str] = []
    record.check = lambda logged: checked.append(logged.id)
    assert record.held(node.id) == record.held(node.id) == record.get(node.id)
    assert checked == [node.id]


def test_only_what_was_stored_since_is_looked_for_and_all_where_another_store_stands(
    village: Village,
) -> None:
    node = village.settle("Steel works", "supplier")
    Agent(node).catch_up()
    fetch_kinds(node, ("enrolment",))
    enrolments, mark = STATEMENTS.c.kind == "enrolment", node.record.newest_row()
    everything, row = node.record.ids_since(enrolments, 0)
    assert node.id in everything and row == mark
    assert node.record.ids_since(enrolments, mark) == ([], mark)
    village.settle("Late works", "supplier").deliver()
    fetch_kinds(node, ("enrolment",))
    (late,), row = node.record.ids_since(enrolments, mark)
    assert late not in everything and row == node.record.newest_row() > mark
    assert node.record.ids_since(enrolments, row + 1) == ([*everything, late], row)


def _beside(village: Village, name: str) -> Node:
    """A command's view of a folder in which the pages run."""
    return Node(open_store(village.folder / name), village.town.clock)


def test_what_is_stored_out_of_the_logs_order_by_another_process_is_in_the_directory(
    village: Village,
) -> None:
    """As when a command declares in the folder of running pages: its receipt lies behind what others declared since."""
    village.suppliers()
    pages, directory = village.settle("maker", "requester", "supplier"), Directory()
    assert directory.refresh(pages) and len(directory.offers(pages)) == len(SUPPLIES)
    late = village.settle("Late works", "supplier")
    declare_product(late, "late-0", SUPPLIES[0])
    late.deliver()
    command = _beside(village, "maker")
    own = declare_product(command, "own-0", SUPPLIES[1])
    command.deliver()
    command.close()
    assert own in {one.declaration for one in directory.offers(pages)}
    assert directory.refresh(pages)
    offers = directory.offers(pages)
    assert len(offers) == len(SUPPLIES) + 2
    assert [one.index for one in offers] == sorted(one.index for one in offers)
    first, *others = bill_of_materials()
    named = pack(bill_of_materials=[{**first, "legal_entity": "Late works", "product": "late-0"}, *others])
    found = check_request(pages, named, Terms(), directory)
    assert all(one.offer is not None for one in found.entries)


def test_a_revocation_that_another_process_took_in_counts(village: Village) -> None:
    node, member = village.settle("maker", "requester"), village.settle("Steel works", "supplier")
    fetch_kinds(node, ("category",))
    read_library(node)
    assert node.record.revoked_at(member.id) is None
    header = village.town.authority_header().fields()
    signed = sign_statement(Revocation(**header, enrolment=member.id, reason="lost"), village.town.issuer.key)
    command = _beside(village, "maker")
    with command.store.write() as connection:
        keep_logged(connection, [Logged(signed, 1000, village.town.clock())])
    command.close()
    read_library(node)
    assert node.record.revoked_at(member.id) == village.town.clock()
