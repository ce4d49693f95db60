"""A PostgreSQL of a test's own, which it may stop and start as it likes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

SECONDS = 60
POLL_SECONDS = 0.05
ACCOUNT = "postgres"
PLACES = Path("/usr/lib/postgresql")
_EMPTY = ("--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "trust")


def find_binaries() -> Path | None:
    """Where the newest PostgreSQL's programs are, if one is installed and may be run by us."""
    found = sorted(PLACES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found or (os.getuid() == 0 and shutil.which("runuser") is None):
        return None
    return found[-1].parent


class Cluster:
    """A cluster in a folder, on a free port of one address; it does not run as root.

    `within` goes before every command that listens or connects: ("ip", "netns", "exec", NAME) for another network.
    """

    def __init__(
        self, binaries: Path, folder: Path, host: str = "127.0.0.1", within: Sequence[str] = ()
    ) -> None:
        self._binaries = binaries
        self._folder = folder
        self._within = tuple(within)
        self.host = host
        self.port = _free_port()
        folder.mkdir(mode=0o755)
        if os.getuid() == 0:
            shutil.chown(folder, ACCOUNT, ACCOUNT)

    @property
    def url(self) -> str:
        """Of its one database."""
        return f"postgresql+psycopg://sealsum@{self.host}:{self.port}/postgres"

    @property
    def conninfo(self) -> str:
        """As libpq's own programs take it."""
        return f"host={self.host} port={self.port} user=sealsum dbname=postgres connect_timeout=5"

    @property
    def data(self) -> Path:
        """Where its files are."""
        return self._folder / "data"

    def make(self) -> None:
        """A new, empty cluster; started. Whoever reaches it may connect: it is gone with the test."""
        self.run("initdb", "-D", str(self.data), "-U", "sealsum", *_EMPTY)
        with (self.data / "pg_hba.conf").open("a") as file:
            file.writelines(f"host {what} all all trust\n" for what in ("all", "replication"))
        self.start()

    def follow(self, primary: Cluster, name: str) -> None:
        """A copy of another cluster by pg_basebackup that streams from it under this name; started."""
        conninfo = f"{primary.conninfo} application_name={name}"
        words = ("-R", "-X", "stream", "-C", "-S", name, "-c", "fast")
        self.run("pg_basebackup", "-D", str(self.data), "-d", conninfo, *words)
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses={self.host} -c unix_socket_directories={self._folder}"
        log = str(self._folder / "log")
        self.run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop; `immediate` is as a power cut to it."""
        self.run("pg_ctl", "-D", str(self.data), "-m", how, "-w", "stop")

    def processes(self) -> list[int]:
        """The server and every process of it; none once it has ended, by itself or not."""
        written = self.data / "postmaster.pid"
        server = int(written.read_text().split("\n", 1)[0]) if written.exists() else 0
        return [server, *_children(server)] if server and Path(f"/proc/{server}").exists() else []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and every process of it; SIGKILL is kill -9, SIGSTOP has it stand still."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """kill -9, and wait until nothing of it is left."""
        while self.processes():
            self.signal(signal.SIGKILL)
            time.sleep(POLL_SECONDS)

    def revive(self) -> None:
        """Have it run as a service manager does: started whenever it has ended, until it answers."""
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, f"it does not answer; see {self._folder / 'log'}"
            if not self.processes():
                with suppress(subprocess.CalledProcessError):
                    self.start()
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        with suppress(subprocess.CalledProcessError):
            self.run("pg_isready", "-h", self.host, "-p", str(self.port))
            return True
        return False

    @contextmanager
    def injected(self, fault: str) -> Iterator[None]:
        """Until the block ends its processes, later ones too, meet a fault in the kernel; in the words of strace."""
        before = self.processes()
        words = ["strace", "-f", "-o", "/dev/null", "-e", f"inject={fault}"]
        words += [word for pid in before for word in ("-p", str(pid))]
        tracer = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        try:
            while any(_is_free(pid) for pid in before):
                assert tracer.poll() is None, "strace may not look at the database's processes"
                time.sleep(POLL_SECONDS)
            yield
        finally:
            tracer.terminate()
            tracer.wait()

    def promote(self) -> None:
        """Make a standby the primary; returns once it takes writes."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of one statement; only from the network that the test is in."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def run(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's programs as its account."""
        command: Sequence[str] = (str(self._binaries / program), *words)
        if os.getuid() == 0:
            command = ("runuser", "-u", ACCOUNT, "--", *command)
        subprocess.run(
            (*self._within, *command),
            check=True,
            timeout=SECONDS,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def open_cluster(binaries: Path, folder: Path) -> Cluster:
    """A new cluster that runs."""
    cluster = Cluster(binaries, folder)
    cluster.make()
    return cluster


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_free(pid: int) -> bool:
    """Whether a process runs that nobody traces."""
    with suppress(OSError):
        return "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text()
    return False


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(status.parent.name))
    return found
