"""Anyone begins calls at the enrolment door without end, or takes no answer: its places belong to all. Protocol 11."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crypto.certificates import make_csr
from crypto.sealing import make_sealing_key
from crypto.signing import make_signing_key
from protos import enrolment_door, entering
from protos.enrolment import Application, encode_application, make_application, parse_token
from protos.enrolment_client import redeem
from protos.enrolment_door import CALLS, CALLS_AN_ADDRESS
from tests.coordinator.office import Office, open_office
from tests.node.test_agent import wait_for
from tests.support.raw_http2 import raw_connection

ELSEWHERE = "127.0.0.2"
"""The attacker's address; who wants to enrol has another one."""
ENROL, RENEW = "/sealsum.v1.Enrolment/Enrol", "/sealsum.v1.Enrolment/Renew"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "authority") as opened:
        yield opened


def apply(secret: bytes) -> Application:
    csr = make_csr(make_signing_key(), "wish", "wish").decode()
    return make_application(secret, csr, make_sealing_key(os.urandom)[0], os.urandom)


def enrols(office: Office, name: str) -> bool:
    token = parse_token(office.token(name, "supplier"))
    return bool(redeem(token, apply(token.secret), int(time.time())).enrolment)


def test_calls_begun_from_one_address_leave_the_enrolment_door_to_others(office: Office) -> None:
    """Of more calls than the door has in all, only the header is sent."""
    with ExitStack() as stack:
        for _ in range(CALLS // CALLS_AN_ADDRESS + 1):
            connection = stack.enter_context(raw_connection(office.door.address, source=ELSEWHERE))
            for _ in range(CALLS_AN_ADDRESS):
                connection.begin(RENEW)
            connection.settle()
        assert enrols(office, "Honest")


def test_a_call_that_says_nothing_is_ended_and_its_place_is_free_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "MESSAGE_SECONDS", 0.5)
    with raw_connection(office.door.address, source=ELSEWHERE) as connection:

        def ending(call: int) -> str:
            return connection.answer(call)["sealsum-check"]

        calls = [connection.begin(RENEW) for _ in range(CALLS_AN_ADDRESS)]
        assert [ending(call) for call in calls] == ["message"] * CALLS_AN_ADDRESS
        wait_for(lambda: ending(connection.begin(RENEW)) == "message")


def test_answers_that_one_address_never_takes_leave_the_enrolment_door_to_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who holds a token gets the same answer as often as it asks, and takes none of them."""
    monkeypatch.setattr(enrolment_door, "CALLS", 2 * CALLS_AN_ADDRESS)
    token = parse_token(office.token("Greedy", "supplier"))
    message = encode_application(apply(token.secret)).SerializeToString()
    refused = 0
    with ExitStack() as stack:
        for _ in range(3):
            connection = stack.enter_context(raw_connection(office.door.address, source=ELSEWHERE))
            for _ in range(CALLS_AN_ADDRESS):
                refused += connection.is_busy(connection.ask(ENROL, message))
        assert enrols(office, "Honest")
    assert refused == 2 * CALLS_AN_ADDRESS


def test_a_connection_ends_by_itself_with_what_is_not_taken_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolment_door, "CALLS_AN_ADDRESS", 1)
    monkeypatch.setattr(enrolment_door, "CONNECTION_SECONDS", 3)
    monkeypatch.setattr(enrolment_door, "GRACE_SECONDS", 1)
    with open_office(tmp_path / "authority") as office:
        token = parse_token(office.token("Greedy", "supplier"))
        message = encode_application(apply(token.secret)).SerializeToString()

        def is_let_in() -> bool:
            with raw_connection(office.door.address, source=ELSEWHERE) as connection:
                return not connection.is_busy(connection.ask(ENROL, message))

        with raw_connection(office.door.address, source=ELSEWHERE) as connection:
            connection.ask(ENROL, message)
            connection.wait_closed()
        wait_for(is_let_in)
