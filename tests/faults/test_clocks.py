"""Clocks that are hours off, at a node and at the coordinator. Protocol 5: nothing is signed on a log an hour off."""

from __future__ import annotations

import pytest

from tests.support.aftermath import check_aftermath
from tests.support.hosts import Network
from tests.support.house import COORDINATOR, House
from tests.support.wrapped import wrapped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SUPPLIER = "cathode"
FAKED = ("faketime", "--exclude-monotonic", "-f")
"""A machine whose clock is set still counts its seconds; without the option no wait of the process would end."""


def consents(house: House, request: str) -> int:
    """How many are logged."""
    return [kind for kind, _ in house.logged(request)].count("consent")


@pytest.mark.parametrize("offset", ["+5h", "-5h"])
def test_a_node_whose_clock_is_hours_off_signs_nothing_until_it_is_set(
    house: House, network: Network, offset: str
) -> None:
    with wrapped(house, network, SUPPLIER, *FAKED, offset) as said:
        request = house.request()
        house.wait(lambda: consents(house, request) == len(house.slugs) - 1)
        house.wait(lambda: "set the clock" in said.read_text())
        assert consents(house, request) == len(house.slugs) - 1
    check_aftermath(house, [request], network)


def test_a_coordinator_whose_clock_went_back_lets_no_time_of_the_log_go_back(
    house: House, network: Network
) -> None:
    with wrapped(house, network, COORDINATOR, *FAKED, "-50m"):
        request = house.request()
        for other in house.coordinators[
            1:
        ]:  # a replica whose clock is right began; the log goes on behind it
            house.wait(lambda: consents(house, request) > 0)
            house.stage.kill(other)
        check_aftermath(house, [request], network)
