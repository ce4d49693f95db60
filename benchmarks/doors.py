"""One calculation over real sockets and durable stores, against the same with plaintext numbers.

The one fact: both start from copies of the same folders and run the same processes one after the other, so what
differs is what hides and proves numbers. The clock runs from the requester's command to its verified certificate.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clocks import rounded
from benchmarks.figures import Figure
from benchmarks.network import MAKER, NODES, Network, make_network, running, serving_coordinator, suppliers

RATIO, UPLOAD_KIB, MEMORY_MIB = 3, 100, 1
TURNS = 3
THOUSAND, THOUSAND_S = 1000, 180
GIVE_UP_SECONDS = 1800
SETTLE_SECONDS = 3.0
LOOK_SECONDS = 0.02
Beside = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Passage:
    """What one calculation took: seconds, CPU seconds by role, bytes."""

    wall_s: float
    cpu_s: dict[str, float]
    coordinator_growth: int
    sent_by_nodes: int


def measure_doors(members: int) -> Sequence[Figure]:
    """The product and its baseline in turns, so that both meet the same neighbours; the best of each."""
    found: dict[str, list[Passage]] = {"plain": [], "real": []}
    with tempfile.TemporaryDirectory() as folder:
        network = make_network(Path(folder) / "made", members)
        for turn in range(TURNS):
            for mode, passages in found.items():
                passages.append(run_once(network.copy(Path(folder) / f"{mode}-{turn}"), mode))
    real, plain = (min(found[mode], key=lambda passage: passage.wall_s) for mode in ("real", "plain"))
    name = f"{members} members at {NODES} nodes"
    return [
        Figure(
            f"{name}, wall time", rounded(real.wall_s), "s", None, real.cpu_s, "parts: CPU seconds by role"
        ),
        Figure(f"{name}, plaintext numbers", rounded(plain.wall_s), "s", None, plain.cpu_s),
        Figure("ratio", rounded(real.wall_s / plain.wall_s), "times", RATIO),
        Figure(
            "upload a member, on the wire",
            rounded(real.sent_by_nodes / members / 1024),
            "KiB",
            UPLOAD_KIB,
            note="all bytes that supplier nodes sent over TCP, by member",
        ),
        Figure(
            "growth of the coordinator's peak memory a member",
            rounded(real.coordinator_growth / members / 2**20),
            "MiB",
            MEMORY_MIB,
        ),
    ]


def measure_thousand(members: int = THOUSAND) -> Sequence[Figure]:
    """One calculation of a thousand members, every node of it on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        real = run_once(make_network(Path(folder), members), "real")
    name = f"{members} members at {NODES} nodes"
    cpu = sum(real.cpu_s.values())
    return [
        Figure(
            f"{name}, wall time",
            rounded(real.wall_s),
            "s",
            THOUSAND_S,
            real.cpu_s,
            "parts: CPU seconds by role",
        ),
        Figure(
            "CPU time of all processes together",
            rounded(cpu),
            "s",
            note=f"{rounded(cpu / real.wall_s)} of {os.cpu_count()} cores busy for it meanwhile",
        ),
        Figure(
            "upload a member, on the wire", rounded(real.sent_by_nodes / members / 1024), "KiB", UPLOAD_KIB
        ),
        Figure(
            "growth of the coordinator's peak memory a member",
            rounded(real.coordinator_growth / members / 2**20),
            "MiB",
            MEMORY_MIB,
        ),
    ]


def run_once(network: Network, mode: str, beside: Beside = nullcontext) -> Passage:
    """One calculation from the requester's command to its certificate, with whatever else goes on `beside` it."""
    program = ["benchmarks.program", mode]
    with ExitStack() as stack:
        door, _ = stack.enter_context(serving_coordinator(network, program))
        nodes = [_serve(stack, network, program, name) for name in (*suppliers(), MAKER)]
        words = ["node", "request", str(network.node(MAKER)), str(network.pack), "--json"]
        desk = stack.enter_context(_waiting([*program, "wait", *words]))
        time.sleep(SETTLE_SECONDS)
        processes = {"coordinator": [door], "suppliers": nodes[:-1], "pack maker": [nodes[-1], desk]}
        before = {role: cpu_s(members) for role, members in processes.items()}
        stack.enter_context(beside())
        sent, memory = _sent(nodes[:-1]), _peak_bytes(door)
        start = time.monotonic()
        assert desk.stdin is not None
        desk.stdin.write("\n")
        desk.stdin.flush()
        _await_certificate(network, desk, start)
        wall = time.monotonic() - start
        after = {role: cpu_s(members) for role, members in processes.items()}
        return Passage(
            wall,
            {role: rounded(after[role] - before[role]) for role in processes},
            _peak_bytes(door) - memory,
            _sent(nodes[:-1]) - sent,
        )


def _serve(stack: ExitStack, network: Network, program: list[str], name: str) -> subprocess.Popen[str]:
    process, _ = stack.enter_context(
        running([*program, "node", "serve", str(network.node(name)), "--quiet", "--json"])
    )
    return process


@contextmanager
def _waiting(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A command whose process has imported everything and waits for a line."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-m", *command], stdin=pipe, stdout=pipe, text=True)
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise SystemExit("the requester's command did not start; its message is above")
        yield process
    finally:
        process.terminate()
        process.wait()


def _await_certificate(network: Network, desk: subprocess.Popen[str], start: float) -> None:
    """Look into the pack maker's store until it holds a certificate that its own node verified."""
    store = network.node(MAKER) / "node.sqlite"
    while time.monotonic() - start < GIVE_UP_SECONDS:
        if _has_failed(desk):
            raise SystemExit("the request was refused; its message is above")
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            rows = connection.execute("select holds from certificates").fetchall()
        if rows:
            if not all(holds for (holds,) in rows):
                raise SystemExit("the certificate of the benchmark does not verify")
            return
        time.sleep(LOOK_SECONDS)
    raise SystemExit(f"no certificate after {GIVE_UP_SECONDS} seconds")


def _has_failed(process: subprocess.Popen[str]) -> bool:
    """Whether it ended badly; it stays unreaped, so that its CPU time can still be read."""
    ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return ended is not None and ended.si_status != 0


def cpu_s(processes: Iterable[subprocess.Popen[str]]) -> float:
    """CPU seconds of processes so far; one that has ended counts as it was last seen."""
    return sum(cpu_s_of(process.pid) or 0 for process in processes)


def cpu_s_of(pid: int) -> float | None:
    """CPU seconds of a process so far; None when there is none of this number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return None
    return (int(fields[11]) + int(fields[12])) / 100


def rss_bytes(process: subprocess.Popen[str]) -> int:
    """Resident bytes of a process now."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return 1024 * int(line.split()[1])


def _peak_bytes(process: subprocess.Popen[str]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return 1024 * int(line.split()[1])


def _sent(processes: Iterable[subprocess.Popen[str]]) -> int:
    """Bytes that these processes sent over their open TCP connections, as the kernel counts them."""
    pids = {process.pid for process in processes}
    found = subprocess.run(["ss", "-tinpH"], capture_output=True, text=True, check=True).stdout
    total, ours = 0, False
    for line in found.splitlines():
        if not line.startswith(("\t", " ")):
            ours = any(f"pid={pid}," in line for pid in pids)
        elif ours:
            total += sum(int(word[11:]) for word in line.split() if word.startswith("bytes_sent:"))
    return total
