"""A coordinator on PostgreSQL under load for as long as one likes: its memory and file descriptors, second by second.

The one fact: contributions come steadily by the clock while some listeners read nothing and others come and go, so
whatever is kept for each call, connection or statement and never let go shows as a line that climbs.
SEALSUM_SOAK_SECONDS says how long, 180 by default; tests/soak holds the same run to its limits.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clocks import rounded
from benchmarks.doors import rss_bytes
from benchmarks.figures import Figure
from benchmarks.load import MEMBERS, loader, made_town, replicas, server_url
from benchmarks.loader import WARM
from benchmarks.page import PAGE
from coordinator.store.database import POOL

PICTURE = PAGE.with_name("soak.svg")
SECONDS = "SEALSUM_SOAK_SECONDS"
FEW, LONG_SECONDS = 10, 4 * 3600
"""While the replica's caches fill, with the first few thousand contributions, its memory grows by what they hold: a run
sends so few that this is little, or a contribution a second for so long that they are full in its first third."""
SLOW, PASSING, PASSING_SECONDS = 200, 100, 10
LOOK_SECONDS, SETTLE_SECONDS = 1.0, 30.0
GROWTH_PERCENT, LEFT_OVER = 5, 2 * POOL


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process held at one moment: seconds since the start, resident bytes, descriptors."""

    at_s: float
    memory: int
    descriptors: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """A replica's samples from its first contribution to its last, and what the generator says of these."""

    samples: Sequence[Sample]
    owed: int
    found: dict[str, float]
    left_over: int
    """Descriptors more than before the first, when all connections have ended."""

    @property
    def growth_percent(self) -> float:
        """Of mean resident bytes, from the middle third to the last."""
        third = len(self.samples) // 3
        middle, last = (
            statistics.mean(one.memory for one in part)
            for part in (self.samples[third : 2 * third], self.samples[2 * third :])
        )
        return 100 * (last - middle) / middle


def measure_soak() -> Sequence[Figure]:
    """One replica, watched from its first contribution to its last."""
    soaked = soak(server_url(), int(os.environ.get(SECONDS, "180")))
    draw(soaked.samples, PICTURE)
    found, samples = soaked.found, soaked.samples
    sent = f"{rounded(found['sent'])} contributions in {rounded(found['seconds'])} s"
    grew = rounded(soaked.growth_percent)
    return [
        Figure("memory grew from the middle third to the last", grew, "%", GROWTH_PERCENT, note=sent),
        Figure("memory at the most", rounded(max(one.memory for one in samples) / 2**20), "MiB"),
        Figure(
            "descriptors at the most",
            max(one.descriptors for one in samples),
            "",
            note=f"{SLOW} listeners that read nothing, {PASSING} that come and go",
        ),
        Figure(
            "descriptors left over when all have gone",
            soaked.left_over,
            "",
            LEFT_OVER,
            note="connections to the database, opened when first needed and kept",
        ),
        Figure("receipt beside them, 99th percentile", rounded(found["p99_ms"]), "ms"),
    ]


def soak(server: str, seconds: int) -> Soaked:
    """One replica over a database of its own on this server, under load for so long."""
    calculations = FEW if seconds < LONG_SECONDS else seconds // MEMBERS
    owed = calculations * MEMBERS - WARM
    with made_town(calculations, server) as town, replicas(town, (0,)) as ((process, address),):
        before = _look(process, 0)
        steady = loader(town, f"steady:{owed / seconds:.3f}", [address])
        assert steady.stdout is not None
        steady.stdout.readline()
        slow = loader(town, f"slow:{SLOW}:{seconds}", [address])
        samples = list(_watch(process, steady, lambda: loader(town, _passing(), [address])))
        found = json.loads(steady.stdout.readline())
        slow.terminate()
        slow.communicate()
        left = _settled(process, before)
    return Soaked(samples, owed, found, left - before.descriptors)


def _passing() -> str:
    return f"idle:{PASSING}:{PASSING_SECONDS}"


def _look(process: subprocess.Popen[str], at_s: float) -> Sample:
    return Sample(at_s, rss_bytes(process), len(os.listdir(f"/proc/{process.pid}/fd")))


def _watch(
    process: subprocess.Popen[str],
    steady: subprocess.Popen[str],
    make_passing: Callable[[], subprocess.Popen[str]],
) -> Iterator[Sample]:
    """A look a second until the steady load has been sent; listeners come and go meanwhile, one lot after another."""
    begun, passing = time.monotonic(), make_passing()
    while steady.poll() is None:
        yield _look(process, time.monotonic() - begun)
        if passing.poll() is not None:
            passing.communicate()
            passing = make_passing()
        time.sleep(LOOK_SECONDS)
    passing.communicate()


def _settled(process: subprocess.Popen[str], before: Sample) -> int:
    """Descriptors once those of connections that have ended are let go, or after a while what is left."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (found := _look(process, 0).descriptors) > before.descriptors and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return found


def draw(samples: Sequence[Sample], picture: Path) -> None:
    """Memory and descriptors over time, one above the other, as SVG."""
    from matplotlib import rcParams
    from matplotlib.figure import Figure as Drawing

    rcParams["svg.hashsalt"] = "soak"  # the same samples give the same file
    drawing = Drawing(figsize=(8, 4.5), layout="constrained")
    memory, descriptors = drawing.subplots(2, 1, sharex=True)
    at = [one.at_s / 60 for one in samples]
    memory.plot(at, [one.memory / 2**20 for one in samples], linewidth=1)
    memory.set_ylabel("memory, MiB")
    descriptors.plot(at, [one.descriptors for one in samples], linewidth=1)
    descriptors.set_ylabel("file descriptors")
    descriptors.set_xlabel("minutes")
    for axes in (memory, descriptors):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    drawing.savefig(picture, metadata={"Date": None})
