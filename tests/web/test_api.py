"""What every call of the API shares: tokens with scopes, pages by cursor, requests that are done once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import httpx
import pytest
from fastapi import Body, Header
from starlette.responses import JSONResponse

from protocol.errors import Refused
from tests.web.test_entering import NOW, House, csrf_in, sign_in
from web.accounts import close_account, set_roles
from web.paging import make_cursor, parse_cursor
from web.repeating import KEPT_SECONDS, answer_once
from web.schema import ANSWERS, TOKENS
from web.tokens import Caller, Token, allowed, list_tokens, make_token, revoke_token

DAY = 86_400
Reading = Annotated[Caller, allowed("read")]
Writing = Annotated[Caller, allowed("write", "owner")]


@pytest.fixture
def house() -> Iterator[House]:
    opened = House()

    @opened.app.get("/api/v1/me")
    def me(caller: Reading) -> dict[str, str]:
        return {"account": caller.account.name}

    @opened.app.post("/api/v1/orders")
    def order(
        caller: Writing,
        goods: Annotated[str, Body(embed=True)],
        key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
    ) -> JSONResponse:
        def work() -> tuple[int, dict[str, int | str]]:
            if goods == "nothing":
                raise Refused("goods", "expected goods")
            opened.changed.append(goods)
            return 201, {"number": len(opened.changed), "secret": "4711"}

        return answer_once(caller, key, f"POST /orders {goods}".encode(), work)

    opened.door.start()
    yield opened
    opened.door.stop()


def token(house: House, *scopes: str, days: int = 1) -> str:
    made = Token("", "wang@example", "a program", frozenset(scopes), NOW, NOW + days * DAY, None)
    with house.store.write() as connection:
        return make_token(connection, made, os.urandom)


def call(house: House, secret: str, goods: str = "", **headers: str) -> httpx.Response:
    with house.client() as client:
        client.headers["authorization"] = f"Bearer {secret}"
        if goods:
            return client.post("/api/v1/orders", json={"goods": goods}, headers=headers)
        return client.get("/api/v1/me")


def test_a_token_opens_what_its_scopes_and_its_account_allow(house: House) -> None:
    reading, both = token(house, "read"), token(house, "read", "write")
    assert call(house, reading).json() == {"account": "wang@example"}
    assert call(house, reading, "tea").status_code == 403
    assert call(house, both, "tea").status_code == 201
    with house.store.write() as connection:
        set_roles(connection, "wang@example", ["reader"])
    assert call(house, both).status_code == 200
    assert call(house, both, "tea").status_code == 403
    assert house.changed == ["tea"]


def test_a_token_that_is_unknown_over_revoked_or_of_a_closed_account_opens_nothing(house: House) -> None:
    first, second = token(house, "read"), token(house, "read")
    assert call(house, "sealsum_" + "0" * 64).status_code == 401
    assert call(house, "x").status_code == 401
    with house.store.write() as connection:
        ids = {one.id for one in list_tokens(connection, "wang@example")}
        with pytest.raises(Refused, match="has no token"):
            revoke_token(connection, next(iter(ids)), "li@example")
        for one in ids:
            revoke_token(connection, one, "wang@example")
    assert [call(house, one).status_code for one in (first, second)] == [401, 401]
    late, closed = token(house, "read"), token(house, "read", days=9)
    house.now += DAY
    assert [call(house, late).status_code, call(house, closed).status_code] == [401, 200]
    with house.store.write() as connection:
        close_account(connection, "wang@example")
    assert call(house, closed).status_code == 401


def test_only_the_hash_of_a_token_is_stored_and_it_ends_within_a_year(house: House) -> None:
    secret = token(house, "read")
    with house.store.read() as connection:
        assert secret.removeprefix("sealsum_") not in str(connection.execute(TOKENS.select()).all())
    for days in (0, 367):
        with pytest.raises(Refused, match="366 days"):
            token(house, "read", days=days)


def test_a_signed_in_reader_calls_without_a_token_but_changes_nothing_without_the_form_token(
    house: House,
) -> None:
    with house.client() as client:
        sign_in(client)
        assert client.get("/api/v1/me").status_code == 200
        assert client.post("/api/v1/orders", json={"goods": "tea"}).status_code == 403
        headers = {"X-CSRF-Token": csrf_in(client)}
        assert client.post("/api/v1/orders", json={"goods": "tea"}, headers=headers).status_code == 201


def test_a_request_that_is_sent_twice_is_done_once_and_answered_alike(house: House) -> None:
    secret = token(house, "write")
    first = call(house, secret, "tea", **{"Idempotency-Key": "a"})
    again = call(house, secret, "tea", **{"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and again.headers["idempotent-replay"] == "true"
    assert house.changed == ["tea"]
    other = call(house, secret, "coffee", **{"Idempotency-Key": "a"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:sealsum:problem:repeated")
    assert call(house, secret, "coffee", **{"Idempotency-Key": "b"}).json()["number"] == 2
    house.now += KEPT_SECONDS + 1
    assert call(house, token(house, "write", days=9), "tea", **{"Idempotency-Key": "a"}).json()["number"] == 3


def test_an_answer_that_is_kept_cannot_be_read_in_the_store(house: House) -> None:
    call(house, token(house, "write"), "tea", **{"Idempotency-Key": "a"})
    with house.store.read() as connection:
        (row,) = connection.execute(ANSWERS.select()).all()
    assert row.status == 201 and b"4711" not in row.body


def test_what_was_refused_is_asked_again_under_the_same_key(house: House) -> None:
    secret = token(house, "write")
    for _ in range(2):
        answer = call(house, secret, "nothing", **{"Idempotency-Key": "a"})
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:sealsum:problem:goods")


def test_a_cursor_is_of_its_own_list_and_unchanged() -> None:
    text = make_cursor(12, "ab")
    assert parse_cursor(text, int, str) == (12, "ab")
    assert parse_cursor("", int, str) is None
    for wrong in (
        text[:-2],
        text + "A",
        "!!",
        make_cursor("ab", 12),
        make_cursor(12),
        make_cursor(True, "a"),
        "W10",
    ):
        with pytest.raises(Refused, match="unchanged"):
            parse_cursor(wrong, int, str)
