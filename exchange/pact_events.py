"""The events of PACT 3.0: CloudEvents that a partner posts to a data owner, and those that it is answered with.

The one fact: an event is read whole and strictly, or not at all.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.pact_filters import BadFilter, FootprintFilter, parse_criteria, parse_moment

CLOUD_EVENTS = "application/cloudevents+json"
LONGEST_EVENT = 1024 * 1024
LONGEST_ID = 300
MOST_IDS = 10_000
_PREFIX = "org.wbcsd.pact.ProductFootprint."
REQUEST_CREATED = f"{_PREFIX}RequestCreatedEvent.3"
REQUEST_FULFILLED = f"{_PREFIX}RequestFulfilledEvent.3"
REQUEST_REJECTED = f"{_PREFIX}RequestRejectedEvent.3"
PUBLISHED = f"{_PREFIX}PublishedEvent.3"
ERROR_CODES = ("BadRequest", "AccessDenied", "TokenExpired", "NotFound", "InternalError", "NotImplemented")


class BadEvent(ValueError):
    """Bytes that are no event of PACT 3.0."""


@dataclass(frozen=True, slots=True)
class PactEvent:
    """An event that is well formed. `wanted` is set in a RequestCreatedEvent only."""

    kind: str
    id: str
    source: str
    data: Mapping[str, Any]
    wanted: FootprintFilter | None = None


def parse_event(body: bytes) -> PactEvent:
    """Read an event from untrusted bytes; BadEvent unless all of this holds.

    1. At most LONGEST_EVENT bytes of one JSON object. 2. The fields that every CloudEvent has, each of its form.
    3. One of the four types. 4. Data of that type.
    """
    fields = _read_object(body)  # 1
    for name in ("type", "specversion", "id", "source", "time"):  # 2
        if not isinstance(fields.get(name), str) or not 0 < len(fields[name]) <= LONGEST_ID:
            raise BadEvent(f"{name}: expected a text of 1 to {LONGEST_ID} characters")
    data = fields.get("data")
    if fields["specversion"] != "1.0" or not isinstance(data, dict):
        raise BadEvent("expected specversion 1.0 and an object as data")
    try:
        parse_moment(fields["time"])
        kind = fields["type"]
        if kind == REQUEST_CREATED:  # 3, 4
            return PactEvent(kind, fields["id"], fields["source"], data, parse_criteria(data))
    except BadFilter as error:
        raise BadEvent(str(error)) from error
    checks = {
        REQUEST_FULFILLED: _check_fulfilled,
        REQUEST_REJECTED: _check_rejected,
        PUBLISHED: _check_published,
    }
    if kind not in checks:
        raise BadEvent(f"unknown type: expected one of {REQUEST_CREATED}, {', '.join(checks)}")
    checks[kind](data)
    return PactEvent(kind, fields["id"], fields["source"], data)


def _read_object(body: bytes) -> dict[str, Any]:
    if len(body) > LONGEST_EVENT:
        raise BadEvent(f"expected at most {LONGEST_EVENT} bytes")
    try:
        fields = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadEvent("expected one JSON object in UTF-8") from error
    if not isinstance(fields, dict):
        raise BadEvent("expected one JSON object")
    return fields


def _check_fulfilled(data: Mapping[str, Any]) -> None:
    _check_answer(data)
    footprints = data.get("pfs")
    if (
        not isinstance(footprints, list)
        or not footprints
        or not all(isinstance(one, dict) for one in footprints)
    ):
        raise BadEvent("pfs: expected a list of footprints that is not empty")


def _check_rejected(data: Mapping[str, Any]) -> None:
    _check_answer(data)
    error = data.get("error")
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        raise BadEvent("error: expected an object with code and message")
    if error.get("code") not in ERROR_CODES:
        raise BadEvent(f"error: expected a code, one of {', '.join(ERROR_CODES)}")


def _check_answer(data: Mapping[str, Any]) -> None:
    if not isinstance(data.get("requestEventId"), str):
        raise BadEvent("requestEventId: expected the id of the event that is answered")


def _check_published(data: Mapping[str, Any]) -> None:
    ids = data.get("pfIds", [])
    if not isinstance(ids, list) or len(ids) > MOST_IDS or not all(isinstance(one, str) for one in ids):
        raise BadEvent(f"pfIds: expected a list of at most {MOST_IDS} ids")


# --- what is answered ------------------------------------------------------------------------------


def make_fulfilled(
    asked: str, footprints: Sequence[Mapping[str, Any]], source: str, time: str
) -> dict[str, Any]:
    """The answer to a RequestCreatedEvent; its id follows from what it answers, so a repetition is recognised."""
    data = {"requestEventId": asked, "pfs": [dict(one) for one in footprints]}
    return _make(REQUEST_FULFILLED, f"{source}#{asked}", data, source, time)


def make_rejected(asked: str, message: str, source: str, time: str) -> dict[str, Any]:
    """The answer to a RequestCreatedEvent that no footprint is given to."""
    data = {"requestEventId": asked, "error": {"code": "NotFound", "message": message}}
    return _make(REQUEST_REJECTED, f"{source}#{asked}", data, source, time)


def make_published(ids: Sequence[str], source: str, time: str) -> dict[str, Any]:
    """The news that footprints were published; `time` is in its id, so that publishing anew is news again."""
    return _make(PUBLISHED, f"{source}#{time}#{'/'.join(ids)}", {"pfIds": list(ids)}, source, time)


def _make(kind: str, seed: str, data: Mapping[str, Any], source: str, time: str) -> dict[str, Any]:
    identifier = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{seed}"))
    return {
        "type": kind,
        "specversion": "1.0",
        "id": identifier,
        "source": source,
        "time": time,
        "data": dict(data),
    }
