"""What must hold after any fault, and how a house is watched on the way there.

The one fact: three things, whatever happened. The whole log stands its audit; every statement for which a node holds a
receipt is in it, byte for byte; every calculation ended in a certificate with the right total, or in a stated void.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from protocol.certificate import verify_bundle
from protocol.payloads import Void, Withdrawal
from protocol.pins import parse_pins
from protocol.statements import parse_statement
from tests.support.hosts import CENTER, Network
from tests.support.house import COORDINATOR, House
from tests.support.small_pack import MAKER

SLACK = Decimal("0.000001")
"""Amounts are committed to six decimals, rounded so that a total is never understated."""
ENDING_SECONDS = 120.0
AUDIT_SECONDS = 900
_MY_RECEIPTS = "SELECT id, log_index, logged_at, data FROM outgoing WHERE log_index IS NOT NULL"
_LOG = "SELECT id, log_index, logged_at, data FROM statements"


def check_aftermath(house: House, requests: Sequence[str], network: Network | None = None) -> None:
    """Wait until these calculations have ended; then the three things, and one of these at least has a certificate."""
    house.wait(lambda: all(has_ended(house, request) for request in requests), ENDING_SECONDS)
    check_audit(house, network)
    check_acknowledged(house)
    endings = [check_ending(house, request) for request in requests]
    assert any(endings) or not requests


def has_ended(house: House, request: str) -> bool:
    """Whether the maker's node has the certificate, or the log says that there will be none."""
    if house.is_certified(request):
        return True
    return any(kind in ("void", "withdrawal") for kind, _ in house.logged(request))


def check_audit(house: House, network: Network | None = None) -> dict[str, Any]:
    """`sealsum log audit` over HTTP, every statement read; what it found."""
    folder = house.out / COORDINATOR
    url = f"http://{json.loads((folder / 'serving.json').read_text())['http']}"
    words = [
        "log",
        "audit",
        url,
        "--pins",
        str(folder / "pins.json"),
        "--coordinator",
        str(folder),
        "--jobs",
        "1",
        "--json",
    ]
    if house.database_url is not None:
        words += ["--database-url", house.database_url]
    command = [sys.executable, "-m", "sealsum", *words]
    if network is not None:
        command = network.command(CENTER, *command)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=AUDIT_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["good"] and found["unread"] == 0
    return found


def check_acknowledged(house: House, others: Sequence[str] = ()) -> None:
    """Every statement for which a node holds a receipt is in the log, there and with these bytes."""
    receipts = [row for slug in (*house.slugs, *others) for row in house.query(slug, _MY_RECEIPTS)]
    log = {row[0]: row for row in house.query(COORDINATOR, _LOG)}  # read later: nodes may be at work
    for row in receipts:
        assert log.get(row[0]) == row


def check_ending(house: House, request: str) -> bool:
    """Whether there is a certificate; then its total is the sum in the clear within its bound, else a reason is stated.

    The file is verified as a stranger would, who has it and the pins.
    """
    if not house.is_certified(request):
        sql = "SELECT data FROM statements WHERE calculation = ? AND kind IN ('void', 'withdrawal')"
        ((data,),) = house.query(COORDINATOR, sql, request)
        ending = parse_statement(bytes(data)).payload
        assert isinstance(ending, Void | Withdrawal) and ending.reason
        return False
    found = house.node(MAKER, "result", request)["models"][0]
    clear = _clear_figures(house.chain.pack.folder)
    exact, total = Decimal(clear["total_kg"]), Decimal(found["total_kg"])
    assert exact <= total <= exact + Decimal(found["overstated_by_at_most"]) + SLACK
    bundle, pins = house.out / f"{request[:16]}.json", house.out / COORDINATOR / "pins.json"
    house.node(MAKER, "certificate", request, "--out", str(bundle))
    assert verify_bundle(bundle.read_bytes(), parse_pins(pins.read_bytes()), os.urandom).is_good
    return True


@cache
def _clear_figures(pack: Path) -> Any:
    words = [sys.executable, "-m", "sealsum", "footprint", str(pack), "--json"]
    return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
