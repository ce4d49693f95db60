"""Disks that are full, break, are slow or fail to synchronise, under a coordinator on SQLite and under a node.

The one fact: whoever cannot store says so and acknowledges nothing, and goes on by itself once there is room; a disk
that became read-only takes a restart after its repair.
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
    folder = house.out / COORDINATOR if name == COORDINATOR else house.node_folder(name)
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
    house: House, network: Network, name: str
) -> None:
    with on_small_disk(house, name) as disk:
        request = asked(house, name, disk, "fill")
        time.sleep(FAULT_SECONDS)
        assert not house.is_certified(request)
        assert house.is_alive(name)
        disk.free()
        check_aftermath(house, [request], network)


@pytest.mark.parametrize("name", WHOSE)
def test_a_disk_that_became_read_only_loses_nothing(house: House, network: Network, name: str) -> None:
    with on_small_disk(house, name) as disk:
        request = asked(house, name, disk, "fail")
        time.sleep(FAULT_SECONDS)
        assert not house.is_certified(request)
        assert house.is_alive(name)
        house.stage.kill(name)
        check_refusal(house, name)
        disk.repair()
        assert house.restart(name)
        check_aftermath(house, [request], network)


SLOW = "fsync,fdatasync:delay_exit=300000"
FAILING = "fsync,fdatasync:error=EIO:when=3+4"
"""Of each thread's, from the third on every fourth."""


@pytest.mark.parametrize("fault", [SLOW, FAILING], ids=["slow", "failing"])
def test_a_disk_that_is_slow_to_synchronise_or_fails_to_delays_and_loses_nothing(
    house: House, network: Network, fault: str
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
    house.stage.kill("graphite")
    request = house.request()
    with wrapped(house, network, COORDINATOR, *wrapper):
        assert house.restart("graphite")
        check_aftermath(house, [request], network)
