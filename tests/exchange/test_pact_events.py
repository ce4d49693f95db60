"""Events of PACT 3.0: read strictly, and those that are written keep to the published schema."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.formats import make_document
from exchange.pact_events import (
    LONGEST_EVENT,
    PUBLISHED,
    REQUEST_CREATED,
    REQUEST_FULFILLED,
    REQUEST_REJECTED,
    BadEvent,
    PactEvent,
    make_fulfilled,
    make_published,
    make_rejected,
    parse_event,
)
from exchange.pact_filters import LISTS, MOMENTS
from tests.support.example_chain import clear_example, particulars_of
from tests.support.published_schemas import PACT, needs_schemas, problems_of

FOOTPRINT = make_document(
    clear_example("ncm-pack", "mee-2025-cff", "partial"), "pact", particulars_of("ncm-pack"), None
)
DATA: dict[str, dict[str, Any]] = {
    REQUEST_CREATED: {"productId": ["urn:gtin:1"], "comment": "please"},
    REQUEST_FULFILLED: {"requestEventId": "e-1", "pfs": [FOOTPRINT]},
    REQUEST_REJECTED: {"requestEventId": "e-1", "error": {"code": "NotFound", "message": "none"}},
    PUBLISHED: {"pfIds": [FOOTPRINT["id"]]},
}


def event(kind: str, **changes: Any) -> dict[str, Any]:
    return {
        "type": kind, "specversion": "1.0", "id": "e-1", "source": "//partner.example/3/events",
        "time": "2026-11-28T10:00:00Z", "data": DATA[kind], **changes,
    }  # fmt: skip


def encode(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("kind", DATA)
def test_every_kind_is_read(kind: str) -> None:
    found = parse_event(encode(event(kind)))
    assert (found.kind, found.id, found.data) == (kind, "e-1", DATA[kind])
    assert (found.wanted is not None) is (kind == REQUEST_CREATED)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (PUBLISHED, {"type": "org.wbcsd.pathfinder.ProductFootprint.Published.v1"}),
        (PUBLISHED, {"specversion": "0.3"}),
        (PUBLISHED, {"id": ""}),
        (PUBLISHED, {"id": "x" * 301}),
        (PUBLISHED, {"source": 1}),
        (PUBLISHED, {"time": "yesterday"}),
        (PUBLISHED, {"data": []}),
        (PUBLISHED, {"data": {"pfIds": "x"}}),
        (PUBLISHED, {"data": {"pfIds": [1]}}),
        (REQUEST_CREATED, {"data": {"status": ["Draft"]}}),
        (REQUEST_FULFILLED, {"data": {"requestEventId": "e-1", "pfs": []}}),
        (REQUEST_FULFILLED, {"data": {"pfs": [{}]}}),
        (REQUEST_REJECTED, {"data": {"requestEventId": "e-1", "error": {"code": "No", "message": "m"}}}),
        (REQUEST_REJECTED, {"data": {"requestEventId": "e-1", "error": "no"}}),
    ],
)
def test_an_event_of_another_form_is_refused(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(BadEvent):
        parse_event(encode(event(kind, **changes)))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b" " * (LONGEST_EVENT + 1)])
def test_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    with pytest.raises(BadEvent):
        parse_event(body)


@needs_schemas
def test_what_is_written_keeps_to_the_published_schema_and_reads_back() -> None:
    source, time = "//node.example/3/events", "2026-11-28T10:00:00Z"
    fulfilled = make_fulfilled("e-1", [FOOTPRINT], source, time)
    published = make_published([FOOTPRINT["id"]], source, time)
    rejected = make_rejected("e-1", "there is none", source, time)
    assert problems_of(fulfilled, PACT, "RequestFulfilledEvent") == []
    assert problems_of(rejected, PACT, "RequestRejectedEvent") == []
    assert problems_of(published, PACT, "PublishedEvent") == []
    for one in (fulfilled, rejected, published):
        assert parse_event(encode(one)).data == one["data"]
    later = "2026-11-28T11:00:00Z"
    assert fulfilled["id"] == make_fulfilled("e-1", [FOOTPRINT], source, later)["id"]
    assert published["id"] != make_published([FOOTPRINT["id"]], source, later)["id"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.binary(max_size=200)
    | st.builds(encode, JSON)
    | st.builds(
        lambda kind, name, value: encode(event(kind, **{name: value})),
        st.sampled_from(sorted(DATA)),
        st.sampled_from(["type", "specversion", "id", "source", "time", "data"]),
        JSON,
    )
    | st.builds(
        lambda kind, name, value: encode(event(kind, data={**DATA[kind], name: value})),
        st.sampled_from(sorted(DATA)),
        st.sampled_from([*LISTS, *MOMENTS, "comment", "pfs", "pfIds", "error", "requestEventId"]),
        JSON,
    )
)
def test_whatever_a_partner_posts_is_an_event_or_refused(body: bytes) -> None:
    with suppress(BadEvent):
        assert isinstance(parse_event(body), PactEvent)
