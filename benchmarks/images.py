"""The images of a node and of a coordinator: how big, how soon ready, how much memory when nothing happens.

The one fact: both are built and run as `deploy/` says, without a daemon (tools/images.py); ready is when what the
image's own health check asks answers, counted from the command that starts the container.
"""

from __future__ import annotations

import http.client
import os
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmarks.clocks import rounded
from benchmarks.figures import Figure
from tools.images import Builder, ask, build_role, building, find_program, running, sealsum

NODE_MB, NODE_MIB, NODE_S = 250, 150, 3
STARTS, IDLE_SECONDS = 3, 60
ANYWHERE = "127.0.0.1:0"
INIT = ("coordinator", "init", "/data", "--name", "log.example.com")


@dataclass(slots=True)
class Watched:
    """What was seen of one container: seconds to ready and CPU seconds of each start, bytes when idle."""

    words: list[str]
    starts: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    idle: int = 0


def measure_images() -> Sequence[Figure]:
    """Build both, join the node to the coordinator, start each several times, leave both alone for a minute."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, building(Path(name)) as builder:
        images = {role: build_role(builder, role) for role in ("node", "coordinator")}
        sizes = {role: (_unpacked(builder, image), _packed(builder, image)) for role, image in images.items()}
        with (Path(name) / "log").open("wb") as log:
            watched = _watch(builder, images, Path(name), log)
    return [*_figures("node", sizes, watched, True), *_figures("coordinator", sizes, watched, False)]


def _figures(
    role: str, sizes: dict[str, tuple[int, int]], watched: dict[str, Watched], limited: bool
) -> Iterator[Figure]:
    size, packed = sizes[role]
    one = watched[role]
    megabytes, mebibytes, seconds = (NODE_MB, NODE_MIB, NODE_S) if limited else (None, None, None)
    parts = {"compressed, as a registry keeps it": rounded(packed / 1e6)}
    yield Figure(f"{role}'s image, unpacked", rounded(size / 1e6), "MB", megabytes, parts)
    note = f"PSS of all its processes after {IDLE_SECONDS} s"
    yield Figure(f"{role}'s memory when idle", rounded(one.idle / 2**20), "MiB", mebibytes, note=note)
    parts = {"slowest": rounded(max(one.starts)), "CPU of the program": rounded(min(one.cpu))}
    note = f"the best of {STARTS}, by the clock"
    yield Figure(f"{role}, from start to ready", rounded(min(one.starts)), "s", seconds, parts, note)


def _unpacked(builder: Builder, image: str) -> int:
    """Bytes of all files of an image, each once."""
    container = builder.run("from", "--pull-never", image)
    root = Path(builder.run("mount", container))
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            status = (Path(folder) / name).lstat()
            if stat.S_ISREG(status.st_mode):
                found[status.st_ino] = status.st_size
    builder.run("rm", container)
    return sum(found.values())


def _packed(builder: Builder, image: str) -> int:
    """Bytes of an image's layers as they travel: gzip."""
    place = builder.folder / f"packed-{image.rpartition('/')[2]}"
    builder.run("push", "--quiet", image, f"oci:{place}")
    return sum(path.stat().st_size for path in (place / "blobs" / "sha256").iterdir())


def _watch(builder: Builder, images: dict[str, str], folder: Path, log: IO[bytes]) -> dict[str, Watched]:
    """An authority of this checkout, a coordinator and a node in their images, all on this machine."""
    files, authority = folder / "files", str(folder / "authority")
    files.mkdir()
    (files / "passphrase").write_text("a passphrase for a trial\n")
    mounted = ("--volume", f"{files}:/files:ro")
    passphrase = "PASSPHRASE_FILE=/files/passphrase"
    mine = ("--env", f"SEALSUM_COORDINATOR_{passphrase}")
    coordinator = Watched(builder.inside(images["coordinator"], *mounted, *mine))
    node = Watched(builder.inside(images["node"], *mounted, "--env", f"SEALSUM_{passphrase}"))
    ask(sealsum("authority", "init", authority, "--name", "Trial authority"))
    with running(sealsum("authority", "serve", authority, "--listen", ANYWHERE), log):
        made = _inside(coordinator, *INIT, "--token", _invite(authority, "operator"))
        serve = ("coordinator", "serve", "/data", "--listen", ANYWHERE, "--http", ANYWHERE)
        for _ in range(STARTS - 1):
            with _started(coordinator, serve, log):
                pass
        with _started(coordinator, serve, log) as (address, session):
            where = ("--coordinator", address, "--log-key", made["log_key"])
            _inside(node, "node", "enrol", "/data", "--token", _invite(authority, "supplier"), *where)
            work = ("node", "serve", "/data", "--http-port", "0")
            for _ in range(STARTS - 1):
                with _started(node, work, log):
                    pass
            with _started(node, work, log) as (_, own):
                time.sleep(IDLE_SECONDS)
                coordinator.idle, node.idle = _proportional(session), _proportional(own)
    return {"node": node, "coordinator": coordinator}


def _inside(one: Watched, *words: str) -> dict[str, str]:
    return ask([*one.words, "sealsum", *words, "--json"])


def _invite(authority: str, role: str) -> str:
    """A one-time token."""
    words = ("Trial", "--legal-entity", f"TRIAL-{role}", "--role", role)
    host = ("--host", "127.0.0.1") if role == "operator" else ()
    token: str = ask(sealsum("authority", "invite", authority, "--name", *words, *host))["token"]
    return token


@contextmanager
def _started(one: Watched, words: Sequence[str], log: IO[bytes]) -> Iterator[tuple[str, int]]:
    """A container that is ready: the address for nodes, if it has one, and its session."""
    begun = time.monotonic()
    with running([*one.words, "sealsum", *words, "--json"], log) as served:
        _await_health(served.said["http"].rpartition("/")[2])
        one.starts.append(time.monotonic() - begun)
        one.cpu.append(_cpu_seconds(find_program(served.session)))
        yield served.said.get("address", ""), served.session


def _await_health(address: str) -> None:
    """Return once GET /health is answered with 200."""
    while True:
        connection = http.client.HTTPConnection(address, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.client.OK:
                return
        finally:
            connection.close()
        time.sleep(0.01)


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _proportional(session: int) -> int:
    """Bytes of memory that a container's one process accounts for: shared pages by their share."""
    lines = Path(f"/proc/{find_program(session)}/smaps_rollup").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("Pss:")]
    return 1024 * int(line.split()[1])
