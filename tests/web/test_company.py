"""Signing in by a company's own login, against a provider of OpenID Connect over HTTP; and codes as a second factor."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from crypto.errors import BadLock
from protocol.errors import Refused
from tests.web.provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.web.test_entering import NOW, PASSWORD, House, csrf_in, fail, sign_in
from web.accounts import close_account
from web.codes import SecondFactor, begin_code, confirm_code, has_code, use_code
from web.company import TRIP_SECONDS, Company, make_company
from web.company_settings import NO_COMPANY, CompanyFields
from web.schema import ACCOUNTS, LOGINS

NOTED: list[tuple[str, str]] = []


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(NOW)
    yield made
    made.stop()


@pytest.fixture
def house(provider: Provider) -> Iterator[House]:
    opened = House()
    NOTED.clear()
    company = Company(
        provider.issuer, CLIENT_ID, opened.door.url, CLIENT_SECRET, lambda *what: NOTED.append(what)
    )
    opened.app.state.site = replace(opened.app.state.site, company=company)
    opened.door.start()
    yield opened
    opened.door.stop()


def go(client: httpx.Client, wanted: str = "/seen") -> httpx.Response:
    """Through the company's login and back, as a browser does."""
    asked = client.get("/company", params={"next": wanted})
    assert asked.status_code == 303
    sent = httpx.get(asked.headers["location"], trust_env=False)
    return client.get(sent.headers["location"])


def test_a_person_of_the_company_enters_and_is_known_by_the_subject_from_then_on(
    house: House, provider: Provider
) -> None:
    with house.client() as client:
        answer = go(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/seen")
        assert client.get("/seen").text == "wang@example"
    provider.email = "married@example"
    with house.client() as client:
        go(client)
        assert client.get("/seen").text == "wang@example"
    assert provider.problems == []


def test_another_person_with_the_same_address_does_not_take_the_account_over(
    house: House, provider: Provider
) -> None:
    with house.client() as client:
        go(client)
    provider.subject = "4712"
    with house.client() as client:
        assert go(client).status_code == 403
        assert client.get("/seen").status_code == 303


def test_who_has_no_account_an_unproven_address_or_a_closed_account_stays_outside(
    house: House, provider: Provider
) -> None:
    provider.verified = False
    with house.client() as client:
        assert go(client).status_code == 403
    provider.verified, provider.email = True, "li@example"
    with house.client() as client:
        assert go(client).status_code == 403
    provider.email = "wang@example"
    with house.client() as client:
        go(client)
    with house.store.write() as connection:
        close_account(connection, "wang@example")
    with house.client() as client:
        assert go(client).status_code == 403
    with house.store.read() as connection:
        outcomes = [row.outcome for row in connection.execute(LOGINS.select())]
    assert outcomes == ["refused", "refused", "entered", "refused"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another-application"},
        {"aud": None},
        {"nonce": "0" * 64},
        {"nonce": None},
        {"exp": NOW - 3600},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
    ],
)
def test_a_token_for_another_application_visit_or_time_is_refused(
    house: House, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    with house.client() as client:
        assert go(client).status_code == 422
        assert client.get("/seen").status_code == 303


def test_a_token_by_another_key_is_refused(house: House, provider: Provider) -> None:
    provider.signs_with_other_key = True
    with house.client() as client:
        assert go(client).status_code == 422


def test_an_answer_to_another_question_an_old_one_and_a_repeated_one_are_refused(house: House) -> None:
    with house.client() as client, house.client() as other:
        asked = client.get("/company")
        back = httpx.get(asked.headers["location"], trust_env=False).headers["location"]
        assert other.get(back).status_code == 422
        state = "state=" + "0" * 64
        assert client.get(re.sub(r"state=\w+", state, back)).status_code == 422
        assert client.get(back).status_code == 303
        assert client.get(back).status_code == 422
        asked = client.get("/company")
        back = httpx.get(asked.headers["location"], trust_env=False).headers["location"]
        house.now += TRIP_SECONDS + 1
        assert client.get(back).status_code == 422


def test_a_provider_that_is_another_than_configured_or_is_away_lets_nobody_in(
    house: House, provider: Provider
) -> None:
    true_issuer, provider.issuer = provider.issuer, "http://127.0.0.1:1"
    with house.client() as client:
        assert client.get("/company").status_code == 422
    provider.issuer = true_issuer
    provider.stop()
    with house.client() as client:
        assert client.get("/company").status_code == 503


def test_everything_that_goes_to_the_company_is_told_before(house: House, provider: Provider) -> None:
    with house.client() as client:
        go(client)
    assert {receiver for receiver, _ in NOTED} == {provider.issuer.partition("://")[2]}
    assert len(NOTED) == 4


def test_settings_of_a_company_are_given_whole_and_safe(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s\n", "utf-8")
    whole = CompanyFields("https://login.example", "id", secret, "https://node.example")
    made = make_company(whole, lambda *_: None)
    assert made is not None and made.back_url == "https://node.example/company/back"
    assert make_company(NO_COMPANY, lambda *_: None) is None
    for wrong in (
        replace(whole, client_id=None),
        replace(whole, public_url=None),
        replace(whole, issuer="http://login.example"),
        replace(whole, public_url="http://node.example"),
        replace(whole, secret_file=tmp_path / "none"),
    ):
        with pytest.raises(Refused):
            make_company(wrong, lambda *_: None)


# --- codes ------------------------------------------------------------------------------------------

FACTOR = SecondFactor("wang@example", b"k" * 32)


def code_at(key: bytes, now: int) -> str:
    return TOTP(key, 6, SHA1(), 30).generate(now).decode()


@pytest.fixture
def app_of_wang(house: House) -> Callable[[int], str]:
    """The account's authenticator app, set up."""
    with house.store.write() as connection:
        uri = begin_code(connection, FACTOR, os.urandom)
        text = re.search(r"secret=([A-Z2-7]+)", uri)
        assert text
        key = base64.b32decode(text[1] + "=" * (-len(text[1]) % 8))
        assert not has_code(connection, FACTOR)
        assert not confirm_code(connection, FACTOR, "000000", NOW, os.urandom)
        assert confirm_code(connection, FACTOR, code_at(key, NOW), NOW, os.urandom)
    return lambda now: code_at(key, now)


def test_with_an_app_the_password_alone_opens_nothing(
    house: House, app_of_wang: Callable[[int], str]
) -> None:
    house.now += 60
    with house.client() as client:
        assert sign_in(client).status_code == 403
        assert sign_in(client, code="12345").status_code == 403
        assert sign_in(client, PASSWORD, code=app_of_wang(house.now)).status_code == 303


def test_a_code_is_good_once_and_for_a_minute(house: House, app_of_wang: Callable[[int], str]) -> None:
    now = NOW + 600
    with house.store.write() as connection:
        code = app_of_wang(now)
        assert use_code(connection, FACTOR, code, now, os.urandom)
        assert not use_code(connection, FACTOR, code, now, os.urandom)
        assert not use_code(connection, FACTOR, app_of_wang(now - 30), now, os.urandom)
        assert use_code(connection, FACTOR, app_of_wang(now + 60), now + 90, os.urandom)
        assert not use_code(connection, FACTOR, app_of_wang(now + 300), now + 400, os.urandom)


def test_the_key_of_an_app_is_locked_in_the_store(house: House, app_of_wang: Callable[[int], str]) -> None:
    with house.store.read() as connection:
        kept = bytes(connection.execute(ACCOUNTS.select()).one().totp)
    assert b"key" not in kept
    with pytest.raises(BadLock), house.store.read() as connection:
        has_code(connection, SecondFactor("wang@example", b"x" * 32))


def _typed_key(page: str) -> str:
    found = re.search(r'<code id="typed-key">([A-Z2-7 ]+)</code>', page)
    return "" if found is None else found[1].replace(" ", "")


def test_an_account_sets_its_password_and_its_app_on_its_own_page(house: House) -> None:
    with house.client() as client:
        sign_in(client)
        page = client.post("/account/code", data={"csrf": csrf_in(client)})
        assert "<svg" in page.text and page.status_code == 200
        key = _typed_key(page.text)
        assert len(base64.b32decode(key)) == 20
        wrong = client.post("/account/code/confirm", data={"csrf": csrf_in(client), "code": "000000"})
        assert wrong.status_code == 422 and "<svg" in wrong.text
        assert _typed_key(wrong.text) == key  # a mistyped code costs no new scan
        code = code_at(base64.b32decode(key), house.now)
        kept = client.post("/account/code/confirm", data={"csrf": csrf_in(client), "code": code})
        assert kept.status_code == 303 and "typed-key" not in client.get("/account").text
        again = client.post("/account/code/confirm", data={"csrf": csrf_in(client), "code": "000000"})
        assert (
            again.status_code == 422 and "typed-key" not in again.text
        )  # never the key that is asked for now
        house.now += 60
        code = code_at(base64.b32decode(key), house.now)
        client.post("/account/code/remove", data={"csrf": csrf_in(client), "code": code})
        fresh = "five green bottles stand"
        data = {"csrf": csrf_in(client), "present": "not it at all", "password": fresh}
        assert client.post("/account/password", data=data).status_code == 403
        short = {**data, "csrf": csrf_in(client), "present": PASSWORD, "password": "short"}
        assert client.post("/account/password", data=short).status_code == 422
        assert client.post("/account/password", data={**data, "present": PASSWORD}).status_code == 303
        assert client.get("/seen").status_code == 200
    with house.client() as client:
        assert sign_in(client).status_code == 403
        assert sign_in(client, fresh).status_code == 303


def test_who_has_a_session_cannot_guess_the_code_that_takes_the_app_away(
    house: House, app_of_wang: Callable[[int], str]
) -> None:
    house.now += 60
    with house.client() as client:
        sign_in(client, code=app_of_wang(house.now))
        house.now += 60
        fail(house, 9, way="known")
        wrong = client.post("/account/code/remove", data={"csrf": csrf_in(client), "code": "000000"})
        right = {"csrf": csrf_in(client), "code": app_of_wang(house.now)}
        assert wrong.status_code == 422
        assert client.post("/account/code/remove", data=right).status_code == 429
    with house.store.read() as connection:
        assert has_code(connection, FACTOR)
