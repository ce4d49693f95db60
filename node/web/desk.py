"""The node that the pages work on: not there yet, locked, or open; and who may work on it.

The one fact: until the node's own store is open, sessions are kept in this process only; from then on they are in the
store, and those that were begun before go on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import insert, inspect, select

from node.accounts import OWNER, OWNER_NAME, site_key
from node.egress import Clock, Ledger, Parcel
from node.identity import is_enrolled
from node.organisation import Node, wall_clock
from node.store.database import FILE_NAME, Store
from node.store.locks import BESIDE, VARIABLE, Choice, Kind, kind_of
from node.store.opening import open_store
from node.store.settings import set_value
from node.store.tables import SETTINGS
from node.words.leaving import COMPANY_LOGIN
from operation.passphrases import find_passphrase
from protocol.errors import Refused, StoreError
from web.accounts import Account, find_account, make_account
from web.languages import mark
from web.schema import SESSIONS
from web.sessions import make_link
from web.site import name_organisation
from web.storing import PassingStore, WebStore

ADDRESS = "web-address"
State = Literal["empty", "locked", "open"]
_REST_SECONDS = 30.0


class NotOpen(Exception):
    """A page needs the node, and it is not enrolled or not unlocked yet."""


class Desk:
    """One data folder and, once it is open, its node."""

    def __init__(
        self, folder: Path, clock: Clock = wall_clock, prepare: Callable[[Node], None] | None = None
    ) -> None:
        """`prepare`: what is done in the background with a node that was opened."""
        self.folder = folder
        self.clock = clock
        self.address = ""
        self.changed = threading.Event()
        """Set when the node was opened or replaced: the agent starts again with it."""
        self.idle = threading.Event()
        """Set while no agent works on the node."""
        self.idle.set()
        self.is_resting = False
        self.prepared = threading.Event()
        """Set unless the node was opened just now and is being prepared."""
        self.prepared.set()
        self._prepare = prepare
        self._turn = threading.Lock()
        self._node: Node | None = None
        self._lock = threading.Lock()
        self._passing = PassingStore()
        self._passing_key = os.urandom(32)
        with self._passing.write() as connection:
            make_account(connection, Account(OWNER_NAME, frozenset({OWNER})), self.clock())

    @property
    def state(self) -> State:
        """How far this folder is."""
        if self._node is not None:
            return "open"
        return "locked" if self._is_enrolled() else "empty"

    def _is_enrolled(self) -> bool:
        if not (self.folder / FILE_NAME).is_file():
            return False
        store = Store(self.folder)
        try:
            return inspect(store.engine).has_table(SETTINGS.name) and is_enrolled(store)
        finally:
            store.close()

    @property
    def node(self) -> Node:
        """The open node; NotOpen before."""
        if self._node is None:
            raise NotOpen
        return self._node

    def organisation(self) -> frozenset[str]:
        """The roles that the enrolment authority gave this organisation; none before it is open."""
        return frozenset() if self._node is None else frozenset(self._node.identity.entity.entity_roles)

    def whose(self) -> Sequence[tuple[str, str]]:
        """The organisation by label; empty before it is open."""
        if self._node is None:
            return ()
        entity = self._node.identity.entity
        return ((mark("Node of"), name_organisation(entity.name_zh, entity.name_en, entity.legal_entity)),)

    def key(self) -> bytes:
        """What the site locks its own secrets with; before the node is open, a key of this process only."""
        return self._passing_key if self._node is None else site_key(self._node)

    def store(self) -> WebStore:
        """Where accounts and sessions are."""
        return self._passing if self._node is None else self._node.store

    def note(self, receiver: str, why: str) -> None:
        """Enter in the ledger what goes to the company's login, before it goes; NotOpen while there is no ledger."""
        Ledger(self.node.store, self.clock).note(
            Parcel(receiver, "company-login", why.encode(), COMPANY_LOGIN)
        )

    def open_if_possible(self) -> None:
        """Open the node at the start, unless there is none or a person must type its passphrase in the browser."""
        if self.state != "locked":
            return
        store = Store(self.folder)
        try:
            needs_person = kind_of(store) is Kind.PASSPHRASE and find_passphrase(VARIABLE) is None
        finally:
            store.close()
        if not needs_person:
            self.open(BESIDE)

    def open(self, choice: Choice) -> None:
        """Open the node, and let the sessions that began before go on in its store; Refused as `open_store`."""
        with self._lock:
            if self._node is None:
                node = self._open_node(choice)
                self._take_over(node.store)
                self._begin(node)
                self._node = node
        self.changed.set()

    def refresh(self) -> None:
        """Open the node anew over the same store, after its keys were replaced; only while the agent rests."""
        with self._lock:
            old = self.node
            node = Node(old.store, self.clock)
            self._begin(node)
            self._node = node
            old.disconnect()

    def _begin(self, node: Node) -> None:
        """Prepare a node that is about to be the present one."""
        prepare = self._prepare
        if prepare is None:
            return

        def run() -> None:
            try:
                prepare(node)
            finally:
                self.prepared.set()

        self.prepared.clear()
        threading.Thread(target=run, name="preparing", daemon=True).start()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """The agent stops, and goes on when the block ends; StoreError when it does not stop in time."""
        with self._turn:
            self.is_resting = True
            self.changed.set()
            try:
                if not self.idle.wait(_REST_SECONDS):
                    raise StoreError("the agent is still at work; try again in a minute")
                yield
            finally:
                self.is_resting = False
                self.changed.set()

    def _open_node(self, choice: Choice) -> Node:
        store = open_store(self.folder, choice)
        try:
            return Node(store, self.clock)
        except Refused:
            store.close()
            raise

    def _take_over(self, store: Store) -> None:
        with self._passing.read() as passing:
            sessions = [dict(row) for row in passing.execute(select(SESSIONS)).mappings()]
        with store.write() as connection:
            if find_account(connection, OWNER_NAME) is None:
                make_account(connection, Account(OWNER_NAME, frozenset({OWNER})), self.clock())
            if sessions:
                connection.execute(insert(SESSIONS), sessions)
            set_value(connection, ADDRESS, self.address)

    def entry_link(self, leads_to: str = "/") -> str:
        """A one-time address that lets its holder in as owner."""
        with self.store().write() as connection:
            secret = make_link(connection, OWNER_NAME, leads_to, self.clock(), os.urandom)
        return f"{self.address}/enter#{secret}"

    def close(self) -> None:
        """Give the node back."""
        if self._node is not None:
            self._node.close()
