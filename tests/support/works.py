"""A coordinator as an operator runs it: two replicas, PostgreSQL with a synchronous standby, a bucket.

The one fact: both databases are hosts of their own, so one can vanish as a machine does; the replicas know both
addresses and go to the one that takes writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.bucket import Bucket
from tests.support.disks import Disk, small_disk
from tests.support.hosts import CENTER, Network, inside
from tests.support.house import House
from tests.support.postgres_pair import PostgresPair, opened_pair
from tests.support.replicas import Replicas, open_replicas

DATABASE, STANDBY = "database", "standby"
"""Hosts."""
# A commit is confirmed once the standby shows it, so that one can be told to take its time.
APPLIED = "&options=-c%20synchronous_commit%3Dremote_apply"


@dataclass
class Works:
    """Everything of one operator, and the companies."""

    replicas: Replicas
    pair: PostgresPair
    bucket: Bucket

    @property
    def house(self) -> House:
        """The companies, and the store seen from outside."""
        return self.replicas.house

    @contextmanager
    def on_small_disk(self, megabytes: int) -> Iterator[Disk]:
        """The primary's files lie on a disk of this size until the block ends."""
        primary = self.pair.primary
        primary.kill()
        try:
            with small_disk(primary.data, megabytes) as disk:
                primary.revive()
                try:
                    yield disk
                finally:
                    primary.kill()
        finally:
            primary.revive()

    def delay_commits(self, milliseconds: int) -> None:
        """Have each commit wait so long for the word of the standby."""
        with inside(self.house.stage.host):
            self.pair.standby.query(f"ALTER SYSTEM SET recovery_min_apply_delay = {milliseconds}")
            self.pair.standby.query("SELECT pg_reload_conf()")


@contextmanager
def open_works(folder: Path, network: Network, binaries: Path) -> Iterator[Works]:
    """All of it until the block ends."""
    hosts = (network.address(DATABASE), network.address(STANDBY))
    within = (network.command(DATABASE), network.command(STANDBY))
    center = network.namespace(CENTER)
    with opened_pair(binaries, Path(f"/tmp/sealsum-works-{os.getpid()}"), hosts, within) as pair:
        with inside(center):
            pair.attach()
            bucket = Bucket(network.address(CENTER))
        environment = {"SEALSUM_DATABASE_URL": pair.url + APPLIED, **bucket.environment}
        replicas = open_replicas(folder, environment, network)
        try:
            yield Works(replicas, pair, bucket)
        finally:
            replicas.house.stage.stop()
            replicas.balancer.close()
            bucket.close()
