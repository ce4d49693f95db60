"""The part that works while nobody looks: listens to the log and does what follows for this node. Protocol sections 6, 8.

The one fact: every reaction is derived from the store and leaves its outcome there before anything is sent, so
killing the agent at any moment and starting it again leads to the same outcome.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from node.consenting import (
    APPROVED,
    CLOSED,
    DECLINED,
    WAITING,
    Inquiry,
    close_inquiry,
    decide_by_policy,
    list_inquiries,
    take_request,
)
from node.contributing import contribute, contribution_key, forget_ephemeral
from node.organisation import Node
from node.outbox import find_delivery
from node.requesting import list_requests
from node.resulting import fetch_certificate, find_certificate, publish_result
from node.tables import INBOX, STATEMENTS
from node.watching import cursor_of, take_batch
from protocol.calculation import Phase
from protocol.errors import NetworkError, PeerError, Refused, StoreError
from protos.client import WatchStream, backoff

POLL_SECONDS = 0.5
"""How often the agent looks whether a command has left it work: one PRAGMA, microseconds."""
QUIET_SECONDS = 30.0
ENDINGS = ("certificate", "withdrawal", "void")
Report = Callable[[str], None]


def _silent(_line: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Work:
    """What one pass did: statements signed or settled."""

    done: int
    stuck: bool


class Agent:
    """Runs one node. `step` does all that can be done now; `run` listens and steps until stopped."""

    def __init__(self, node: Node, report: Report = _silent) -> None:
        self.node = node
        self._report = report
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._stream: WatchStream | None = None
        self._failed: set[tuple[str, str]] = set()

    # --- one pass ----------------------------------------------------------------------------------

    def step(self) -> None:
        """Do whatever the store says is to be done; NetworkError when the coordinator cannot be reached."""
        self._deliver()
        for request in self._new_requests():
            self._guarded(request, self._take_request)
        for request in self._open_inquiries():
            self._guarded(request, self._supply)
        for own in list_requests(self.node):
            self._guarded(own.id, self._conclude)
        self._deliver()

    def _deliver(self) -> None:
        for delivery in self.node.deliver():
            if delivery.index is None:
                self._report(f"refused {delivery.key}: {delivery.check}: {delivery.message}")
            else:
                self._report(f"logged {delivery.key} at {delivery.index}")

    def _guarded(self, request: str, work: Callable[[str], None]) -> None:
        """Somebody's wrong statement or an unready answer stops this calculation only, not the agent."""
        try:
            work(request)
        except PeerError as error:
            self.node.note_anomaly(error, request)
            self._report_once(request, f"calculation {request[:12]}: {error}")
        except Refused as error:
            self._report_once(request, f"calculation {request[:12]}: {error.message}")

    def _report_once(self, request: str, line: str) -> None:
        if (request, line) not in self._failed:
            self._failed.add((request, line))
            self._report(line)

    # --- as a supplier -----------------------------------------------------------------------------

    def _new_requests(self) -> list[str]:
        """Requests seen that are neither this node's own only nor filed in the inbox."""
        with self.node.store.read() as connection:
            filed = select(INBOX.c.request)
            query = select(STATEMENTS.c.id).where(
                STATEMENTS.c.kind == "request", STATEMENTS.c.id.not_in(filed)
            )
            return list(connection.execute(query.order_by(STATEMENTS.c.log_index)).scalars())

    def _take_request(self, request: str) -> None:
        logged = self.node.record.get(request)
        if logged is None:
            return
        for inquiry in take_request(self.node, logged):
            self._report(f"asked by {inquiry.customer} about {inquiry.product}: {inquiry.state}")

    def _open_inquiries(self) -> list[str]:
        open_states = (WAITING, APPROVED, DECLINED)
        return sorted({one.request for one in list_inquiries(self.node) if one.state in open_states})

    def _supply(self, request: str) -> None:
        kinds = self._kinds_of(request)
        for inquiry in list_inquiries(self.node, request):
            if inquiry.state == CLOSED:
                continue
            if kinds & set(ENDINGS) and self._is_over(request):
                forget_ephemeral(self.node, inquiry)
                close_inquiry(self.node, inquiry)
            elif inquiry.state == WAITING and decide_by_policy(self.node, inquiry):
                self._report(f"consented to {request[:12]} entry {inquiry.entry} by policy")
            elif inquiry.state == APPROVED and "roster" in kinds and not self._has_contributed(inquiry):
                if contribute(self.node, inquiry, self.node.calculation(request)) is not None:
                    self._report(f"contributing to {request[:12]} entry {inquiry.entry}")

    def _kinds_of(self, request: str) -> set[str]:
        with self.node.store.read() as connection:
            query = select(STATEMENTS.c.kind).where(STATEMENTS.c.calculation == request).distinct()
            return set(connection.execute(query).scalars())

    def _has_contributed(self, inquiry: Inquiry) -> bool:
        with self.node.store.read() as connection:
            return find_delivery(connection, contribution_key(inquiry.request, inquiry.entry)) is not None

    def _is_over(self, request: str) -> bool:
        return self.node.calculation(request).phase in (Phase.CERTIFIED, Phase.ENDED)

    # --- as a requester ----------------------------------------------------------------------------

    def _conclude(self, request: str) -> None:
        """Publish the result when the sum is there, and fetch the certificate when it is."""
        if find_certificate(self.node, request) is not None or request not in self._logged_requests():
            return
        calculation = self.node.calculation(request)
        if calculation.phase is Phase.COMPUTING:
            publish_result(self.node, calculation)
        elif calculation.phase is Phase.CERTIFIED:
            saved = fetch_certificate(self.node, calculation)
            self._report(f"certificate of {request[:12]}: {'verified' if saved.holds else 'DOES NOT VERIFY'}")

    def _logged_requests(self) -> set[str]:
        with self.node.store.read() as connection:
            query = select(STATEMENTS.c.id).where(
                STATEMENTS.c.kind == "request", STATEMENTS.c.author == self.node.id
            )
            return set(connection.execute(query).scalars())

    # --- listening ---------------------------------------------------------------------------------

    def catch_up(self, seconds: float = 5.0) -> None:
        """Take in everything that concerns this node up to now, then step; for commands without an agent."""
        stream = self.node.egress.watch(cursor_of(self.node))
        timer = threading.Timer(seconds, stream.cancel)
        timer.start()
        try:
            for batch in stream:
                take_batch(self.node, batch)
                if not batch.statements:
                    break
        except NetworkError:
            if timer.is_alive():
                raise
        finally:
            timer.cancel()
            stream.cancel()
        self.step()

    def run(self) -> None:
        """Listen and work until `stop`; returns after the work under way is stored."""
        listener = threading.Thread(target=self._listen, name="watch", daemon=True)
        listener.start()
        attempt = 0
        while not self._stop.is_set():
            try:
                self.step()
                attempt = 0
            except (NetworkError, StoreError) as error:
                self._report(f"waiting: {error}")
                self._stop.wait(backoff(attempt))
                attempt += 1
                continue
            self._rest()
        listener.join(timeout=5)

    def stop(self) -> None:
        """Ask `run` to end; safe from any thread and from a signal's handler."""
        self._stop.set()
        self._wake.set()
        if self._stream is not None:
            self._stream.cancel()

    def _rest(self) -> None:
        """Sleep until the log brings something, a command writes to the store, or a while has passed."""
        self.node.store.changed_elsewhere()
        waited = 0.0
        while waited < QUIET_SECONDS and not self._stop.is_set():
            if self._wake.wait(POLL_SECONDS):
                self._wake.clear()
                return
            waited += POLL_SECONDS
            if self.node.store.changed_elsewhere():
                return

    def _listen(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            try:
                self._stream = self.node.egress.watch(cursor_of(self.node))
                for batch in self._stream:
                    attempt = 0
                    if take_batch(self.node, batch):
                        self._wake.set()
            except (NetworkError, Refused, StoreError) as error:
                if not self._stop.is_set():
                    self._report(f"connection lost ({error}); trying again")
            self._stop.wait(backoff(attempt))
            attempt += 1
