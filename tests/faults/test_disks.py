"""Disks that are full, break, are slow or fail to synchronise, under a coordinator and under a node.

The one fact: whoever cannot store says so and acknowledges nothing, and goes on by itself once there is room; a disk
that became read-only takes a restart after its repair. What a coordinator on PostgreSQL stores lies elsewhere: its own
disk holds nobody up, and that of the database is tried in tests/faults/test_databases.py.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.aftermath import check_aftermath
from tests.support.disks import Disk, small_disk, why_not
from tests.support.hosts import Network
from tests.support.house import COORDINATOR, House
from tests.support.replicas import OTHER
from tests.support.works import Works
from tests.support.wrapped import wrapped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SUPPLIER = "cathode"
MEGABYTES = 24
FAULT_SECONDS = 5.0
WHOSE = (COORDINATOR, SUPPLIER)


@contextmanager
def on_small_disk(house: House, name: str) -> Iterator[Disk]:
    """A party serves from a small disk until the block ends."""
    missing = why_not()
    if missing is not None:
        pytest.skip(missing)
    folder = house.out / name if name in house.coordinators else house.node_folder(name)
    house.stage.kill(name)
    with small_disk(folder, MEGABYTES) as disk:
        try:
            assert house.restart(name)
            yield disk
        finally:
            house.stage.kill(name)
    assert house.restart(name)


def asked(house: House, name: str, disk: Disk, fault: str) -> str:
    """A calculation that meets the fault in its middle: the coordinator's before the first consent is logged."""
    house.stage.kill("graphite")
    request = house.request()
    if name == COORDINATOR:
        house.wait(lambda: "consent" in [kind for kind, _ in house.logged(request)])
    getattr(disk, fault)()
    assert house.restart("graphite")
    return request


def check_refusal(house: House, name: str) -> None:
    """Whoever is started on a disk that takes nothing says so in one line."""
    words = [sys.executable, "-m", "sealsum", *house.service_words(name)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert "cannot write" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", WHOSE)
def test_on_a_full_disk_nothing_is_acknowledged_and_room_is_all_it_takes(
    town: House, network: Network, name: str
) -> None:
    with on_small_disk(town, name) as disk:
        request = asked(town, name, disk, "fill")
        time.sleep(FAULT_SECONDS)
        assert not town.is_certified(request)
        assert town.is_alive(name)
        disk.free()
        check_aftermath(town, [request], network)


@pytest.mark.parametrize("name", WHOSE)
def test_a_disk_that_became_read_only_loses_nothing(town: House, network: Network, name: str) -> None:
    with on_small_disk(town, name) as disk:
        request = asked(town, name, disk, "fail")
        time.sleep(FAULT_SECONDS)
        assert not town.is_certified(request)
        assert town.is_alive(name)
        town.stage.kill(name)
        check_refusal(town, name)
        disk.repair()
        assert town.restart(name)
        check_aftermath(town, [request], network)


SLOW = "fsync,fdatasync:delay_exit=300000"
FAILING = "fsync,fdatasync:error=EIO:when=3+4"
"""Of each thread's, from the third on every fourth."""


@pytest.mark.parametrize("fault", [SLOW, FAILING], ids=["slow", "failing"])
def test_a_disk_that_is_slow_to_synchronise_or_fails_to_delays_and_loses_nothing(
    town: House, network: Network, fault: str
) -> None:
    wrapper = (
        "strace",
        "-f",
        "--seccomp-bpf",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        f"inject={fault}",
    )
    town.stage.kill("graphite")
    request = town.request()
    with wrapped(town, network, COORDINATOR, *wrapper):
        assert town.restart("graphite")
        check_aftermath(town, [request], network)


@pytest.mark.parametrize("fault", ["fill", "fail"], ids=["full", "read-only"])
def test_the_own_disk_of_a_coordinator_on_postgresql_holds_nobody_up(
    works: Works, network: Network, fault: str
) -> None:
    house = works.house
    with on_small_disk(house, COORDINATOR) as disk:
        getattr(disk, fault)()
        house.stage.kill(OTHER)
        request = house.request()
        house.wait(lambda: house.is_certified(request))
        house.stage.kill(COORDINATOR)
        if fault == "fail":
            disk.repair()
    assert house.restart(OTHER)
    check_aftermath(house, [request], network)
