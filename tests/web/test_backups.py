"""A backup that lacks something is a task until there is a new one, on the first page and in the look over."""

from __future__ import annotations

import httpx

from node.backup import note_backup
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

WORDS = "上次的备份里没有这之后的申报"


def test_what_was_declared_since_the_last_backup_asks_for_a_new_one(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    note_backup(node.store, node.clock())
    village.town.clock.now += 60
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "备份" not in tasks_of(client)
        declare_product(node, "item-0", SUPPLIES[0])
        assert WORDS in tasks_of(client) and WORDS in client.get("/keys").text
        assert "上次备份之后又有申报" in client.get("/health-report").text
        village.town.clock.now += 60
        made = {"csrf": token_of(client.get("/keys")), "passphrase": "another one for the file"}
        assert client.post("/keys/backup", data=made).status_code == 200
        assert "备份" not in tasks_of(client) and WORDS not in client.get("/keys").text
        assert "上次备份之后又有申报" not in client.get("/health-report").text


def tasks_of(client: httpx.Client) -> str:
    return client.get("/live").text
