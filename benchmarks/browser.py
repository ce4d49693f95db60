"""How long a browser takes to verify a certificate, in headless Chromium, as a person would hand it in.

The one fact: the figure is what the browser's processes computed between choosing the file and the verdict that is
shown; the clock stands beside it, because a machine may have other work.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from benchmarks.calculation import run_calculation
from benchmarks.chain import make_chain
from benchmarks.clocks import Spans, rounded
from benchmarks.figures import Figure

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PAGE = Path(__file__).resolve().parent.parent / "verifier" / "page"
FILES = ("index.html", "sealsum-page.css", "sealsum-verify.js")
VERIFY_S, FIRST_LOAD_KB = 5, 500
PATIENCE_MS = 300_000
_TICK = os.sysconf("SC_CLK_TCK")


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """A benchmark prints figures only."""


def measure_page(members: int) -> Sequence[Figure]:
    """The page as it is served and as it is opened from disk, on one certificate."""
    from playwright.sync_api import sync_playwright

    chain = make_chain(members, Spans())
    request, _ = run_calculation(chain)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pins, file = Path(folder, "pins.json"), Path(folder, "certificate.json")
        fields = {"log_key": chain.world.pins.log_key, "authority_root": chain.world.pins.authority_root}
        pins.write_text(json.dumps(fields), encoding="utf-8")
        file.write_bytes(chain.world.notary.bundle(request))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), headless=True)
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(PAGE))) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            served = _verify(browser, f"http://127.0.0.1:{server.server_port}/index.html", (pins, file))
            server.shutdown()
        opened = _verify(browser, (PAGE / "index.html").as_uri(), (pins, file))
        browser.close()
        note = f"{file.stat().st_size} bytes"
    load = sum((PAGE / name).stat().st_size for name in FILES) / 1000
    name = f"verify a certificate of {members} members in a browser"
    return [
        _figure(f"{name}, served", served, note),
        _figure(f"{name}, opened from disk", opened, note),
        Figure("the page's three files", rounded(load), "kB", FIRST_LOAD_KB, note="not compressed"),
    ]


def _figure(name: str, found: dict[str, float], note: str) -> Figure:
    return Figure(name, found["processor"], "s", VERIFY_S, {"by the clock": found["clock"]}, note)


def _verify(browser: Any, address: str, files: tuple[Path, Path]) -> dict[str, float]:
    """Seconds from choosing the certificate to the verdict, and what the browser's processes computed meanwhile."""
    pins, file = files
    page = browser.new_page()
    page.goto(address)
    page.set_input_files("#files", str(pins))
    before, start = _browser_seconds(), time.perf_counter()
    page.set_input_files("#files", str(file))
    page.wait_for_selector("#verdict:not([hidden])", timeout=PATIENCE_MS)
    clock, computed = time.perf_counter() - start, _browser_seconds() - before
    if "good" not in (page.get_attribute("#verdict", "class") or ""):
        raise AssertionError(page.inner_text("#checks"))
    page.close()
    return {"clock": rounded(clock), "processor": rounded(computed)}


def _browser_seconds() -> float:
    """Processor seconds of every renderer below this process."""
    parents, seconds = {}, {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes()
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # a process that ended meanwhile
        parents[int(place.name)] = int(fields[1])
        if b"--type=renderer" in command:
            seconds[int(place.name)] = (int(fields[11]) + int(fields[12])) / _TICK
    return sum(value for process, value in seconds.items() if _is_ours(process, parents))


def _is_ours(process: int, parents: dict[int, int]) -> bool:
    while process in parents:
        if process == os.getpid():
            return True
        process = parents[process]
    return False
