"""How long a server takes for a page, and how much a browser fetches to show the first one.

The one fact: times are the asker's clock on loopback, from sending the question to the last byte of the answer; the
server's own CPU stands beside them, because a machine may have other work.
"""

from __future__ import annotations

import math
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from benchmarks.clocks import rounded
from benchmarks.doors import cpu_s
from benchmarks.figures import Figure

PAGE_MS, FIRST_LOAD_KB = 100, 500
TIMES = 40
"""How often a page is asked for, its addresses in turn; the 95th percentile is then the third largest."""
IDLE_S = 0.05
"""CPU in a second of a server that only waits."""
_ASSETS = re.compile(r'(?:<link[^>]* href|<script[^>]* src)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """One page as its readers open it: at its beginning, deep inside, searched."""

    name: str
    addresses: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)


def settle(process: subprocess.Popen[str]) -> None:
    """Wait until it computes nothing any more: what it reads ahead is no page's time."""
    before = -1.0
    while (now := cpu_s([process])) - before > IDLE_S:
        before = now
        time.sleep(1)


def time_pages(
    client: httpx.Client, server: subprocess.Popen[str], pages: Sequence[Page], whose: str
) -> list[Figure]:
    """A figure for every page of `whose`, in milliseconds; AssertionError when one answers with an error."""
    return [_time(client, server, page, whose) for page in pages]


def _time(client: httpx.Client, server: subprocess.Popen[str], page: Page, whose: str) -> Figure:
    first, *_ = [_ask(client, address, page) for address in page.addresses]
    before, times = cpu_s([server]), []
    for number in range(TIMES):
        times.append(_ask(client, page.addresses[number % len(page.addresses)], page))
    cpu = 1000 * (cpu_s([server]) - before) / TIMES
    times.sort()
    parts = {
        "median": rounded(times[TIMES // 2]),
        "CPU": rounded(cpu),
        "the first time": rounded(first),
    }
    slow = times[math.ceil(TIMES * 95 / 100) - 1]
    return Figure(f"{whose}, {page.name}, 95th percentile", rounded(slow), "ms", PAGE_MS, parts)


def _ask(client: httpx.Client, address: str, page: Page) -> float:
    """Milliseconds of one answer."""
    begun = time.perf_counter()
    answer = client.get(address, headers=page.headers)
    taken = time.perf_counter() - begun
    if answer.status_code not in (200, 204):
        raise AssertionError(f"{page.name}: expected a page at {address}, found {answer.status_code}")
    return 1000 * taken


def weigh(client: httpx.Client, address: str, whose: str) -> Figure:
    """What the first visit of a browser that has nothing yet fetches: the page and all that it links."""
    page = client.get(address)
    assets = sorted(set(_ASSETS.findall(page.text)))
    whole = sent = len(page.content)
    for asset in assets:
        with client.stream("GET", asset, headers={"accept-encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        sent += len(raw)
        whole += len(client.get(asset, headers={"accept-encoding": "identity"}).content)
    parts = {"as sent": rounded(sent / 1000), "the page itself": rounded(len(page.content) / 1000)}
    note = f"the page and its {len(assets)} files, not compressed"
    return Figure(f"{whose}, first load", rounded(whole / 1000), "kB", FIRST_LOAD_KB, parts, note)
