"""Who this node is and whom it trusts: keys it drew itself, a certificate, and two pinned roots. Protocol 2 and 4.

The one fact: the private keys are drawn here, stored before anything is sent, and never leave.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection

from crypto.certificates import Certificate, make_csr, parse_certificate
from crypto.group import Random, encode_scalar, parse_scalar, random_scalar
from crypto.signing import encode_signing_key, make_signing_key, parse_signing_key
from node.store.database import Store
from node.store.settings import find_value, set_value
from node.store.vault import find_secret, forget_secret, keep_secret, need_secret, secret_names
from protocol.errors import Refused, StoreError
from protocol.payloads import Enrolment
from protocol.statements import Signed, parse_statement

SIGNING, SEALING, NODE_SECRET = "identity/signing", "identity/sealing", "identity/node"
EARLIER, NEXT_SIGNING, NEXT_SEALING = "identity/earlier/", "identity/next/signing", "identity/next/sealing"
AUTHORITY, CONNECTION, NEXT_CSR = "authority", "connection", "next_csr"
_NAMES = ("enrolment", "root", "coordinator", "log_key")


@dataclass(frozen=True, slots=True)
class Pins:
    """What this node holds the others to: the log's public key and the authority's root certificate (PEM).

    It signs only on checkpoints that `threshold` of `witnesses` (their keys) have cosigned.
    """

    log_key: str
    root_pem: str
    witnesses: tuple[str, ...] = ()
    threshold: int = 0

    @property
    def root(self) -> Certificate:
        """The root certificate, parsed."""
        return parse_certificate(self.root_pem.encode())


@dataclass(frozen=True, slots=True)
class Identity:
    """An enrolled organisation. `earlier`: the sealing scalars of enrolments whose keys were replaced, by their ids.

    `authority` is where the enrolment authority listens; None in a store of an older version.
    """

    id: str
    entity: Enrolment
    coordinator: str
    pins: Pins
    signing_key: ec.EllipticCurvePrivateKey = field(repr=False)
    sealing_secret: int = field(repr=False)
    node_secret: bytes = field(repr=False)
    authority: str | None = None
    earlier: Mapping[str, int] = field(default_factory=dict, repr=False)

    def sealing_secret_of(self, enrolment: str) -> int:
        """The scalar that opens what was sealed to this enrolment of ours, the present one or an earlier one."""
        return self.earlier.get(enrolment, self.sealing_secret)


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What an application to the authority is made of; a repeated application is made of the same."""

    csr_pem: str
    sealing_secret: int = field(repr=False)


def find_identity(store: Store) -> Identity | None:
    """Who this node is, or None before its enrolment."""
    with store.read() as connection:
        values = {name: find_value(connection, name) for name in _NAMES}
        if any(value is None for value in values.values()):
            return None
        signing, sealing = need_secret(connection, SIGNING), need_secret(connection, SEALING)
        node_secret = need_secret(connection, NODE_SECRET)
        witnesses = find_witnesses(connection)
        authority, earlier = find_value(connection, AUTHORITY), _find_earlier(connection)
    found = {name: value or "" for name, value in values.items()}
    signed = parse_statement(bytes.fromhex(found["enrolment"]))
    assert isinstance(signed.payload, Enrolment)
    return Identity(
        id=signed.id,
        entity=signed.payload,
        coordinator=found["coordinator"],
        pins=Pins(found["log_key"], found["root"], *witnesses),
        signing_key=parse_signing_key(signing),
        sealing_secret=parse_scalar(sealing),
        node_secret=node_secret,
        authority=authority or None,
        earlier=earlier,
    )


def is_enrolled(store: Store) -> bool:
    """Whether this node is somebody already; asks no secret, so it works on a locked store as well."""
    with store.read() as connection:
        return all(find_value(connection, name) is not None for name in _NAMES)


def need_identity(store: Store) -> Identity:
    """Who this node is; Refused("enrolment") before its enrolment."""
    identity = find_identity(store)
    if identity is None:
        raise Refused(
            "enrolment",
            f"{store.folder} is not enrolled yet. Ask the enrolment authority for a token, then: "
            f"sealsum node enrol {store.folder} --token TOKEN",
        )
    return identity


def keep_new_keys(store: Store, name: str, random: Random) -> NewKeys:
    """Draw the node's keys and its certificate request, stored before use; a repeat returns the same."""
    with store.write() as connection:
        if find_secret(connection, SIGNING) is None:
            signing_key = make_signing_key()
            keep_secret(connection, SIGNING, encode_signing_key(signing_key))
            keep_secret(connection, SEALING, encode_scalar(random_scalar(random)))
            keep_secret(connection, NODE_SECRET, random(32))
            set_value(connection, "csr", make_csr(signing_key, name, name).decode())
        return _read_new_keys(connection)


def _read_new_keys(connection: Connection) -> NewKeys:
    csr_pem = find_value(connection, "csr")
    if csr_pem is None:
        raise StoreError("the store lacks its certificate request; start again in an empty folder")
    return NewKeys(csr_pem, parse_scalar(need_secret(connection, SEALING)))


def keep_identity(connection: Connection, enrolment: Signed, coordinator: str, pins: Pins) -> None:
    """Store a checked enrolment; from here on this node is that organisation."""
    assert isinstance(enrolment.payload, Enrolment)
    set_value(connection, "enrolment", enrolment.data.hex())
    set_value(connection, "root", pins.root_pem)
    set_value(connection, "log_key", pins.log_key)
    set_value(connection, "coordinator", coordinator)


def _find_earlier(connection: Connection) -> dict[str, int]:
    names = secret_names(connection, EARLIER)
    return {name.removeprefix(EARLIER): parse_scalar(need_secret(connection, name)) for name in names}


def keep_next_keys(store: Store, name: str, random: Random) -> NewKeys:
    """Draw the keys that are to replace the present ones, stored before use; a repeat returns the same."""
    with store.write() as connection:
        if find_secret(connection, NEXT_SIGNING) is None:
            signing_key = make_signing_key()
            keep_secret(connection, NEXT_SIGNING, encode_signing_key(signing_key))
            keep_secret(connection, NEXT_SEALING, encode_scalar(random_scalar(random)))
            set_value(connection, NEXT_CSR, make_csr(signing_key, name, name).decode())
        csr_pem = find_value(connection, NEXT_CSR)
        assert csr_pem is not None, "it was stored with the keys"
        return NewKeys(csr_pem, parse_scalar(need_secret(connection, NEXT_SEALING)))


def replace_keys(connection: Connection, old: Identity, enrolment: Signed) -> None:
    """From here on this node has the next keys. The old signing key is gone; the old sealing scalar opens old seals."""
    keep_secret(connection, EARLIER + old.id, encode_scalar(old.sealing_secret))
    for present, following in ((SIGNING, NEXT_SIGNING), (SEALING, NEXT_SEALING)):
        data = need_secret(connection, following)
        forget_secret(connection, present)
        keep_secret(connection, present, data)
        forget_secret(connection, following)
    set_value(connection, "enrolment", enrolment.data.hex())
    set_value(connection, CONNECTION, "")


def keep_coordinator(connection: Connection, coordinator: str) -> None:
    """Store where the coordinator's door is; whom this node trusts there is pinned and does not change."""
    set_value(connection, "coordinator", coordinator)


def find_address(store: Store) -> str | None:
    """Where the coordinator's door is now, as `keep_coordinator` stored it last; asks no secret."""
    with store.read() as connection:
        return find_value(connection, "coordinator")


def keep_authority(connection: Connection, authority: str) -> None:
    """Store where the enrolment authority listens; its root is pinned, so whoever else listens there gets nowhere."""
    set_value(connection, AUTHORITY, authority)


def keep_witnesses(connection: Connection, witnesses: tuple[str, ...], threshold: int) -> None:
    """Store which witnesses this node wants to hear, by their keys, and how many of them."""
    set_value(connection, "witnesses", json.dumps({"witnesses": witnesses, "threshold": threshold}))


def find_witnesses(connection: Connection) -> tuple[tuple[str, ...], int]:
    """The witnesses' keys, and how many of them must have cosigned; none before `keep_witnesses`."""
    found = json.loads(find_value(connection, "witnesses") or "{}")
    return tuple(found.get("witnesses", ())), int(found.get("threshold", 0))


def pins_fields(pins: Pins) -> dict[str, object]:
    """The pins as pins.json has them; witnesses only where there are any."""
    fields: dict[str, object] = {"log_key": pins.log_key, "authority_root": pins.root_pem}
    if pins.witnesses:
        named = [{"name": key.partition("+")[0], "key": key} for key in pins.witnesses]
        fields |= {"witnesses": named, "threshold": pins.threshold}
    return fields


def read_text_or_file(value: str, what: str) -> str:
    """A value as given, or the content of the file it names."""
    path = Path(value)
    try:
        return path.read_text("utf-8").strip() if path.is_file() else value.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("usage", f"{what}: cannot read {path}: {error}") from error


def read_log_key(value: str) -> str:
    """A log's public key as given, from the file it names, or from the pins.json it names."""
    return parse_log_key(read_text_or_file(value, "--log-key"))


def parse_log_key(text: str) -> str:
    """A log's public key, by itself or in the text of a pins.json; Refused("usage") when that has none."""
    if not text.strip().startswith("{"):
        return text.strip()
    try:
        return str(json.loads(text)["log_key"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            "usage", "the log key: expected NAME+HASH+KEY, or a pins.json with a log_key"
        ) from error
