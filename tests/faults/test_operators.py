"""What happens to an operator's machines: object store, replicas, database. Protocol 8; docs/operation.md, "Faults"."""

from __future__ import annotations

import signal

import pytest

from tests.support.aftermath import check_aftermath
from tests.support.bucket import AFTER, BEFORE
from tests.support.hosts import Network
from tests.support.house import COORDINATOR, House
from tests.support.replicas import NAMES, OTHER
from tests.support.works import DATABASE, Works

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STOP_SECONDS = 30
DELAY_MS = 300
FAILURES = 8
"""More than the object store's client makes of one call by itself."""


def wait_for(house: House, request: str, kind: str) -> None:
    """Until the log holds a statement of this kind."""
    house.wait(lambda: kind in [found for found, _ in house.logged(request)])


@pytest.mark.parametrize("fault", [BEFORE, AFTER])
def test_an_object_store_that_fails_delays_and_loses_nothing(
    works: Works, network: Network, fault: str
) -> None:
    request = works.house.request()
    works.bucket.failed.clear()
    works.bucket.fault = fault
    try:
        works.house.wait(lambda: works.bucket.failed[fault] >= FAILURES)
        assert not works.house.is_certified(request)
    finally:
        works.bucket.fault = None
    check_aftermath(works.house, [request], network)


def test_replicas_replaced_one_after_the_other_under_load(works: Works, network: Network) -> None:
    house = works.house
    requests = [house.request() for _ in range(3)]
    for name in NAMES:
        process = house.stage.service(name).process
        works.replicas.signal(name, signal.SIGTERM)
        process.join(STOP_SECONDS)
        assert process.exitcode == 0
        assert house.restart(name)
        requests.append(house.request())
    check_aftermath(house, requests, network)


def test_a_replica_cut_off_from_everything_is_replaced_and_comes_back(works: Works, network: Network) -> None:
    """The one that appends: neither its database nor the nodes that it streams to hear that it is gone."""
    works.replicas.let_append(OTHER)
    request = works.house.request()
    wait_for(works.house, request, "consent")
    works.replicas.let_append(
        OTHER
    )  # a machine that stood still for seconds has given the right away meanwhile
    with network.shaped(OTHER, hears=False, speaks=False):
        works.replicas.wait_for(COORDINATOR)
    check_aftermath(works.house, [request], network)


def test_commits_that_take_long_only_take_longer(works: Works, network: Network) -> None:
    """The disk is slow to say that it has written: here the standby's, for whose word each commit waits."""
    works.delay_commits(DELAY_MS)
    try:
        request = works.house.request()
        check_aftermath(works.house, [request], network)
    finally:
        works.delay_commits(0)


def test_a_database_whose_machine_vanishes_is_followed_by_its_standby(works: Works, network: Network) -> None:
    request = works.house.request()
    wait_for(works.house, request, "consent")
    epoch = works.replicas.epoch()
    link = network.links[DATABASE]
    link.hears = link.speaks = False
    works.pair.standby.promote()
    works.replicas.wait_for_epoch(epoch)
    check_aftermath(works.house, [request], network)
