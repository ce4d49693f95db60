"""Right after a start the library is read in the background, and no page reads it, however long that takes."""

from __future__ import annotations

import threading

from node.library import count_fetched, fetch_library
from node.maker.pack_drafts import PackDraft, keep_draft
from node.organisation import Node
from node.supplier.products import add_product
from node.web.app import make_node_app
from node.web.desk import Desk
from node.web.library import read_ahead
from tests.node.village import SUPPLIES, Village
from tests.web.asking import asking
from tests.web.doors import LOOPBACK, Pages
from tests.web.test_node_lists import product_of
from web.door import Door

NEED_IT = (
    "/products/new", "/products/steel", "/products/steel/template", "/products/steel/import", "/models/batch",
    "/models/beef", "/models/beef/unit", "/models/beef/request", "/factors", "/factors/template.csv",
    "/reviews", "/library", "/verifications",
)  # fmt: skip
DO_WITHOUT = (
    "/", "/live", "/products", "/inbox", "/policies", "/openings", "/egress", "/history", "/models",
    "/calculations", "/compare", "/duty", "/accounts", "/tokens", "/keys", "/account", "/search?q=steel",
)  # fmt: skip


def test_who_has_just_joined_fetches_the_library_before_a_page_asks_for_it(village: Village) -> None:
    node = village.settle("Newcomer", "supplier")
    assert count_fetched(node) == 0
    read_ahead(node)
    assert count_fetched(node) == count_fetched(fetched_by_hand(village)) > 0


def fetched_by_hand(village: Village) -> Node:
    node = village.settle("Somebody else", "supplier")
    fetch_library(node)
    return node


def test_no_page_reads_the_library_while_it_is_read_ahead(village: Village) -> None:
    """The reading is held up, and its lock with it: a page that read would never answer, and says so instead."""
    node = village.settle(SUPPLIES[0].name, "supplier", "requester", "provider", "expert")
    fetch_library(node)
    add_product(node, product_of("steel"))
    keep_draft(node, PackDraft("beef", {"model": "T-100"}))
    begun, may_end = threading.Event(), threading.Event()

    def read_slowly(opened: Node) -> None:
        with opened.keeping:
            begun.set()
            may_end.wait()
            read_ahead(opened)

    desk = Desk(village.folder / SUPPLIES[0].name.replace(" ", "-"), village.town.clock, read_slowly)
    door = Door(make_node_app(desk, LOOPBACK), LOOPBACK)
    desk.address = door.url
    desk.open_if_possible()
    door.start()
    try:
        assert begun.wait(60)
        with asking(Pages(desk, door.url)) as client:
            for address in NEED_IT:
                answer = client.get(address, timeout=60)
                assert (answer.status_code, answer.headers["refresh"]) == (503, "2"), address
                assert "The library is being read" in answer.text
                assert f"{count_fetched(node)} statements of the library are here so far" in answer.text
            assert [
                one for one in DO_WITHOUT if client.get(one, timeout=60).status_code not in (200, 303)
            ] == []
            may_end.set()
            assert desk.prepared.wait(60)
            assert [one for one in NEED_IT if client.get(one, timeout=60).status_code != 200] == []
    finally:
        may_end.set()
        door.stop()
        desk.close()
