"""How long the pages of a node take that has run for years, of every part it has.

The one fact: it is the process that `sealsum node web` starts, its agent at work beside the pages, and the coordinator
answers it; a page is asked for at its beginning, deep inside and searched.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import httpx

from benchmarks.clocks import rounded
from benchmarks.figures import Figure
from benchmarks.kept import kept_folder
from benchmarks.load_world import write_folder, write_store
from benchmarks.network import running
from benchmarks.node_log import ASKED_FOR, FACTORS_KEPT, STATEMENTS_KEPT, Names, Years, make_log
from benchmarks.node_years import fill_node
from benchmarks.page_times import Page, settle, time_pages, weigh
from node.agent import Agent
from node.identity import keep_coordinator
from node.maker.directory import Directory
from node.store.opening import open_store
from web.paging import make_cursor

WHOSE = "node"
SLOWER = "until then pages share the machine with it, and are slower than here"
PATIENCE_S = 120
_DONE = "names.json"


def measure() -> Sequence[Figure]:
    """The node's pages, and what the first of them loads."""
    with kept_folder() as root:
        folder = root / "-".join(("node", str(ASKED_FOR), str(STATEMENTS_KEPT), str(FACTORS_KEPT)))
        names = _prepare(folder)
        with _coordinator(folder) as address:
            _move_to(folder, address)
            with _pages(folder / "node") as (server, client):
                begun = time.perf_counter()
                read = _await_library(client)
                settle(server)
                ahead = rounded(time.perf_counter() - begun)
                return [
                    *time_pages(client, server, list_pages(names), WHOSE),
                    weigh(client, "/", WHOSE),
                    read,
                    Figure(f"{WHOSE}, all is read ahead after a start", ahead, "s", None, note=SLOWER),
                ]


def _prepare(folder: Path) -> Names:
    """The node and its coordinator in `folder`, made when they are not there."""
    done = folder / _DONE
    if not done.exists():
        folder.mkdir(parents=True)
        years = make_log(folder / "node")
        write_folder(folder / "coordinator", years.chain)
        write_store(folder / "coordinator", _url(folder), years.chain, [])
        with _coordinator(folder) as address:
            _read_log(years, address)
            fill_node(years)
        years.node.close()
        done.write_text(json.dumps(asdict(years.names)), "utf-8")
    return Names(**json.loads(done.read_text("utf-8")))


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/coordinator.db"


@contextmanager
def _coordinator(folder: Path) -> Iterator[str]:
    """The address of a coordinator whose log is the world's."""
    listen = ["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--json", "--log-level", "error"]
    where = ["--database-url", _url(folder), "--blobs-url", f"file://{folder}/blobs"]
    with running(["sealsum", "coordinator", "serve", str(folder / "coordinator"), *listen, *where]) as (
        _,
        said,
    ):
        yield said["address"]


def _move_to(folder: Path, address: str) -> None:
    """Let the node ask the coordinator where it is now."""
    store = open_store(folder / "node")
    with store.write() as connection:
        keep_coordinator(connection, address)
    store.close()


def _read_log(years: Years, address: str) -> None:
    """Let the node read what is in the log by itself."""
    with years.node.store.write() as connection:
        keep_coordinator(connection, address)
    store, clock = years.node.store, years.node.clock
    years.node = type(years.node)(store, clock)
    Directory().refresh(years.node)
    Agent(years.node).catch_up(PATIENCE_S)
    years.node.disconnect()


@contextmanager
def _pages(folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """The pages' process, and one who is signed in."""
    words = ["sealsum", "node", "web", str(folder), "--listen", "127.0.0.1:0", "--quiet", "--json"]
    with (
        running(words) as (server, said),
        httpx.Client(base_url=said["url"], trust_env=False, timeout=PATIENCE_S) as client,
    ):
        secret = said["entry"].partition("#")[2]
        client.post("/enter", data={"secret": secret}).raise_for_status()
        yield server, client


def _await_library(client: httpx.Client) -> Figure:
    """How long pages that need the library say that it is being read."""
    begun = time.perf_counter()
    while client.get("/products/new").status_code == 503:
        time.sleep(0.1)
    taken = rounded(time.perf_counter() - begun)
    note = "no page waits for it, and none reads it"
    return Figure(f"{WHOSE}, the library is read after a start", taken, "s", None, note=note)


def list_pages(names: Names) -> list[Page]:
    """Every page, with addresses at its beginning, deep inside and searched."""
    return [*_of_supplier(names), *_of_maker(names), *_of_others(names)]


def _deep(path: str, table: str, *place: int | str) -> str:
    """The page of a list that begins behind a place."""
    return f"{path}?{table}={make_cursor(*place)}"


def _of_supplier(names: Names) -> list[Page]:
    return [
        Page("overview", ["/"]),
        Page("what the overview updates", ["/live"]),
        Page(
            "products",
            ["/products", _deep("/products", "products", "product-2"), "/products?q=Product+11"],
        ),
        Page("one product", ["/products/product-0", "/products/product-7"]),
        Page("a new product", ["/products/new"]),
        Page(
            "requests of customers",
            [
                "/inbox",
                _deep("/inbox", "answered", names.now - 5000 * 3600, "x", 0),
                "/inbox?state=declined&q=Customer+3",
            ],
        ),
        Page("what they update", ["/inbox/live", "/inbox/live?version=x"]),
        Page("one request that waits", [f"/inbox/{names.waiting}/3"]),
        Page("one request that is over", [f"/inbox/{names.closed}/3"]),
        Page("approved in advance", ["/policies"]),
        Page("verifiers", ["/openings"]),
        Page(
            "what left this house",
            ["/egress", _deep("/egress", "egress", 110_000), "/egress?kind=request&to=coordinator"],
        ),
        Page("each message of it", ["/egress/wire", _deep("/egress/wire", "wire", 9000)]),
        Page("history", ["/history", _deep("/history", "history", names.now - 5000 * 60, "x")]),
        Page(
            "search",
            ["/search?q=product-1", "/search?q=MODEL-1", "/search?q=Customer", "/search?q=nothing"],
        ),
    ]


def _of_maker(names: Names) -> list[Page]:
    middle, running = names.requests[len(names.requests) // 2], names.requests[-1]
    draft = names.drafts[7]
    return [
        Page("models", ["/models", "/models?q=model-1"]),
        Page("many at once", ["/models/batch"]),
        Page("one model", [f"/models/{draft}"]),
        Page("its functional unit", [f"/models/{draft}/unit"]),
        Page("what its request needs", [f"/models/{draft}/request"]),
        Page(
            "calculations",
            ["/calculations", _deep("/calculations", "calculations", 5000), "/calculations?q=MODEL-007"],
        ),
        Page("what they update", ["/calculations/live"]),
        Page("one calculation", [f"/calculations/{middle}", f"/calculations/{running}"]),
        Page("one result", [f"/calculations/{middle}/result", f"/calculations/{names.requests[9]}/result"]),
        Page(
            "comparison",
            [
                "/compare",
                _deep("/compare", "comparison", 1, "MODEL-100", "2024"),
                "/compare?model=MODEL-007",
            ],
        ),
        Page("reporting duty", ["/duty"]),
    ]


def _of_others(names: Names) -> list[Page]:
    return [
        Page("own factors", ["/factors"]),
        Page("library", ["/library", "/library?q=kept-51", "/library?q=nothing"]),
        Page("to review", ["/reviews", "/reviews?q=kept-51", "/reviews?q=nothing"]),
        Page("one submission", [f"/reviews/{names.submission}"]),
        Page("verifications", ["/verifications", "/verifications?q=product"]),
        Page("one verification", [f"/verifications/{names.opening}"]),
        Page("asking for an opening", [f"/verifications/ask/{names.declaration}"]),
        Page("keys", ["/keys"]),
        Page("health", ["/health-report"]),
        Page("account", ["/account"]),
        Page("checking a certificate", ["/certificates/check"]),
    ]
