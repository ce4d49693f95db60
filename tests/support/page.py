"""The certificate page in a real browser: handed files as a person would, read as a person would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page

from protocol.certificate import Pins, Report

PAGE = Path(__file__).resolve().parents[2] / "verifier" / "page"
FROM_DISK = PAGE.as_uri()
PATIENCE_MS = 120_000


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def served(folder: Path = PAGE) -> Iterator[str]:
    """The page over HTTP on loopback; yields its address without the file's name."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def pins_bytes(pins: Pins) -> bytes:
    """pins.json."""
    witnesses = [{"name": key.partition("+")[0], "key": key} for key in pins.witnesses]
    fields = {"log_key": pins.log_key, "authority_root": pins.authority_root}
    return json.dumps({**fields, "witnesses": witnesses, "threshold": pins.threshold}).encode()


def hand_in(page: Page, data: bytes, pins: Pins | None) -> None:
    """Choose the files on a fresh page, and wait for the verdict."""
    page.reload()
    files = [_file("certificate.json", data)]
    if pins is not None:
        files.insert(0, _file("pins.json", pins_bytes(pins)))
    page.set_input_files("#files", files)  # type: ignore[arg-type]
    page.wait_for_selector("#verdict:not([hidden])", timeout=PATIENCE_MS)


def _file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/json", "buffer": data}


def shown_checks(page: Page) -> dict[str, str]:
    """The status of each check as the page shows it, by the check's name."""
    rows = page.eval_on_selector_all("#checks li", "rows => rows.map(row => [row.id, row.dataset.status])")
    return {name.removeprefix("check-"): status for name, status in rows}


def expected_checks(report: Report) -> dict[str, str]:
    """The same of the reference verifier."""
    return {check.name: check.status.value for check in report.checks}
