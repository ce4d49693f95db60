"""Mutual TLS for both ends of the coordinator's door, from PEM.

The one fact: a connection without a certificate that the enrolment authority issued never reaches a handler; which
enrolment a certificate stands for is decided behind it. Protocol section 11.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import grpc

from crypto.certificates import key_of, parse_certificate
from crypto.errors import BadCertificate
from crypto.signing import key_id
from protocol.errors import Refused

SETTLE_SECONDS = 0.5
"""How long a new certificate waits for the connections that are being set up with the old one; microseconds do."""


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """One end's certificate and key, and the authority it trusts, all PEM; the key is not shown."""

    root_pem: bytes
    certificate_pem: bytes
    key_pem: bytes = field(repr=False)


def renewing_credentials(current: Callable[[], TlsIdentity], is_mutual: bool) -> grpc.ServerCredentials:
    """Credentials of a door; with `is_mutual` it demands a certificate of the same authority from every caller.

    The newest identity is asked for at every new connection: a renewed certificate needs no restart.
    """
    used = current()
    first = _configure(used, is_mutual)

    def reload() -> grpc.ServerCertificateConfiguration | None:
        # gRPC frees the configuration in use as soon as it has another, without a lock against connections that are
        # just reading it: given one for every connection, a hundred at once kill the process before any certificate
        # is asked for. So it gets one only when there is a new one. It asks for one connection at a time, under a
        # lock; those that it let through before have done with the old one when this has slept.
        nonlocal used
        newest = current()
        if newest == used:
            return None
        time.sleep(SETTLE_SECONDS)
        used = newest
        return _configure(newest, is_mutual)

    # The stubs do not say that None stands for "nothing new".
    return grpc.dynamic_ssl_server_credentials(first, cast(Any, reload), is_mutual)


def _configure(identity: TlsIdentity, is_mutual: bool) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(identity.key_pem, identity.certificate_pem)],
        root_certificates=identity.root_pem if is_mutual else None,
    )


def client_credentials(identity: TlsIdentity) -> grpc.ChannelCredentials:
    """Credentials of a caller that trusts this one authority for servers."""
    return grpc.ssl_channel_credentials(identity.root_pem, identity.key_pem, identity.certificate_pem)


def peer_certificate(auth_context: dict[str, list[bytes]] | None) -> bytes:
    """The PEM certificate that a caller presented; Refused("identity") when gRPC names none."""
    presented = (auth_context or {}).get("x509_pem_cert", [])
    if len(presented) != 1:
        raise Refused(
            "identity", "expected one client certificate; connect with the one you were enrolled with"
        )
    return presented[0]


@lru_cache(maxsize=1024)
def party_of(certificate_pem: bytes) -> bytes:
    """What a party's certificates have in common, however often they are renewed: the id of its key."""
    try:
        return key_id(key_of(parse_certificate(certificate_pem)))
    except BadCertificate as error:
        raise Refused("identity", str(error)) from error
