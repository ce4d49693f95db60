"""Agents that listen, react and crash: the same certificate comes out."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from _pytest.mark import ParameterSet
from sqlalchemy import Connection

from node.agent import Agent
from node.identity import keep_coordinator
from node.maker.progress import read_progress
from node.maker.resulting import find_certificate
from node.organisation import Node
from node.outbox import describe_delivery, find_delivery_by_id, find_statement
from node.store.database import Store
from node.store.opening import open_store
from node.store.vault import find_secret
from tests.node.village import Village, ask


class Killed(BaseException):
    """The process died here. Not an Exception: nothing may catch it."""


class DyingStore(Store):
    """A store whose process dies at a given transaction, before or after it is durable."""

    left = -1
    after = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        with super().write() as connection:
            yield connection
        if self.left == 0:
            raise Killed


def kill_at(node: Node, transaction: int, after: bool) -> None:
    """Let the node die at its `transaction`-th write from now."""
    store = DyingStore(node.store.folder)
    store.data_key.open_with(node.store.data_key.need())
    store.left, store.after = transaction, after
    for holder in (node, node.record, *(() if node._connection is None else (node.egress, node.logbook))):
        name = "store" if holder is node else "_store"
        setattr(holder, name, store)


def run_with_deaths(village: Village, name: str, transaction: int, after: bool) -> int:
    """Play rounds; the named node dies once and is opened again. Returns how often it died."""
    deaths = 0
    kill_at(village.nodes[name], transaction, after)
    for _ in range(7):
        for other in list(village.nodes):
            try:
                Agent(village.nodes[other]).catch_up()
            except Killed:
                deaths += 1
                village.open(other)
                Agent(village.nodes[other]).catch_up()
        village.town.settle()
    return deaths


def outcome(village: Village, maker: Node, request: str) -> tuple[str, bool]:
    saved = find_certificate(maker, request)
    assert saved is not None
    return read_progress(maker, request).phase, saved.holds


def deaths(transactions: tuple[int, ...], by_default: tuple[int, ...]) -> list[ParameterSet]:
    """Two by default, more in the slow run; tests/e2e kills real processes at every step."""
    return [
        pytest.param(at, after, marks=[] if at in by_default and after else pytest.mark.slow)
        for at in transactions
        for after in (False, True)
    ]


@pytest.mark.parametrize(("transaction", "after"), deaths((1, 2, 4, 6, 9, 11, 14), (4, 11)))
def test_a_supplier_killed_at_a_write_contributes_once_all_the_same(
    village: Village, transaction: int, after: bool
) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    assert run_with_deaths(village, "North Cathode", transaction, after) == 1
    assert outcome(village, maker, request) == ("certified", True)


@pytest.mark.parametrize(("transaction", "after"), deaths((1, 2, 4, 6, 7, 8, 9), (4, 8)))
def test_a_requester_killed_at_a_write_publishes_once_all_the_same(
    village: Village, transaction: int, after: bool
) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    assert run_with_deaths(village, "Pack maker", transaction, after) == 1
    assert outcome(village, village.nodes["Pack maker"], request) == ("certified", True)


def test_agents_that_listen_finish_a_calculation_by_themselves(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    agents = [Agent(node) for node in village.nodes.values()]
    threads = [threading.Thread(target=agent.run) for agent in agents]
    for thread in threads:
        thread.start()
    try:
        request = ask(maker)
        wait_for(lambda: find_certificate(maker, request) is not None)
    finally:
        for agent in agents:
            agent.stop()
        for thread in threads:
            thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
    assert outcome(village, maker, request) == ("certified", True)


def test_an_address_changed_beside_a_running_agent_is_taken_up_without_a_restart(village: Village) -> None:
    node = village.settle("North Cathode", "supplier")
    with node.store.write() as connection:
        keep_coordinator(connection, "127.0.0.1:1")
    node = village.open("North Cathode")
    agent = Agent(node)
    thread = threading.Thread(target=agent.run)
    thread.start()
    try:
        beside = Store(node.store.folder)  # what another process has: the same file
        with beside.write() as connection:
            keep_coordinator(connection, village.doors.grpc)
        beside.close()
        wait_for(lambda: is_logged(node))
    finally:
        agent.stop()
        thread.join(timeout=20)
    assert (thread.is_alive(), node.identity.coordinator) == (False, village.doors.grpc)


def is_logged(node: Node) -> bool:
    with node.store.read() as connection:
        return describe_delivery(find_delivery_by_id(connection, node.id))[0] == "logged"


def test_an_ephemeral_secret_is_deleted_once_the_calculation_is_over(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    supplier = village.nodes["North Cathode"]
    names = [f"ephemeral/{request}/{entry}" for entry in range(4)]
    Agent(supplier).catch_up()
    assert any(stored(supplier, name) for name in names)
    village.run()
    assert not any(stored(supplier, name) for name in names)


def stored(node: Node, name: str) -> bool:
    with node.store.read() as connection:
        return find_secret(connection, name) is not None


def test_two_agents_of_one_node_sign_one_contribution(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.step()
    village.town.settle()
    supplier = village.nodes["North Cathode"]
    other = Node(open_store(supplier.store.folder), village.town.clock)
    threads = [threading.Thread(target=Agent(node).catch_up) for node in (supplier, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with supplier.store.read() as connection:
        kept = [find_statement(connection, f"contribution:{request}:{entry}") for entry in range(4)]
    assert len([statement for statement in kept if statement is not None]) == 1
    other.close()
    village.run()
    assert outcome(village, maker, request) == ("certified", True)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.1)


def test_a_lost_upload_goes_again_before_its_statement(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    supplier = village.nodes["North Cathode"]
    village.step()
    village.town.settle()
    with pytest.MonkeyPatch.context() as patch:
        # The coordinator says that it has the ciphertext, and does not.
        patch.setattr(supplier.egress._client, "put_blob", lambda data: None)
        Agent(supplier).catch_up()
    assert read_progress(maker, request).contributed == 0
    village.run()
    assert outcome(village, maker, request) == ("certified", True)


def test_the_he_secret_is_deleted_once_the_certificate_is_there(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    assert stored(maker, f"he/{request}")
    village.run()
    assert outcome(village, maker, request) == ("certified", True)
    assert not stored(maker, f"he/{request}")
