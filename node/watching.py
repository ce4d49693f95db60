"""Takes in what the coordinator streams: statements and the cursor, in one transaction. Protocol section 6, 8.

The one fact: a statement is stored as it came and read strictly when it is used, so a node with a hundred peers
does not spend its day on their statements; and since the cursor moves with them, none is lost or taken twice.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects.sqlite import insert

from crypto.envelope import PAYLOAD_TYPE, pre_authentication_encoding
from node.organisation import Node
from node.store.settings import find_value, set_value
from node.store.tables import STATEMENTS
from protocol.errors import PeerError
from protocol.payloads import KINDS
from protocol.statements import TOPIC_FIELDS
from protos.values import LoggedData, WatchBatch

_CURSOR = "cursor"
_ID = re.compile("[0-9a-f]{64}")
_TOPIC = re.compile("[0-9a-z._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be told of a statement without believing it: enough to file it."""

    id: str
    kind: str
    author: str
    calculation: str | None
    subject: str | None


def glance(data: bytes) -> Glance:
    """File a statement by what it claims to be; PeerError("encoding") when it claims nothing sensible."""
    try:
        payload = base64.b64decode(json.loads(data)["payload"], validate=True)
        fields = json.loads(payload)
        kind, author = fields["type"], fields["by"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PeerError("encoding", "a statement arrived that is no envelope of a payload") from error
    statement_id = hashlib.sha256(pre_authentication_encoding(PAYLOAD_TYPE, payload)).hexdigest()
    if not isinstance(kind, str) or kind not in KINDS:
        raise PeerError("schema", "a statement arrived of a kind that this version does not know")
    calculation = statement_id if kind == "request" else _text(fields.get("request"))
    topic = fields.get(TOPIC_FIELDS.get(kind, ""))
    return Glance(
        statement_id,
        kind,
        _text(author) or "",
        calculation,
        topic if isinstance(topic, str) and _TOPIC.fullmatch(topic) is not None else None,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) is not None else None


def cursor_of(node: Node) -> int:
    """The log index from which on this node has not seen what concerns it."""
    with node.store.read() as connection:
        return int(find_value(connection, _CURSOR) or 0)


def forget_cursor(node: Node) -> None:
    """Read the log from its beginning again: the coordinator named a place beyond it. What is known stays as it is."""
    with node.store.write() as connection:
        set_value(connection, _CURSOR, "0")


def take_batch(node: Node, batch: WatchBatch) -> frozenset[str]:
    """Store a batch and its cursor; returns the calculations it touches, "" for the library."""
    rows, touched = [], set[str]()
    for statement in batch.statements:
        try:
            seen = glance(statement.data)
        except PeerError as error:
            node.note_anomaly(error, None)
            continue
        rows.append(_row(statement, seen))
        touched.add(seen.calculation or "")
    if not rows and batch.cursor == cursor_of(node):
        return frozenset()
    with node.store.write() as connection:
        if rows:
            connection.execute(insert(STATEMENTS).on_conflict_do_nothing(), rows)
        set_value(connection, _CURSOR, str(batch.cursor))
    if any(row["kind"] == "revocation" for row in rows):
        node.record.forget_revocations()
    return frozenset(touched)


def _row(statement: LoggedData, seen: Glance) -> dict[str, Any]:
    return {
        "id": seen.id,
        "kind": seen.kind,
        "log_index": statement.index,
        "logged_at": statement.logged_at,
        "author": seen.author,
        "calculation": seen.calculation,
        "subject": seen.subject,
        "data": statement.data,
    }
