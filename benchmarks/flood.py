"""What ten thousand garbage statements a second from an enrolled party cost an honest calculation. Protocol section 11.

The one fact: the same calculation over the same sockets, quiet and flooded in turns, the best of each; the flooder is a
company with a certificate of its own, which is what a stranger does not have.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.clocks import rounded
from benchmarks.doors import Passage, run_once
from benchmarks.figures import Figure
from benchmarks.network import Network, make_network

RATIO = 2
RATE = 10_000
TURNS = 3
FLOODER = "expert-1"
STOP_SECONDS = 30


def measure_flood(members: int) -> Sequence[Figure]:
    """Wall time of a calculation without and with the flood beside it."""
    quiet: list[Passage] = []
    flooded: list[Passage] = []
    poured: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        network = make_network(Path(folder) / "made", members)
        for turn in range(TURNS):
            quiet.append(run_once(network.copy(Path(folder) / f"quiet-{turn}"), "real"))
            copied = network.copy(Path(folder) / f"flooded-{turn}")
            flooded.append(run_once(copied, "real", partial(_pouring, copied, poured)))
    best_quiet, best_flooded = (min(found, key=lambda one: one.wall_s) for found in (quiet, flooded))
    rate = sum(one["poured"] for one in poured) / sum(one["seconds"] for one in poured)
    return [
        Figure(f"{members} members, quiet", rounded(best_quiet.wall_s), "s", None, best_quiet.cpu_s),
        Figure(f"{members} members, flooded", rounded(best_flooded.wall_s), "s", None, best_flooded.cpu_s),
        Figure("ratio", rounded(best_flooded.wall_s / best_quiet.wall_s), "times", RATIO),
        Figure("garbage statements handed in", round(rate), "a second", note=f"{RATE} were tried"),
    ]


@contextmanager
def _pouring(network: Network, poured: list[dict[str, float]]) -> Iterator[None]:
    """The flooder at work; what it handed in is noted when it ends."""
    command = [sys.executable, "-m", "benchmarks.flooder", str(network.node(FLOODER)), str(RATE)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    try:
        if process.stdout is None or process.stdout.readline() != "pouring\n":
            raise SystemExit("the flooder did not start; its message is above")
        yield
    finally:
        out, _ = process.communicate("stop\n", timeout=STOP_SECONDS)
    poured.append(json.loads(out))
