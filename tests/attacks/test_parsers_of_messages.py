"""Every message of the wire, with whatever its fields may hold, and that no parser at all was forgotten.

Bytes that are altered at random seldom are a message any more, so here messages are built: each field has values that
fit its type and little else. The list of parsers comes from the code, not from memory.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from node.logbook import size_claimed
from node.store.record import parse_logged as parse_stored_statement
from protos import convert
from protos.citations import parse_citations
from protos.enrolment import parse_application, parse_enrolled
from protos.refused import parse_refused, parse_refused_request
from protos.renewal import parse_renewal, parse_renewed, parse_rotated, parse_rotation
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.values import LoggedData
from tests.attacks.test_parsers import HOSTILE, TARGETS, survives

ROOT = Path(__file__).parents[2]
ROOMS = ("crypto", "protocol", "protos", "coordinator", "witness", "authority", "verifier", "auditor")
ELSEWHERE = {
    "parse_bfv_secret": "of one's own store",
    "parse_pem": "the same as parse_certificate, kept",
    "parse_json": "inside parse_canonical and the envelope, which are searched",
    "parse_url": "the operator's own setting",
    "parse_stored": "of the coordinator's own store, whose every row was parsed before",
}
"""Parsers that read nothing that another party sends."""

PARSERS: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "logged": (pb.Logged, convert.parse_logged),
    "submission": (pb.SubmitRequest, convert.parse_submit),
    "receipt": (pb.Receipt, convert.parse_receipt),
    "outcomes": (pb.SubmitReply, lambda one: convert.parse_outcomes(one, 1)),
    "watch": (pb.WatchRequest, convert.parse_watch),
    "batch": (pb.WatchReply, convert.parse_batch),
    "ids": (pb.GetRequest, convert.parse_ids),
    "fetched": (pb.GetReply, convert.parse_fetched),
    "search": (pb.FindRequest, convert.parse_find),
    "page": (pb.FindReply, convert.parse_page),
    "first piece": (pb.BlobChunk, lambda one: convert.parse_blob_part(one, True)),
    "further piece": (pb.BlobChunk, lambda one: convert.parse_blob_part(one, False)),
    "blob asked about": (pb.StatBlobRequest, convert.parse_stat_blob),
    "state of a blob": (pb.StatBlobReply, convert.parse_blob_state),
    "blob asked for": (pb.GetBlobRequest, convert.parse_get_blob),
    "sum asked for": (pb.AggregateRequest, convert.parse_request_id),
    "bundle asked for": (pb.BundleRequest, convert.parse_request_id),
    "sum": (pb.AggregateReply, convert.parse_aggregate),
    "checkpoint": (pb.CheckpointReply, convert.parse_checkpoint),
    "inclusion asked for": (pb.InclusionRequest, convert.parse_inclusion_request),
    "inclusion": (pb.InclusionReply, convert.parse_inclusion),
    "consistency asked for": (pb.ConsistencyRequest, convert.parse_consistency_request),
    "consistency": (pb.ConsistencyReply, convert.parse_consistency),
    "citations": (pb.CitationsReply, parse_citations),
    "refused asked for": (pb.RefusedRequest, parse_refused_request),
    "refused": (pb.RefusedReply, parse_refused),
    "application": (pb.EnrolRequest, parse_application),
    "enrolled": (pb.EnrolReply, parse_enrolled),
    "renewal": (pb.RenewRequest, parse_renewal),
    "renewed": (pb.RenewReply, parse_renewed),
    "rotation": (pb.RotateRequest, parse_rotation),
    "rotated": (pb.RotateReply, parse_rotated),
}

TEXTS = (
    "",
    "x",
    "a" * 64,
    "A" * 64,
    "\N{SUPERSCRIPT TWO}",
    "9" * 5000,
    "\x00",
    "2025-13",
    "\U0001d7d9" * 64,
    "y" * 70_000,
)
BYTES = (
    b"",
    b"\x00",
    bytes(32),
    b"\xff" * 32,
    b"\x02" + b"\x11" * 32,
    bytes(33),
    b"\x30" * 64,
    b"z" * 70_000,
)
NUMBERS = {32: (0, 1, 2**31 - 1, 2**32 - 1), 64: (0, 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1)}


@st.composite
def message_of(draw: st.DrawFn, kind: Any, depth: int = 0) -> Any:
    """A message with fields set to values that have broken readers, left out, or repeated."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        if not draw(st.booleans()):
            continue
        if field.is_repeated:
            for _ in range(draw(st.integers(0, 3))):
                _add(draw, message, field, depth)
        else:
            _put(draw, message, field, depth)
    return message


def _add(draw: st.DrawFn, message: Any, field: FieldDescriptor, depth: int) -> None:
    values = getattr(message, field.name)
    if field.message_type is not None:
        values.add().CopyFrom(draw(message_of(_class_of(field.message_type), depth + 1)))
    else:
        values.append(draw(_value_of(field)))


def _put(draw: st.DrawFn, message: Any, field: FieldDescriptor, depth: int) -> None:
    if field.message_type is not None:
        getattr(message, field.name).CopyFrom(draw(message_of(_class_of(field.message_type), depth + 1)))
    else:
        setattr(message, field.name, draw(_value_of(field)))


def _class_of(descriptor: Descriptor) -> Any:
    return getattr(pb, descriptor.name)


def _value_of(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return st.sampled_from(BYTES if field.type == FieldDescriptor.TYPE_BYTES else TEXTS)
        case FieldDescriptor.CPPTYPE_UINT32:
            return st.sampled_from(NUMBERS[32])
        case FieldDescriptor.CPPTYPE_UINT64:
            return st.sampled_from(NUMBERS[64])
        case FieldDescriptor.CPPTYPE_BOOL:
            return st.booleans()
    raise AssertionError(f"{field.full_name}: no values for a field of its type")


def search(name: str, examples: int) -> None:
    kind, parse = PARSERS[name]

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(message_of(kind))
    def attempt(message: Any) -> None:
        survives(lambda data: parse(kind.FromString(data)), message.SerializeToString())

    attempt()


@pytest.mark.parametrize("name", PARSERS)
def test_no_message_makes_its_reader_raise_anything_but_our_errors(name: str) -> None:
    search(name, 60)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PARSERS)
def test_no_message_does_in_a_long_search_either(name: str) -> None:
    search(name, 3000)


@pytest.mark.parametrize("data", HOSTILE)
def test_what_a_stream_claims_of_the_log_and_of_a_statement_stops_nobody(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for note in (
        text,
        f"log.example\n{text}\n",
        f"log.example\n{'9' * 5000}\n",
        "log.example\n\N{SUPERSCRIPT TWO}\n",
    ):
        assert size_claimed(note) >= 0
    survives(lambda given: parse_stored_statement(LoggedData(given, 0, 0)), data)


def test_every_parser_of_what_others_send_is_searched() -> None:
    """A function named parse_ in these rooms is handed hostile bytes by one of the two searches."""
    here = [Path(__file__), Path(__file__).with_name("test_parsers.py")]
    searched = "\n".join(path.read_text("utf-8") for path in here)
    found = {
        node.name
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("parse_")
    }
    assert len(found) > 45 and len(TARGETS) > 40
    assert sorted(name for name in found - ELSEWHERE.keys() if name not in searched) == []
