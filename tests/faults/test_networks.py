"""Bad networks between real processes on hosts of their own: slow, lossy, cut, deaf on one side. Protocol 8, 11.

Every fact on SQLite and on PostgreSQL; the way from a replica to its database is tests/faults/test_databases.py.
"""

from __future__ import annotations

import subprocess
import time

import pytest

from tests.support.aftermath import check_aftermath
from tests.support.hosts import CENTER, Network
from tests.support.house import House
from tests.support.small_pack import MAKER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SUPPLIER = "cathode"
CUT_SECONDS = 5.0


def kinds(house: House, request: str) -> list[str]:
    """What is logged of a calculation."""
    return [kind for kind, _ in house.logged(request)]


def test_a_journey_of_200_ms_each_way_only_takes_longer(house: House, network: Network) -> None:
    with network.shaped(*house.slugs, delay=0.2):
        request = house.request()
        house.wait(lambda: house.is_certified(request))
        check_aftermath(house, [request], network)


def test_lost_and_overtaking_packets_only_take_longer(house: House, network: Network) -> None:
    with network.shaped(*house.slugs, delay=0.01, jitter=0.02, loss=0.05):
        request = house.request()
        house.wait(lambda: house.is_certified(request))
        check_aftermath(house, [request], network)


def test_cut_off_in_the_middle_a_calculation_goes_on_when_the_line_is_back(
    house: House, network: Network
) -> None:
    requests = []
    for kind in ("consent", "contribution"):
        request = house.request()
        house.wait(lambda request=request, kind=kind: kind in kinds(house, request))  # type: ignore[misc]
        with network.shaped(SUPPLIER, MAKER, hears=False, speaks=False):
            time.sleep(CUT_SECONDS)
            assert not house.is_certified(request)
        requests.append(request)
    check_aftermath(house, requests, network)


@pytest.mark.parametrize("direction", [{"hears": False}, {"speaks": False}], ids=["deaf", "mute"])
def test_a_node_whose_packets_pass_one_way_only_goes_on_when_they_pass_both(
    house: House, network: Network, direction: dict[str, bool]
) -> None:
    with network.shaped(SUPPLIER, **direction):
        request = house.request()
        others = len(house.slugs) - 1
        house.wait(lambda: kinds(house, request).count("consent") == others)
        time.sleep(CUT_SECONDS)
        assert kinds(house, request).count("consent") == others
    check_aftermath(house, [request], network)


def test_a_coordinator_that_vanished_without_a_word_is_found_again(house: House, network: Network) -> None:
    """A connection of which only the node still knows: no packet tells it that the other end is gone."""
    # The kernel there gives up within a second what a dead process left open, long before nodes begin to doubt.
    give_up = network.command(CENTER, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_orphan_retries")
    subprocess.run(give_up, check=True)
    port = int(house.chain.coordinator.rpartition(":")[2])
    with network.shaped(*house.slugs, hears=False, speaks=False):
        for name in house.coordinators:
            house.stage.kill(name)
        house.wait(lambda: network.connections(CENTER, port) == 0)
        for name in house.coordinators:
            assert house.restart(name)
        assert all(network.connections(slug, port) > 0 for slug in house.slugs)
    request = house.request()
    check_aftermath(house, [request], network)
