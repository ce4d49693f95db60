"""The coordinator's pages: the console role by role, the public library and log, what Prometheus asks.

The one fact: the coordinator is the installed program over a store that it did not make (benchmarks/pages_world.py);
what it takes to start is told as well. SEALSUM_BENCH_PAGES_SHARE takes a share of the amounts.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import httpx

from benchmarks.clocks import rounded
from benchmarks.doors import cpu_s, rss_bytes
from benchmarks.figures import Figure
from benchmarks.kept import kept_folder
from benchmarks.network import free_port, running
from benchmarks.page_times import Page, settle, time_pages, weigh
from benchmarks.pages_world import Amounts, People, make_pages_world
from coordinator.service import open_existing_stores
from coordinator.store.database import sqlite_url
from web.accounts import Account, find_account, make_account
from web.sessions import make_link

REQUESTS, STATEMENTS, FACTORS = 10_000, 1_000_000, 5_000
SHARE = "SEALSUM_BENCH_PAGES_SHARE"
WHOSE = "console"
_DONE = "people.json"


@dataclass(frozen=True, slots=True)
class _Place:
    """A coordinator that is ready to be started."""

    folder: Path
    url: str
    people: People


def measure() -> Sequence[Figure]:
    """Every page of a coordinator with the amounts of the limit, or a share of them."""
    share = float(os.environ.get(SHARE, "1"))
    amounts = Amounts(round(REQUESTS * share), round(STATEMENTS * share), round(FACTORS * share))
    with kept_folder() as folder:
        place = _prepare(folder, amounts)
        begun = time.perf_counter()
        words = ["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--database-url", place.url]
        metrics = f"127.0.0.1:{free_port()}"
        command = [
            "sealsum",
            "coordinator",
            "serve",
            str(place.folder),
            *words,
            "--metrics",
            metrics,
            "--json",
        ]
        with running(command) as (process, said):
            started, computed = time.perf_counter() - begun, cpu_s([process])
            settle(process)
            figures = [
                figure
                for role, party, pages in _pages(place, metrics)
                for figure in time_pages(_entered(place, said["http"], role, party), process, pages, WHOSE)
            ]
            first = weigh(_entered(place, said["http"], "operator", None), "/console/", WHOSE)
            parts = {"CPU": rounded(computed), "resident memory, MiB": rounded(rss_bytes(process) / 2**20)}
    note = f"{amounts.requests} requests, {amounts.statements} statements, {amounts.factors} factors"
    return [*figures, first, Figure("the coordinator starts", rounded(started), "s", None, parts, note)]


def _prepare(root: Path, amounts: Amounts) -> _Place:
    """The place in `root`, made when it is not there in these amounts."""
    folder = root / "-".join(str(one) for one in asdict(amounts).values()) / "coordinator"
    url = sqlite_url(folder.parent / "coordinator.db")
    done = folder.parent / _DONE
    if not done.exists():
        folder.parent.mkdir(parents=True)
        done.write_text(json.dumps(asdict(make_pages_world(folder, url, amounts))), "utf-8")
    return _Place(folder, url, People(**json.loads(done.read_text("utf-8"))))


def _entered(place: _Place, address: str, role: str, party: str | None) -> httpx.Client:
    """A browser in which an account with this role is signed in."""
    store, now = open_existing_stores(place.url).accounts, int(time.time())
    with store.write() as connection:
        if find_account(connection, role) is None:
            make_account(connection, Account(role, frozenset({role}), party), now)
        secret = make_link(connection, role, "/", now, os.urandom)
    client = httpx.Client(base_url=address, timeout=300)
    client.post("/console/enter", data={"secret": secret}).raise_for_status()
    return client


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands in the log: its size, and ids of requests and statements at its end, its middle, its beginning."""

    size: int
    requests: list[str]
    statements: list[str]
    factor: str
    parties: list[str]
    """A pack maker and a supplier, which take part in every calculation."""
    days: list[str]


def _pages(place: _Place, metrics: str) -> list[tuple[str, str | None, list[Page]]]:
    """Role, party, and the pages that are opened."""
    people, known = place.people, _look(place)
    prometheus = Page("metrics", [f"http://{metrics}/metrics"])
    return [
        ("operator", None, [*_of_operator(known), *_of_everybody(known), prometheus]),
        (
            "verifier",
            people.verifier,
            [
                Page("a verifier's work", ["/console/work"]),
                Page("a verifier's report", ["/console/work/report"]),
            ],
        ),
        ("expert", people.expert, [Page("an expert's reviews", ["/console/reviews"])]),
        ("provider", people.provider, [Page("a provider's factors", ["/console/submissions"])]),
    ]


def _look(place: _Place) -> _Known:
    log = open_existing_stores(place.url).log
    newest = log.newest_checkpoint()
    size = 0 if newest is None else newest.size
    places = [row for end in (size, size // 2, size // 4) for row in log.newest("request", end, 2)]
    requests = [row.id for row in places]
    days = sorted({time.strftime("%Y-%m-%d", time.gmtime(row.logged_at)) for row in places})
    statements = [row.id for end in (size, size // 2, 100) for row in log.newest(None, end, 1)]
    factor = log.newest("factor", size, 1)[0].id
    answered = (row for row in log.calculation_statements(requests[-1]) if row.kind in ("request", "consent"))
    parties = [row.signer for row in islice(answered, 2)]
    log.close()
    return _Known(size, requests, statements, factor, parties, days)


def _of_operator(known: _Known) -> list[Page]:
    deep = [known.size // 2, known.size // 4]
    return [
        Page("overview", ["/console/"]),
        Page("overview, live", ["/console/live"]),
        Page("health", ["/console/health"]),
        Page("calculations", ["/console/calculations", *_before("/console/calculations?", deep)]),
        Page("a calculation", [f"/console/calculations/{one}" for one in known.requests]),
        Page("a calculation, live", [f"/console/calculations/{one}/live" for one in known.requests]),
        Page("participants", ["/console/participants", *_before("/console/participants?", [2000])]),
        Page("participants, not connected", ["/console/participants?node=off"]),
        Page("a participant", [f"/console/statements/{one}" for one in known.parties]),
        Page("refusals", ["/console/refusals"]),
        Page("refusals, of some companies", ["/console/refusals?company=many", "/console/refusals?company=Ltd"]),
        Page("log", ["/console/log", *_before("/console/log?", deep)]),
        Page(
            "log, of one kind",
            ["/console/log?kind=consent", *_before("/console/log?kind=consent&", deep), "/console/log?kind=void"],
        ),
        Page("log, of some days", [f"/console/log?since={day}&until={day}" for day in known.days]),
        Page(
            "log, of some companies",
            ["/console/log?company=many", "/console/log?company=Ltd", "/console/log?company=Ltd&kind=void"],
        ),
        Page("log, live", ["/console/log/live", "/console/log/live?kind=factor"]),
        Page("a statement", [f"/console/statements/{one}" for one in known.statements]),
        Page("library", ["/console/library", "/console/library?start=4000", "/console/library?state=published"]),
        Page("library, to be published", ["/console/library?state=ready"]),
        Page("library, searched", [f"/console/library?q={words}" for words in ("many-00123", "物料", "CN-SC m")]),
        Page("a factor", [f"/console/library/{known.factor}"]),
        Page("found by words", [f"/console/find?q={words}" for words in ("no such thing", "many", "Ltd")]),
    ]  # fmt: skip


def _of_everybody(known: _Known) -> list[Page]:
    return [
        Page("API, factors", ["/api/v1/factors", "/api/v1/factors?q=物料&offset=4000", "/api/v1/factors?region=CN"]),
        Page("API, categories", ["/api/v1/categories"]),
        Page("API, a statement", [f"/api/v1/statements/{one}" for one in known.statements]),
        Page("log, a proof", [f"/log/proof?id={one}" for one in known.statements]),
        Page("log, consistency", [f"/log/consistency?old={known.size // 3}&new={known.size}"]),
        Page("checkpoint", ["/checkpoint"]),
    ]  # fmt: skip


def _before(address: str, places: Sequence[int]) -> list[str]:
    return [f"{address}before={place}" for place in places]
