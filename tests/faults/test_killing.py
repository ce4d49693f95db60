"""kill -9 of any process at any time, again and again, over whole calculations. docs/operation.md, "Faults".

The one fact: tests/e2e/test_kill.py visits every step of one calculation in order; here chance chooses whom and when,
and several calculations run at once. SEALSUM_KILL_SECONDS=3600 makes it an hour, SEALSUM_KILL_SEED another order.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.cluster import find_binaries
from tests.support.estate import open_estate
from tests.support.hosts import Network
from tests.support.house import COORDINATOR, House
from tests.support.killing import Killing, Victims

SECONDS = float(os.environ.get("SEALSUM_KILL_SECONDS", "60"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800 + 2 * int(SECONDS))]


def test_a_coordinator_on_sqlite_and_nodes_killed_at_any_time_lead_to_the_right_certificates(
    town: House, network: Network
) -> None:
    victims = Victims((COORDINATOR, *town.slugs), town.stage.kill, town.revive)
    Killing(town, victims, network).run(SECONDS)


def test_every_process_killed_at_any_time_on_postgresql_leads_to_the_right_certificates(
    tmp_path: Path,
) -> None:
    """Database, authority, witness, two replicas, nodes, and the commands that people type."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL is installed: apt-get install postgresql")
    with open_estate(tmp_path, binaries) as estate:
        victims = Victims(estate.names, estate.kill, estate.revive)
        Killing(estate.house, victims).run(SECONDS)
