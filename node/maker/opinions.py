"""Opinions that verifiers logged and a certificate lacks: one this node stored, or a file that somebody sent.
Protocol section 5.

The one fact: an opinion on a result reaches whoever published it by the log's watch; one on a supplier's declaration
has to be looked up.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, literal_column, select

from node.maker.resulting import find_carried
from node.organisation import Node
from node.store.tables import REQUESTS, STATEMENTS
from protocol.bundle import Bundle
from protocol.payloads import Declaration, Request, Result, Verification
from protocol.statements import Logged

_KEPT = "opinions"


@dataclass(slots=True)
class _Seen:
    """Opinions on own results by request, of what stands in the store up to the row `row`; `lock`: one reads on at a
    time, and nobody waits for whoever reads the library."""

    row: int = 0
    found: dict[str, set[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def list_uncarried(node: Node) -> list[str]:
    """The requests whose stored certificate lacks an opinion on their result."""
    seen = _read_on(node)
    carried = find_carried(node, seen)
    return [request for request, ids in seen.items() if request in carried and ids - carried[request]]


def count_uncarried(node: Node, request: str) -> int:
    """How many opinions on the result of a request, and on the declarations in it, its stored certificate lacks."""
    result = select(STATEMENTS.c.id).where(STATEMENTS.c.calculation == request, STATEMENTS.c.kind == "result")
    about = STATEMENTS.c.subject.in_(result) | STATEMENTS.c.subject.in_(_declarations_in(node, request))
    with node.store.read() as connection:
        ids = set(connection.execute(_OPINIONS.where(about)).scalars())
    carried = find_carried(node, [request])
    return len(_genuine(node, ids - carried[request])) if request in carried else 0


def list_lacking(node: Node, bundle: Bundle) -> list[Logged]:
    """Opinions in this node's own record that are about the result of a file or a declaration in it and that the file
    lacks, in log order; nothing is asked for over the network.

    A public form holds no declaration: those of its request count where this node knows it.
    """
    held = [item.logged for item in bundle.statements]
    subjects = {one.id for one in held if isinstance(one.payload, Result | Declaration)}
    if bundle.is_redacted:
        subjects |= _declarations_in(node, bundle.request)
    signers = STATEMENTS.alias("signers")
    query = _OPINIONS.where(
        STATEMENTS.c.subject.in_(subjects), STATEMENTS.c.author.in_(select(signers.c.id))
    ).order_by(STATEMENTS.c.log_index)
    with node.store.read() as connection:
        known = list(connection.execute(query).scalars())
    carried = {one.id for one in held}
    return node.record.genuine([one for one in known if one not in carried])


def subject_of(opinion: Logged) -> str:
    """The result or declaration that a logged verification is about."""
    assert isinstance(opinion.payload, Verification)
    return opinion.payload.subject


def _declarations_in(node: Node, request: str) -> set[str]:
    """The declarations that a request names, as far as this node knows it."""
    known = [one.payload for one in node.record.genuine([request])]
    return {entry.declaration for one in known if isinstance(one, Request) for entry in one.entries}


_OPINIONS = select(STATEMENTS.c.id).where(STATEMENTS.c.kind == "verification")


def _read_on(node: Node) -> dict[str, set[str]]:
    """What was read before, and what arrived since."""
    seen: _Seen = node.kept.setdefault(_KEPT, _Seen())
    with seen.lock:
        newest = node.record.newest_row()
        if newest > seen.row:
            for request, opinion in _arrived(node, seen.row):
                seen.found.setdefault(request, set()).add(opinion)
            seen.row = newest
        return {request: set(ids) for request, ids in seen.found.items()}


def _arrived(node: Node, row: int) -> list[tuple[str, str]]:
    """Opinions on own results that were stored behind this row, each behind its request."""
    subject = STATEMENTS.alias("results")
    rowid: ColumnElement[int] = literal_column("statements.rowid")
    query = (
        select(subject.c.calculation, STATEMENTS.c.id)
        .join(subject, subject.c.id == STATEMENTS.c.subject)
        .where(
            rowid > row,
            STATEMENTS.c.kind == "verification",
            subject.c.kind == "result",
            subject.c.calculation.in_(select(REQUESTS.c.id)),
        )
    )
    with node.store.read() as connection:
        found = [(str(request), str(opinion)) for request, opinion in connection.execute(query)]
    genuine = _genuine(node, {opinion for _, opinion in found})
    return [(request, opinion) for request, opinion in found if opinion in genuine]


def _genuine(node: Node, ids: Collection[str]) -> set[str]:
    return {logged.id for logged in node.record.genuine(sorted(ids))}
