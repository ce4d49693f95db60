"""Two replicas over one PostgreSQL and one blob store, on real processes: killed, paused, cut off from the database.

The one fact: whatever happens to the process that appends, another takes over within seconds, nothing acknowledged is
lost, and the certificate is the one that nothing disturbed. Protocol section 8.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from coordinator.folder import open_folder
from crypto.signing import encode_signing_key
from node.organisation import open_node
from protocol.errors import SealsumError
from protocol.payloads import Factor, Saw
from protocol.statements import EMPTY_ROOT, Header, sign_statement
from protos.client import Address, GatewayClient
from protos.values import Receipt
from tests.e2e.test_kill import AS_COORDINATOR, covered, figures_of, steps_of
from tests.support.cluster import Cluster, find_binaries, open_cluster
from tests.support.example import LIBRARY
from tests.support.house import COORDINATOR, POLL_SECONDS, House
from tests.support.replicas import NAMES, OTHER, Replicas, open_replicas
from tests.support.small_pack import MAKER
from tests.support.store_audit import check_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

HAND_OVER_SECONDS = 5.0
CERTIFIED_SECONDS = 180.0
KILLING_SECONDS = 1200.0
AT_FOLLOWERS = ("insert handed", "update handed", "delete handed")
BINARIES = find_binaries()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if BINARIES is None:
        pytest.skip("no PostgreSQL is installed")
    # Below /tmp itself: pytest's folders are closed to the account that PostgreSQL runs under.
    folder = Path(f"/tmp/sealsum-cluster-{os.getpid()}")
    cluster = open_cluster(BINARIES, folder)
    yield cluster
    cluster.stop()
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture(scope="module")
def replicas(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    replicas = open_replicas(tmp_path_factory.mktemp("replicas"), {"SEALSUM_DATABASE_URL": cluster.url})
    yield replicas
    replicas.house.stage.stop()
    replicas.balancer.close()


@pytest.fixture(scope="module")
def figures(replicas: Replicas) -> Any:
    """What comes out when nothing happens. Guards follow from declaration and quantity, so every run says the same."""
    house = replicas.house
    request = house.request()
    house.wait(lambda: house.is_certified(request), CERTIFIED_SECONDS)
    return figures_of(house, request)


def check_outcome(house: House, request: str, figures: Any) -> None:
    """Same totals, a certificate that a stranger verifies, a log that every rule accepts, a leaf for each receipt."""
    assert figures_of(house, request) == figures
    bundle = house.out / f"{request[:16]}.json"
    house.node(MAKER, "certificate", request, "--out", str(bundle))
    words = ["verify", str(bundle), "--pins", str(house.out / COORDINATOR / "pins.json")]
    assert subprocess.run([sys.executable, "-m", "sealsum", *words], check=False).returncode == 0
    check_store(house.out / COORDINATOR, house.database_url)
    log = {row[0]: row for row in house.query(COORDINATOR, "SELECT id, log_index, logged_at FROM statements")}
    sql = "SELECT id, log_index, logged_at FROM outgoing WHERE log_index IS NOT NULL"
    for slug in house.slugs:
        for row in house.query(slug, sql):
            assert log.get(row[0]) == row


class Hammer:
    """Submits factors at one replica, one after another, and keeps every receipt."""

    def __init__(self, house: House, address: str) -> None:
        node = open_node(house.node_folder("factor-provider"))
        self._identity = node.identity
        self._key = self._identity.signing_key
        root = open_folder(house.out / COORDINATOR).party.root_pem.encode()
        pem = self._identity.entity.certificate.encode()
        self._client = GatewayClient(Address(address, root, pem, encode_signing_key(self._key)))
        self._by = self._identity.id
        node.close()
        self.receipts: list[Receipt] = []
        self.last: object = None
        self.took: list[tuple[float, float]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Hammer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._client.close()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.is_set():
            header = Header(self._by, Saw(size=0, root=EMPTY_ROOT), os.urandom(16).hex())
            fields = {**LIBRARY.factors["grid"], "code": f"grid-{os.urandom(6).hex()}"}
            payload = Factor.model_validate({**header.fields(), **fields})
            begun = time.monotonic()
            try:
                (outcome,) = self._client.submit([sign_statement(payload, self._key).data])
            except SealsumError as error:
                self.last = error
                self._stop.wait(0.05)
                continue
            if not isinstance(outcome, Receipt):
                self.last = outcome
                continue
            self.receipts.append(outcome)
            self.took.append((begun, time.monotonic()))

    def wait_for_more(self, count: int = 5) -> None:
        goal, deadline = len(self.receipts) + count, time.monotonic() + 60
        while len(self.receipts) < goal:
            assert time.monotonic() < deadline, f"no receipts: {self.last}"
            time.sleep(POLL_SECONDS)


@contextmanager
def hammering(replicas: Replicas) -> Iterator[dict[str, Hammer]]:
    """One at each replica; afterwards every receipt is held against the log."""
    house = replicas.house
    hammers = {name: Hammer(house, replicas.balancer.targets[name]) for name in NAMES}
    with hammers[COORDINATOR], hammers[OTHER]:
        yield hammers
    rows = dict(house.query(COORDINATOR, "SELECT id, log_index FROM statements"))
    for hammer in hammers.values():
        assert all(rows.get(receipt.id) == receipt.index for receipt in hammer.receipts)


def test_nodes_spread_over_two_replicas_come_to_one_certificate(replicas: Replicas, figures: Any) -> None:
    house = replicas.house
    request = house.request()
    house.wait(lambda: house.is_certified(request), CERTIFIED_SECONDS)
    check_outcome(house, request, figures)
    assert all(replicas.balancer.passed[name] > 0 for name in NAMES)
    assert replicas.epoch() == 1
    ((taken,),) = house.query(COORDINATOR, "SELECT last_value FROM handed_number_seq")
    assert taken > 1  # what the other replica took went through the store


def test_killed_the_process_that_appends_hands_over_within_seconds(replicas: Replicas, figures: Any) -> None:
    with hammering(replicas) as hammers:
        victim = replicas.appending()
        (survivor,) = set(NAMES) - {victim}
        hammers[survivor].wait_for_more()
        killed, epoch = time.monotonic(), replicas.epoch()
        replicas.kill(victim)
        replicas.wait_for_epoch(epoch)
        hammers[survivor].wait_for_more()
        first = min(end for begun, end in hammers[survivor].took if end > killed and begun > killed)
        assert first - killed <= HAND_OVER_SECONDS
        assert replicas.house.restart(victim)


def test_paused_the_process_that_appended_appends_nothing_when_it_goes_on(
    replicas: Replicas, figures: Any
) -> None:
    house = replicas.house
    with hammering(replicas) as hammers:
        paused = replicas.appending()
        (survivor,) = set(NAMES) - {paused}
        for hammer in hammers.values():
            hammer.wait_for_more()
        epoch = replicas.epoch()
        replicas.signal(paused, signal.SIGSTOP)
        begun = time.monotonic()
        replicas.wait_for_epoch(epoch)
        assert time.monotonic() - begun <= HAND_OVER_SECONDS
        hammers[survivor].wait_for_more()
        replicas.signal(paused, signal.SIGCONT)
        hammers[paused].wait_for_more()  # it takes statements again, and hands them over
        hammers[survivor].wait_for_more()
        assert replicas.epoch() == epoch + 1 and replicas.appending() == survivor
    check_store(house.out / COORDINATOR, house.database_url)


def test_a_database_that_is_restarted_in_the_middle_loses_nothing(
    replicas: Replicas, figures: Any, cluster: Cluster
) -> None:
    house = replicas.house
    with hammering(replicas) as hammers:
        request = house.request()
        for kind in ("consent", "contribution"):
            house.wait(
                lambda kind=kind: kind in [found for found, _ in house.logged(request)], CERTIFIED_SECONDS
            )
            cluster.stop("immediate")
            cluster.start()
        house.wait(lambda: house.is_certified(request), CERTIFIED_SECONDS)
        for hammer in hammers.values():
            hammer.wait_for_more()
    check_outcome(house, request, figures)


def test_replicas_killed_at_every_step_lead_to_the_same_certificate(replicas: Replicas, figures: Any) -> None:
    """Whichever reaches a step first dies there; the other takes over, until no step is left."""
    house = replicas.house
    for slug in house.slugs:  # nobody consents before the wires are laid
        house.stage.kill(slug)
    request = house.request()
    for name in NAMES:
        replicas.kill(name)
        house.restart(name, ())
    for slug in house.slugs:
        house.restart(slug)
    deadline = time.monotonic() + KILLING_SECONDS
    while not house.is_certified(request):
        assert time.monotonic() < deadline, f"not done; see {house.stage.logs}"
        for name in NAMES:
            if not house.is_alive(name):
                house.restart(name, tuple(steps_of(house, COORDINATOR)))
        time.sleep(POLL_SECONDS)
    for name in NAMES:
        replicas.kill(name)
        assert house.restart(name)
    check_outcome(house, request, figures)
    # In PostgreSQL a claim to a blob is one command without a transaction; its file is tripped before and after.
    in_transactions = [step for step in AS_COORDINATOR if step != "insert blobs entity"]
    covered(steps_of(house, COORDINATOR), (*in_transactions, *AT_FOLLOWERS))
