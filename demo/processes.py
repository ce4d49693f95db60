"""Processes of the demo: terminals that run commands, and services that stay open.

The one fact: every process writes its log to a file of its own below the demo's folder, and every one is ended
when the demo ends, however it ends.
"""

from __future__ import annotations

import json
import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from demo.shell import Answer, serve_terminal
from protocol.errors import Refused

STOP_SECONDS = 10.0
PRELOADED = ["demo.uninterrupted", "demo.preload"]


class DemoFailed(Refused):
    """A command of the demo did not do what it should; the message names it and where its log is."""

    def __init__(self, message: str) -> None:
        super().__init__("demo", message)


@dataclass(slots=True)
class Terminal:
    """One organisation's terminal; its process may end up as its node, serving."""

    name: str
    log: Path
    process: BaseProcess
    connection: Connection

    def send(self, *words: str) -> None:
        """Hand over one command line without waiting."""
        try:
            self.connection.send(list(words))
        except OSError as error:
            raise self._ended() from error

    def answer(self, *words: str) -> dict[str, Any]:
        """The answer to the oldest command not answered yet, as the JSON object it printed."""
        reply = self._receive()
        if reply.code != 0:
            raise DemoFailed(f"{self.name}: sealsum {' '.join(words[:2])}: {reply.err or reply.out}")
        found: dict[str, Any] = json.loads(reply.out)
        return found

    def run(self, *words: str) -> dict[str, Any]:
        """Run one command line and wait for its answer."""
        self.send(*words)
        return self.answer(*words)

    def become(self, *words: str) -> dict[str, Any]:
        """Turn this process into a service; returns the JSON line it prints once it is open."""
        self.send("exec", *words)
        opened: dict[str, Any] = json.loads(self._receive().out)
        return opened

    def _receive(self) -> Answer:
        try:
            reply: Answer = self.connection.recv()
        except (EOFError, OSError) as error:
            raise self._ended() from error
        return reply

    def _ended(self) -> DemoFailed:
        return DemoFailed(f"the process of {self.name} ended; its log is {self.log}")


@dataclass(slots=True)
class Processes:
    """Every process of one demo."""

    logs: Path
    running: list[Terminal] = field(default_factory=list)

    def open_terminal(self, name: str) -> Terminal:
        """Start a process of its own for an organisation; what it says to standard error goes to `logs`/NAME.log."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        ours, theirs = context.Pipe()
        process = context.Process(target=serve_terminal, args=(theirs, str(log)), name=name, daemon=True)
        process.start()
        theirs.close()
        terminal = Terminal(name, log, process, ours)
        self.running.append(terminal)
        return terminal

    def stop(self) -> None:
        """End every process: politely, then not."""
        for terminal in self.running:
            terminal.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for terminal in self.running:
            terminal.process.join(max(0.0, deadline - time.monotonic()))
            if terminal.process.is_alive():
                terminal.process.kill()
                terminal.process.join()
            terminal.connection.close()
        self.running.clear()
