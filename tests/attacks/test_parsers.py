"""Whoever sends bytes: every parser of untrusted bytes returns a value or one of our errors, whatever it is handed.

Arbitrary bytes, good samples cut, spliced and altered, and a list of shapes that have broken parsers elsewhere. What
escapes any of them ends a process, a stream or an agent. A short search by default, a long one in the slow run.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coordinator.known import parse_known
from crypto.bfv import PUBLIC_KEY_LENGTH, check_ciphertext, check_public_key, parse_bfv_secret
from crypto.canonical import encode_canonical, parse_canonical
from crypto.certificates import parse_certificate, parse_csr
from crypto.cosignature import make_witness_key, parse_witness_key, parse_witness_signer
from crypto.envelope import parse_envelope
from crypto.errors import CryptoError
from crypto.group import parse_point, parse_scalar
from crypto.linear import parse_linear_proof
from crypto.note import (
    check_checkpoint,
    make_log_key,
    open_note,
    parse_checkpoint,
    parse_signer,
    parse_verifier,
)
from crypto.range_proof import parse_range_proof
from crypto.signing import parse_public_key, parse_signing_key
from method.errors import MethodError
from node.backup import MAGIC, open_backup
from node.importers.delimited import read_delimited
from node.importers.problem import ImportProblems
from node.importers.toml import read_toml
from node.importers.workbook import read_workbook
from node.watching import glance
from protocol.audit_jobs import parse_row
from protocol.bundle import parse_bundle
from protocol.disputing import parse_vector
from protocol.errors import PeerError, Refused
from protocol.log_evidence import Evidence, encode_evidence, parse_evidence
from protocol.pins import parse_pins
from protocol.statements import encode_leaf, parse_leaf, parse_statement
from protos import convert
from protos.enrolment import EnrolmentToken, encode_token, parse_application, parse_enrolled, parse_token
from protos.openlca import BadPackage, parse_package
from protos.openlca_results import parse_results
from protos.sealsum.v1 import gateway_pb2 as pb
from tests.support.example import seeded
from tests.support.scene import shared
from witness.cosigning import parse_request as parse_add_checkpoint

OURS = (PeerError, Refused, CryptoError, MethodError, ImportProblems, BadPackage)
Parser = Callable[[bytes], object]
HOSTILE: tuple[bytes, ...] = (
    b"",
    b"\x00" * 4096,
    b"[" * 50_000,
    b'{"a":' * 20_000,
    b"a" + b".a" * 2_000 + b" = 1",
    b"a = " + b"9" * 5_000,
    b"a = 99999-99-99",
    b"[" + b"1" * 6_000 + b"]",
    b'{"payload":' + b"9" * 6_000 + b"}",
    b"1e999999",
    b"NaN",
    '"\ud800"'.encode("utf-8", "surrogatepass"),
    b'"\\ud800"',
    b'{"a": 1, "a": 2}',
    b"\xff\xfe\x00\x00",
    b"-----BEGIN CERTIFICATE-----\n" + b"A" * 4096 + b"\n-----END CERTIFICATE-----\n",
    b"PK\x05\x06" + b"\x00" * 18,
    b'"' * 131_073 + b"\n",
    b"x," * 40_000,
)
"""Shapes that have broken parsers: depth, digits without end, half of a pair, headers that promise more."""


def texts(parse: Callable[[str], object]) -> Parser:
    """A parser of text, for whatever of the bytes is text."""
    return lambda data: parse(data.decode("utf-8", "replace"))


def messages(kind: Any, parse: Callable[[Any], object]) -> Parser:
    """A parser of a protobuf message, for bytes that protobuf itself reads."""

    def read(data: bytes) -> object:
        try:
            message = kind.FromString(data)
        except Exception as error:  # noqa: BLE001 - DecodeError of either implementation; gRPC answers it itself
            assert type(error).__name__ == "DecodeError"
            return None
        return parse(message)

    return read


@dataclass(frozen=True)
class Target:
    """A parser and a good sample of what it reads."""

    parse: Parser
    sample: Callable[[], bytes]


@cache
def scene() -> Any:
    return shared("certify")


def keys() -> tuple[str, str]:
    return make_log_key("log.example", seeded("key"))


def statement(kind: str) -> bytes:
    return next(one.signed.data for one in scene().record.in_order() if one.payload.type == kind)


def evidence() -> bytes:
    note = scene().world.notary.checkpoint()
    return encode_evidence(Evidence(scene().world.pins.log_key, note, note, (bytes(32),)))


def archive(name: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, json.dumps({"@type": "Process", "name": "x", "exchanges": [{"amount": 1}]}))
    return data.getvalue()


def workbook() -> bytes:
    return (Path(__file__).parents[2] / "examples" / "ncm-pack" / "cathode" / "activity.xlsx").read_bytes()


def pins() -> bytes:
    held = scene().world.pins
    return json.dumps({"log_key": held.log_key, "authority_root": held.authority_root}).encode()


def leaf() -> bytes:
    logged = scene().record.in_order()[3]
    return encode_leaf(logged.id, logged.signed.data, logged.logged_at)


def batch() -> bytes:
    statements = [pb.Logged(envelope=b"x", index=3, logged_at=4)]
    data: bytes = pb.WatchReply(cursor=9, checkpoint="x", statements=statements).SerializeToString()
    return data


CRYPTO = {
    "point": Target(parse_point, lambda: bytes.fromhex("02" + "11" * 32)),
    "scalar": Target(parse_scalar, lambda: bytes(31) + b"\x05"),
    "canonical JSON": Target(parse_canonical, lambda: encode_canonical({"a": [1, "b", None, True]})),
    "envelope": Target(lambda data: parse_envelope(data, 2**18), lambda: statement("consent")),
    "linear proof": Target(lambda data: parse_linear_proof(data, 2, 3), lambda: b"\x02" + b"\x11" * 161),
    "range proof": Target(lambda data: parse_range_proof(data, [40, 40]), lambda: b"\x02" + b"\x11" * 2300),
    "ciphertext": Target(check_ciphertext, lambda: scene().ciphertexts[0]),
    "HE public key": Target(check_public_key, lambda: bytes(PUBLIC_KEY_LENGTH)),
    "HE secret key": Target(parse_bfv_secret, lambda: b"\x00" * 64),
    "public key": Target(parse_public_key, lambda: b"\x30\x59" + b"\x13" * 89),
    "signing key": Target(parse_signing_key, lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n"),
    "certificate": Target(parse_certificate, lambda: scene().world.notary.root_pem.encode()),
    "certificate request": Target(
        parse_csr, lambda: b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"
    ),
    "checkpoint": Target(texts(parse_checkpoint), lambda: b"log.example\n5\n" + b"A" * 43 + b"=\ntime 7\n"),
    "note": Target(
        texts(lambda note: open_note(note, keys()[1])), lambda: scene().world.notary.checkpoint().encode()
    ),
    "signed checkpoint": Target(
        texts(lambda note: check_checkpoint(note, scene().world.pins.log_key)),
        lambda: scene().world.notary.checkpoint().encode(),
    ),
    "checkpoint that others hold": Target(
        texts(lambda note: parse_known("a file", note, scene().world.pins.log_key)),
        lambda: scene().world.notary.checkpoint().encode(),
    ),
    "log key": Target(texts(parse_verifier), lambda: keys()[1].encode()),
    "log secret": Target(texts(parse_signer), lambda: keys()[0].encode()),
    "witness key": Target(
        texts(parse_witness_key), lambda: make_witness_key("w.example", seeded("w"))[1].encode()
    ),
    "witness secret": Target(
        texts(parse_witness_signer), lambda: make_witness_key("w.example", seeded("w"))[0].encode()
    ),
}
PROTOCOL = {
    **{
        f"statement of kind {kind}": Target(parse_statement, lambda kind=kind: statement(kind))  # type: ignore[misc]
        for kind in ("enrolment", "category", "declaration", "request", "contribution", "result")
    },
    "leaf": Target(parse_leaf, leaf),
    "bundle": Target(parse_bundle, lambda: scene().bundle()),
    "row of an audit": Target(parse_row, leaf),
    "evidence against a log": Target(parse_evidence, evidence),
    "pins": Target(parse_pins, pins),
    "vector of a dispute": Target(parse_vector, lambda: bytes(14 * 32)),
    "statement in a stream": Target(glance, lambda: statement("roster")),
}
WIRE = {
    "enrolment token": Target(
        texts(parse_token), lambda: encode_token(EnrolmentToken("h:1", bytes(32), bytes(16))).encode()
    ),
    "application": Target(messages(pb.EnrolRequest, parse_application), lambda: b"\x0a\x02hi"),
    "answer to one": Target(messages(pb.EnrolReply, parse_enrolled), lambda: b"\x0a\x02hi"),
    "add-checkpoint": Target(parse_add_checkpoint, lambda: b"old 3\n" + b"A" * 43 + b"=\n\nlog\n3\nAAAA\n"),
    "batch": Target(messages(pb.WatchReply, convert.parse_batch), batch),
    "submission": Target(messages(pb.SubmitRequest, convert.parse_submit), lambda: b"\x0a\x03abc"),
    "outcomes": Target(
        messages(pb.SubmitReply, lambda one: convert.parse_outcomes(one, 1)), lambda: b"\x0a\x00"
    ),
    "ids": Target(messages(pb.GetRequest, convert.parse_ids), lambda: b"\x0a\x20" + b"i" * 32),
    "search": Target(messages(pb.FindRequest, convert.parse_find), lambda: b"\x0a\x06factor"),
    "piece of a blob": Target(
        messages(pb.BlobChunk, lambda one: convert.parse_blob_part(one, True)),
        lambda: b"\x0a\x20" + b"h" * 32,
    ),
    "inclusion": Target(messages(pb.InclusionReply, convert.parse_inclusion), lambda: b"\x08\x03\x10\x04"),
    "consistency": Target(
        messages(pb.ConsistencyReply, convert.parse_consistency), lambda: b"\x0a\x20" + bytes(32)
    ),
}
FILES = {
    "table of text": Target(lambda data: read_delimited("a.csv", data), lambda: b"line,amount\npower,5\n"),
    "workbook": Target(lambda data: read_workbook("a.xlsx", data), workbook),
    "openLCA package": Target(parse_package, lambda: archive("processes/a.json")),
    "openLCA results": Target(lambda data: parse_results(data, {}), lambda: archive("results/a.json")),
    "backup": Target(
        lambda data: open_backup(data, "x" * 12), lambda: MAGIC + b"\x00\x00\x00\x10" + b"z" * 64
    ),
}
TARGETS = {**CRYPTO, **PROTOCOL, **WIRE, **FILES}


def survives(parse: Parser, data: bytes) -> None:
    """Nothing but one of our errors may escape."""
    try:
        parse(data)
    except OURS:
        return


@st.composite
def altered(draw: st.DrawFn, sample: bytes) -> bytes:
    """A good sample with pieces cut out, repeated, overwritten or put elsewhere."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        put = draw(
            st.one_of(
                st.binary(max_size=12), st.just(bytes(data[start:end]) * 2), st.sampled_from(HOSTILE[:3])
            )
        )
        data[start:end] = put[:2000]
    return bytes(data)


def search(name: str, examples: int) -> None:
    target = TARGETS[name]
    sample = target.sample()
    survives(target.parse, sample)

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(st.one_of(st.binary(max_size=400), altered(sample)))
    def attempt(data: bytes) -> None:
        survives(target.parse, data)

    attempt()


@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_make_a_parser_raise_anything_but_our_errors(name: str) -> None:
    for data in HOSTILE:
        survives(TARGETS[name].parse, data)
    search(name, 25)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_do_in_a_long_search_either(name: str) -> None:
    search(name, 3000)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_no_description_of_a_product_or_pack_stops_the_import(tmp_path: Path, number: int) -> None:
    path = tmp_path / "product.toml"
    path.write_bytes(HOSTILE[number])
    survives(lambda _: read_toml(path), b"")


def test_the_search_finds_a_parser_that_lets_something_else_escape() -> None:
    with pytest.raises(UnicodeDecodeError):
        for data in HOSTILE:
            survives(lambda given: given.decode("ascii"), data)
