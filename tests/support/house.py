"""A supply chain on real processes, set up through the public doors, whose processes tests may kill and restart."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from coordinator.store.database import connection_of, parse_url
from demo.chain import Chain
from demo.pack import read_chain
from demo.processes import Terminal
from node.store.opening import open_store
from node.store.vault import find_secret, secret_names
from protocol.disclosure import Question
from tests.support.hosts import CENTER, Network, inside
from tests.support.small_pack import MAKER, write_small_pack
from tests.support.stage import Stage, become

TOTALS = 1000
POLL_SECONDS = 0.02
COORDINATOR = "coordinator"
CONNECT_SECONDS = 3
NODE_DB, COORDINATOR_DB = "node.sqlite", "coordinator.db"


Widen = Callable[["House"], None]


def read_postgres(url: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of a PostgreSQL; placeholders as SQLite has them."""
    address = {**connection_of(parse_url(url)), "connect_timeout": CONNECT_SECONDS}
    with psycopg.connect(autocommit=True, **address) as connection:
        return connection.execute(sql.replace("?", "%s").encode(), values).fetchall()


def _hear(_phase: str, _text: str) -> None:
    return None


@dataclass
class House:
    """A running chain of companies that have declared and approve by policy."""

    chain: Chain
    stage: Stage
    listens: dict[str, str] = field(default_factory=dict)
    """Where each replica of the coordinator listens; a coordinator alone does where the companies look for it."""

    @property
    def coordinators(self) -> tuple[str, ...]:
        """The names of the coordinator's processes."""
        return tuple(self.listens) or (COORDINATOR,)

    @property
    def database_url(self) -> str | None:
        """Where the coordinator's store is, if not in its folder."""
        return self.stage.environment.get("SEALSUM_DATABASE_URL")

    @property
    def out(self) -> Path:
        """Where everything is: nodes/SLUG, coordinator, authority, logs, records."""
        return self.chain.out

    @property
    def slugs(self) -> list[str]:
        """Every company's name."""
        return [company.slug for company in self.chain.pack.companies]

    def node_folder(self, slug: str) -> Path:
        """A company's data folder."""
        return Path(self.chain.node_folder(slug))

    @property
    def coordinator_db(self) -> Path:
        """The coordinator's store."""
        return self.out / COORDINATOR / COORDINATOR_DB

    # --- processes ---------------------------------------------------------------------------------

    def restart(self, name: str, passed: tuple[str, ...] | None = None) -> bool:
        """Start a service again, perhaps with a tripwire; whether it opened before it died."""
        return become(self.stage.open_terminal(name, passed), *self.service_words(name)) is not None

    def revive(self, name: str, seconds: float = 60.0) -> None:
        """Start a service as a service manager does: again until it opens, within a time."""
        self.wait(lambda: self.restart(name), seconds)

    def service_words(self, name: str) -> tuple[str, ...]:
        """The command that serves, without `sealsum`."""
        if name not in self.coordinators:
            return ("node", "serve", str(self.node_folder(name)), "--json")
        listen = ("--listen", self.listens.get(name, self.chain.coordinator), "--http", "127.0.0.1:0")
        return ("coordinator", "serve", str(self.out / name), *listen, "--json")

    def is_alive(self, name: str) -> bool:
        """Whether the newest process of this name runs."""
        return self.stage.service(name).process.is_alive()

    def terminal(self, name: str = "test-desk") -> Terminal:
        """A process to run commands in."""
        for terminal in self.stage.running:
            if terminal.name == name and terminal.process.is_alive():
                return terminal
        return self.stage.open_terminal(name)

    def node(self, slug: str, command: str, *words: str) -> dict[str, Any]:
        """Run `sealsum node COMMAND FOLDER ...`."""
        return self.terminal().run("node", command, str(self.node_folder(slug)), *words, "--json")

    # --- calculations ------------------------------------------------------------------------------

    def request(self) -> str:
        """The pack maker asks for the total."""
        found: str = self.node(MAKER, "request", str(self.chain.pack.folder))["request"]
        return found

    def is_certified(self, request: str) -> bool:
        """Whether the maker's node has the certificate, and has tidied up as the supplier it also is."""
        rows = self.query(MAKER, "SELECT holds FROM certificates WHERE request = ?", request)
        return bool(rows) and self.is_closed(MAKER, request)

    def is_closed(self, slug: str, request: str) -> bool:
        """Whether a supplier's node is done with a calculation."""
        rows = self.query(slug, "SELECT state FROM inbox WHERE request = ?", request)
        return bool(rows) and all(state == "closed" for (state,) in rows)

    def wait(self, is_done: Any, seconds: float = 120.0) -> None:
        """Wait until `is_done()`; fails with where the logs are."""
        deadline = time.monotonic() + seconds
        while not is_done():
            assert time.monotonic() < deadline, f"nothing after {seconds} seconds; see {self.stage.logs}"
            time.sleep(POLL_SECONDS)

    # --- stores, read from outside -----------------------------------------------------------------

    def query(self, name: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a node's or the coordinator's store, read without disturbing it."""
        if name == COORDINATOR and self.database_url is not None:
            with inside(self.stage.host):
                return read_postgres(self.database_url, sql, *values)
        path = self.coordinator_db if name == COORDINATOR else self.node_folder(name) / NODE_DB
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql, values).fetchall()

    def secrets(self, slug: str) -> dict[str, bytes]:
        """Everything in a node's vault, unlocked as its owner would."""
        store = open_store(self.node_folder(slug))
        try:
            with store.read() as connection:
                names = secret_names(connection, "")
                found = {name: find_secret(connection, name) for name in names}
        finally:
            store.close()
        return {name: data for name, data in found.items() if data is not None}

    def logged(self, request: str) -> list[tuple[str, str]]:
        """Kind and id of what is logged of a calculation, in order."""
        sql = "SELECT kind, id FROM statements WHERE calculation = ? ORDER BY log_index"
        return [(kind, found) for kind, found in self.query(COORDINATOR, sql, request)]


def open_house(
    folder: Path,
    name: str = "small",
    environment: Mapping[str, str] | None = None,
    widen: Widen | None = None,
    network: Network | None = None,
) -> House:
    """Authority, coordinator, library, companies: enrolled, declared, serving. `close` it.

    `environment` is every process's; it may name a database and a blob store. `widen` is called once the coordinator
    serves, before any company knows its address. On a `network` every company has a host of its own, and everything
    else runs on CENTER.
    """
    pack = write_small_pack(folder / name)
    out = folder / f"{name}-out"
    out.mkdir()
    stage = Stage(out)
    stage.environment.update(environment or {})
    chain = Chain(read_chain(str(pack)), out, stage, _hear)  # type: ignore[arg-type]
    house = House(chain, stage)
    if network is not None:
        chain.host, stage.host = network.address(CENTER), network.namespace(CENTER)
        stage.hosts = {slug: network.namespace(slug) for slug in house.slugs}
    try:
        chain.open_authority()
        chain.open_coordinator()
        if widen is not None:
            widen(house)
        chain.enrol_everyone()
        chain.publish_library()
        chain.declare_products()
        for company in chain.pack.companies:
            whom = ("--customer", chain.pack.maker.legal_entity, "--totals", str(TOTALS))
            accept = tuple(word for question in Question for word in ("--accept", question.value))
            folder_of = str(house.node_folder(company.slug))
            house.terminal().run("node", "policy", "set", folder_of, *whom, *accept, "--json")
    except BaseException:
        stage.stop()
        raise
    return house


@contextmanager
def opened_house(folder: Path) -> Iterator[House]:
    """A house until the block ends."""
    house = open_house(folder)
    try:
        yield house
    finally:
        house.stage.stop()
