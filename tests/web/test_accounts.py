"""Accounts and tokens of a node: the page, the commands, and what each account may then do, over a real door."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from node import organisation
from node.accounts import OWNER_NAME, get_account, list_accounts
from node.cli import app
from node.tokens import all_tokens
from tests.node.village import Village
from tests.web.browser import NARROW, WIDE, Theme, reading
from tests.web.doors import Pages, open_pages
from tests.web.test_company import code_at
from tests.web.test_entering import token_of
from web.codes import SecondFactor, begin_code, confirm_code, has_code
from web.sessions import make_link

PASSWORD = "correct horse battery"


@dataclass
class Works:
    """A supplier's node with its pages open."""

    village: Village
    pages: Pages

    @property
    def node(self) -> organisation.Node:
        return self.pages.desk.node

    def client(self) -> httpx.Client:
        language = {"Accept-Language": "en"}
        return httpx.Client(base_url=self.pages.url, trust_env=False, timeout=60, headers=language)

    def enter(self, client: httpx.Client, name: str = OWNER_NAME) -> None:
        with self.node.store.write() as connection:
            secret = make_link(connection, name, "/", self.node.clock(), os.urandom)
        self.use(client, f"#{secret}")

    def use(self, client: httpx.Client, entry: str) -> None:
        assert client.post("/enter", data={"secret": entry.partition("#")[2]}).status_code == 200

    def command(self, *words: str) -> tuple[int, Any, str]:
        done = CliRunner().invoke(app, [*words[:2], str(self.node.store.folder), *words[2:]])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        text = done.stdout.strip()
        return done.exit_code, json.loads(text) if text.startswith("{") else text, done.stderr


@pytest.fixture
def works(village: Village, monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    clock = village.town.clock
    monkeypatch.setenv("SEALSUM_LANG", "en")
    monkeypatch.setattr(organisation, "wall_clock", clock)
    monkeypatch.setattr(organisation.Node.__init__, "__defaults__", (clock, os.urandom))
    village.settle("Salt works", "supplier")
    village.nodes.pop("Salt works").close()
    with open_pages(village.folder / "Salt-works", clock) as pages:
        yield Works(village, pages)


def send(client: httpx.Client, path: str, **form: Any) -> httpx.Response:
    csrf = token_of(client.get("/account"))
    return client.post(path, data={"csrf": csrf, **form})


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD) -> int:
    form = {"csrf": token_of(client.get("/login")), "name": name, "password": password}
    return client.post("/login", data=form).status_code


def entry_on(page: httpx.Response) -> str:
    found = re.search(r'<code id="entry">([^<]+)</code>', page.text)
    assert found, page.text
    return found[1]


# --- accounts --------------------------------------------------------------------------------------


def test_an_administrator_makes_an_account_and_its_holder_sets_a_password(works: Works) -> None:
    with works.client() as owner, works.client() as wang:
        works.enter(owner)
        made = send(owner, "/accounts", name="wang@example", role="preparer")
        entry = entry_on(made)
        assert entry.startswith(f"{works.pages.url}/enter#")
        assert "enter#" not in owner.get("/accounts/one", params={"name": "wang@example"}).text
        works.use(wang, entry)
        assert send(wang, "/account/password", password=PASSWORD).status_code == 303
    with works.client() as wang:
        assert sign_in(wang, "wang@example") == 303
        assert wang.get("/products").status_code == 200
        assert wang.get("/accounts").status_code == 403
        assert send(wang, "/accounts", name="li", role="owner").status_code == 403
    row = get_account(works.node, "wang@example")
    assert (row.role, row.has_password, row.has_code, row.address) == ("preparer", True, False, "127.0.0.1")
    assert row.entered == works.village.town.clock()


def test_a_role_is_changed_and_an_account_closed_at_once(works: Works) -> None:
    with works.client() as owner, works.client() as wang:
        works.enter(owner)
        send(owner, "/accounts", name="wang", role="owner", password=PASSWORD)
        assert sign_in(wang, "wang") == 303
        assert wang.get("/keys").status_code == 200
        assert send(owner, "/accounts/role", name="wang", role="reader").status_code == 303
        assert wang.get("/keys").status_code == 403
        send(wang, "/tokens", label="look", scope="read")
        assert len(all_tokens(works.node)) == 1
        assert send(owner, "/accounts/close", name="wang").status_code == 303
        assert wang.get("/products").status_code == 303
        assert all_tokens(works.node) == []
        assert sign_in(wang, "wang") == 403
        assert send(owner, "/accounts/link", name="wang").status_code == 409
        again = send(owner, "/accounts", name="wang", role="reader")
        assert again.status_code == 422 and "closed account" in again.text
        assert send(owner, "/accounts/reopen", name="wang").status_code == 303
        assert sign_in(wang, "wang") == 403
        works.use(wang, entry_on(send(owner, "/accounts/link", name="wang")))
        assert wang.get("/products").status_code == 200


def test_there_is_always_an_administrator(works: Works) -> None:
    with works.client() as owner:
        works.enter(owner)
        for path, form in (("/accounts/close", {}), ("/accounts/role", {"role": "reader"})):
            answer = send(owner, path, name=OWNER_NAME, **form)
            assert (answer.status_code, "whoever has this machine" in answer.text) == (422, True)
    for words in (("account", "remove", OWNER_NAME), ("account", "role", OWNER_NAME, "reader")):
        code, _, said = works.command(*words)
        assert code == 1 and "whoever has this machine" in said
    assert [(one.name, one.role, one.is_closed) for one in list_accounts(works.node)] == [
        (OWNER_NAME, "owner", False)
    ]


def test_who_lost_password_and_app_is_let_in_again(works: Works) -> None:

    factor = SecondFactor("wang", works.pages.desk.key())
    now = works.village.town.clock()
    with works.client() as owner, works.client() as wang:
        works.enter(owner)
        send(owner, "/accounts", name="wang", role="reader", password=PASSWORD)
        with works.node.store.write() as connection:
            uri = begin_code(connection, factor, os.urandom)
            text = re.search(r"secret=([A-Z2-7]+)", uri)
            assert text
            key = base64.b32decode(text[1] + "=" * (-len(text[1]) % 8))
            assert confirm_code(connection, factor, code_at(key, now), now, os.urandom)
        assert sign_in(wang, "wang") == 403
        assert send(owner, "/accounts/code/reset", name="wang").status_code == 303
        with works.node.store.read() as connection:
            assert not has_code(connection, factor)
        assert sign_in(wang, "wang") == 303
        assert send(owner, "/accounts/password/forget", name="wang").status_code == 303
        assert wang.get("/products").status_code == 303
        assert sign_in(wang, "wang") == 403
        fresh = "five green bottles stand"
        assert send(owner, "/accounts/password", name="wang", password=fresh).status_code == 303
        assert sign_in(wang, "wang", fresh) == 303


def test_what_cannot_be_an_account_is_refused_and_nothing_is_made(works: Works) -> None:
    with works.client() as owner:
        works.enter(owner)
        for form in (
            {"name": "a b", "role": "reader"},
            {"name": OWNER_NAME, "role": "reader"},
            {"name": "wang", "role": "king"},
            {"name": "wang", "role": "reader", "password": "short"},
        ):
            assert send(owner, "/accounts", **form).status_code == 422
        assert owner.get("/accounts/one", params={"name": "nobody"}).status_code == 404
    assert [one.name for one in list_accounts(works.node)] == [OWNER_NAME]


def test_the_commands_do_the_same(works: Works, tmp_path: Path) -> None:
    code, made, _ = works.command("account", "add", "wang", "--role", "reader", "--json")
    assert code == 0
    with works.client() as wang:
        works.use(wang, made["entry"])
        assert wang.get("/products").status_code == 200
    typed = tmp_path / "password"
    typed.write_text(PASSWORD, "utf-8")
    assert works.command("account", "password", "wang", "--password-file", str(typed))[0] == 0
    assert works.command("account", "role", "wang", "preparer")[0] == 0
    (wang_row,) = [
        one for one in works.command("account", "list", "--json")[1]["accounts"] if one["name"] == "wang"
    ]
    assert (wang_row["role"], wang_row["has_password"], wang_row["address"]) == (
        "preparer",
        True,
        "127.0.0.1",
    )
    with works.client() as wang:
        assert sign_in(wang, "wang") == 303
    assert works.command("account", "password", "wang", "--forget")[0] == 0
    assert works.command("account", "totp-reset", "wang")[0] == 0
    assert works.command("account", "remove", "wang")[0] == 0
    assert works.command("account", "link", "wang")[0] == 1
    assert "closed" in works.command("account", "list")[1]
    assert works.command("account", "reopen", "wang", "--json")[1]["account"] == "wang"
    assert works.command("account", "remove", "nobody")[0] == 1
    assert works.command("account", "add", "li", "--role", "king")[0] == 1


# --- tokens ----------------------------------------------------------------------------------------


def token_on(page: httpx.Response) -> str:
    found = re.search(r'<code id="secret">(sealsum_[0-9a-f]+)</code>', page.text)
    assert found, page.text
    return found[1]


def call(works: Works, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(
        f"{works.pages.url}/api/v1/products", headers=headers, trust_env=False, timeout=60
    ).status_code


def test_a_token_is_shown_once_works_and_is_ended(works: Works) -> None:
    with works.client() as owner:
        works.enter(owner)
        token = token_on(send(owner, "/tokens", label="monthly import", scope=["read", "prepare"], days="3"))
        assert call(works, token) == 200
        page = owner.get("/tokens").text
        assert token not in page and "monthly import" in page
        (kept,) = all_tokens(works.node)
        assert (kept.account, kept.scopes) == (OWNER_NAME, {"read", "prepare"})
        assert kept.expires == works.village.town.clock() + 3 * 86_400
        assert send(owner, "/tokens/revoke", token=kept.id).status_code == 303
        assert call(works, token) == 401
        assert send(owner, "/tokens/revoke", token=kept.id).status_code == 404


def test_an_account_makes_tokens_for_what_it_may_and_sees_its_own_only(works: Works) -> None:
    with works.client() as owner, works.client() as wang:
        works.enter(owner)
        send(owner, "/accounts", name="wang", role="preparer")
        works.enter(wang, "wang")
        send(owner, "/tokens", label="of the owner", scope="decide")
        (owners,) = all_tokens(works.node)
        assert "of the owner" not in wang.get("/tokens").text
        assert send(wang, "/tokens/revoke", token=owners.id).status_code == 404
        beyond = send(wang, "/tokens", label="beyond", scope=["read", "decide"])
        assert beyond.status_code == 422 and "does not allow decide" in beyond.text
        send(wang, "/tokens", label="of wang", scope="prepare")
        assert "of wang" in owner.get("/tokens").text
        for form in ({"label": " ", "scope": "read"}, {"label": "x"}, {"label": "x", "scope": "all"}):
            assert send(owner, "/tokens", **form).status_code == 422
        for days in ("0", "367"):
            assert send(owner, "/tokens", label="x", scope="read", days=days).status_code == 422
    assert len(all_tokens(works.node)) == 2


def test_the_command_makes_a_token_of_an_account(works: Works) -> None:
    works.command("account", "add", "wang", "--role", "reader")
    made = works.command("tokens", "add", "look", "--scope", "read", "--account", "wang", "--json")[1]
    assert call(works, made["token"]) == 200
    code, _, said = works.command("tokens", "add", "do", "--scope", "decide", "--account", "wang")
    assert code == 1 and "does not allow decide" in said
    assert works.command("tokens", "add", "x", "--scope", "read", "--account", "nobody")[0] == 1


# --- in a browser ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language,theme,size", [("en", "light", WIDE), ("zh", "dark", NARROW)])
def test_accounts_and_tokens_in_a_browser(
    browser: Browser, works: Works, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    with reading(browser, works.pages.url, language, theme, size) as reader:
        works.pages.enter(reader, "/accounts")
        page = reader.page
        page.locator("main input[name=name]").fill("wang@example")
        page.locator("main input[value=preparer]").check()
        reader.check()
        page.locator("main form button").last.click()
        entry = page.locator("#entry").inner_text()
        reader.check()
        with reading(browser, works.pages.url, language, theme, size) as wang:
            wang.page.goto(entry)
            wang.page.wait_for_url(f"{works.pages.url}/account")
            wang.page.locator("input[name=password]").fill(PASSWORD)
            wang.page.locator("main form button").first.click()
            expect(wang.page.get_by_role("status")).to_be_visible()
        reader.go("/accounts")
        expect(page.locator("#table-accounts tbody tr")).to_have_count(2)
        reader.picture(f"node-accounts-{language}")
        page.get_by_role("link", name="wang@example").click()
        page.locator("main input[value=reader]").check()
        page.locator("form[action='/accounts/role'] button").click()
        expect(page.get_by_role("status")).to_be_visible()
        reader.check()
        reader.picture(f"node-account-{language}")
        reader.go("/tokens")
        page.locator("input[name=label]").fill("monthly import")
        page.locator("input[value=prepare]").check()
        page.locator("form[action='/tokens'] button").click()
        expect(page.locator("#secret")).to_contain_text("sealsum_")
        expect(page.locator("#table-tokens tbody tr")).to_have_count(1)
        reader.check()
        reader.go("/tokens")  # without the token itself
        reader.picture(f"node-tokens-{language}")
        page.locator("form[action='/tokens/revoke'] button").click()
        expect(page.locator("#table-tokens tbody tr")).to_have_count(0)
