"""The part that works while nobody looks: listens to the log and does what follows for this node. Protocol 6, 8.

The one fact: every reaction is derived from the store and leaves its outcome there before anything is sent, so
killing the agent at any moment and starting it again leads to the same outcome.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import select

from crypto.errors import CryptoError
from crypto.vector_bases import prepare
from node.disputing import answer_dispute
from node.logbook import size_claimed
from node.maker.own_requests import list_of_others
from node.maker.resulting import (
    check_early,
    fetch_certificate,
    forget_he_key,
    list_unconcluded,
    name_before_deadline,
    publish_result,
)
from node.maker.standings import refresh_standings
from node.organisation import Node
from node.outbox import find_delivery
from node.partners.telling import keep_telling
from node.restoring import is_pending, notice_older_state, reconcile, withdraw_from_lost
from node.store.tables import INBOX, STATEMENTS
from node.supplier.consenting import close_inquiry, decide_by_policy, take_request
from node.supplier.contributing import contribute, contribution_key, forget_ephemeral
from node.supplier.inbox import Inquiry, list_inquiries, list_open_requests
from node.supplier.states import APPROVED, CLOSED, DECLINED, WAITING
from node.watching import cursor_of, forget_cursor, take_batch
from operation.traces import traced
from protocol.calculation import Phase
from protocol.errors import NetworkError, PeerError, Refused, StoreError
from protos.client import WatchStream, backoff

POLL_SECONDS = 0.5
"""How often the agent looks whether a command has left it work: one PRAGMA, microseconds."""
QUIET_SECONDS = 30.0
REST_SHARE, MOST_REST_SECONDS = 20, 2.0
"""After a step the store wakes the agent again once it has rested so many times as long, at most these seconds: pages
write to the store as well, and with many requests open they would share the machine with one step after another."""
JOIN_SECONDS = 10.0
OUTBOX = "outbox"
CURSOR = "cursor"
"""The check by which a coordinator refuses a place beyond its log: then this node was told of one that is not there."""
ENDINGS = frozenset({"certificate", "withdrawal", "void", "mask_opening", "key_opening", "seal_opening"})
"""Kinds that may end a calculation; only the fold says whether one did."""
Report = Callable[[str], None]


def _silent(_line: str) -> None:
    return None


class Agent:
    """Runs one node. `step` does all that can be done now; `run` listens and steps until stopped."""

    def __init__(self, node: Node, report: Report = _silent) -> None:
        self.node = node
        self._report = report
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._stream: WatchStream | None = None
        self._failure: BaseException | None = None
        self._row = 0
        """Of the store, up to which requests were looked for."""
        self._arrived: list[str] = []
        """Requests behind it in no inbox that were not looked at yet, in log order."""
        self._delayed: dict[tuple[str, str], tuple[int, float]] = {}

    # --- one pass ----------------------------------------------------------------------------------

    def step(self) -> None:
        """Do whatever the store says is to be done; NetworkError when the coordinator cannot be reached."""
        self._recover()
        self._guarded(OUTBOX, self._deliver)
        for request in self._new_requests():
            self._guarded(request, self._take_request)
        for request in self._open_inquiries():
            self._guarded(request, self._supply)
        for request in list_unconcluded(self.node):
            self._guarded(request, self._conclude)
        self._guarded(OUTBOX, self._deliver)
        refresh_standings(self.node, None)

    def _recover(self) -> None:
        """Before anything is signed: if this store was put back to an older state, the log says what happened since."""
        if notice_older_state(self.node):
            self._report("the log knows statements of this node that it does not: taken for an older state")
        if is_pending(self.node):
            self._report(f"restored: {len(reconcile(self.node))} statements taken over from the log")
        for request in withdraw_from_lost(self.node):
            self._report(f"withdrawing from {request[:12]}: its one-time key is void after the restore")

    def _deliver(self, _outbox: str) -> None:
        waiting = []
        for delivery in self.node.deliver():
            if delivery.index is not None:
                self._report(f"logged {delivery.key} at {delivery.index}")
            elif delivery.waits:
                waiting.append(delivery)
            else:
                self._report(f"refused {delivery.key}: {delivery.check}: {delivery.message}")
        if waiting:
            raise Refused(waiting[0].check, f"{len(waiting)} statements wait: {waiting[0].message}")

    def _guarded(self, request: str, work: Callable[[str], None]) -> None:
        """Somebody's wrong statement or an unready answer delays this calculation only, not the agent."""
        key = (work.__name__, request)
        attempt, not_before = self._delayed.get(key, (0, 0.0))
        if time.monotonic() < not_before:
            return
        try:
            with traced(f"node.{work.__name__.lstrip('_')}", None if request == OUTBOX else request):
                work(request)
            self._delayed.pop(key, None)
            return
        except PeerError as error:
            self.node.note_anomaly(error, None if request == OUTBOX else request)
            line = str(error)
        except CryptoError as error:
            # Keys and ciphertexts that others made; what is our own was checked when it was made.
            self.node.note_anomaly(PeerError("encoding", str(error)), request)
            line = str(error)
        except Refused as error:
            line = error.message
        if attempt == 0:
            self._report(f"{request[:12]}: {line}")
        self._delayed[key] = (attempt + 1, time.monotonic() + backoff(attempt))

    # --- as a supplier -----------------------------------------------------------------------------

    def _new_requests(self) -> list[str]:
        """Requests that came since and are neither this node's own only nor filed in the inbox."""
        unfiled = STATEMENTS.c.id.not_in(select(INBOX.c.request))
        arrived, row = self.node.record.ids_since((STATEMENTS.c.kind == "request") & unfiled, self._row)
        others = list_of_others(self.node) if arrived else frozenset()
        self._arrived += [request for request in arrived if request not in others]
        self._row = row  # only now: what fails above is looked for again
        return list(self._arrived)

    def _take_request(self, request: str) -> None:
        logged = self.node.record.get(request)
        if logged is None:
            return
        for inquiry in take_request(self.node, logged):
            self._report(f"asked by {inquiry.customer} about {inquiry.product}: {inquiry.state}")
        self._arrived.remove(request)

    def _open_inquiries(self) -> list[str]:
        return list_open_requests(self.node)

    def _supply(self, request: str) -> None:
        kinds = self._kinds_of(request)
        is_over = bool(kinds & ENDINGS) and self._is_over(request, kinds)
        for inquiry in list_inquiries(self.node, request):
            if inquiry.state in (CLOSED, DECLINED):
                continue
            if is_over:
                forget_ephemeral(self.node, inquiry)
                close_inquiry(self.node, inquiry)
            elif inquiry.state == WAITING and decide_by_policy(self.node, inquiry):
                self._report(f"consented to {request[:12]} entry {inquiry.entry} by policy")
            elif inquiry.state == APPROVED and "roster" in kinds and not self._has_contributed(inquiry):
                contribute(self.node, inquiry, self.node.calculation(request, self._roster_index(request)))
                self._report(f"contributing to {request[:12]} entry {inquiry.entry}")
            elif inquiry.state == APPROVED and "dispute" in kinds:
                opened = answer_dispute(self.node, inquiry, self.node.calculation(request))
                if opened is not None:
                    self._report(f"dispute in {request[:12]} entry {inquiry.entry}: {opened}")

    def _kinds_of(self, request: str) -> set[str]:
        with self.node.store.read() as connection:
            query = select(STATEMENTS.c.kind).where(STATEMENTS.c.calculation == request).distinct()
            return set(connection.execute(query).scalars())

    def _roster_index(self, request: str) -> int:
        with self.node.store.read() as connection:
            query = select(STATEMENTS.c.log_index).where(
                STATEMENTS.c.calculation == request, STATEMENTS.c.kind == "roster"
            )
            return int(connection.execute(query.order_by(STATEMENTS.c.log_index)).scalars().first() or 0)

    def _has_contributed(self, inquiry: Inquiry) -> bool:
        with self.node.store.read() as connection:
            return find_delivery(connection, contribution_key(inquiry.request, inquiry.entry)) is not None

    def _is_over(self, request: str, kinds: set[str]) -> bool:
        if "certificate" in kinds and self._has_contributed_all(request):
            # The certificate's signature is enough to tidy up by; folding a hundred contributions is not needed.
            return any(self.node.record.get(one) is not None for one in self._ids_of(request, "certificate"))
        return self.node.calculation(request).phase in (Phase.CERTIFIED, Phase.ENDED)

    def _has_contributed_all(self, request: str) -> bool:
        return all(map(self._has_contributed, list_inquiries(self.node, request)))

    def _ids_of(self, request: str, kind: str) -> list[str]:
        with self.node.store.read() as connection:
            query = select(STATEMENTS.c.id).where(
                STATEMENTS.c.calculation == request, STATEMENTS.c.kind == kind
            )
            return list(connection.execute(query).scalars())

    # --- as a requester ----------------------------------------------------------------------------

    def _conclude(self, request: str) -> None:
        """Publish the result when the sum is there, and fetch the certificate when it is."""
        calculation = self.node.calculation(request)
        if calculation.phase in (Phase.CONSENTING, Phase.CONTRIBUTING):
            check_early(self.node, calculation)
        elif calculation.phase is Phase.COMPUTING:
            publish_result(self.node, calculation)
        elif calculation.phase is Phase.DISPUTING:
            name_before_deadline(self.node, calculation)
        elif calculation.phase is Phase.CERTIFIED:
            forget_he_key(self.node, request)
            saved = fetch_certificate(self.node, calculation)
            if not saved.holds:
                raise PeerError("certificate", "the certificate does not verify under this node's pins")
            self._report(f"certificate of {request[:12]}: verified")
        elif calculation.phase is Phase.ENDED:
            forget_he_key(self.node, request)

    # --- listening ---------------------------------------------------------------------------------

    def catch_up(self, seconds: float = 5.0) -> None:
        """Take in everything that concerns this node up to now, then step; for commands without an agent."""
        try:
            self._take_all(seconds)
        except Refused as error:
            if error.check != CURSOR:
                raise
            forget_cursor(self.node)
            self._take_all(seconds)
        self.step()

    def _take_all(self, seconds: float) -> None:
        stream = self.node.egress.watch(cursor_of(self.node))
        timer = threading.Timer(seconds, stream.cancel)
        timer.start()
        try:
            for batch in stream:
                take_batch(self.node, batch)
                if not batch.statements or batch.cursor >= size_claimed(batch.checkpoint):
                    break
        except NetworkError:
            if timer.is_alive():
                raise
        finally:
            timer.cancel()
            stream.cancel()

    def run(self) -> None:
        """Listen and work until `stop`; returns after the work under way is stored. A bug in either part ends both."""
        listener = threading.Thread(target=self._listen, name="watch", daemon=True)
        listener.start()
        teller = threading.Thread(target=self._tell, name="partners", daemon=True)
        teller.start()
        if "supplier" in self.node.identity.entity.entity_roles:
            prepare()
        attempt = 0
        self.node.store.changed_elsewhere()
        while not self._stop.is_set():
            try:
                if self.node.follow_address():
                    self._report(f"the coordinator is now at {self.node.identity.coordinator}")
                if self.node.refresh_connection():
                    self._report("the certificate for connections was renewed")
                begun = time.monotonic()
                self.step()
                rest = min(REST_SHARE * (time.monotonic() - begun), MOST_REST_SECONDS)
                attempt = 0
            except (NetworkError, PeerError, Refused, StoreError) as error:
                if isinstance(error, PeerError):
                    self.node.note_anomaly(error, None)
                elif isinstance(error, Refused):
                    self.node.note_refusal(error)
                self._report(f"waiting: {error}")
                self._stop.wait(backoff(attempt))
                attempt += 1
                continue
            self._rest(rest)
        listener.join(timeout=JOIN_SECONDS)
        teller.join(timeout=JOIN_SECONDS)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Ask `run` to end; safe from any thread and from a signal's handler."""
        self._stop.set()
        self._wake.set()
        if self._stream is not None:
            self._stream.cancel()

    def _rest(self, least: float) -> None:
        """Sleep until the log brings something, a command writes to the store, or something is to be tried again.

        `least`: seconds that the store does not wake it for.
        """
        rested, changed = time.monotonic() + least, False
        until = min(
            [time.monotonic() + QUIET_SECONDS, *(not_before for _, not_before in self._delayed.values())]
        )
        while (left := until - time.monotonic()) > 0 and not self._stop.is_set():
            if self._wake.wait(min(POLL_SECONDS, left)):
                self._wake.clear()
                return
            changed = self.node.store.changed_elsewhere() or changed
            if changed and time.monotonic() >= rested:
                return

    def _listen(self) -> None:
        try:
            attempt = 0
            while not self._stop.is_set():
                attempt = 0 if self._hear() else attempt + 1
                self._stop.wait(backoff(attempt))
        except BaseException as error:
            self._failure = error
            self.stop()
            raise

    def _tell(self) -> None:
        """Send partners their events, beside everything else: a slow host of theirs holds up no calculation."""
        try:
            keep_telling(self.node, self._stop, self._report)
        except BaseException as error:
            self._failure = error
            self.stop()
            raise

    def _hear(self) -> bool:
        """Take in batches until the connection ends; whether there were any."""
        heard = False
        try:
            self._stream = self.node.egress.watch(cursor_of(self.node))
            if self._stop.is_set():
                self._stream.cancel()
            for batch in self._stream:
                heard = True
                if take_batch(self.node, batch):
                    self._wake.set()
        except PeerError as error:
            self.node.note_anomaly(error, None)
            self._report(f"the coordinator sent what it should not: {error}")
        except (NetworkError, Refused, StoreError) as error:
            if isinstance(error, Refused):
                self.node.note_refusal(error)
                if error.check == CURSOR:
                    forget_cursor(self.node)
            if not self._stop.is_set():
                self._report(f"connection lost ({error}); trying again")
        return heard
