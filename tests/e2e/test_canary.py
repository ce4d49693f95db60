"""No private number leaves the node that owns it, in any encoding, to anybody. Protocol section 10.

The one fact: the inputs are numbers that occur nowhere else; every byte that a node hands to gRPC, everything the
coordinator ever stored, every log, every other node's store and the certificate are searched for all of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from node.organisation import open_node
from node.store.vault import find_secret
from node.supplier.consenting import open_own_quantities
from protocol.contributing import MemberSecrets, Membership, _all_subtotals
from protocol.declaring import DeclarationSecrets, template_of, unit_footprint
from protocol.requesting import declaration_of
from protos.sealsum.v1 import gateway_pb2 as pb
from tests.support.house import COORDINATOR, House
from tests.support.needles import LAYERS, Needles
from tests.support.small_pack import COMPANIES, MAKER
from tests.support.stage import Sent, read_record

SECRET_KINDS = ("amount", "blinding", "unit footprint", "unit blinding", "quantity", "quantity blinding", "guard",
                "subtotal", "salt", "key", "ephemeral", "decryption key")  # fmt: skip


@dataclass(frozen=True)
class Secret:
    """One private value: whose it is, and who else may hold it."""

    owner: str
    kind: str
    value: Fraction | int | bytes
    shared_with_maker: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind} of {self.owner}"


def add_to(needles: Needles, secret: Secret) -> bool:
    """Make a secret a needle; False when it is too short to be one."""
    if isinstance(secret.value, bytes):
        needles.add_bytes(secret.name, secret.value)
        return True
    if secret.value > 1 << 200:  # a scalar
        needles.add_bytes(secret.name, int(secret.value).to_bytes(32))
        return True
    return needles.add_number(secret.name, secret.value)


# --- what must not leave -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secrets(house: House) -> list[Secret]:
    """Every private value of one calculation, read while it lasts and derived again from the nodes' own stores."""
    kept: dict[tuple[str, str], bytes] = {}
    request = house.request()

    def is_done() -> bool:
        for slug in house.slugs:  # some are deleted when the calculation closes
            kept.update({(slug, name): data for name, data in house.secrets(slug).items()})
        return house.is_certified(request) and all(house.is_closed(slug, request) for slug in house.slugs)

    house.wait(is_done)
    found = [secret for slug in house.slugs for secret in derived(house, slug, request)]
    found += [secret for (slug, name), data in kept.items() for secret in stored(slug, name, data)]
    found += [secret for company in COMPANIES for secret in typed(company.slug)]
    assert {secret.kind for secret in found} == set(SECRET_KINDS)
    return found


def typed(slug: str) -> Iterator[Secret]:
    """What stands in the spreadsheet and in the bill of materials."""
    (company,) = (one for one in COMPANIES if one.slug == slug)
    for _, total in company.lines.values():
        yield Secret(slug, "amount", Fraction(total))
    yield Secret(slug, "amount", Fraction(company.output))
    yield Secret(slug, "quantity", Fraction(company.quantity), True)


def stored(slug: str, name: str, data: bytes) -> Iterator[Secret]:
    """What one row of a node's vault holds."""
    kind = name.partition("/")[0]
    if kind == "declaration":
        opening = DeclarationSecrets.parse(data)
        yield from (Secret(slug, "amount", amount) for amount in opening.amounts)
        yield from (Secret(slug, "blinding", blinding) for blinding in opening.blindings)
    elif kind == "activity":
        salts = [bytes.fromhex(row["salt"]) for row in json.loads(data)]
        yield from (Secret(slug, "salt", salt) for salt in salts)
    elif name == "identity/signing":
        numbers = load_pem_private_key(data, None).private_numbers()  # type: ignore[union-attr]
        yield Secret(slug, "key", numbers.private_value)  # type: ignore[union-attr]
    elif kind == "source":
        return
    elif kind == "ephemeral":
        yield Secret(slug, "ephemeral", data)
    elif kind == "he":
        yield from (Secret(slug, "decryption key", data[at : at + 32]) for at in (1000, len(data) // 2))
    elif kind == "identity":
        yield Secret(slug, "key", data)


def derived(house: House, slug: str, request: str) -> Iterator[Secret]:
    """What a node computes on its way to a contribution."""
    node = open_node(house.node_folder(slug))
    try:
        calculation = node.calculation(request)
        entry = house.slugs.index(slug)
        declared = calculation.terms.entries[entry].declaration
        with node.store.read() as connection:
            opening = DeclarationSecrets.parse(find_secret(connection, f"declaration/{declared}") or b"")
        quantities = open_own_quantities(node, calculation.request, entry)
        template = template_of(declaration_of(declared, node.record), node.record, "partial")
        held = MemberSecrets(opening, quantities, 1, node.identity.node_secret)
        (parts,) = _all_subtotals(Membership(calculation, entry, node.record), held)
        values, blindings = unit_footprint(opening, template)
    finally:
        node.close()
    yield from (Secret(slug, "unit footprint", value) for value in values)
    yield from (Secret(slug, "unit blinding", blinding) for blinding in blindings if blinding)
    for quantity in quantities:
        yield Secret(slug, "quantity", quantity.quantity, True)
        yield Secret(slug, "quantity blinding", quantity.blinding, True)
    yield from (Secret(slug, "guard", value) for value in parts.guards)
    yield from (Secret(slug, "guard", blinding) for blinding in (*parts.guard_blindings, *parts.shifts))
    # The only member of a cell is the cell: its subtotal is the published total.
    shown = range(1, 4) if slug == MAKER else range(4)
    yield from (Secret(slug, "subtotal", parts.values[k]) for k in shown)
    yield from (Secret(slug, "subtotal", parts.blindings[k]) for k in shown)


# --- where it must not be ----------------------------------------------------------------------------


def sent_by_nodes(house: House) -> list[Sent]:
    """Every message that any process of any party handed to gRPC."""
    records = sorted((house.out / "records").glob("*/grpc"))
    assert {path.parent.name for path in records} >= set(house.slugs)
    return [sent for path in records for sent in read_record(path)]


def files_below(folder: Path) -> list[Path]:
    """Every file, database journals and unfinished uploads included."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def find_in_file(needles: Needles, path: Path) -> set[str]:
    """What is in a file; of a database what its pages hold beside its rows, which are searched as rows."""
    is_database = path.name.startswith(("node.sqlite", "coordinator.db", "authority"))
    return needles.find(path.read_bytes(), 0 if is_database else LAYERS)


def rows_of(path: Path) -> Iterator[object]:
    """Every value of every table of an SQLite file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield from row


def needles_of(secrets: list[Secret], but: str | None = None) -> Needles:
    """All secrets, without those that the node `but` may hold."""
    needles = Needles()
    for secret in secrets:
        mine = secret.owner == but or (but == MAKER and secret.shared_with_maker)
        if not mine:
            add_to(needles, secret)
    return needles


def test_enough_of_the_inputs_are_searched_for(secrets: list[Secret]) -> None:
    """At least one needle of each kind and owner, so that the tests below mean something."""
    needles = Needles()
    searched = {(secret.owner, secret.kind) for secret in secrets if add_to(needles, secret)}
    wanted = {(slug, kind) for slug in (one.slug for one in COMPANIES) for kind in SECRET_KINDS}
    # One pack takes one pack; only the pack maker decrypts; an assembly has no biogenic or secondary part.
    missing = {(MAKER, "quantity")} | {(one.slug, "decryption key") for one in COMPANIES if one.slug != MAKER}
    assert wanted - searched == missing
    assert len(needles.digits) > 60 and len(needles.strings) > 100


def test_no_private_number_is_in_any_byte_that_left_a_node(house: House, secrets: list[Secret]) -> None:
    needles = needles_of(secrets)
    for sent in sent_by_nodes(house):
        assert not needles.find(sent.data), sent.method
        if sent.method.endswith("/Submit"):
            for envelope in pb.SubmitRequest.FromString(sent.data).envelopes:
                payload = base64.b64decode(json.loads(envelope)["payload"])
                assert not needles.find(payload)


def test_no_private_number_is_in_anything_the_coordinator_or_authority_holds(
    house: House, secrets: list[Secret]
) -> None:
    needles = needles_of(secrets)
    for folder in (house.out / COORDINATOR, house.out / "authority"):
        for path in files_below(folder):
            assert not find_in_file(needles, path), path
    for database in (house.coordinator_db, *(house.out / "authority").glob("*.sqlite")):
        for value in rows_of(database):
            assert not needles.find_value(value)


def test_no_private_number_is_in_another_node_s_folder(house: House, secrets: list[Secret]) -> None:
    for slug in house.slugs:
        needles = needles_of(secrets, slug)
        for path in files_below(house.node_folder(slug)):
            assert not find_in_file(needles, path), path
        for value in rows_of(house.node_folder(slug) / "node.sqlite"):
            assert not needles.find_value(value)


def test_a_thief_of_the_disk_finds_no_private_number_in_a_node_s_own_folder(
    house: House, secrets: list[Secret]
) -> None:
    """Store, write-ahead log and whatever else lies there, after a whole calculation; the key lies elsewhere."""
    for slug in house.slugs:
        needles = Needles()
        for secret in secrets:
            if secret.owner == slug or (slug == MAKER and secret.shared_with_maker):
                add_to(needles, secret)
        for path in files_below(house.node_folder(slug)):
            assert not find_in_file(needles, path), path
        for value in rows_of(house.node_folder(slug) / "node.sqlite"):
            assert not needles.find_value(value)


def test_no_private_number_is_in_a_log_or_the_certificate(
    house: House, secrets: list[Secret], certified: str, tmp_path: Path
) -> None:
    needles = needles_of(secrets)
    house.node(MAKER, "certificate", certified, "--out", str(tmp_path / "certificate.json"))
    for path in [*files_below(house.stage.logs), tmp_path / "certificate.json"]:
        assert not find_in_file(needles, path), path


def test_nothing_left_but_through_grpc_and_enrolment(house: House, secrets: list[Secret]) -> None:
    """gRPC opens its sockets below Python; the one Python socket looks at the authority's own certificate."""
    authority = re.compile(r"socket\.connect \(\('127\.0\.0\.1', [0-9]+\),\)")
    for slug in house.slugs:
        lines = (house.out / "records" / slug / "sockets").read_text().splitlines()
        assert len(lines) == 1 and authority.fullmatch(lines[0])


def test_every_statement_and_blob_that_left_is_in_its_node_s_ledger(
    house: House, secrets: list[Secret]
) -> None:
    for slug in house.slugs:
        ledger = {found for (found,) in house.query(slug, "SELECT sha256 FROM egress")}
        parts: dict[str, bytes] = {}
        for sent in read_record(house.out / "records" / slug / "grpc"):
            if sent.method.endswith("/Submit"):
                envelopes = pb.SubmitRequest.FromString(sent.data).envelopes
                assert {hashlib.sha256(data).hexdigest() for data in envelopes} <= ledger
            elif sent.method.endswith("/PutBlob"):
                chunk = pb.BlobChunk.FromString(sent.data)
                name = chunk.sha256.hex() or name  # noqa: F821 - the first chunk of a blob names it
                parts[name] = parts.get(name, b"") + chunk.data
        assert parts and set(parts) <= ledger
        # A command may have sent the beginning of the maker's key; a ciphertext is sent by the agent alone.
        whole = {name for name, data in parts.items() if hashlib.sha256(data).hexdigest() == name}
        assert whole == set(parts) or slug == MAKER


def test_every_message_of_every_process_is_on_the_wire_page_of_its_node_s_ledger(
    house: House, secrets: list[Secret]
) -> None:
    """Enrolment and commands included, byte for byte."""
    for slug in house.slugs:
        ledger = set(house.query(slug, "SELECT method, sha256 FROM wire"))
        sent = read_record(house.out / "records" / slug / "grpc")
        assert {(one.method, hashlib.sha256(one.data).hexdigest()) for one in sent} <= ledger


# --- the search finds what is there ------------------------------------------------------------------

AMOUNT = Fraction("51817533.749")
PLANTED = {
    "decimal text": b'{"amount":"51817533.749"}',
    "with separators": b"Amount: 51,817,533.749 kWh",
    "scaled integer text": b"[51817533749000]",
    "in other units": b"a=51817.533749;",
    "with an exponent": b" 5.1817533749E7 ",
    "rounded": b"<51817533.7>",
    "big-endian": b"\x01" + struct.pack(">Q", 51817533749000) + b"\x02",
    "little-endian": b"abc" + struct.pack("<Q", 51817533749),
    "float64": b"\x00" + struct.pack("<d", 51817533.749),
    "float64, big-endian": struct.pack(">d", 51817533.749),
    "hexadecimal": b"x=" + struct.pack(">Q", 51817533749000).hex().encode(),
    "base64": b'"' + base64.b64encode(b"12" + struct.pack(">Q", 51817533749000) + b"345678") + b'"',
    "json in base64": base64.b64encode(b'{"a": [1, "51817533.749"]}'),
    "hexadecimal in json in base64": base64.b64encode(
        b'{"a": "' + struct.pack("<Q", 51817533749000).hex().encode() + b'"}'
    ),
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_number_is_found(planted: bytes) -> None:
    needles = Needles()
    assert needles.add_number("the amount", AMOUNT)
    noise = os.urandom(5000)
    assert needles.find(noise[:2500] + b"\n" + planted + b"\n" + noise[2500:])
    assert not needles.find(noise)


@pytest.mark.parametrize("shown", [bytes, lambda data: data.hex().encode(), base64.b64encode])
def test_a_planted_blinding_is_found(shown) -> None:
    blinding = os.urandom(32)
    needles = Needles()
    needles.add_bytes("a blinding", blinding)
    assert needles.find(b"?" * 99 + shown(blinding) + b"?" * 99) == {"a blinding"}
    assert not needles.find(shown(os.urandom(32)))


def test_a_number_too_short_to_mean_anything_is_no_needle() -> None:
    assert not Needles().add_number("a year", 20250)
    assert not Needles().add_number("a thousand", 1_000_000)
