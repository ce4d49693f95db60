"""Sends queued events to partners' hosts (PACT 3.0): signs in there, posts, and tries again for three days.

The one fact: an event is made when it is sent, and holds only what its partner may read in that moment; the ledger has
it before its first byte leaves. PACT wants a growing wait between attempts and an end after 72 hours.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, select, update

from exchange.gate import moment
from exchange.pact_events import (
    CLOUD_EVENTS,
    ERROR_CODES,
    PUBLISHED,
    REQUEST_FULFILLED,
    REQUEST_REJECTED,
    make_fulfilled,
    make_published,
    make_rejected,
)
from node.egress import Ledger, Parcel
from node.organisation import Node
from node.partners.access import Partner, list_partners
from node.partners.footprints import get_served
from node.partners.hosts import EVENTS, TOKEN, Host, find_host
from node.partners.outbox import GIVEN_UP, SENT, WAITING
from node.store.tables import PARTNER_OUTBOX
from node.words.leaving import PARTNER_MESSAGES
from protocol.errors import NetworkError, Refused, StoreError
from web.fetching import Fetched, TooLong, fetch

PACE_SECONDS = 2.0
FIRST_WAIT, LONGEST_WAIT, GIVEN_UP_AFTER = 60, 6 * 3600, 72 * 3600
MOST_AT_ONCE = 20
FINAL = frozenset({400, 404, 405, 406, 410, 413, 415, 422})
"""A host that answers an event so has read it and will not take it the next time either."""
WITHDRAWN = "what fitted was withdrawn meanwhile"
_KINDS = {PUBLISHED: "pact-published", REQUEST_FULFILLED: "pact-fulfilled", REQUEST_REJECTED: "pact-rejected"}
_BEARER = re.compile(r"[!-~]{1,8000}")
Report = Callable[[str], None]


class NotTaken(Exception):
    """An event did not arrive; `is_final`: nor will it."""

    def __init__(self, message: str, is_final: bool = False) -> None:
        super().__init__(message)
        self.message, self.is_final = message, is_final


def keep_telling(node: Node, stop: threading.Event, report: Report) -> None:
    """Send what is due until `stop` is set."""
    while not stop.wait(PACE_SECONDS):
        try:
            send_due(node, report)
        except StoreError as error:
            report(f"events to partners wait: {error}")


def send_due(node: Node, report: Report = lambda _line: None) -> None:
    """Send every event whose time has come, at most MOST_AT_ONCE, and note what became of each."""
    query = (
        select(PARTNER_OUTBOX)
        .where(PARTNER_OUTBOX.c.state == WAITING, PARTNER_OUTBOX.c.not_before <= node.clock())
        .order_by(PARTNER_OUTBOX.c.number)
        .limit(MOST_AT_ONCE)
    )
    with node.store.read() as connection:
        due = connection.execute(query).all()
    if not due:
        return
    for partner in list_partners(node):
        mine = [row for row in due if row.partner == partner.id]
        if mine:
            _send_to(node, partner, mine, report)


def _send_to(node: Node, partner: Partner, rows: Sequence[Row[Any]], report: Report) -> None:
    """Send one partner's events in order. When its host cannot be reached or signed in at, all of them wait."""
    with node.store.read() as connection:
        host = find_host(connection, partner.id)
    if host is None:
        for row in rows:
            _settle(node, row, NotTaken("the partner has no host", is_final=True))
        return
    token, failure = "", None
    for row in rows:
        try:
            if failure is not None:
                raise failure
            event = _make_event(node, partner, row, host.source)
            if event is None:
                raise NotTaken(WITHDRAWN, is_final=True)
            token = token or _sign_in(node, partner, host)
            _post(node, partner, host, token, event)
        except NotTaken as error:
            failure = None if error.is_final else error
            _settle(node, row, error)
            report(f"{partner.name} did not take {row.kind}: {error.message}")
        else:
            _settle(node, row, None)
            report(f"{partner.name} took {row.kind}")


def _make_event(node: Node, partner: Partner, row: Row[Any], source: str) -> dict[str, Any] | None:
    """A queued event as it is sent now; None for news of what its partner may no longer read."""
    about, time = json.loads(row.about), moment(row.created)
    if row.kind == REQUEST_REJECTED:
        return make_rejected(row.asked, about, source, time)
    served = [one for name in about if (one := _find(node, partner, name)) is not None]
    if row.kind == PUBLISHED:
        return make_published([one["id"] for one in served], source, time) if served else None
    if not served:
        return make_rejected(row.asked, WITHDRAWN, source, time)
    return make_fulfilled(row.asked, served, source, time)


def _find(node: Node, partner: Partner, footprint: str) -> dict[str, Any] | None:
    try:
        return get_served(node, partner, footprint).document
    except Refused:
        return None


def _settle(node: Node, row: Row[Any], problem: NotTaken | None) -> None:
    """Note what became of an attempt, and when the next one is due."""
    now, wait = node.clock(), min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT)
    values: dict[str, Any] = {"attempts": row.attempts + 1, "state": SENT, "said": ""}
    if problem is not None:
        is_over = problem.is_final or now + wait > row.created + GIVEN_UP_AFTER
        state = GIVEN_UP if is_over else WAITING
        values |= {"state": state, "said": problem.message, "not_before": now + wait}
    mine = (PARTNER_OUTBOX.c.number == row.number) & (PARTNER_OUTBOX.c.state == WAITING)
    with node.store.write() as connection:
        connection.execute(update(PARTNER_OUTBOX).where(mine).values(**values))


# --- the host ----------------------------------------------------------------------------------------


def _sign_in(node: Node, partner: Partner, host: Host) -> str:
    """A bearer token by client credentials (RFC 6749, 4.4); NotTaken."""
    body = b"grant_type=client_credentials"
    answer = _send(
        node,
        Parcel(_receiver(partner, host.token_url), "pact-sign-in", body, PARTNER_MESSAGES["pact-sign-in"]),
        f"POST {TOKEN}",
        lambda: fetch(
            "POST",
            host.token_url,
            content=body,
            auth=(host.client, host.secret),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        ),
    )
    token = _fields(answer).get("access_token")
    if answer.status != 200 or not isinstance(token, str) or _BEARER.fullmatch(token) is None:
        raise NotTaken(f"signing in at {host.token_url} failed: answered {answer.status}, and no token")
    return token


def _post(node: Node, partner: Partner, host: Host, token: str, event: dict[str, Any]) -> None:
    """Post an event; NotTaken unless the host says that it took it."""
    body, kind = json.dumps(event, ensure_ascii=False).encode(), _KINDS[event["type"]]
    answer = _send(
        node,
        Parcel(_receiver(partner, host.url), kind, body, PARTNER_MESSAGES[kind]),
        f"POST {EVENTS}",
        lambda: fetch(
            "POST",
            host.events_url,
            content=body,
            headers={"Content-Type": CLOUD_EVENTS, "Authorization": f"Bearer {token}"},
        ),
    )
    if not 200 <= answer.status < 300:
        code = _fields(answer).get("code")
        named = f" {code}" if code in ERROR_CODES else ""
        raise NotTaken(f"{host.events_url} answered {answer.status}{named}", answer.status in FINAL)


def _send(node: Node, parcel: Parcel, method: str, call: Callable[[], Fetched]) -> Fetched:
    """Write the ledger, then call; NotTaken when nothing usable came back."""
    ledger = Ledger(node.store, node.clock)

    def announced() -> Fetched:
        ledger.begin(method)(parcel.data)
        return call()

    try:
        return ledger.send([parcel], announced)
    except NetworkError as error:
        raise NotTaken(str(error)) from error
    except TooLong as error:
        raise NotTaken("the host answered without end") from error


def _receiver(partner: Partner, url: str) -> str:
    return f"{partner.name}, {urlsplit(url).netloc}"


def _fields(answer: Fetched) -> dict[str, Any]:
    """The JSON object of an answer, an empty one when it holds none."""
    try:
        found = json.loads(answer.data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
