"""A PostgreSQL of a test's own, which it may stop and start as it likes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

SECONDS = 60
ACCOUNT = "postgres"
PLACES = Path("/usr/lib/postgresql")


def find_binaries() -> Path | None:
    """Where the newest PostgreSQL's programs are, if one is installed and may be run by us."""
    found = sorted(PLACES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found or (os.getuid() == 0 and shutil.which("runuser") is None):
        return None
    return found[-1].parent


class Cluster:
    """A cluster in a folder, on a free port of loopback; it does not run as root."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        folder.mkdir(mode=0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        if os.getuid() == 0:
            shutil.chown(folder, ACCOUNT, ACCOUNT)
        self._run("initdb", "-U", "sealsum", "--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "trust")
        self.start()

    @property
    def url(self) -> str:
        """Of its one database."""
        return f"postgresql+psycopg://sealsum@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-l", str(self._folder / "log"), "-w", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop; `immediate` is as a power cut to it."""
        self._run("pg_ctl", "-m", how, "-w", "stop")

    def _run(self, program: str, *words: str) -> None:
        command: Sequence[str] = (str(self._binaries / program), "-D", str(self._folder / "data"), *words)
        if os.getuid() == 0:
            command = ("runuser", "-u", ACCOUNT, "--", *command)
        subprocess.run(
            command,
            check=True,
            timeout=SECONDS,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
