"""Real processes for tests: terminals and services as the demo has them, recorded, and killed with SIGKILL.

The one fact: nothing of the program is replaced. A process records what it hands to gRPC, and may carry a tripwire
(tests/support/tripwire.py) that kills it at a point of its own work.
"""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from demo.processes import Terminal
from demo.shell import serve_terminal

PRELOADED = ["demo.preload", "coordinator.cli", "authority.cli"]
ANSWER_SECONDS = 600.0
STOP_SECONDS = 15.0
WHERE = signal.SIGUSR2
"""Has a process write to its log what each of its threads is doing."""


@dataclass(frozen=True)
class Watch:
    """What a process is watched for: a folder for its record, and the points a tripwire has passed (None: no wire)."""

    record: str
    passed: tuple[str, ...] | None = None
    points: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    host: str | None = None
    """The network namespace it runs in."""


@dataclass(frozen=True)
class Sent:
    """One message handed to gRPC: method and serialised bytes."""

    method: str
    data: bytes


class RecordingChannel:
    """A gRPC channel that writes down each message as it is serialised for the wire."""

    def __init__(self, channel: Any, path: str) -> None:
        self._channel = channel
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def __getattr__(self, name: str) -> Any:
        if name not in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            return getattr(self._channel, name)
        make = getattr(self._channel, name)

        def record(method: str, request_serializer: Any = None, **options: Any) -> Any:
            return make(method, request_serializer=self._recorded(method, request_serializer), **options)

        return record

    def __enter__(self) -> RecordingChannel:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def _recorded(self, method: str, serialise: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
        def write(message: Any) -> bytes:
            data = serialise(message)
            name = method.encode()
            # One write: records of several threads and of a killed process never mix.
            head = len(name).to_bytes(2) + len(data).to_bytes(4)
            os.write(self._descriptor, head + name + data)
            return data

        return write


def read_record(path: Path) -> Iterator[Sent]:
    """What a RecordingChannel wrote."""
    data, place = path.read_bytes(), 0
    while place < len(data):
        named, length = int.from_bytes(data[place : place + 2]), int.from_bytes(data[place + 2 : place + 6])
        place += 6
        yield Sent(data[place : place + named].decode(), data[place + named : place + named + length])
        place += named + length
    assert place == len(data), "the record ends in the middle of a message"


def run_watched(connection: Connection, log: str, watch: Watch) -> None:
    """A process: record what leaves it, lay its tripwire, and answer command lines until it becomes a service."""
    import grpc

    if watch.host is not None:
        from tests.support.hosts import enter

        enter(watch.host)
    os.environ.update(watch.environment)
    faulthandler.register(WHERE, all_threads=True)
    folder = Path(watch.record)
    folder.mkdir(parents=True, exist_ok=True)
    open_channel = grpc.secure_channel
    grpc.secure_channel = lambda *words, **options: RecordingChannel(  # type: ignore[assignment]
        open_channel(*words, **options), str(folder / "grpc")
    )
    descriptor = os.open(folder / "sockets", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def audit(event: str, arguments: Any) -> None:
        # gRPC's own sockets do not pass here; any other way out would.
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "subprocess.Popen", "os.exec"):
            os.write(descriptor, f"{event} {arguments[1:]!r}\n".encode())

    sys.addaudithook(audit)
    if watch.passed is not None:
        from tests.support.tripwire import lay_tripwire

        lay_tripwire(watch.points, frozenset(watch.passed))
    serve_terminal(connection, log)


@dataclass
class Stage:
    """Every process of one test; has what demo.chain.Chain asks of its processes."""

    folder: Path
    running: list[Terminal] = field(default_factory=list)
    newest: dict[str, Terminal] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    wires: dict[str, str] = field(default_factory=dict)
    """Names whose tripwire writes where another's does."""
    hosts: dict[str, str] = field(default_factory=dict)
    host: str | None = None
    """Network namespaces by the names of processes, and that of every other process."""

    @property
    def logs(self) -> Path:
        """Where every process's standard error goes."""
        return self.folder / "logs"

    def open_terminal(self, name: str, passed: tuple[str, ...] | None = None) -> Terminal:
        """A process of its own for an organisation; with `passed` it carries a tripwire."""
        self.logs.mkdir(parents=True, exist_ok=True)
        record, environment = str(self.folder / "records" / name), tuple(self.environment.items())
        host = self.hosts.get(name, self.host)
        watch = Watch(record, passed, str(self.points(name)), environment, host)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        ours, theirs = context.Pipe()
        log = self.logs / f"{name}.log"
        process = context.Process(target=run_watched, args=(theirs, str(log), watch), name=name, daemon=True)
        process.start()
        theirs.close()
        terminal = Terminal(name, log, process, ours)
        self.running = [one for one in self.running if one.process.is_alive()]
        self.running.append(terminal)
        self.newest[name] = terminal
        return terminal

    def points(self, name: str) -> Path:
        """Where a tripwire writes the points at which it killed its process."""
        return self.folder / f"{self.wires.get(name, name)}.points"

    def service(self, name: str) -> Terminal:
        """The newest process of this name, dead or alive."""
        return self.newest[name]

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.service(name).process
        assert process.pid is not None
        with suppress(ProcessLookupError):  # its tripwire may have been first
            os.kill(process.pid, signal.SIGKILL)
        process.join(STOP_SECONDS)

    def stop(self) -> None:
        """End every process."""
        for terminal in self.running:
            terminal.process.terminate()
        for terminal in self.running:
            terminal.process.join(STOP_SECONDS)
            if terminal.process.is_alive():
                terminal.process.kill()
                terminal.process.join()
            terminal.connection.close()
        self.running.clear()


def become(terminal: Terminal, *words: str) -> dict[str, Any] | None:
    """As Terminal.become, but None when the process died on the way."""
    try:
        terminal.connection.send(["exec", *words])
        if not terminal.connection.poll(ANSWER_SECONDS):
            assert terminal.process.pid is not None
            os.kill(terminal.process.pid, WHERE)
            raise AssertionError(f"{terminal.name} does not open; where it stands is in {terminal.log}")
        opened: dict[str, Any] = json.loads(terminal.connection.recv().out)
    except (EOFError, OSError):
        return None
    return opened
