"""A terminal for one organisation: runs `sealsum` commands one after another in a process of its own.

The one fact: it knows nothing but the command line. A person would start an interpreter per command; this one
reads command lines (JSON lists) from standard input and answers each with one JSON line, which saves the start-up.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from collections.abc import Sequence
from typing import TextIO

import typer

PROGRAMS = {"authority": "authority.cli", "coordinator": "coordinator.cli", "node": "node.cli"}


def run_command(words: Sequence[str]) -> tuple[int, str, str]:
    """Run one command line; returns exit code, standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    app: typer.Typer = importlib.import_module(PROGRAMS[words[0]]).app
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            app(list(words[1:]), prog_name=f"sealsum {words[0]}")
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return code, out.getvalue(), err.getvalue()


def serve(source: TextIO, sink: TextIO) -> None:
    """Answer command lines until the input ends. A last command `["exec", ...]` takes over the process."""
    for line in source:
        words = json.loads(line)
        if words[0] == "exec":
            app: typer.Typer = importlib.import_module(PROGRAMS[words[1]]).app
            app(words[2:], prog_name=f"sealsum {words[1]}")
            return
        code, out, err = run_command(words)
        sink.write(json.dumps({"code": code, "out": out, "err": err}) + "\n")
        sink.flush()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
