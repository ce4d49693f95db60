"""Disks and ways that fail under PostgreSQL itself, beside two replicas. docs/operation.md, "Faults".

The one fact: what the database cannot write is acknowledged by nobody; the replicas say what they hear of it, and go on
by themselves once it takes writes, which after a panic takes a service manager that starts it again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from tests.support.aftermath import check_aftermath
from tests.support.disks import Disk, why_not
from tests.support.hosts import Network, inside
from tests.support.house import House
from tests.support.works import DATABASE, Works

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LATE = "graphite"
MEGABYTES = 160
FAULT_SECONDS = 8.0
"""Longer than a replica waits for the kernel of a server that it has told something."""


@contextmanager
def on_small_disk(works: Works) -> Iterator[Disk]:
    """The primary's files lie on a small disk until the block ends."""
    missing = why_not()
    if missing is not None:
        pytest.skip(missing)
    with works.on_small_disk(MEGABYTES) as disk:
        yield disk


def said(house: House) -> str:
    """What the replicas have written so far."""
    return "".join((house.stage.logs / f"{name}.log").read_text() for name in house.coordinators)


def begun(house: House) -> str:
    """A calculation in its middle: one supplier is not there yet."""
    house.stage.kill(LATE)
    request = house.request()
    house.wait(lambda: "consent" in [kind for kind, _ in house.logged(request)])
    return request


def check_waiting(house: House, request: str) -> None:
    """Nothing is certified while the fault lasts, and no replica ends over it."""
    time.sleep(FAULT_SECONDS)
    assert not house.is_certified(request)
    check_alive(house)


def check_alive(house: House) -> None:
    """No replica ended."""
    assert all(house.is_alive(name) for name in house.coordinators)


def leave_no_room(works: Works, disk: Disk) -> None:
    """No byte on the disk, and at most one page with room in a table, which is less than a contribution needs."""
    primary = works.pair.primary
    with inside(works.house.stage.host):
        for (table,) in primary.query("SELECT relid::regclass::text FROM pg_stat_user_tables"):
            primary.query(f"VACUUM FULL {table}")
    disk.fill()


def use_up_log(works: Works) -> None:
    """Have PostgreSQL need new files for its write-ahead log until it has no room for one, which is a panic."""
    with inside(works.house.stage.host), suppress(psycopg.OperationalError):
        while True:
            works.pair.primary.query("SELECT pg_create_restore_point('full'), pg_switch_wal()")


def test_on_a_full_disk_of_the_database_nothing_is_acknowledged_and_nothing_lost(
    works: Works, network: Network
) -> None:
    """First no row finds room, then not even the write-ahead log."""
    house = works.house
    with on_small_disk(works) as disk:
        request, before = begun(house), len(said(house))
        leave_no_room(works, disk)
        assert house.restart(LATE)
        house.wait(lambda: "the disk is full; try again" in said(house)[before:])
        use_up_log(works)
        check_waiting(house, request)
        disk.free()
        works.pair.primary.revive()
        check_aftermath(house, [request], network)


def test_a_disk_of_the_database_that_became_read_only_loses_nothing(works: Works, network: Network) -> None:
    house = works.house
    with on_small_disk(works) as disk:
        request, before = begun(house), len(said(house))
        disk.fail()
        assert house.restart(LATE)
        check_waiting(house, request)
        assert "it cannot be reached; try again" in said(house)[before:]
        works.pair.primary.kill()
        disk.repair()
        works.pair.primary.revive()
        check_aftermath(house, [request], network)


SLOW = "fsync,fdatasync:delay_exit=300000"
FAILING = "fsync,fdatasync:error=EIO:when=3+4"
"""Of each process's, from the third on every fourth; one is enough for a panic."""


@pytest.mark.parametrize("fault", [SLOW, FAILING], ids=["slow", "failing"])
def test_a_disk_of_the_database_that_is_slow_to_synchronise_or_fails_to_loses_nothing(
    works: Works, network: Network, fault: str
) -> None:
    request = begun(works.house)
    with works.pair.primary.injected(fault):
        assert works.house.restart(LATE)
        time.sleep(FAULT_SECONDS)
        check_alive(works.house)
    works.pair.primary.revive()
    check_aftermath(works.house, [request], network)


@pytest.mark.parametrize(
    "link", [{"delay": 0.05}, {"delay": 0.01, "jitter": 0.02, "loss": 0.05}], ids=["slow", "lossy"]
)
def test_a_slow_or_lossy_way_to_the_database_only_takes_longer(
    works: Works, network: Network, link: dict[str, float]
) -> None:
    with network.shaped(DATABASE, **link):
        request = works.house.request()
        works.house.wait(lambda: works.house.is_certified(request))
    check_aftermath(works.house, [request], network)


def test_replicas_cut_off_from_the_database_go_on_when_the_line_is_back(
    works: Works, network: Network
) -> None:
    request = begun(works.house)
    with network.shaped(DATABASE, hears=False, speaks=False):
        assert works.house.restart(LATE)
        check_waiting(works.house, request)
    check_aftermath(works.house, [request], network)
