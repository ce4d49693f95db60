"""What a coordinator on PostgreSQL takes: contributions a second, one replica and two, times of receipts, idle streams.

The one fact: every configuration starts from a copy of the same database and gets the same bytes. Generator and
PostgreSQL run on the same machine and take their part of its cores; CPU seconds of the replicas are told beside.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from benchmarks.clocks import rounded
from benchmarks.doors import cpu_s, cpu_s_of, rss_bytes
from benchmarks.figures import Figure
from benchmarks.load_world import Load, make_load
from benchmarks.network import running
from benchmarks.shares import can_share, shared_out

SERVER = "SEALSUM_BENCH_POSTGRES_URL"
CALCULATIONS = 16
MEMBERS = 60
STREAMS, STREAM_SECONDS = 5000, 20
SHARE = 0.5
NO_SHARES = "by CPU only: holding replicas to a share of a core needs root and control groups"
TAKEN, RATIO, RECEIPT_MS, STREAMS_GIB, HAND_OVER_S = 150, 1.6, 250, 1.5, 5


@dataclass(frozen=True, slots=True)
class Played:
    """What a generator printed, and CPU seconds of the replicas and of PostgreSQL meanwhile."""

    found: dict[str, float]
    replicas_cpu_s: float
    database_cpu_s: float

    @property
    def rate(self) -> float:
        """Contributions a second, by the clock."""
        return self.found["sent"] / self.found["seconds"]

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds of the replicas for one contribution."""
        return 1000 * self.replicas_cpu_s / self.found["sent"]

    @property
    def parts(self) -> dict[str, float]:
        """CPU milliseconds for one contribution, of everything on the machine."""
        found = {
            "replicas": self.replicas_cpu_s,
            "PostgreSQL": self.database_cpu_s,
            "generator": self.found["cpu_s"],
        }
        return {
            f"{name}, CPU ms": rounded(1000 * spent / self.found["sent"]) for name, spent in found.items()
        }


@dataclass(frozen=True, slots=True)
class Town:
    """A folder, a load, and the database that is copied for each configuration."""

    folder: Path
    server: URL
    prepared: str

    def url(self, name: str) -> str:
        """Of a database on the server."""
        return self.server.set(database=name).render_as_string(hide_password=False)


def measure_load() -> Sequence[Figure]:
    """All of it, one after the other."""
    with made_town(CALCULATIONS, server_url()) as town:
        one = _play(town, "burst", (0,))
        two = _play(town, "burst", (0, 1))
        ratio = _ratio(town, one, two)
        half = _play(town, f"steady:{max(one.rate, two.rate) / 2:.1f}", (0, 1))
        memory, held = _hold(town)
        hand_over = _hand_over(town)
    note = f"{CALCULATIONS} calculations of {MEMBERS} members"
    late = rounded(half.found["p99_ms"])
    middle = {"median, ms": rounded(half.found["median_ms"]), "sent a second": rounded(half.rate)}
    return [
        Figure("two replicas take", rounded(two.rate), "contributions/s", None, two.parts, note, TAKEN),
        Figure("one replica on one core takes", rounded(one.rate), "contributions/s", None, one.parts),
        ratio,
        Figure("CPU of a replica for a contribution", rounded(one.cpu_ms), "ms", rounded(1000 / TAKEN)),
        Figure("receipt at half that load, 99th percentile", late, "ms", RECEIPT_MS, middle),
        Figure(f"a replica that holds {held} idle streams", rounded(memory / 2**30), "GiB", STREAMS_GIB),
        Figure("hand-over after kill -9", rounded(hand_over), "s", HAND_OVER_S),
    ]


def server_url() -> str:
    """The PostgreSQL that the environment names."""
    if SERVER not in os.environ:
        raise SystemExit(
            f"{SERVER} names no PostgreSQL: expected postgresql://USER:PASSWORD@HOST:PORT/postgres"
        )
    return os.environ[SERVER]


def _ratio(town: Town, one: Played, two: Played) -> Figure:
    """How much more two replicas take when the generator and PostgreSQL take nothing from them."""
    by = {
        "by the clock, with everything on the same cores": rounded(two.rate / one.rate),
        "by the CPU of a contribution": rounded(2 * one.cpu_ms / two.cpu_ms),
    }
    if not can_share():
        return Figure("ratio", by["by the CPU of a contribution"], "times", None, by, NO_SHARES)
    first, both = (_play(town, "burst", cores, SHARE) for cores in ((0,), (0, 1)))
    by |= {"one takes a second": rounded(first.rate), "two": rounded(both.rate)}
    note = f"each replica held to {SHARE} of a core, the rest is the others'"
    return Figure("ratio", rounded(both.rate / first.rate), "times", None, by, note, RATIO)


@contextmanager
def made_town(calculations: int, server_at: str) -> Iterator[Town]:
    """A database on that server, filled, and contributions to so many calculations."""
    server = make_url(server_at).set(drivername="postgresql+psycopg")
    prepared = f"sealsum_load_{os.getpid()}"
    _command(server, f"CREATE DATABASE {prepared}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            town = Town(Path(folder), server, prepared)
            load: Load = make_load(town.folder / "made", town.url(prepared), MEMBERS, calculations)
            load.keep(town.folder / "load")
            yield town
    finally:
        _command(server, f"DROP DATABASE {prepared} WITH (FORCE)")


def _command(server: URL, words: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(words))
    engine.dispose()


@contextmanager
def replicas(town: Town, cores: tuple[int, ...]) -> Iterator[list[tuple[subprocess.Popen[str], str]]]:
    """One replica pinned to each of these cores, over a copy of everything."""
    name = f"{town.prepared}_{time.monotonic_ns()}"
    _command(town.server, f"CREATE DATABASE {name} TEMPLATE {town.prepared}")
    place = town.folder / name
    shutil.copytree(town.folder / "blobs", place / "blobs")
    try:
        with ExitStack() as stack:
            opened = []
            for number, core in enumerate(cores):
                folder = place / f"replica-{number}"
                shutil.copytree(town.folder / "made", folder)
                listen = [
                    "--listen",
                    "127.0.0.1:0",
                    "--http",
                    "127.0.0.1:0",
                    "--json",
                    "--log-level",
                    "error",
                ]
                where = ["--database-url", town.url(name), "--blobs-url", f"file://{place}/blobs"]
                words = ["sealsum", "coordinator", "serve", str(folder), *listen, *where]
                process, said = stack.enter_context(running(words))
                os.sched_setaffinity(process.pid, {core % (os.cpu_count() or 1)})
                for thread in Path(f"/proc/{process.pid}/task").iterdir():
                    os.sched_setaffinity(int(thread.name), {core % (os.cpu_count() or 1)})
                opened.append((process, said["address"]))
            yield opened
    finally:
        shutil.rmtree(place)
        _command(town.server, f"DROP DATABASE {name} WITH (FORCE)")


def loader(town: Town, profile: str, addresses: list[str]) -> subprocess.Popen[str]:
    """A generator that plays a profile of benchmarks.loader."""
    words = [sys.executable, "-m", "benchmarks.loader", str(town.folder / "load"), profile, *addresses]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def _play(town: Town, profile: str, cores: tuple[int, ...], share: float | None = None) -> Played:
    with replicas(town, cores) as opened, ExitStack() as stack:
        processes = [process for process, _ in opened]
        if share is not None:
            stack.enter_context(shared_out([process.pid for process in processes], share))
        player = _warmed(town, profile, [address for _, address in opened])
        before, database_before = cpu_s(processes), _database_cpu_s(town)
        out, _ = player.communicate()
        return Played(
            json.loads(out.splitlines()[-1]),
            cpu_s(processes) - before,
            _database_cpu_s(town) - database_before,
        )


def _warmed(town: Town, profile: str, addresses: list[str]) -> subprocess.Popen[str]:
    player = loader(town, profile, addresses)
    assert player.stdout is not None
    player.stdout.readline()
    return player


def _database_cpu_s(town: Town) -> float:
    """CPU seconds of the server's processes that run now; 0 where they are on another machine."""
    engine = create_engine(town.server)
    with engine.connect() as connection:
        pids = connection.execute(text("SELECT pid FROM pg_stat_activity")).scalars().all()
    engine.dispose()
    return sum(spent for pid in pids if (spent := cpu_s_of(pid)) is not None)


def _hold(town: Town) -> tuple[int, int]:
    """Resident bytes of one replica that holds STREAMS idle streams, and how many it held to the end."""
    with replicas(town, (0,)) as ((process, address),):
        player = loader(town, f"idle:{STREAMS}:{STREAM_SECONDS}", [address])
        assert player.stdout is not None
        player.stdout.readline()
        time.sleep(STREAM_SECONDS / 2)
        memory = rss_bytes(process)
        said: dict[str, Any] = json.loads(player.stdout.readline())
        player.wait()
        return memory, int(said["held"])


def _hand_over(town: Town) -> float:
    """Seconds from the kill of the replica that appends to the next receipt at the other."""
    with replicas(town, (0, 1)) as ((first, _), (_, other)):
        player = _warmed(town, "steady:20", [other])
        time.sleep(6)
        first.send_signal(signal.SIGKILL)
        out, _ = player.communicate()
        return float(json.loads(out.splitlines()[-1])["longest_ms"]) / 1000
