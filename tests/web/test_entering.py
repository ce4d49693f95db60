"""Accounts, sessions, links, forged requests and the limit of attempts, over a real door."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from protocol.errors import Refused
from web.accounts import Account, close_account, make_account, make_password, set_password, set_roles
from web.application import make_app
from web.door import Door, Listen, check_listen
from web.known import KNOWN_SECONDS
from web.logins import MOST_BY_ADDRESS, MOST_IN_ALL, Attempt, Way
from web.schema import ENTRY_LINKS, SESSIONS
from web.sessions import IDLE_SECONDS, LIFE_SECONDS, LINK_SECONDS, make_link
from web.shields import LONGEST_BODY, Shields
from web.site import Look, Site
from web.storing import PassingStore
from web.templating import Templates
from web.visits import Visit, signed_in

PASSWORD = "correct horse battery"
NOW = 1_795_000_000
Member = Annotated[Visit, signed_in()]
Owner = Annotated[Visit, signed_in("owner")]


class House:
    """An application with two pages, its store, and a clock one can turn."""

    def __init__(self) -> None:
        self.store = PassingStore()
        self.now = NOW
        self.changed: list[str] = []
        site = Site(
            store=lambda: self.store,
            templates=Templates([]),
            look=Look("Sealsum", ()),
            cookie="test",
            is_secure=False,
            key=lambda: b"k" * 32,
            home="/seen",
            clock=lambda: self.now,
        )
        self.app = app = make_app(site, "test")
        self._add_pages(app)
        self.door = Door(Shields(app, ("127.0.0.1",)), Listen("127.0.0.1:0"))
        with self.store.write() as connection:
            make_account(connection, Account("wang@example", frozenset({"owner"})), NOW)
            set_password(connection, "wang@example", make_password(PASSWORD, os.urandom))

    def _add_pages(self, app: FastAPI) -> None:
        @app.get("/seen")
        def seen(visit: Member) -> Response:
            return Response(visit.account.name)

        @app.post("/change")
        def change(visit: Owner) -> Response:
            self.changed.append(visit.account.name)
            return visit.go("/seen")

        @app.get("/api/v1/thing")
        def thing(visit: Member) -> dict[str, str]:
            raise Refused("unknown", "no such thing")

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.door.url, trust_env=False, timeout=60)


@pytest.fixture
def house() -> Iterator[House]:
    opened = House()
    opened.door.start()
    yield opened
    opened.door.stop()


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


def sign_in(client: httpx.Client, password: str = PASSWORD, **more: str) -> httpx.Response:
    csrf = token_of(client.get("/login"))
    return client.post("/login", data={"csrf": csrf, "name": "wang@example", "password": password, **more})


def csrf_in(client: httpx.Client) -> str:
    return token_of(client.get("/nowhere"))


def test_a_password_opens_a_session_and_signing_out_ends_it(house: House) -> None:
    with house.client() as client:
        before = client.get("/login").cookies["test"]
        answer = sign_in(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/seen")
        cookie = answer.headers["set-cookie"].casefold()
        assert "httponly" in cookie and "samesite=strict" in cookie
        secret = client.cookies["test"]
        assert secret != before
        assert client.get("/seen").text == "wang@example"
        with house.store.read() as connection:
            assert secret not in str(connection.execute(SESSIONS.select()).all())
        csrf = csrf_in(client)
        client.post("/logout", data={"csrf": csrf})
        client.cookies.set("test", secret, domain="127.0.0.1")
        assert client.get("/seen").status_code == 303


def test_a_wrong_password_an_unknown_name_and_a_closed_account_are_answered_alike(house: House) -> None:
    with house.client() as client:
        wrong = sign_in(client, "something else entirely")
        csrf = token_of(client.get("/login"))
        unknown = client.post("/login", data={"csrf": csrf, "name": "wang@example2", "password": PASSWORD})
        with house.store.write() as connection:
            close_account(connection, "wang@example")
        closed = sign_in(client)
        assert [one.status_code for one in (wrong, unknown, closed)] == [403] * 3
        assert wrong.text == closed.text == unknown.text.replace("wang@example2", "wang@example")


def fail(
    house: House,
    times: int,
    account: str = "wang@example",
    address: str = "203.0.113.9",
    way: Way = "password",
) -> None:
    """Wrong passwords, as the record has them; of a stranger unless `way` says otherwise."""
    with house.store.write() as connection:
        for _ in range(times):
            Attempt(account, address, way).note(connection, house.now, "refused")


def test_after_ten_failures_even_the_right_password_waits_a_quarter_of_an_hour(house: House) -> None:
    fail(house, 10)
    with house.client() as client:
        assert sign_in(client).status_code == 429
        house.now += 15 * 60
        assert sign_in(client).status_code == 303


def test_who_guesses_a_password_does_not_keep_the_browsers_out_that_were_signed_in_before(
    house: House,
) -> None:
    with house.client() as mine, house.client() as stranger:
        sign_in(mine)
        mine.post("/logout", data={"csrf": csrf_in(mine)})
        fail(house, 9, address="127.0.0.1")
        answers = [sign_in(stranger, "guess after guess").status_code for _ in range(2)]
        assert answers == [403, 429]
        fail(house, MOST_IN_ALL, "li@example", "127.0.0.1")
        assert sign_in(stranger).status_code == 429
        assert sign_in(mine).status_code == 303


def test_a_known_browser_is_slowed_for_its_own_guesses(house: House) -> None:
    with house.client() as mine, house.client() as other:
        sign_in(mine)
        mine.post("/logout", data={"csrf": csrf_in(mine)})
        fail(house, 9, way="known")
        assert sign_in(mine, "guess after guess").status_code == 403
        assert sign_in(mine).status_code == 429
        assert sign_in(other).status_code == 303


def test_what_makes_a_browser_known_is_for_one_account_and_cannot_be_made_up(house: House) -> None:
    with house.store.write() as connection:
        make_account(connection, Account("li@example", frozenset({"owner"})), NOW)
        set_password(connection, "li@example", make_password(PASSWORD, os.urandom))
    with house.client() as client:
        sign_in(client)
        (mine,) = known_cookies(client)
    with house.client() as client:
        sign_in(client, name="li@example")
        (of_li,) = known_cookies(client).values()
    fail(house, 10)
    proof = of_li.partition(".")[2]
    for shown in (of_li, f"{NOW + 1}.{proof}", f"{'9' * 12}.{proof}", "x.", ""):
        with house.client() as client:
            client.cookies.set(mine, shown, domain="127.0.0.1")
            assert sign_in(client).status_code == 429


def known_cookies(client: httpx.Client) -> dict[str, str]:
    return {one.name: str(one.value) for one in client.cookies.jar if "_known_" in one.name}


def test_a_browser_is_known_for_a_year(house: House) -> None:
    with house.client() as mine:
        sign_in(mine)
        house.now += KNOWN_SECONDS - LIFE_SECONDS
        fail(house, 10)
        assert sign_in(mine).status_code == 303
        house.now += KNOWN_SECONDS
        fail(house, 10)
        assert sign_in(mine).status_code == 429


@pytest.mark.parametrize(
    "times,account,address",
    [(MOST_BY_ADDRESS, "li@example", "127.0.0.1"), (MOST_IN_ALL, "li@example", "203.0.113.9")],
)
def test_strangers_are_slowed_by_address_and_all_together(
    house: House, times: int, account: str, address: str
) -> None:
    with house.client() as client:
        fail(house, times - 1, account, address)
        assert sign_in(client).status_code == 303
    with house.client() as client:
        fail(house, 1, account, address)
        assert sign_in(client).status_code == 429
        house.now += 15 * 60
        assert sign_in(client).status_code == 303


def test_a_right_link_opens_however_many_wrong_ones_were_tried(house: House) -> None:
    with house.store.write() as connection:
        secret = make_link(connection, "wang@example", "/seen", NOW, os.urandom)
    with house.client() as client:
        answers = [
            client.post("/enter", data={"secret": "0"}).status_code for _ in range(MOST_BY_ADDRESS + 1)
        ]
        assert answers == [403] * MOST_BY_ADDRESS + [429]
        assert client.post("/enter", data={"secret": secret}).status_code == 200


@pytest.mark.parametrize("seconds,still", [(IDLE_SECONDS, True), (IDLE_SECONDS + 1, False)])
def test_a_session_that_nobody_used_for_half_a_day_is_over(house: House, seconds: int, still: bool) -> None:
    with house.client() as client:
        sign_in(client)
        house.now += seconds
        assert (client.get("/seen").status_code == 200) is still


def test_a_session_is_over_after_a_week_however_often_it_is_used(house: House) -> None:
    with house.client() as client:
        sign_in(client)
        for _ in range(2 * LIFE_SECONDS // IDLE_SECONDS):
            house.now += IDLE_SECONDS // 2
            assert client.get("/seen").status_code == 200
        house.now += 1
        assert client.get("/seen").status_code == 303


def test_a_change_without_the_token_of_its_visit_is_refused(house: House) -> None:
    with house.client() as client, house.client() as other:
        sign_in(client)
        assert client.post("/change").status_code == 403
        assert client.post("/change", data={"csrf": csrf_in(other)}).status_code == 403
        assert (
            client.post(
                "/change", headers={"X-CSRF-Token": "é"}.items() and {"X-CSRF-Token": "0"}
            ).status_code
            == 403
        )
        assert house.changed == []
        assert client.post("/change", data={"csrf": csrf_in(client)}).status_code == 303
        assert client.post("/change", headers={"X-CSRF-Token": csrf_in(client)}).status_code == 303
        assert house.changed == ["wang@example"] * 2


def test_a_change_from_a_page_of_another_site_is_refused_before_anything_looks_at_it(house: House) -> None:
    with house.client() as client:
        sign_in(client)
        csrf = csrf_in(client)
        for headers in (
            {"origin": "http://evil.example"},
            {"sec-fetch-site": "cross-site"},
            {"origin": "null"},
        ):
            answer = client.post("/change", data={"csrf": csrf}, headers=headers)
            assert (answer.status_code, house.changed) == (403, [])


def test_another_role_may_look_and_not_change(house: House) -> None:
    with house.store.write() as connection:
        set_roles(connection, "wang@example", ["reader"])
    with house.client() as client:
        sign_in(client)
        assert client.get("/seen").status_code == 200
        assert client.post("/change", data={"csrf": csrf_in(client)}).status_code == 403
        assert house.changed == []


def test_a_link_is_used_once_and_in_time(house: House) -> None:
    with house.store.write() as connection:
        first, late = (make_link(connection, "wang@example", "/seen", NOW, os.urandom) for _ in range(2))
        assert first not in str(connection.execute(ENTRY_LINKS.select()).all())
    with house.client() as client:
        answer = client.post("/enter", data={"secret": first})
        assert answer.json() == {"leads_to": "/seen"}
        assert client.get("/seen").text == "wang@example"
        assert client.post("/enter", data={"secret": first}).status_code == 403
        house.now += LINK_SECONDS + 1
        assert client.post("/enter", data={"secret": late}).status_code == 403


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "", "/\tx"]
)
def test_signing_in_leads_to_pages_of_this_application_only(house: House, wanted: str) -> None:
    with house.client() as client:
        assert sign_in(client, wanted=wanted or " ").headers["location"] == "/seen"


def test_a_name_that_is_not_this_doors_is_refused(house: House) -> None:
    with house.client() as client:
        assert client.get("/login", headers={"host": "evil.example"}).status_code == 421
        assert client.get("/login", headers={"host": "127.0.0.1:1"}).status_code == 200


def test_every_answer_tells_the_browser_what_a_page_may_do(house: House) -> None:
    with house.client() as client:
        for path in ("/login", "/nowhere", "/static/app.css", "/seen"):
            headers = client.get(path).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
        assert client.get("/login").headers["cache-control"] == "no-store"


def test_a_body_that_is_too_long_is_refused_whatever_it_claims(house: House) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(LONGEST_BODY // 2**20 + 2):
            yield b"x" * 2**20

    with house.client() as client:
        assert client.post("/login", content=b"x" * (LONGEST_BODY + 1)).status_code == 413
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post("/login", content=endless(), headers=form).status_code in (400, 413)


def test_the_api_answers_problems_as_rfc_9457_says(house: House) -> None:
    with house.client() as client:
        nobody = client.get("/api/v1/thing")
        assert (nobody.status_code, nobody.headers["content-type"]) == (401, "application/problem+json")
        assert nobody.headers["www-authenticate"].startswith("Bearer")
        sign_in(client)
        missing = client.get("/api/v1/thing")
        assert missing.json() == {
            "type": "urn:sealsum:problem:unknown",
            "title": "this cannot be done",
            "status": 404,
            "detail": "no such thing",
        }


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:0", "example.com:0"])
def test_another_address_than_loopback_needs_a_flag_and_tls(address: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="--allow-remote"):
        check_listen(Listen(address))
    with pytest.raises(Refused, match="TLS"):
        check_listen(Listen(address, may_be_remote=True))
    check_listen(Listen(address, tmp_path, tmp_path, may_be_remote=True))


@pytest.mark.parametrize("address", ["127.0.0.1:0", "localhost:0", "[::1]:0"])
def test_loopback_needs_neither(address: str) -> None:
    check_listen(Listen(address))


def test_a_door_of_a_container_is_as_near_as_where_it_is_published(tmp_path: Path) -> None:
    near = Listen("0.0.0.0:0", published="127.0.0.1:7450", is_contained=True)
    check_listen(near)
    with pytest.raises(Refused, match="--published is for a container"):
        check_listen(replace(near, is_contained=False))
    assert "0.0.0.0" not in near.hosts
    assert "127.0.0.1" in near.hosts
    far = Listen("127.0.0.1:0", published="192.0.2.1:7450", is_contained=True)
    with pytest.raises(Refused, match=r"192\.0\.2\.1:7450 can be reached.*--allow-remote"):
        check_listen(far)
    with pytest.raises(Refused, match="TLS"):
        check_listen(replace(far, may_be_remote=True))
    with pytest.raises(Refused, match="HOST:PORT"):
        check_listen(Listen("0.0.0.0:0", published="7450"))
    door = Door(PlainTextResponse("never"), near)
    assert door.url == "http://127.0.0.1:7450"
    door.stop()
