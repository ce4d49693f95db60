"""Redeems an enrolment token: finds the authority it names, applies, and checks the answer. Blocking.

The one fact: a client knows only the SHA-256 of the authority's root. The door's certificate carries the root
certificate in its alternative names as a data URI, so the client reads it there before it trusts anything,
holds it against the fingerprint, and only then opens the connection that its secret travels on.
"""

from __future__ import annotations

import base64
import binascii
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import grpc

from crypto.certificates import (
    Certificate,
    Usage,
    check_issued,
    encode_certificate,
    fingerprint,
    key_of,
    parse_certificate,
    parse_csr,
    subject_of,
)
from crypto.envelope import check_envelope
from crypto.errors import CryptoError
from crypto.signing import key_id
from protocol.errors import NetworkError, PeerError
from protocol.payloads import Enrolment
from protocol.statements import parse_statement
from protos.client import backoff, translate
from protos.enrolment import (
    MESSAGE_LIMIT,
    Application,
    Enrolled,
    EnrolmentToken,
    encode_application,
    parse_enrolled,
)
from protos.outgoing import AnnouncedChannel, Begin, silent
from protos.sealsum.v1 import gateway_pb2_grpc as services

DOOR_NAME = "enrolment.sealsum.internal"
"""The name in every enrolment door's certificate. The root pins the party, so its network name proves nothing."""
ROOT_URI = "data:application/pkix-cert;base64,"
TIMEOUT_SECONDS = 20
ATTEMPTS = 3
"""How often an application is sent when the connection breaks; the authority answers the same one the same."""


def redeem(token: EnrolmentToken, application: Application, now: int, begin: Begin = silent) -> Enrolled:
    """Apply with a token and return the checked answer; `begin` is told of the application before it is sent.

    NetworkError: try again, with the same application. Refused: the authority says no, with its check.
    PeerError("authority" | "enrolment"): whoever answered is not the token's authority, or answers wrongly.
    """
    root = find_root(token, now)
    enrolled = _apply_until_answered(token.address, encode_certificate(root), application, begin)
    check_enrolled(enrolled, application, root, now)
    return enrolled


def find_root(token: EnrolmentToken, now: int, timeout: float = TIMEOUT_SECONDS) -> Certificate:
    """The root certificate of the authority that a token names, or PeerError("authority").

    1. the door shows a certificate that carries a root certificate
    2. that root is the one whose fingerprint the token has
    3. the root issued the door's certificate, for a server, and both are valid now
    """
    pem = ssl.DER_cert_to_PEM_cert(_fetch_door_certificate(token.address, timeout))
    try:
        door = parse_certificate(pem.encode())
        root = _root_in(door)  # 1
        if fingerprint(root) != token.fingerprint:  # 2
            raise PeerError(
                "authority",
                f"{token.address} is not the authority of this token: expected root "
                f"{token.fingerprint.hex()}, found {fingerprint(root).hex()}; do not enrol there",
            )
        check_issued(door, root, now, Usage(server=True))  # 3
    except CryptoError as error:
        raise PeerError("authority", f"{token.address}: {error}") from error
    return root


def root_uri(root: Certificate) -> str:
    """The root certificate as the alternative name that a door's certificate carries."""
    return ROOT_URI + base64.b64encode(ssl.PEM_cert_to_DER_cert(encode_certificate(root).decode())).decode()


def check_enrolled(enrolled: Enrolled, application: Application, root: Certificate, now: int) -> None:
    """Raise PeerError("enrolment") unless the answer enrols this applicant under this root.

    1. the root certificate in it is the pinned one
    2. the certificate is issued by the root for a client, is valid now, and is for the CSR's key
    3. the statement is an enrolment by the root, and the root's key signed it
    4. the statement names this certificate and this sealing key
    """
    try:
        if parse_certificate(enrolled.root_certificate_pem.encode()) != root:  # 1
            raise PeerError("enrolment", "the answer holds another root certificate than the token's")
        certificate = parse_certificate(enrolled.certificate_pem.encode())  # 2
        check_issued(certificate, root, now, Usage(client=True))
        if key_id(key_of(certificate)) != key_id(parse_csr(application.csr_pem.encode())):
            raise PeerError("enrolment", "the certificate is for another key than the one applied for")
        signed = parse_statement(enrolled.enrolment)  # 3
        check_envelope(signed.envelope, key_of(root))
    except CryptoError as error:
        raise PeerError("enrolment", f"the authority's answer does not hold: {error}") from error
    payload = signed.payload
    if not isinstance(payload, Enrolment) or payload.by != key_id(key_of(root)).hex():
        raise PeerError("enrolment", f"expected an enrolment by the root, found a {payload.type}")
    if payload.certificate != enrolled.certificate_pem or payload.sealing_key != application.sealing_key:  # 4
        raise PeerError("enrolment", "the statement names another certificate or sealing key")


def _root_in(door: Certificate) -> Certificate:
    carried = [uri for uri in subject_of(door).uri if uri.startswith(ROOT_URI)]
    if len(carried) != 1:
        raise PeerError("authority", "expected an enrolment authority, found another server at this address")
    try:
        der = base64.b64decode(carried[0].removeprefix(ROOT_URI), validate=True)
    except binascii.Error as error:
        raise PeerError("authority", "the root certificate that the door carries is damaged") from error
    return parse_certificate(ssl.DER_cert_to_PEM_cert(der).encode())


def _fetch_door_certificate(address: str, timeout: float) -> bytes:
    # Nothing is trusted or sent here: find_root checks what this returns, and gRPC then verifies its own
    # connection against the pinned root.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        plain = socket.create_connection((host, int(port)), timeout)
        with plain, context.wrap_socket(plain, server_hostname=DOOR_NAME) as secured:
            certificate = secured.getpeercert(binary_form=True)
    except ssl.SSLError as error:
        raise PeerError("authority", f"{address} does not speak TLS as an enrolment door: {error}") from error
    except OSError as error:
        raise NetworkError(f"{address} cannot be reached: {error}; try again") from error
    if certificate is None:
        raise PeerError("authority", f"{address} showed no certificate")
    return certificate


@contextmanager
def open_door(address: str, root_pem: bytes, begin: Begin) -> Iterator[services.EnrolmentStub]:
    """A connection to the authority of this root; what it answers with an error is raised as ours."""
    options = [
        ("grpc.ssl_target_name_override", DOOR_NAME),
        ("grpc.max_receive_message_length", MESSAGE_LIMIT),
        ("grpc.enable_http_proxy", 0),
        # Two authorities in one process (tests) must not share a connection.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    credentials = grpc.ssl_channel_credentials(root_certificates=root_pem)
    with grpc.secure_channel(address, credentials, options) as channel:
        try:
            yield services.EnrolmentStub(cast(grpc.Channel, AnnouncedChannel(channel, begin)))
        except grpc.RpcError as error:
            raise translate(error) from error


def _apply_until_answered(address: str, root_pem: bytes, application: Application, begin: Begin) -> Enrolled:
    """Apply, again after a break while the time for one answer lasts; NetworkError when it is over."""
    until = time.monotonic() + TIMEOUT_SECONDS
    for attempt in range(ATTEMPTS - 1):
        try:
            return _apply(address, root_pem, application, begin)
        except NetworkError:
            if time.monotonic() + backoff(attempt) > until:
                raise
            time.sleep(backoff(attempt))
    return _apply(address, root_pem, application, begin)


def _apply(address: str, root_pem: bytes, application: Application, begin: Begin) -> Enrolled:
    with open_door(address, root_pem, begin) as stub:
        reply = stub.Enrol(encode_application(application), timeout=TIMEOUT_SECONDS)
    return parse_enrolled(reply)
