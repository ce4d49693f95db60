"""Credentials of a door that renew themselves: what is shown to whoever connects, and what gRPC is given when."""

import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import grpc
import pytest

from crypto.certificates import Grant, Issuer, Subject, Usage, Validity, encode_certificate, issue, make_root
from crypto.signing import encode_signing_key, make_signing_key
from protos import tls
from protos.tls import TlsIdentity, renewing_credentials
from tests.support.example import NOW

DAY = 86400


def identity(issuer: Issuer, serial: int) -> TlsIdentity:
    """A certificate with this serial number for a key of its own."""
    key = make_signing_key()
    grant = Grant(serial, Validity(NOW - DAY, NOW + DAY), Usage(server=True))
    certificate = issue(issuer, key.public_key(), Subject("door", "door", dns=("localhost",)), grant)
    return TlsIdentity(
        encode_certificate(issuer.certificate), encode_certificate(certificate), encode_signing_key(key)
    )


class OpenDoor:
    """A server that shows `shown`, and every configuration that gRPC was given for it."""

    def __init__(self, first: TlsIdentity) -> None:
        self.shown = first
        self.server = grpc.server(ThreadPoolExecutor(1))
        # Read anew from the disk each time: equal, and not the same object.
        credentials = renewing_credentials(lambda: replace(self.shown), is_mutual=True)
        self.port = self.server.add_secure_port("127.0.0.1:0", credentials)
        self.server.start()

    def certificate(self) -> bytes:
        """What a newcomer is shown, PEM."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        with context.wrap_socket(plain) as wrapped:
            der = wrapped.getpeercert(binary_form=True)
        assert der is not None
        return ssl.DER_cert_to_PEM_cert(der).encode()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every configuration that is made for gRPC."""
    made: list[Any] = []
    make: Callable[..., Any] = grpc.ssl_server_certificate_configuration

    def record(*words: Any, **options: Any) -> Any:
        made.append(make(*words, **options))
        return made[-1]

    monkeypatch.setattr(tls.grpc, "ssl_server_certificate_configuration", record)
    return made


@pytest.fixture
def identities() -> tuple[TlsIdentity, TlsIdentity]:
    key = make_signing_key()
    root = make_root(key, "Root", "Root", 1, Validity(NOW - DAY, NOW + DAY))
    return identity(Issuer(key, root), 11), identity(Issuer(key, root), 12)


@pytest.fixture
def door(identities: tuple[TlsIdentity, TlsIdentity], given: list[Any]) -> Iterator[OpenDoor]:
    opened = OpenDoor(identities[0])
    yield opened
    opened.server.stop(0).wait()


def test_connections_give_grpc_no_configuration_that_it_has_already(door: OpenDoor, given: list[Any]) -> None:
    """Each would free the one in use while others read it, which ends the process."""
    first = door.certificate()
    for _ in range(5):
        assert door.certificate() == first
    assert len(given) == 1


def test_a_new_certificate_is_shown_from_the_next_connection_on(
    door: OpenDoor, identities: tuple[TlsIdentity, TlsIdentity], given: list[Any]
) -> None:
    assert door.certificate() == identities[0].certificate_pem
    door.shown = identities[1]
    for _ in range(3):
        assert door.certificate() == identities[1].certificate_pem
    assert len(given) == 2
