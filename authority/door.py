"""The enrolment door: gRPC over TLS under a short-lived certificate that the root issues.

The one fact: the TLS key lives in memory only and is renewed daily while the door is open. Clients pin the root,
which the door's certificate carries; see protos.enrolment_client.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
        self._server = make_enrolment_server(self)
        host = listen.rpartition(":")[0]
        try:
            port = self._server.add_secure_port(listen, self._credentials())
        except RuntimeError as error:
            raise StoreError(f"cannot listen on {listen}: is the address this machine's and free?") from error
        self.address = f"{host}:{port}"
        self._server.start()

    def wait(self) -> None:
        """Serve until `close`."""
        self._server.wait_for_termination()

    def close(self, grace_seconds: float = 5.0) -> None:
        """Refuse new applications, finish those in progress."""
        self._server.stop(grace_seconds).wait()

    def admit(self, peer: str) -> None:
        """Raise Refused("busy") for an address with too many refusals in this minute."""
        if not self._limit.is_within(peer, self._surroundings.clock()):
            raise Refused(
                "busy",
                f"{FAILURES} applications from your address were refused within {WINDOW_SECONDS} s; wait a minute",
            )

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
