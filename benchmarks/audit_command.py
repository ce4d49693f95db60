"""`sealsum log audit` itself over a log of whole calculations: started as a user starts it, reading over HTTP.

The one fact: it is the command's own clock that counts, from its first question to its last answer, with the processes
that it takes by itself; the CPU of all of them stands beside it, because the machine may have other work.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from auditor.running import tiles_of
from auditor.tiles import TILE, encode_place
from benchmarks.long_log import LongLog
from coordinator.journal import Journal
from coordinator.service import open_stores
from coordinator.store.database import sqlite_url
from protocol.statements import MemoryRecord, encode_leaf

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Audited:
    """What one run of the command took: its own wall time and the CPU of all its processes, in seconds."""

    size: int
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the command finds the log: its URL, a store with every statement, the pins."""

    url: str
    store: str
    pins: Path

    def audit(self, *options: str) -> Audited:
        """Run the command once; AssertionError when it finds anything wrong."""
        words = [
            "audit",
            self.url,
            "--pins",
            str(self.pins),
            "--coordinator",
            str(self.pins.parent),
            "--json",
        ]
        command = [sys.executable, "-m", "sealsum", "log", *words, "--database-url", self.store, *options]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            raise AssertionError(done.stdout[-2000:] + done.stderr[-2000:])
        found: dict[str, Any] = json.loads(done.stdout)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Audited(found["size"], found["seconds"], cpu_s)


@contextmanager
def laid_out(log: LongLog) -> Iterator[Place]:
    """The log in a coordinator's store and behind a URL, until the block ends."""
    with tempfile.TemporaryDirectory() as folder, _served(_pages(log)) as url:
        store = sqlite_url(Path(folder) / "coordinator.sqlite")
        _fill(store, log)
        pins = Path(folder) / "pins.json"
        held = log.chain.world.pins
        pins.write_text(json.dumps({"log_key": held.log_key, "authority_root": held.authority_root}))
        yield Place(url, store, pins)


def _fill(url: str, log: LongLog) -> None:
    stored, record = open_stores(url).log, MemoryRecord()
    for row in log.rows:
        record.add(row)
    stored.hold_log()
    journal = Journal(stored, log.chain.world.notary.log_key)
    for start in range(0, len(log.rows), AT_ONCE):
        batch, frontier = journal.prepare(log.rows[start : start + AT_ONCE], record)
        stored.append(batch)
        journal.accept(batch, frontier)
    stored.close()


def _pages(log: LongLog) -> dict[str, bytes]:
    """Every page of the log that an auditor asks for, by its path (C2SP tlog-tiles)."""
    leaves = [encode_leaf(row.id, row.signed.data, row.logged_at) for row in log.rows]
    pages = {"/checkpoint": log.checkpoint().encode()}
    for start in range(0, len(leaves), TILE):
        bundle = leaves[start : start + TILE]
        place = encode_place(start // TILE, len(bundle))
        pages[f"/tile/entries/{place}"] = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in bundle)
    for level, index, width in tiles_of(len(leaves)):
        pages[f"/tile/{level}/{encode_place(index, width)}"] = log.tree.tile(level, index, width)
    return pages


@contextmanager
def _served(pages: dict[str, bytes]) -> Iterator[str]:
    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # as the coordinator's door has it

        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
