"""An organisation in a folder: keys it drew itself, its certificate, its enrolment, the authority's root.

The one fact: keys and signing request are on disk before the one-time token is used, so a lost answer is asked for
again with the same keys. Protocol sections 2 and 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from crypto.certificates import Certificate, make_csr, parse_certificate
from crypto.errors import CryptoError
from crypto.group import Random, encode_scalar, parse_scalar
from crypto.sealing import make_sealing_key
from crypto.signing import encode_signing_key, make_signing_key, parse_signing_key
from operation.files import read_file, write_file
from operation.key_files import KeyFiles
from protocol.errors import Refused, StoreError
from protocol.payloads import Enrolment
from protocol.statements import Signed, parse_statement
from protos.enrolment import make_application, parse_token
from protos.enrolment_client import redeem
from protos.renewal import RENEW_AFTER_SECONDS, Renewal
from protos.renewal_client import renew
from protos.tls import TlsIdentity

SIGNING, SEALING, CSR = "signing.key", "sealing.key", "request.csr"
AUTHORITY, CONNECTION = "authority.txt", "connection.pem"
KEY_FILES = KeyFiles("SEALSUM_COORDINATOR_PASSPHRASE_FILE")
CERTIFICATE, ROOT, ENROLMENT = "certificate.pem", "root.pem", "enrolment.json"


@dataclass(frozen=True, slots=True)
class Party:
    """An enrolled organisation; the repr shows no key."""

    enrolment: Signed
    entity: Enrolment
    root_pem: str
    certificate_pem: str
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    folder: Path | None = None

    @property
    def root(self) -> Certificate:
        """The pinned root certificate."""
        return parse_certificate(self.root_pem.encode())

    @property
    def tls(self) -> TlsIdentity:
        """What it presents in TLS now: its newest certificate for connections, else that of its enrolment."""
        pem = self.certificate_pem.encode()
        if self.folder is not None and (self.folder / CONNECTION).exists():
            pem = read_file(self.folder / CONNECTION)
        return TlsIdentity(self.root_pem.encode(), pem, encode_signing_key(self.key))

    def renew(self, now: int) -> bool:
        """Have the certificate for connections renewed when it is due; whether it was.

        Raises NetworkError, Refused, PeerError. Without the authority's address (an older folder) nothing is done.
        """
        if self.folder is None or not (self.folder / AUTHORITY).exists():
            return False
        issued = parse_certificate(self.tls.certificate_pem).not_valid_before_utc.timestamp()
        if now - issued < RENEW_AFTER_SECONDS:
            return False
        name = self.entity.name_en[:60]
        renewal = Renewal(self.enrolment.id, make_csr(self.key, name, name).decode())
        address = read_file(self.folder / AUTHORITY).decode().strip()
        write_file(self.folder / CONNECTION, renew(address, self.root, renewal, now).encode())
        return True


def read_certificate(folder: Path) -> bytes:
    """The certificate for connections of the party in a folder, PEM, which needs no key; StoreError."""
    return read_file(folder / (CONNECTION if (folder / CONNECTION).exists() else CERTIFICATE))


def enrol_party(folder: Path, token_text: str, name: str, clock: Callable[[], int], random: Random) -> Party:
    """Redeem a token for the organisation in `folder`; NetworkError: run it again with the same token.

    Refused("enrolment") when the folder holds an organisation already.
    """
    token = parse_token(token_text)
    if is_enrolled(folder):
        raise Refused("enrolment", f"{folder} is enrolled already; take another folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    csr, secret = _keep_keys(folder, name, random)
    enrolled = redeem(token, make_application(token.secret, csr, secret, random), clock())
    write_file(folder / ROOT, enrolled.root_certificate_pem.encode())
    write_file(folder / CERTIFICATE, enrolled.certificate_pem.encode())
    write_file(folder / AUTHORITY, token.address.encode())
    write_file(folder / ENROLMENT, enrolled.enrolment)  # last: its presence says that all is there
    return load_party(folder)


def is_enrolled(folder: Path) -> bool:
    """Whether the folder holds an enrolled organisation."""
    return (folder / ENROLMENT).exists()


def _keep_keys(folder: Path, name: str, random: Random) -> tuple[str, int]:
    if not (folder / CSR).exists():
        key = make_signing_key()
        KEY_FILES.write(folder / SIGNING, encode_signing_key(key))
        KEY_FILES.write(folder / SEALING, encode_scalar(make_sealing_key(random)[0]).hex().encode())
        write_file(folder / CSR, make_csr(key, name, name))
    secret = parse_scalar(bytes.fromhex(KEY_FILES.read(folder / SEALING).decode()))
    return read_file(folder / CSR).decode(), secret


def load_party(folder: Path) -> Party:
    """The organisation in a folder; Refused("enrolment") when it is not enrolled, StoreError when damaged."""
    if not is_enrolled(folder):
        raise Refused("enrolment", f"{folder} is not enrolled; run `sealsum coordinator init` with a token")
    try:
        key = parse_signing_key(KEY_FILES.read(folder / SIGNING))
        signed = parse_statement(read_file(folder / ENROLMENT))
    except CryptoError as error:
        raise StoreError(f"a key in {folder} is damaged: {error}") from error
    assert isinstance(signed.payload, Enrolment)
    root, certificate = read_file(folder / ROOT).decode(), read_file(folder / CERTIFICATE).decode()
    return Party(signed, signed.payload, root, certificate, key, folder)
