"""The door over real sockets: a client that knows only a token, and everything that may answer it instead."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import grpc
import pytest

from authority.door import DOOR_CERTIFICATE_SECONDS, RENEW_AFTER_SECONDS, Door, Surroundings
from authority.limits import FAILURES
from authority.root import Root
from crypto.certificates import Issuer, encode_certificate, parse_certificate
from protocol.errors import NetworkError, PeerError, Refused, StoreError
from protocol.statements import parse_statement
from protos.enrolment import APPLICATION_LIMIT, EnrolmentToken
from protos.enrolment_client import DOOR_NAME, check_enrolled, find_root, redeem


class Opened:
    """A door of a house, its log lines, and its clock in the house."""

    def __init__(self, house: Any, listen: str = "127.0.0.1:0") -> None:
        self.house = house
        self.lines: list[str] = []
        surroundings = Surroundings(lambda: house.now, house.random, self.lines.append)
        self.door = Door(house.enroller, listen, surroundings)

    def token(self, secret: bytes) -> EnrolmentToken:
        return EnrolmentToken(self.door.address, self.house.root.fingerprint, secret)

    def redeem(self, secret: bytes, application: Any) -> Any:
        return redeem(self.token(secret), application, self.house.now)


@pytest.fixture
def open_door(make_house: Callable[..., Any]) -> Iterator[Callable[..., Opened]]:
    opened: list[Opened] = []

    def open_one(name: str = "authority", listen: str = "127.0.0.1:0") -> Opened:
        # gRPC verifies certificates by the machine's own clock.
        opened.append(Opened(make_house(name, int(time.time())), listen))
        return opened[-1]

    yield open_one
    for item in opened:
        item.door.close(0)


def call(address: str, root_pem: str, message: bytes, name: str = DOOR_NAME) -> bytes:
    """Send raw bytes to the service, as a hostile client would."""
    credentials = grpc.ssl_channel_credentials(root_certificates=root_pem.encode())
    options = [("grpc.ssl_target_name_override", name), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.secure_channel(address, credentials, options) as channel:
        reply: bytes = channel.unary_unary("/sealsum.v1.Enrolment/Enrol")(message, timeout=10)
        return reply


def test_a_token_is_redeemed_by_who_knows_nothing_else(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    _, secret = opened.house.invite()
    application = opened.house.apply(secret)
    enrolled = opened.redeem(secret, application)
    assert enrolled == opened.house.enrol(application)
    assert opened.redeem(secret, application) == enrolled


@contextmanager
def losing_answers(opened: Opened, times: int) -> Iterator[str]:
    """A relay before the door that cuts the connection `times` times instead of handing on what enrolled somebody."""
    host, _, port = opened.door.address.rpartition(":")
    listener = socket.create_server(("127.0.0.1", 0))
    lost: list[int] = []

    def hand_on(source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError), source, sink:
            while data := source.recv(65536):
                if is_answer and len(lost) < times and len(opened.lines) > len(lost):
                    lost.append(len(data))
                    sink.shutdown(socket.SHUT_RDWR)
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((host, int(port)))
                threading.Thread(target=hand_on, args=(client, server, False), daemon=True).start()
                threading.Thread(target=hand_on, args=(server, client, True), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    assert len(lost) == times


def test_an_answer_that_gets_lost_is_asked_for_again(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    _, secret = opened.house.invite()
    application = opened.house.apply(secret)
    sent: list[bytes] = []
    with losing_answers(opened, times=2) as address:
        token = replace(opened.token(secret), address=address)
        enrolled = redeem(token, application, opened.house.now, lambda _method: sent.append)
    assert enrolled == opened.house.enrol(application)
    assert len(sent) == 3


def test_an_answer_that_never_arrives_says_try_again(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    _, secret = opened.house.invite()
    application = opened.house.apply(secret)
    with losing_answers(opened, times=3) as address, pytest.raises(NetworkError):
        redeem(replace(opened.token(secret), address=address), application, opened.house.now)
    assert opened.redeem(secret, application) == opened.house.enrol(application)


def test_the_log_names_outcomes_and_no_secret(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    _, secret = opened.house.invite()
    opened.redeem(secret, opened.house.apply(secret))
    with pytest.raises(Refused):
        opened.redeem(secret, opened.house.apply(secret))
    assert [line.split(":")[0] for line in opened.lines] == ["127.0.0.1 enrolled", "127.0.0.1 refused"]
    assert secret.hex() not in "".join(opened.lines)


def test_refusals_arrive_with_their_check(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    with pytest.raises(Refused) as caught:
        opened.redeem(bytes(16), opened.house.apply(bytes(16)))
    assert caught.value.check == "token"
    assert "unknown here" in caught.value.message


def test_another_authority_at_the_address_gets_no_secret(open_door: Callable[..., Opened]) -> None:
    mine, other = open_door("mine"), open_door("other")
    _, secret = mine.house.invite()
    token = replace(mine.token(secret), address=other.door.address)
    with pytest.raises(PeerError, match="do not enrol there") as caught:
        redeem(token, mine.house.apply(secret), mine.house.now)
    assert caught.value.check == "authority"
    assert other.lines == []


def test_a_door_that_shows_a_stolen_root_is_refused(
    open_door: Callable[..., Opened], make_house: Callable[..., Any]
) -> None:
    mine, thief = open_door("mine"), make_house("thief", int(time.time()))
    thief.root = Root(Issuer(thief.root.issuer.key, mine.house.root.issuer.certificate))
    door = Opened(thief)
    try:
        token = replace(mine.token(bytes(16)), address=door.door.address)
        with pytest.raises(PeerError, match="not issued by this authority"):
            find_root(token, mine.house.now)
    finally:
        door.door.close(0)


def test_a_door_past_its_certificate_is_refused(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    with pytest.raises(PeerError, match="valid"):
        find_root(opened.token(bytes(16)), opened.house.now + DOOR_CERTIFICATE_SECONDS + 1)


def test_an_open_door_renews_its_certificate(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    opened.house.now += RENEW_AFTER_SECONDS
    later = opened.house.now + DOOR_CERTIFICATE_SECONDS
    find_root(opened.token(bytes(16)), later)


def test_a_server_that_is_no_authority_is_refused(open_door: Callable[..., Opened]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        token = EnrolmentToken(f"127.0.0.1:{port}", bytes(32), bytes(16))
        with pytest.raises(NetworkError):
            find_root(token, 0, timeout=0.3)


def test_an_address_where_nobody_listens_says_try_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NetworkError, match="try again"):
        find_root(EnrolmentToken(f"127.0.0.1:{port}", bytes(32), bytes(16)), 0, timeout=1)


def test_two_doors_cannot_share_a_port(open_door: Callable[..., Opened]) -> None:
    opened = open_door("one")
    with pytest.raises(StoreError, match="cannot listen"):
        open_door("two", opened.door.address)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", grpc.StatusCode.INVALID_ARGUMENT),
        (b"\xff" * 50, grpc.StatusCode.INVALID_ARGUMENT),
        (b"\x0a\x10" + bytes(16), grpc.StatusCode.INVALID_ARGUMENT),
        (bytes(APPLICATION_LIMIT + 1), grpc.StatusCode.RESOURCE_EXHAUSTED),
    ],
)
def test_hostile_messages_are_refused_and_the_door_stays_open(
    open_door: Callable[..., Opened], message: bytes, code: grpc.StatusCode
) -> None:
    opened = open_door()
    with pytest.raises(grpc.RpcError) as caught:
        call(opened.door.address, opened.house.root.pem, message)
    assert caught.value.code() == code  # type: ignore[attr-defined]
    _, secret = opened.house.invite()
    opened.redeem(secret, opened.house.apply(secret))


def test_random_messages_never_get_an_answer(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    for length in range(1, FAILURES):
        with pytest.raises(grpc.RpcError):
            call(opened.door.address, opened.house.root.pem, os.urandom(length * 7))


def test_an_address_that_knocks_too_often_waits(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    opened.house.now -= opened.house.now % 60
    for _ in range(FAILURES):
        with pytest.raises(Refused, match="unknown"):
            opened.redeem(bytes(16), opened.house.apply(bytes(16)))
    with pytest.raises(Refused) as caught:
        opened.redeem(bytes(16), opened.house.apply(bytes(16)))
    assert caught.value.check == "busy"
    opened.house.now += 60
    with pytest.raises(Refused, match="unknown"):
        opened.redeem(bytes(16), opened.house.apply(bytes(16)))


def test_success_is_not_counted_against_an_address(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    opened.house.now -= opened.house.now % 60
    for number in range(FAILURES + 5):
        _, secret = opened.house.invite(f"E{number}")
        opened.redeem(secret, opened.house.apply(secret))


def test_tokens_survive_a_restart_of_the_door(open_door: Callable[..., Opened]) -> None:
    first = open_door()
    _, secret = first.house.invite()
    application = first.house.apply(secret)
    enrolled = first.redeem(secret, application)
    _, unused = first.house.invite("OTHER")
    first.door.close(0)
    first.house.restart()
    second = Opened(first.house)
    try:
        assert second.redeem(secret, application) == enrolled
        second.redeem(unused, first.house.apply(unused))
    finally:
        second.door.close(0)


@pytest.mark.parametrize("part", ["root", "certificate", "statement", "sealing key", "csr"])
def test_an_answer_with_a_part_from_another_enrolment_is_refused(house: Any, part: str) -> None:
    _, one = house.invite("ONE")
    _, two = house.invite("TWO")
    application, foreign = house.apply(one), house.apply(two)
    enrolled, other = house.enrol(application), house.enrol(foreign)
    root = house.root.issuer.certificate
    check_enrolled(enrolled, application, root, house.now)
    match part:
        case "root":
            enrolled = replace(enrolled, root_certificate_pem=other.certificate_pem)
        case "certificate":
            enrolled = replace(enrolled, certificate_pem=other.certificate_pem)
        case "statement":
            enrolled = replace(enrolled, enrolment=other.enrolment)
        case "sealing key":
            application = replace(application, sealing_key=foreign.sealing_key)
        case "csr":
            application = replace(application, csr_pem=foreign.csr_pem)
    with pytest.raises(PeerError) as caught:
        check_enrolled(enrolled, application, root, house.now)
    assert caught.value.check == "enrolment"


def test_an_answer_under_another_root_is_refused(make_house: Callable[..., Any]) -> None:
    mine, other = make_house("mine"), make_house("other")
    _, secret = other.invite()
    application = other.apply(secret)
    enrolled = replace(other.enrol(application), root_certificate_pem=mine.root.pem)
    with pytest.raises(PeerError, match="not issued"):
        check_enrolled(enrolled, application, mine.root.issuer.certificate, mine.now)


def test_a_revocation_is_no_enrolment(house: Any) -> None:
    _, secret = house.invite()
    application = house.apply(secret)
    enrolled = house.enrol(application)
    revocation = house.enroller.revoke(parse_statement(enrolled.enrolment).id, "over", house.now)
    with pytest.raises(PeerError, match="expected an enrolment"):
        check_enrolled(
            replace(enrolled, enrolment=revocation.data),
            application,
            house.root.issuer.certificate,
            house.now,
        )


def test_the_root_is_found_as_it_is(open_door: Callable[..., Opened]) -> None:
    opened = open_door()
    root = find_root(opened.token(bytes(16)), opened.house.now)
    assert encode_certificate(root).decode() == opened.house.root.pem
    assert root == parse_certificate(opened.house.root.pem.encode())
