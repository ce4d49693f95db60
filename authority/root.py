"""The authority's root: its key file, its certificate, and what it is known by.

The one fact: the key never leaves root.key, which only its owner reads and which a passphrase may lock (Argon2id). In
statements the authority is `by` = SHA-256 of the root's public key. Protocol sections 4 and 5.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from crypto.certificates import (
    SERIAL_LIMIT,
    Issuer,
    Validity,
    check_root,
    encode_certificate,
    fingerprint,
    key_of,
    make_root,
    parse_certificate,
)
from crypto.errors import CryptoError
from crypto.group import Random
from crypto.locking import lock_with_passphrase, unlock_with_passphrase
from crypto.signing import encode_signing_key, key_id, make_signing_key, parse_signing_key
from operation.files import write_file
from protocol.errors import Refused, StoreError

KEY_FILE = "root.key"
CERTIFICATE_FILE = "root.pem"
_LOCKED = b"{"
ROOT_YEARS = 20
CLOCK_SLACK_SECONDS = 3600
"""Certificates start this long before they are made: another machine's clock may be behind."""


@dataclass(frozen=True, slots=True)
class Root:
    """The authority's key and certificate; the repr hides the key."""

    issuer: Issuer

    @property
    def pem(self) -> str:
        """The root certificate as PEM."""
        return encode_certificate(self.issuer.certificate).decode()

    @property
    def id(self) -> str:
        """SHA-256 of the root's public key (SPKI DER), lowercase hex: `by` of the authority's statements."""
        return key_id(key_of(self.issuer.certificate)).hex()

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the root certificate: what tokens and pins carry."""
        return fingerprint(self.issuer.certificate)


def make_serial(random: Random) -> int:
    """A certificate serial, uniform in [1, 2^159)."""
    return int.from_bytes(random(24), "big") % (SERIAL_LIMIT - 1) + 1


def make_root_files(folder: Path, name: str, passphrase: str | None, now: int, random: Random) -> Root:
    """Make the root in an existing folder; Refused when there is one, or when the name is no name."""
    key = make_signing_key()
    validity = Validity(now - CLOCK_SLACK_SECONDS, now + ROOT_YEARS * 365 * 86400)
    try:
        certificate = make_root(key, name, name, make_serial(random), validity)
    except ValueError as error:
        raise Refused("name", f"expected 1 to 64 bytes of name for the root certificate: {error}") from error
    _write_new(folder / KEY_FILE, _encode_key(key, passphrase, random), 0o600)
    _write_new(folder / CERTIFICATE_FILE, encode_certificate(certificate), 0o644)
    return Root(Issuer(key, certificate))


def lock_root(folder: Path, root: Root, passphrase: str | None, random: Random) -> None:
    """Write the root's key anew under a passphrase, or in the clear; StoreError leaves the old file."""
    write_file(folder / KEY_FILE, _encode_key(root.issuer.key, passphrase, random), 0o600)


def _encode_key(key: ec.EllipticCurvePrivateKey, passphrase: str | None, random: Random) -> bytes:
    data = encode_signing_key(key)
    return data if passphrase is None else lock_with_passphrase(passphrase, KEY_FILE, data, random)


def load_root_certificate(folder: Path) -> str:
    """The root certificate as PEM, for who only shows it; StoreError when it is missing or damaged."""
    path = folder / CERTIFICATE_FILE
    try:
        return encode_certificate(parse_certificate(path.read_bytes())).decode()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; make an authority: sealsum authority init") from error
    except CryptoError as error:
        raise StoreError(f"{path}: {error}; restore it from its backup") from error


def is_encrypted(folder: Path) -> bool:
    """Whether the key file asks for a passphrase: locked here, or an encrypted PEM of an earlier version."""
    data = _read_key_file(folder)
    return data.startswith(_LOCKED) or b"ENCRYPTED" in data


def load_root(folder: Path, passphrase: str | None, now: int) -> Root:
    """Open the root, or raise StoreError.

    1. the key file is readable by its owner only
    2. the passphrase opens it
    3. the certificate is a root of that key, valid now
    """
    data = _read_key_file(folder)  # 1
    try:
        if data.startswith(_LOCKED) and passphrase is not None:  # 2
            data = unlock_with_passphrase(passphrase, KEY_FILE, data)
            passphrase = None
        key = parse_signing_key(data, None if passphrase is None else passphrase.encode())
    except CryptoError as error:
        raise StoreError(f"{folder / KEY_FILE}: wrong or missing passphrase, or a damaged file") from error
    certificate = parse_certificate(load_root_certificate(folder).encode())
    try:
        check_root(certificate, now)  # 3
    except CryptoError as error:
        raise StoreError(f"{folder / CERTIFICATE_FILE}: {error}") from error
    if key_id(key_of(certificate)) != key_id(key.public_key()):
        raise StoreError(f"{KEY_FILE} and {CERTIFICATE_FILE} in {folder} do not belong together")
    return Root(Issuer(key, certificate))


def _read_key_file(folder: Path) -> bytes:
    path = folder / KEY_FILE
    try:
        if path.stat().st_mode & 0o077:
            raise StoreError(f"{path} is open to others; close it first: chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; make an authority: sealsum authority init") from error


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError as error:
        raise Refused("folder", f"{path} is there already; an authority is never replaced") from error
    except OSError as error:
        raise StoreError(f"cannot make {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
