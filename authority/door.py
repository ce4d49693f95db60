"""The enrolment door: gRPC over TLS under a short-lived certificate that the root issues.

The one fact: the TLS key lives in memory only and is renewed daily while the door is open. Clients pin the root,
which the door's certificate carries; see protos.enrolment_client. The door has an event loop on a thread of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from authority.enrolling import Enroller
from authority.limits import FAILURES, WINDOW_SECONDS, RateLimit, address_of
from authority.renewing import renew, rotate
from authority.root import CLOCK_SLACK_SECONDS, Root, make_serial
from crypto.certificates import Grant, Subject, Usage, Validity, encode_certificate, issue
from crypto.group import Random
from crypto.signing import encode_signing_key, make_signing_key
from protocol.errors import Refused, SealsumError, StoreError
from protocol.statements import parse_statement
from protos.enrolment import Application, Enrolled
from protos.enrolment_client import DOOR_NAME, root_uri
from protos.enrolment_door import make_enrolment_server
from protos.renewal import Renewal, Rotated, Rotation
from protos.tls import TlsIdentity, renewing_credentials

DOOR_CERTIFICATE_SECONDS = 7 * 86400
RENEW_AFTER_SECONDS = 86400
THREADS = 4

R = TypeVar("R")
Clock = Callable[[], int]
Report = Callable[[str], None]
"""Takes one line for the operator's log; never a secret."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the door takes from outside: Unix seconds, randomness, a place for its log lines."""

    clock: Clock
    random: Random
    report: Report


class Door:
    """An open door; `address` is where it listens."""

    def __init__(self, enroller: Enroller, listen: str, surroundings: Surroundings) -> None:
        self._enroller = enroller
        self._surroundings = surroundings
        self._limit = RateLimit()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="enrolling")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="enrolment-door", daemon=True)
        self._thread.start()
        try:
            self._server, port = self._run(self._open(listen))
        except OSError as error:
            self._end()
            raise StoreError(f"cannot listen on {listen}: is the address this machine's and free?") from error
        self.address = f"{listen.rpartition(':')[0]}:{port}"

    def wait(self) -> None:
        """Serve until `close`."""
        self._thread.join()

    def close(self, grace_seconds: float = 5.0) -> None:
        """Refuse new applications, finish those in progress."""
        if self._thread.is_alive():
            self._run(self._server.stop(grace_seconds))
            self._end()

    async def _open(self, listen: str) -> tuple[grpc.aio.Server, int]:
        server, port = make_enrolment_server(self, self._credentials(), listen, self._pool)
        await server.start()
        return server, port

    def _run(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._pool.shutdown()

    def admit(self, peer: str) -> bytes:
        """The address; Refused("busy") for one with too many refusals in this minute."""
        if not self._limit.is_within(peer, self._surroundings.clock()):
            raise Refused(
                "busy",
                f"{FAILURES} applications from your address were refused within {WINDOW_SECONDS} s; wait a minute",
            )
        return address_of(peer).encode()

    def answer(self, application: Application, peer: str) -> Enrolled:
        """Enrol the applicant; PeerError or Refused naming the check."""
        enrolled = self._enroller.enrol(application, self._surroundings.clock())
        self._surroundings.report(f"{address_of(peer)} enrolled: {parse_statement(enrolled.enrolment).id}")
        return enrolled

    def renew(self, renewal: Renewal, peer: str) -> str:
        """A certificate for connections; PeerError or Refused naming the check."""
        pem = renew(self._enroller, renewal, self._surroundings.clock())
        self._surroundings.report(f"{address_of(peer)} renewed: {renewal.enrolment}")
        return pem

    def rotate(self, rotation: Rotation, peer: str) -> Rotated:
        """A draft, or an enrolment of new keys; PeerError or Refused naming the check."""
        rotated = rotate(self._enroller, rotation, self._surroundings.clock())
        if rotated.enrolment:
            self._surroundings.report(f"{address_of(peer)} replaced: {rotation.enrolment}")
        return rotated

    def note_refusal(self, peer: str, error: SealsumError) -> None:
        """Log a refusal and count it against the address; one for being over the limit leaves no trace."""
        if isinstance(error, Refused) and error.check == "busy":
            return
        self._surroundings.report(f"{address_of(peer)} refused: {error}")
        self._limit.count_failure(peer, self._surroundings.clock())

    def _credentials(self) -> grpc.ServerCredentials:
        root, clock, random = self._enroller.root, self._surroundings.clock, self._surroundings.random
        made_at = clock()
        current = _make_door_certificate(root, made_at, random)

        def newest() -> TlsIdentity:
            nonlocal made_at, current
            now = clock()
            if now - made_at >= RENEW_AFTER_SECONDS:
                made_at, current = now, _make_door_certificate(root, now, random)
            return current

        return renewing_credentials(newest, is_mutual=False)


def _make_door_certificate(root: Root, now: int, random: Random) -> TlsIdentity:
    key = make_signing_key()
    subject = Subject(DOOR_NAME, "Sealsum", dns=(DOOR_NAME,), uri=(root_uri(root.issuer.certificate),))
    validity = Validity(now - CLOCK_SLACK_SECONDS, now + DOOR_CERTIFICATE_SECONDS)
    grant = Grant(make_serial(random), validity, Usage(server=True))
    certificate = issue(root.issuer, key.public_key(), subject, grant)
    root_pem = encode_certificate(root.issuer.certificate)
    return TlsIdentity(root_pem, encode_certificate(certificate), encode_signing_key(key))
