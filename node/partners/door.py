"""The door for partners, as PACT 3.0 has it: what is answered to each request, and the ledger's record of it.

The one fact: an answer is written into the egress ledger before its bytes are handed on; what was not published to a
partner is not in any of them. docs/exchange.md; protocol section 10.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from exchange.pact_events import CLOUD_EVENTS, BadEvent, parse_event
from exchange.pact_filters import BadFilter, parse_query
from node.egress import Ledger, Parcel
from node.organisation import Node
from node.partners.access import TOKEN_SECONDS, Partner, check_credential, find_token, issue_token
from node.partners.events import take_event
from node.partners.footprints import MOST_FOOTPRINTS, find_served, get_served
from node.turnstile import Turnstile
from node.words.leaving import PARTNER_ANSWERS
from protocol.errors import Refused

FOOTPRINTS, EVENTS, TOKEN = "/3/footprints", "/3/events", "/auth/token"
_ONE = re.compile(re.escape(FOOTPRINTS) + r"/([^/]+)")
_JSON = "application/json"
_CODES = {400: "BadRequest", 401: "AccessDenied", 403: "AccessDenied", 404: "NotFound", 501: "NotImplemented"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request. Header names are lowercase; `base` is the address that it came by, without the path."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: to whom as far as it is known, and what it is for the ledger."""

    status: int
    body: bytes
    kind: str
    headers: Mapping[str, str] = field(default_factory=dict)
    partner: Partner | None = None


class PactError(Exception):
    """A request that is not answered with what it asks for."""

    def __init__(
        self, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})
        self.code = code or _CODES[status]


class PactDoor:
    """Answers partners from one node; safe to call from several threads."""

    def __init__(self, node: Callable[[], Node]) -> None:
        self._node = node
        self._turnstile = Turnstile()

    def answer(self, asked: Asked) -> Answer:
        """What goes back. It is in the ledger when this returns, unless it has no body and nobody is known."""
        node = self._node()
        if not self._turnstile.may_pass(asked.address):
            return Answer(429, b"", "pact-refusal", {"retry-after": "60"})
        partner: Partner | None = None
        try:
            if asked.path == TOKEN:
                answer = self._give_token(node, asked)
            else:
                partner = self._check_token(node, asked)
                answer = replace(_route(node, asked, partner), partner=partner)
        except PactError as error:
            answer = _refuse(error, partner)
        if answer.partner is None:
            self._turnstile.note_stranger(asked.address)
        _record(node, asked, answer)
        return answer

    def _give_token(self, node: Node, asked: Asked) -> Answer:
        if asked.method != "POST":
            raise PactError(405, "expected POST", "BadRequest", {"allow": "POST"})
        if dict(_parse_form(asked)).get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", "expected grant_type=client_credentials")
        client, secret = _parse_basic(asked.headers.get("authorization", ""))
        partner = check_credential(node, client, secret)
        if partner is None:
            headers = {"www-authenticate": 'Basic realm="sealsum"'}
            return replace(
                _oauth_error(401, "invalid_client", "this credential is not valid"), headers=headers
            )
        token = issue_token(node, partner)
        found = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return replace(_json(200, found, "pact-token"), partner=partner)

    def _check_token(self, node: Node, asked: Asked) -> Partner:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        presented = find_token(node, token.strip()) if scheme.lower() == "bearer" else None
        headers = {"www-authenticate": 'Bearer realm="sealsum"'}
        if presented is None:
            raise PactError(401, f"a valid token is needed; get one at {TOKEN}", "AccessDenied", headers)
        if presented.is_expired:
            raise PactError(401, f"this token has expired; get a new one at {TOKEN}", "TokenExpired", headers)
        return presented.partner


def _route(node: Node, asked: Asked, partner: Partner) -> Answer:
    if asked.path == EVENTS:
        _check_method(asked, "POST")
        return _take_event(node, asked, partner)
    if asked.path in (FOOTPRINTS, f"{FOOTPRINTS}/"):
        _check_method(asked, "GET")
        return _list(node, asked, partner)
    one = _ONE.fullmatch(asked.path)
    if one is None:
        raise PactError(404, "there is nothing here")
    _check_method(asked, "GET")
    try:
        found = get_served(node, partner, one[1])
    except Refused as error:
        raise PactError(404 if error.check == "unknown" else 403, error.message) from error
    return _json(200, {"data": found.document}, "pact-footprints")


def _check_method(asked: Asked, method: str) -> None:
    if asked.method != method:
        raise PactError(405, f"expected {method}", "BadRequest", {"allow": method})


def _list(node: Node, asked: Asked, partner: Partner) -> Answer:
    pairs = parse_qsl(asked.query, keep_blank_values=True)
    limit, after = _read_count(pairs, "limit"), _read_count(pairs, "offset") or 0
    wanted = [(key, value) for key, value in pairs if key not in ("limit", "offset")]
    try:
        filters = parse_query(wanted)
    except BadFilter as error:
        raise PactError(400, str(error)) from error
    shown = MOST_FOOTPRINTS if limit is None else min(limit, MOST_FOOTPRINTS)
    # One more than is shown tells whether there is a next page.
    found = find_served(node, partner, filters, after, shown + 1)
    page, headers = found[:shown], {}
    if len(found) > shown:
        last = page[-1].number if page else after
        query = urlencode(
            [*wanted, *([] if limit is None else [("limit", str(limit))]), ("offset", str(last))]
        )
        headers["link"] = f'<{asked.base}{FOOTPRINTS}?{query}>; rel="next"'
    return replace(_json(200, {"data": [one.document for one in page]}, "pact-footprints"), headers=headers)


def _read_count(pairs: Sequence[tuple[str, str]], name: str) -> int | None:
    """A whole number of at least 0 from a query, None when it is not there. `offset` is only of our own links."""
    found = [value for key, value in pairs if key == name]
    if not found:
        return None
    if len(found) > 1 or re.fullmatch(r"[0-9]{1,15}", found[0], re.ASCII) is None:
        raise PactError(400, f"{name}: expected one whole number of at least 0")
    return int(found[0])


def _take_event(node: Node, asked: Asked, partner: Partner) -> Answer:
    if asked.headers.get("content-type", "").partition(";")[0].strip().lower() != CLOUD_EVENTS:
        raise PactError(400, f"expected content-type {CLOUD_EVENTS}")
    try:
        take_event(node, partner, parse_event(asked.body))
    except BadEvent as error:
        raise PactError(400, str(error)) from error
    except Refused as error:
        raise PactError(400, error.message) from error
    return Answer(200, b"", "pact-event")


# --- requests --------------------------------------------------------------------------------------


def _parse_form(asked: Asked) -> list[tuple[str, str]]:
    try:
        return parse_qsl(asked.body.decode("ascii"), max_num_fields=20)
    except ValueError:  # not ASCII, or too many fields
        return []


def _parse_basic(header: str) -> tuple[str, str]:
    """Client and secret of HTTP Basic; two empty texts, which nobody has, for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client, _, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return client, secret


# --- answers ---------------------------------------------------------------------------------------


def _json(status: int, value: object, kind: str) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, body, kind, {})


def _oauth_error(status: int, error: str, description: str) -> Answer:
    """An error of the token endpoint, as RFC 6749 section 5.2 has it."""
    return _json(status, {"error": error, "error_description": description}, "pact-token")


def _refuse(error: PactError, partner: Partner | None) -> Answer:
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    return replace(_json(error.status, body, "pact-refusal"), headers=error.headers, partner=partner)


def content_type_of(answer: Answer) -> str | None:
    """What the body is, None without one."""
    return _JSON if answer.body else None


def _record(node: Node, asked: Asked, answer: Answer) -> None:
    """One parcel, and the exact bytes behind it: the body; status and headers hold nothing of the owner's."""
    who = "somebody unknown" if answer.partner is None else answer.partner.name
    parcel = Parcel(f"{who}, {asked.address}", answer.kind, answer.body, PARTNER_ANSWERS[answer.kind])
    ledger = Ledger(node.store, node.clock)
    place = FOOTPRINTS if asked.path.startswith(FOOTPRINTS) else asked.path
    method = f"{asked.method} {place}" if place in (FOOTPRINTS, EVENTS, TOKEN) else f"{asked.method} other"
    ledger.send([parcel], lambda: ledger.begin(method[:64])(answer.body))
