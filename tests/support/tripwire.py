"""Kills its own process with SIGKILL at named points of its work: before and after each durable write.

The one fact: a point's name says what is being written ("before insert outgoing consent"), never an id; a process
dies at the first point that it was not told has been passed, so restarting it again and again visits them all.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool

# Written with every append to the log: they add nothing to its name.
UNNAMED = frozenset({"hashes", "checkpoints"})


def lay_tripwire(points: str, passed: frozenset[str]) -> None:
    """From now on die at the first point not in `passed`, after writing its name to the file `points`."""
    descriptor = os.open(points, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def reach(point: str) -> None:
        if point not in passed:
            os.write(descriptor, point.encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)

    _watch_commits(reach)
    _watch_files(reach)


def _watch_commits(reach: Any) -> None:
    writing: dict[int, set[str]] = {}
    written: dict[int, str] = {}

    @event.listens_for(Engine, "before_cursor_execute")
    def on_execute(
        connection: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        if context is not None and context.compiled is not None:
            found = _describe(context)
            writing.setdefault(_key(connection), set()).update(found)

    @event.listens_for(Engine, "commit")
    def on_commit(connection: Connection) -> None:
        found = writing.pop(_key(connection), set())
        if found:
            name = " + ".join(sorted(found))
            reach(f"before {name}")
            written[_key(connection)] = name

    @event.listens_for(Engine, "rollback")
    def on_rollback(connection: Connection) -> None:
        writing.pop(_key(connection), None)

    @event.listens_for(Pool, "checkin")
    def on_checkin(connection: Any, _record: Any) -> None:
        # The transaction is committed, and whoever made it has not gone on.
        name = written.pop(id(connection), None)
        if name is not None:
            reach(f"after {name}")


def _key(connection: Connection) -> int:
    return id(connection.connection.dbapi_connection)


def _describe(context: Any) -> set[str]:
    verb = "insert" if context.isinsert else "update" if context.isupdate else "delete"
    if not (context.isinsert or context.isupdate or context.isdelete):
        return set()
    table = context.compiled.statement.table.name
    if table in UNNAMED:
        return set()
    rows = context.compiled_parameters or [{}]
    return {" ".join(word for word in (verb, table, _purpose(row)) if word) for row in rows}


def _purpose(row: dict[str, Any]) -> str:
    """What a row is for: its kind or state, else the part of its key before any id."""
    fields = {name.rstrip("_0123456789"): value for name, value in row.items()}
    for field in ("kind", "state", "purpose", "phase"):
        if field in fields:
            return str(fields[field])
    for field in ("key", "owner", "name"):
        if isinstance(fields.get(field), str):
            return str(fields[field]).partition(":")[0].partition("/")[0]
    return ""


def _watch_files(reach: Any) -> None:
    """Blobs go to files: before one is written beside its place, before it is put there."""

    def audit(name: str, arguments: Any) -> None:
        if name not in ("os.rename", "open") or "/blobs/" not in (path := str(arguments[0])):
            return
        if "/checkpoints/" in path:
            return  # when the newest checkpoint is left there depends on the clock
        if name == "os.rename":
            reach("before renaming a blob")
        elif arguments[1] in ("a", "w", "wb", "xb"):
            reach("before writing a blob")

    sys.addaudithook(audit)
