"""The coordinator as a process: killed at any moment, it loses nothing that it acknowledged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from coordinator.folder import open_folder
from coordinator.party import Party, enrol_party
from coordinator.service import open_stores
from crypto.merkle import leaf_hash, root_of
from crypto.note import check_checkpoint
from protocol.errors import SealsumError
from protocol.payloads import Factor
from protocol.statements import Header, encode_leaf, sign_statement
from protos.client import Address, GatewayClient
from protos.values import Receipt
from tests.coordinator.office import Office, open_office, run
from tests.support.example import LIBRARY

pytestmark = pytest.mark.slow


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A serving process and the address of its door."""
    command = "from coordinator.cli import app; app()"
    words = ["serve", str(folder), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--json"]
    process = subprocess.Popen([sys.executable, "-c", command, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["address"]


def client_of(party: Party, address: str) -> GatewayClient:
    tls = party.tls
    return GatewayClient(Address(address, tls.root_pem, tls.certificate_pem, tls.key_pem))


def hammer(client: GatewayClient, party: Party, acknowledged: list[Receipt], stop: threading.Event) -> None:
    """Submit factors until told to stop; keep every receipt."""
    while not stop.is_set():
        header = Header(party.enrolment.id, party.entity.saw, os.urandom(16).hex())
        payload = Factor.model_validate({**header.fields(), **LIBRARY.factors["grid"]})
        try:
            (outcome,) = client.submit([sign_statement(payload, party.key).data])
        except SealsumError:
            continue
        if isinstance(outcome, Receipt):
            acknowledged.append(outcome)


@pytest.fixture
def office(tmp_path: Path):
    with open_office(tmp_path / "authority") as office:
        yield office


def test_a_killed_coordinator_keeps_every_statement_that_it_acknowledged(
    tmp_path: Path, office: Office
) -> None:
    folder = tmp_path / "coordinator"
    made = run("init", folder, "--token", office.token("Operator", "operator"), "--name", "log.example")
    assert made.exit_code == 0, made.output
    party = enrol_party(
        tmp_path / "p", office.token("Provider", "provider"), "P", lambda: int(time.time()), os.urandom
    )
    acknowledged: list[Receipt] = []
    for round_number in range(4):
        process, address = start(folder)
        client, stop = client_of(party, address), threading.Event()
        client.submit([party.enrolment.data])
        thread = threading.Thread(target=hammer, args=(client, party, acknowledged, stop))
        thread.start()
        time.sleep(0.5 + 0.13 * round_number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        stop.set()
        client.close()
        thread.join()
    assert len(acknowledged) > 20
    check_log(folder, acknowledged)


def check_log(folder: Path, acknowledged: list[Receipt]) -> None:
    made = open_folder(folder)
    log = open_stores(made.database_url).log
    rows = log.leaves(0, 10**6)
    by_id = {row.id: row for row in rows}
    for receipt in acknowledged:
        row = by_id[receipt.id]
        assert (row.index, row.logged_at) == (receipt.index, receipt.logged_at)
    leaves = [leaf_hash(encode_leaf(row.id, row.data, row.logged_at)) for row in rows]
    vkey = json.loads((folder / "pins.json").read_text())["log_key"]
    newest = log.newest_checkpoint()
    assert newest is not None and check_checkpoint(newest.note, vkey).root == root_of(leaves)
    for receipt in acknowledged:
        seen = check_checkpoint(receipt.checkpoint, vkey)
        assert seen.root == root_of(leaves[: seen.size])
    log.close()


def test_asked_to_stop_it_finishes_and_says_goodbye(tmp_path: Path, office: Office) -> None:
    folder = tmp_path / "coordinator"
    run("init", folder, "--token", office.token("Operator", "operator"), "--name", "log.example")
    process, address = start(folder)
    party = open_folder(folder).party
    client = client_of(party, address)
    stream = client.watch(0)
    assert next(iter(stream)).cursor == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert not (folder / "serving.json").exists()
    client.close()
