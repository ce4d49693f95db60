"""Opens a node's pages and a console on loopback, in this process, over real stores and real doors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from node.egress import Clock
from node.organisation import wall_clock
from node.web.app import make_node_app
from node.web.desk import Desk
from tests.coordinator.town import Town
from tests.web.browser import Reader
from web.accounts import Account, find_account, make_account
from web.door import Door, Listen
from web.sessions import make_link

LOOPBACK = Listen("127.0.0.1:0")


@dataclass(frozen=True, slots=True)
class Pages:
    """A node's pages, opened."""

    desk: Desk
    url: str

    def enter(self, reader: Reader, leads_to: str = "/") -> None:
        """Come in by a one-time link, as the owner."""
        reader.page.goto(self.desk.entry_link(leads_to))
        reader.page.wait_for_url(f"{self.url}{leads_to}")


@contextmanager
def open_pages(folder: Path, clock: Clock = wall_clock) -> Iterator[Pages]:
    """The pages over a node's folder, without an agent."""
    desk = Desk(folder, clock)
    door = Door(make_node_app(desk, LOOPBACK), LOOPBACK)
    desk.address = door.url
    desk.open_if_possible()
    door.start()
    try:
        yield Pages(desk, door.url)
    finally:
        door.stop()
        desk.close()


def console_link(town: Town, base: str, account: Account) -> str:
    """A one-time link into the console of a town's doors, for an account that is made when it is not there."""
    with town.service.stores.accounts.write() as connection:
        if find_account(connection, account.name) is None:
            make_account(connection, account, town.clock())
        secret = make_link(connection, account.name, "/", town.clock(), os.urandom)
    return f"{base}/console/enter#{secret}"
