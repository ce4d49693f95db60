"""Fails when docs/api.md or its Chinese sister and the OpenAPI of node and console name different calls.

1. Each has one row for every call, the node's first, in the order of the OpenAPI: method, path, scope.
2. Every row says something.

`python -m tools.check_api --list` prints the rows that are expected, with the OpenAPI's own sentence.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import cast

from fastapi.routing import APIRoute

from coordinator.console import api as console
from coordinator.console.app import MOUNT
from coordinator.service import Service
from node.web.api.calling import API
from node.web.api.calls import make_calls
from node.web.desk import Desk
from web.openapi import routes_of, scope_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("docs/api.md", "docs/api.zh.md")
ROW = re.compile(r"^\| (GET|POST|PUT|DELETE) \| `([^`]+)` \| `(\w+)` \| (.*) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API."""

    method: str
    path: str
    scope: str
    says: str


def describe_calls() -> list[Call]:
    """Every call of the node in the order of the OpenAPI."""
    # A desk reads its folder only when a call comes.
    return _describe(routes_of(make_calls(Desk(Path(gettempdir())))), "")


def describe_console_calls() -> list[Call]:
    """Every call of the console in the order of the OpenAPI, with where it is mounted in its path."""
    # A service, too, is asked only when a call comes.
    return _describe(routes_of(console.make_calls(cast(Service, None))), MOUNT)


def _describe(routes: tuple[APIRoute, ...], mount: str) -> list[Call]:
    return [
        Call(method, mount + route.path, scope_of(route), (route.description or "").splitlines()[0])
        for route in routes
        for method in sorted(route.methods or ())
    ]


def check_document(name: str, calls: list[Call]) -> Iterator[str]:
    """Problems of one document."""
    expected = [(one.method, one.path.removeprefix(API), one.scope) for one in calls]
    rows = ROW.findall((ROOT / name).read_text(encoding="utf-8"))
    found = [(method, path, scope) for method, path, scope, _ in rows]
    for one in expected:  # 1
        if one not in found:
            yield f"{name}: no row for {' '.join(one)}"
    for one in found:
        if one not in expected:
            yield f"{name}: {' '.join(one)} is no call of the API"
    if sorted(found) == sorted(expected) and found != expected:
        yield f"{name}: expected the order of the OpenAPI; see: python -m tools.check_api --list"
    for method, path, _, says in rows:  # 2
        if len(says.strip()) < 4:
            yield f"{name}: {method} {path} says nothing"


def main() -> None:
    """Print every problem; exit with 1 when there are any."""
    calls = [*describe_calls(), *describe_console_calls()]
    if sys.argv[1:] == ["--list"]:
        for one in calls:
            print(f"| {one.method} | `{one.path.removeprefix(API)}` | `{one.scope}` | {one.says} |")
        return
    problems = [problem for name in DOCUMENTS for problem in check_document(name, calls)]
    if problems:
        print(*problems, sep="\n")
        raise SystemExit(1)
    print(f"the API is documented: {len(calls)} calls")


if __name__ == "__main__":
    main()
