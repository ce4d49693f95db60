"""The certificate page as the coordinator serves it: with its pins, saying so, in a real browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser

from coordinator.http import make_app
from crypto.note import make_log_key, parse_verifier, verifier_text
from tests.coordinator.town import Town
from tests.support.alterations import good
from tests.support.page import hand_in, shown_checks
from tests.web.browser import reading


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("coordinator"))
    yield town
    town.service.stores.log.close()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def test_the_served_page_is_given_this_logs_pins_and_says_so(browser: Browser, town: Town) -> None:
    with serving(make_app(town.service)) as base, reading(browser, base) as one:
        page = one.go("/verify")
        assert page.url == f"{base}/verify/"
        assert verifier_text(town.log_key) in page.inner_text("#pins")
        assert "prove nothing against that operator" in page.inner_text("#pins")
        one.check()


def test_a_certificate_of_another_log_fails_until_its_own_pins_are_given(
    browser: Browser, town: Town
) -> None:
    scene, _ = good()
    with serving(make_app(town.service)) as base, reading(browser, base) as one:
        page = one.go("/verify/")
        hand_in(page, scene.bundle(), None)
        shown = shown_checks(page)
        assert (shown["authority"], shown["checkpoint"]) == ("failed", "failed")
        hand_in(page, scene.bundle(), scene.world.pins)
        assert set(shown_checks(page).values()) == {"passed"}
        assert "you, as a file" in page.inner_text("#pins")


def test_only_the_pages_own_files_are_served(town: Town) -> None:
    with serving(make_app(town.service)) as base:
        for name in ("", "index.html", "sealsum-page.css", "sealsum-verify.js"):
            answer = httpx.get(f"{base}/verify/{name}")
            assert answer.status_code == 200
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
        for name in ("package.json", "source", "%2e%2e%2fpins.json", "..%2f..%2flog.key", "__init__.py"):
            assert httpx.get(f"{base}/verify/{name}").status_code == 404


def test_the_public_text_of_a_log_key_follows_from_the_private_one() -> None:
    private, public = make_log_key("log.example", lambda length: bytes(range(length)))
    assert verifier_text(private) == public and parse_verifier(public).name == "log.example"
