"""kill -9 of any process at any time, again and again, over whole calculations.

The one fact: tests/e2e/test_kill.py visits every step of one calculation in order; here chance chooses whom and when,
and several calculations run at once. SEALSUM_FAULT_SECONDS=3600 makes it an hour.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence

import pytest

from tests.support.aftermath import check_aftermath
from tests.support.hosts import Network
from tests.support.house import COORDINATOR, House
from tests.support.replicas import NAMES
from tests.support.works import Works

SECONDS = float(os.environ.get("SEALSUM_FAULT_SECONDS", "20"))
SEED = os.environ.get("SEALSUM_FAULT_SEED", "1")
PAUSE_SECONDS = 0.5
AT_ONCE = 3
"""Calculations under way."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900 + 2 * int(SECONDS))]


def kill_for_a_while(house: House, victims: Sequence[str], restart: Callable[[str], bool]) -> list[str]:
    """Kill and restart one victim after the other while calculations are asked for; returns the requests."""
    chance, requests = random.Random(SEED), list[str]()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if sum(not house.is_certified(request) for request in requests) < AT_ONCE:
            requests.append(house.request())
        victim = chance.choice(victims)
        house.stage.kill(victim)
        time.sleep(chance.uniform(0, PAUSE_SECONDS))
        assert restart(victim)
        time.sleep(chance.uniform(0, PAUSE_SECONDS))
    return requests


def test_processes_killed_at_any_time_lead_to_the_right_certificates(house: House, network: Network) -> None:
    victims = (COORDINATOR, *house.slugs)
    requests = kill_for_a_while(house, victims, house.restart)
    check_aftermath(house, requests, network)


def test_replicas_and_nodes_killed_at_any_time_lead_to_the_right_certificates(
    works: Works, network: Network
) -> None:
    house = works.house
    requests = kill_for_a_while(
        house,
        (*NAMES, *house.slugs),
        lambda name: works.replicas.start(name) if name in NAMES else house.restart(name),
    )
    check_aftermath(house, requests, network)
