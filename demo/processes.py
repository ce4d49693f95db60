"""Processes of the demo: terminals that run commands, and services that stay open.

The one fact: every process writes its log to a file of its own below the demo's folder, and every one is ended
when the demo ends, however it ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from protocol.errors import Refused

START_SECONDS = 60.0
STOP_SECONDS = 10.0


class DemoFailed(Refused):
    """A command of the demo did not do what it should; the message names it and where its log is."""

    def __init__(self, message: str) -> None:
        super().__init__("demo", message)


@dataclass(slots=True)
class Terminal:
    """One organisation's terminal; `process` may end up as its node, serving."""

    name: str
    log: Path
    process: subprocess.Popen[str]
    sink: IO[str] = field(repr=False)

    def send(self, *words: str) -> None:
        """Hand over one command line without waiting."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(words) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise DemoFailed(f"{self.name} ended early; its log is {self.log}") from error

    def answer(self, *words: str) -> dict[str, Any]:
        """The answer to the oldest command not answered yet, as the JSON object it printed."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise DemoFailed(f"{self.name} ended early; its log is {self.log}")
        reply = json.loads(line)
        if reply["code"] != 0:
            raise DemoFailed(f"{self.name}: sealsum {' '.join(words[:3])}: {reply['err'] or reply['out']}")
        text = reply["out"].strip()
        return json.loads(text.splitlines()[-1]) if text.startswith("{") or "\n{" in text else {"text": text}

    def run(self, *words: str) -> dict[str, Any]:
        """Run one command line and wait for its answer."""
        self.send(*words)
        return self.answer(*words)

    def become(self, *words: str) -> dict[str, Any]:
        """Turn this process into a service; returns the line it prints once it is open."""
        self.send("exec", *words)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("{"):
            raise DemoFailed(f"{self.name} did not open its door; its log is {self.log}")
        opened: dict[str, Any] = json.loads(line)
        return opened


@dataclass(slots=True)
class Processes:
    """Every process of one demo."""

    logs: Path
    running: list[Terminal] = field(default_factory=list)

    def open_terminal(self, name: str) -> Terminal:
        """Start a terminal; its standard error goes to `logs`/NAME.log."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        sink = log.open("a", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "demo.shell"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
        )
        terminal = Terminal(name, log, process, sink)
        self.running.append(terminal)
        return terminal

    def stop(self) -> None:
        """End every process: politely, then not."""
        for terminal in self.running:
            terminal.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for terminal in self.running:
            try:
                terminal.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                terminal.process.kill()
                terminal.process.wait()
            terminal.sink.close()
        self.running.clear()
