"""A terminal for one organisation: runs `sealsum` commands one after another in a process of its own.

The one fact: it knows nothing but the command line. A person would start an interpreter per command; this one
receives command lines and answers each with what it printed, and its process is a copy of one that has already
imported the program, which saves most of the start-up.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import typer

PROGRAMS = {
    "authority": "authority.cli",
    "coordinator": "coordinator.cli",
    "node": "node.cli",
    "witness": "witness.cli",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command line did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


def run_command(words: Sequence[str]) -> Answer:
    """Run one command line, `["node", "enrol", ...]`, as `sealsum` would."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            _app(words[0])(list(words[1:]), prog_name=f"sealsum {words[0]}")
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return Answer(code, out.getvalue(), err.getvalue())


def _app(program: str) -> typer.Typer:
    found: typer.Typer = importlib.import_module(PROGRAMS[program]).app
    return found


class _Lines(io.TextIOBase):
    """Standard output of a service: each line goes to whoever opened the terminal."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._part = connection, ""

    def write(self, text: str) -> int:
        """Send whole lines; keep the rest."""
        *lines, self._part = (self._part + text).split("\n")
        for line in lines:
            with contextlib.suppress(BrokenPipeError):
                self._connection.send(Answer(0, line, ""))
        return len(text)


def serve_terminal(connection: Connection, log: str) -> None:
    """Answer command lines until told to become a service (`["exec", ...]`) or the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the demo, which ends its processes itself
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, sys.stderr.fileno())
    with contextlib.suppress(EOFError):
        while True:
            words: list[str] = connection.recv()
            if words[0] == "exec":
                sys.stdout = _Lines(connection)
                _app(words[1])(words[2:], prog_name=f"sealsum {words[1]}")
                return
            connection.send(run_command(words))
