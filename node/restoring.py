"""What a node does after it was put back to an older state, so that nothing secret is used twice. Decision 0010.

The one fact: ephemeral secrets of an older state are void. Whatever was contributed under them stands as the log shows
it; from the rest this node withdraws. Nothing is signed before the log has been read to its end.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from node.language import Phrase
from node.organisation import Node
from node.outbox import find_delivery
from node.store.settings import RESTORED, find_value, set_value
from node.store.tables import INBOX, OUTGOING, POLICIES, REQUESTS, STATEMENTS
from node.store.vault import find_secret, forget_secret, secret_names
from node.supplier.consenting import ephemeral_name, take_request, withdraw
from node.supplier.inbox import find_inquiry
from node.supplier.states import APPROVED, DECLINED, WAITING
from node.watching import cursor_of, forget_cursor, take_batch
from operation.moments import tell_moment
from protocol.dispute_payloads import MaskOpening, VectorOpening
from protocol.errors import NetworkError, PeerError
from protocol.payloads import Consent, Contribution, OpeningAnswer, Refusal, Request
from protocol.statements import Logged, calculation_of

READ_SECONDS = 60.0
REASON = "this node was restored from a backup, and the one-time key of this calculation is void"
_KNOWN = "own known"
"""The row of the store up to which everything of this node's own is in its outbox: what is there once stays."""
_OVER = ("withdrawal", "void", "certificate", "result")


@dataclass(frozen=True, slots=True)
class Restored:
    """Since when this node is a restored one, of which state, and whether the log is yet to be read.

    `made`: when its backup was made, 0 where no backup was restored and the log found the older state out. `adopted`:
    how many statements of its own it took over from the log.
    """

    at: int
    made: int
    pending: bool
    adopted: int = 0

    @property
    def words(self) -> Phrase:
        """What happened, in one sentence."""
        count = f"{self.adopted} statement{'' if self.adopted == 1 else 's'}"
        took = Phrase(
            f"took over {count} of this node's own from the log",
            f"已从日志补上本节点自己的 {self.adopted} 条声明",
        )
        if self.pending:
            took = Phrase("the log is yet to be read", "日志还没有读完")
        if not self.made:
            return Phrase(
                f"the log held statements of this node that its store did not know; {took.en}",
                f"日志里有本节点的声明，本机数据里却没有；{took.zh}",
            )
        return Phrase(
            f"restored from the backup of {tell_moment(self.made, 'en')}; {took.en}",
            f"已用 {tell_moment(self.made, 'zh')} 的备份恢复；{took.zh}",
        )


def find_restored(connection: Connection) -> Restored | None:
    """How this node was restored last, or None when it never was."""
    text = find_value(connection, RESTORED)
    return None if text is None else Restored(**json.loads(text))


def is_pending(node: Node) -> bool:
    """Whether this restored node has yet to read the log."""
    with node.store.read() as connection:
        found = find_restored(connection)
    return found is not None and found.pending


def void_older_state(connection: Connection, now: int, made: int) -> None:
    """Make an older state safe to go on from, in one transaction.

    1. Ephemeral secrets are forgotten: masks made with them may have been used already.
    2. Consents that were not logged by then are dropped: each needs a new ephemeral secret.
    3. Policies are removed: how often each was used since is not known.
    4. Nothing is signed before `reconcile`.
    """
    for name in secret_names(connection, "ephemeral/"):  # 1
        forget_secret(connection, name)
    unsent = OUTGOING.c.log_index.is_(None)
    keys = connection.execute(select(OUTGOING.c.key).where(OUTGOING.c.kind == "consent", unsent)).scalars()
    for key in list(keys):  # 2
        _, request, entry = key.split(":")
        connection.execute(delete(OUTGOING).where(OUTGOING.c.key == key))
        place = (INBOX.c.request == request, INBOX.c.entry == int(entry))
        waiting = {"state": WAITING, "decided_by": None, "answer": "", "policy": None}
        connection.execute(update(INBOX).where(*place).values(**waiting))
    connection.execute(delete(POLICIES))  # 3
    set_value(connection, RESTORED, json.dumps({"at": now, "made": made, "pending": True}))  # 4


def notice_older_state(node: Node) -> bool:
    """Whether the log shows statements signed here that this store does not know; its secrets are void from then on.

    So a folder that was copied back is found out as well, and so is a second machine that signs with these keys. Of a
    backup that was just restored it is no news: `reconcile` takes over what the log holds beyond it.
    """
    if is_pending(node):
        return False
    ids, row = node.record.ids_since(_is_unknown_own(node), node.kept.get(_KNOWN, 0))
    if not ids:
        node.kept[_KNOWN] = row
    if not _read_each(node, ids):
        return False
    now = node.clock()
    with node.store.write() as connection:
        void_older_state(connection, now, 0)
    node.store.scrub()
    return True


def reconcile(node: Node) -> list[str]:
    """Read the log to its end and take over what this node signed after the older state; returns those ids.

    NetworkError when the coordinator cannot be reached; PeerError("log") when its log is not the one seen before.
    """
    read_to_the_end(node)
    own = _unknown_own(node)
    for logged in own:
        _adopt(node, logged)
    with node.store.write() as connection:
        found = find_restored(connection)
        assert found is not None, "only a restored node reconciles"
        set_value(connection, RESTORED, json.dumps(asdict(replace(found, pending=False, adopted=len(own)))))
    return [logged.id for logged in own]


def read_to_the_end(node: Node, seconds: float = READ_SECONDS) -> None:
    """Take in everything that concerns this node up to the log's newest checkpoint, which is fresh and consistent."""
    end = node.logbook.follow(node.egress.checkpoint()).size
    node.logbook.saw(node.clock())
    if cursor_of(node) > end:
        forget_cursor(node)
    if cursor_of(node) == end:
        return
    stream = node.egress.watch(cursor_of(node))
    timer = threading.Timer(seconds, stream.cancel)
    timer.start()
    try:
        for batch in stream:
            take_batch(node, batch)
            if cursor_of(node) >= end:
                return
    finally:
        timer.cancel()
        stream.cancel()
    raise NetworkError("the log was not read to its end; try again")


def withdraw_from_lost(node: Node) -> list[str]:
    """Sign withdrawals from calculations that this restored node cannot finish; returns the requests. Sent later.

    1. It consented under an ephemeral secret that is void, and the log does not show its contribution.
    2. It asked for the calculation after the older state, so the key that decrypts the total is lost.
    """
    with node.store.read() as connection:
        if find_restored(connection) is None:
            return []
        lost = _lost_consents(connection) | _lost_requests(connection)
        open_ones = [one for one in sorted(lost) if not _is_over(connection, one)]
    return [request for request in open_ones if withdraw(node, request, REASON)]


def _lost_consents(connection: Connection) -> set[str]:
    lost = set()
    for key, calculation in connection.execute(
        select(OUTGOING.c.key, OUTGOING.c.calculation).where(OUTGOING.c.kind == "consent")
    ).all():
        entry = int(key.split(":")[2])
        if find_delivery(connection, f"contribution:{calculation}:{entry}") is not None:
            continue
        if find_secret(connection, ephemeral_name(calculation, entry)) is None:  # 1
            lost.add(calculation)
    return lost


def _lost_requests(connection: Connection) -> set[str]:
    own = connection.execute(select(REQUESTS.c.id)).scalars().all()
    return {request for request in own if find_secret(connection, f"he/{request}") is None}  # 2


def _is_over(connection: Connection, request: str) -> bool:
    logged = select(STATEMENTS.c.id).where(STATEMENTS.c.calculation == request, STATEMENTS.c.kind.in_(_OVER))
    leaving = find_delivery(connection, f"withdrawal:{request}")
    return leaving is not None or connection.execute(logged).first() is not None


def _unknown_own(node: Node) -> list[Logged]:
    """What the log holds as signed by this node, rightly, and its outbox does not know; in log order."""
    return _read_each(node, node.record.ids_since(_is_unknown_own(node), 0)[0])


def _is_unknown_own(node: Node) -> ColumnElement[bool]:
    return STATEMENTS.c.author.in_(node.ids) & STATEMENTS.c.id.not_in(select(OUTGOING.c.id))


def _read_each(node: Node, ids: Sequence[str]) -> list[Logged]:
    """Those of these statements that are rightly signed."""
    found = []
    for statement_id in ids:
        try:
            logged = node.record.get(statement_id)
        except PeerError:
            continue
        if logged is not None:
            found.append(logged)
    return found


def _adopt(node: Node, logged: Logged) -> None:
    """Put a statement of this node's own into its outbox as delivered, so that it is never signed a second time."""
    row = {
        "key": _purpose(node, logged),
        "id": logged.id,
        "kind": logged.payload.type,
        "calculation": calculation_of(logged.signed),
        "data": logged.signed.data,
        "created": logged.logged_at,
        "log_index": logged.index,
        "logged_at": logged.logged_at,
    }
    with node.store.write() as connection:
        connection.execute(
            delete(OUTGOING).where(OUTGOING.c.key == row["key"], OUTGOING.c.log_index.is_(None))
        )
        connection.execute(insert(OUTGOING).prefix_with("OR IGNORE"), row)
    if isinstance(logged.payload, Consent | Refusal):
        _file_answer(node, logged.payload)
    elif isinstance(logged.payload, Request):
        _file_request(node, logged.id, logged.payload, logged.logged_at)


def _purpose(node: Node, logged: Logged) -> str:
    """The key under which this node signed it, as the parts that sign choose it."""
    payload = logged.payload
    match payload:
        case Consent() | Refusal():
            return f"answer:{payload.request}:{payload.entry}"
        case Contribution() | MaskOpening() | VectorOpening():
            consent = node.record.get(payload.consent)
            entry = consent.payload.entry if consent and isinstance(consent.payload, Consent) else 0
            return f"{payload.type}:{payload.request}:{entry}"
        case OpeningAnswer():
            return f"opening_answer:{payload.asked}"
        case Request():
            return f"request:{logged.id}"
        case _:
            request = calculation_of(logged.signed)
            return f"{payload.type}:{request or logged.id}"


def _file_request(node: Node, request: str, payload: Request, at: int) -> None:
    pack = json.dumps({"model": payload.models[0].model, "items": {}}, ensure_ascii=False)
    row = {"id": request, "created": at, "sequence": payload.sequence, "pack": pack}
    with node.store.write() as connection:
        connection.execute(insert(REQUESTS).prefix_with("OR IGNORE"), row)


def _file_answer(node: Node, answer: Consent | Refusal) -> None:
    request = node.record.get(answer.request)
    if request is not None:
        take_request(node, request)
    inquiry = find_inquiry(node, answer.request, answer.entry)
    if inquiry is None:
        return
    place = (INBOX.c.request == answer.request, INBOX.c.entry == answer.entry)
    decided = (
        {"state": APPROVED, "decided_by": answer.approval.decided_by, "answer": answer.approval.answer}
        if isinstance(answer, Consent)
        else {"state": DECLINED, "decided_by": "person", "answer": answer.reason}
    )
    with node.store.write() as connection:
        connection.execute(update(INBOX).where(*place).values(**decided))
