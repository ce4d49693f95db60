"""Two PostgreSQL of a test's own: a primary, and a synchronous standby that streams from it.

The one fact: the primary confirms a commit only after the standby has it on disk, so whichever of the two is promoted
knows everything that was confirmed.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.cluster import Cluster

STANDBY = "standby"
ATTACH_SECONDS = 30.0
NOBODY: Sequence[str] = ()


@dataclass
class PostgresPair:
    """The two clusters; `primary` is the one that takes writes."""

    primary: Cluster
    standby: Cluster

    @property
    def url(self) -> str:
        """Of whichever takes writes: libpq tries both hosts at each connection."""
        both = (self.primary, self.standby)
        hosts, ports = ",".join(one.host for one in both), ",".join(str(one.port) for one in both)
        return f"postgresql+psycopg://sealsum@/postgres?host={hosts}&port={ports}&target_session_attrs=read-write"

    def attach(self) -> None:
        """Have commits wait for the standby from now on; returns once it is attached."""
        self.primary.query(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        self.primary.query("SELECT pg_reload_conf()")
        deadline = time.monotonic() + ATTACH_SECONDS
        while self.primary.query("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            assert time.monotonic() < deadline, "the standby is not attached"
            time.sleep(0.05)

    def fail_over(self) -> None:
        """kill -9 the primary and promote the standby; commits wait for nobody afterwards."""
        self.primary.signal(signal.SIGKILL)
        self.standby.signal(signal.SIGCONT)
        self.standby.promote()
        self.standby.query("ALTER SYSTEM SET synchronous_standby_names = ''")
        self.standby.query("SELECT pg_reload_conf()")
        self.primary, self.standby = self.standby, self.primary


@contextmanager
def opened_pair(
    binaries: Path,
    folder: Path,
    hosts: tuple[str, str] = ("127.0.0.1", "127.0.0.1"),
    within: tuple[Sequence[str], Sequence[str]] = (NOBODY, NOBODY),
) -> Iterator[PostgresPair]:
    """A pair below `folder`, which the account of PostgreSQL must reach: /tmp/NAME, not pytest's own.

    `hosts` and `within` as in Cluster, for primary and standby; `attach` is the caller's, from the right network.
    """
    folder.mkdir(mode=0o755)
    first = Cluster(binaries, folder / "first", hosts[0], within[0])
    second = Cluster(binaries, folder / "second", hosts[1], within[1])
    try:
        first.make()
        second.follow(first, STANDBY)
        yield PostgresPair(first, second)
    finally:
        for cluster in (first, second):
            with suppress(subprocess.CalledProcessError):
                cluster.stop()
        subprocess.run(["rm", "-rf", str(folder)], check=True)
