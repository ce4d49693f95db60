"""The console's REST API, by tokens made on its page: what each scope and role may read, and what nobody may."""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from coordinator.console.app import MOUNT, make_console, name_cookie
from protocol.payloads import Factor, OpeningRequest, Review
from tests.coordinator.test_console_paging import reader_of, rows_of
from tests.coordinator.town import Chain, Member, Town
from tests.support.example import factor
from web.accounts import Account, close_account, make_account, set_roles
from web.sessions import open_session
from web.tokens import list_tokens

CALLS = {
    "status": ("/status", "/health", "/participants", "/refusals"),
    "log": ("/calculations", "/statements"),
    "work": ("/work",),
    "submissions": ("/submissions",),
    "reviews": ("/reviews", "/reviews?which=written"),
}


class Console:
    """A console over a town, asked by browsers and by programs."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._app = Starlette(routes=[Mount(MOUNT, make_console(town.service, is_secure=False))])

    def ask(self, method: str, path: str, headers: dict[str, str], **sent: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://log.example") as client:
                return await client.request(method, f"/console{path}", headers=headers, **sent)

        return asyncio.run(call())

    def call(self, token: str, path: str) -> httpx.Response:
        return self.ask("GET", f"/api/v1{path}", {"Authorization": f"Bearer {token}"})

    def every(self, token: str, path: str) -> list[dict[str, Any]]:
        """All of a list, two at a time."""
        found, cursor = [], ""
        while True:
            mark = "&" if "?" in path else "?"
            page = self.call(token, f"{path}{mark}limit=2&cursor={cursor}").json()
            found += page["items"]
            if page["next"] is None:
                return found
            assert len(page["items"]) == 2
            cursor = page["next"]


class Holder:
    """Somebody with an account, signed in to the pages."""

    def __init__(self, console: Console, name: str, role: str, member: Member | None = None) -> None:
        self.console, self.name = console, name
        accounts, now = console.town.service.stores.accounts, console.town.clock()
        with accounts.write() as connection:
            make_account(
                connection, Account(name, frozenset({role}), None if member is None else member.id), now
            )
            secret = open_session(connection, name, now, os.urandom)
        self.headers = {
            "cookie": f"{name_cookie(console.town.service.folder.path)}={secret}",
            "accept-language": "en",
        }

    def page(self) -> str:
        return self.console.ask("GET", "/tokens", self.headers).text

    def send(self, path: str, **fields: Any) -> httpx.Response:
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.page())
        assert csrf
        return self.console.ask("POST", path, self.headers, data={"csrf": csrf[1], **fields})

    def token(self, *scopes: str) -> str:
        answer = self.send("/tokens", label=f"of {self.name}", scope=list(scopes), days="3")
        found = re.search(r'<code id="secret">(sealsum_[0-9a-f]+)</code>', answer.text)
        assert found, answer.text
        return found[1]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Console, Chain]]:
    town = Town(tmp_path_factory.mktemp("town")).start()
    chain = town.chain()
    town.declare(chain)
    town.request(chain)
    yield Console(town), chain
    town.stop()


def test_an_operators_token_reads_what_its_scopes_say(told: tuple[Console, Chain]) -> None:
    console, _ = told
    operator = Holder(console, "operator-a", "operator")
    token = operator.token("status")
    assert token not in operator.page() and "of operator-a" in operator.page()
    status = console.call(token, "/status").json()
    head = console.town.service.journal.head.frontier
    assert (status["size"], status["root"]) == (head.size, head.root().hex())
    assert status["logged_within_a_day"] == status["logged_within_an_hour"] == head.size
    assert status["open_calculations"] == {"consenting": 1} and status["takes_submissions"]
    assert {one["check"] for one in console.call(token, "/health").json()} >= {"log", "keys", "certificate"}
    assert console.every(token, "/refusals") == []
    town = console.town
    ended = town.member("Leaving", "supplier")
    town.hand_in(town.operator, [town.revocation(ended).data])
    people = console.every(token, "/participants")
    assert len(people) == len(town.service.stores.log.of_kind("enrolment", 0, 1000))
    ended = [(one["name_en"], one["revoked_because"]) for one in people if one["revoked_at"] is not None]
    assert ended == [("Leaving", "ended")]
    assert console.call(token, "/statements").status_code == 403  # a scope that it was not made for


def test_calculations_and_statements_are_read_whole(told: tuple[Console, Chain]) -> None:
    console, chain = told
    token = Holder(console, "operator-b", "operator").token("log")
    (calculation,) = console.every(token, "/calculations")
    assert (calculation["request"], calculation["phase"]) == (chain.request, "consenting")
    one = console.call(token, f"/calculations/{chain.request}").json()
    assert [step["kind"] for step in one["steps"]] == ["request"] and one["entries"] == len(chain.suppliers)
    listed = console.every(token, "/statements?kind=declaration")
    assert [row["id"] for row in listed] == list(reversed(chain.declarations))
    statement = console.call(token, f"/statements/{chain.declarations[0]}").json()
    stored = console.town.service.stores.log.statement(chain.declarations[0])
    assert stored is not None and base64.b64decode(statement["envelope"]) == stored.data
    assert statement["payload"]["product_name"]
    for path in (
        f"/statements/{'0' * 64}",
        f"/calculations/{'0' * 64}",
        f"/calculations/{chain.declarations[0]}",
    ):
        answer = console.call(token, path)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:sealsum:problem:unknown")


def test_a_verifier_reads_its_own_work_and_nobody_elses(told: tuple[Console, Chain]) -> None:
    console, chain = told
    town = console.town
    tokens = {}
    for name in ("First body", "Second body"):
        member = town.member(name, "verifier")
        tokens[name] = Holder(console, name.replace(" ", "-"), "verifier", member).token("work")
        for record in range(3 if name == "First body" else 1):
            fields = town.header(member).fields()
            question = OpeningRequest(
                **fields, declaration=chain.declarations[0], lines=(0,), records=(record,), reason="visit"
            )
            town.log_it(member, question)
    work = console.every(tokens["First body"], "/work")
    assert len(work) == 3 and {one["state"] for one in work} == {"asked"}
    assert {one["declaration"] for one in work} == {chain.declarations[0]} and all(
        one["product"] for one in work
    )
    assert len(console.every(tokens["Second body"], "/work")) == 1


def test_a_provider_reads_its_own_submissions_and_an_expert_what_waits_for_it(
    told: tuple[Console, Chain],
) -> None:
    console, _ = told
    town = console.town
    house, other = (town.member(name, "provider") for name in ("Factor house", "Other house"))
    expert = town.member("Expert Zhao", "expert")
    own = [
        town.log_it(house, Factor.model_validate({**town.header(house).fields(), **factor(code, "1", "kg")}))
        for code in ("tin", "zinc", "lead")
    ]
    town.log_it(other, Factor.model_validate({**town.header(other).fields(), **factor("gold", "1", "kg")}))
    fields = {**town.header(expert).fields(), "subjects": (own[0],), "opinion": "no source"}
    town.log_it(expert, Review.model_validate({**fields, "verdict": "return"}))
    providing = Holder(console, "house", "provider", house).token("submissions")
    found = console.every(providing, "/submissions")
    assert [(one["code"], one["state"], one["returning"]) for one in found] == [
        ("lead", "submitted", 0), ("zinc", "submitted", 0), ("tin", "in_review", 1),
    ]  # fmt: skip
    assert found[2]["id"] == own[0] and found[2]["publication"] is None
    reviewing = Holder(console, "zhao", "expert", expert).token("reviews")
    assert [one["code"] for one in console.every(reviewing, "/reviews")] == ["gold", "lead", "zinc"]
    assert [one["code"] for one in console.every(reviewing, "/reviews?which=written")] == ["tin"]
    fields = {**town.header(house).fields(), **factor("lead", "1", "kg"), "version": 2}
    town.log_it(house, Factor.model_validate(fields))
    waiting = [(one["code"], one["version"]) for one in console.every(reviewing, "/reviews")]
    assert waiting == [("lead", 2), ("gold", 1), ("zinc", 1)]
    tin, _, lead, _ = rows_of(reader_of(town, "provider", house).get("/console/submissions").text, "own")
    assert "version 2 was submitted in its place" in lead
    assert "returned by an expert" in tin and "no source; submit a corrected version" in tin
    assert console.call(reviewing, "/submissions").status_code == 403
    nobody = Holder(console, "nobody", "provider").token("submissions")
    assert console.call(nobody, "/submissions").json()["type"] == "urn:sealsum:problem:party"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("operator", {"status", "log"}),
        ("verifier", {"log", "work"}),
        ("provider", {"submissions"}),
        ("expert", {"reviews"}),
    ],
)
def test_a_role_gives_its_own_scopes_only(told: tuple[Console, Chain], role: str, may: set[str]) -> None:
    console, chain = told
    holder = Holder(console, f"{role}-c", role, chain.suppliers[0])
    for scope in CALLS:
        answer = holder.send("/tokens", label="x", scope=[scope], days="1")
        assert answer.status_code == (200 if scope in may else 422)
    assert "New token" in holder.page()


def test_a_token_may_no_more_than_its_account_may_now(told: tuple[Console, Chain]) -> None:
    console, _ = told
    holder = Holder(console, "operator-d", "operator")
    token = holder.token("status", "log")
    accounts = console.town.service.stores.accounts
    for scope in ("status", "log"):
        assert {console.call(token, path).status_code for path in CALLS[scope]} == {200}
    with accounts.write() as connection:
        set_roles(connection, "operator-d", ["verifier"])
    assert {console.call(token, path).status_code for path in CALLS["status"]} == {403}
    assert {console.call(token, path).status_code for path in CALLS["log"]} == {200}
    with accounts.write() as connection:
        set_roles(connection, "operator-d", ["provider"])
    assert {console.call(token, path).status_code for path in CALLS["log"]} == {403}
    with accounts.write() as connection:
        close_account(connection, "operator-d")
    assert console.call(token, "/status").status_code == 401


def test_tokens_are_ended_by_their_holder_or_an_operator_and_by_nobody_else(
    told: tuple[Console, Chain],
) -> None:
    console, chain = told
    operator = Holder(console, "operator-e", "operator")
    verifier = Holder(console, "verifier-e", "verifier", chain.suppliers[0])
    tokens = {one.name: one.token("log") for one in (operator, verifier)}
    accounts = console.town.service.stores.accounts
    with accounts.read() as connection:
        ids = {name: list_tokens(connection, name)[0].id for name in tokens}
    assert "of operator-e" not in verifier.page() and "of verifier-e" in operator.page()
    assert verifier.send("/tokens/revoke", token=ids["operator-e"]).status_code == 404
    assert console.call(tokens["operator-e"], "/statements").status_code == 200
    assert operator.send("/tokens/revoke", token=ids["verifier-e"]).status_code == 303
    assert console.call(tokens["verifier-e"], "/statements").status_code == 401


def test_without_a_token_nothing_is_read(told: tuple[Console, Chain]) -> None:
    console, chain = told
    Holder(console, "operator-f", "operator")
    paths = [path for paths in CALLS.values() for path in paths]
    for path in (*paths, f"/statements/{chain.request}", f"/calculations/{chain.request}"):
        answer = console.ask("GET", f"/api/v1{path}", {})
        assert answer.status_code == 401 and answer.json()["type"] == "urn:sealsum:problem:not-signed-in"
        answer = console.call("sealsum_" + "0" * 64, path)
        assert answer.status_code == 401 and answer.json()["type"] == "urn:sealsum:problem:token"
        assert answer.json()["title"] == "this token is not valid, or has expired"


def test_a_token_that_has_expired_is_told_from_none(told: tuple[Console, Chain]) -> None:
    console, _ = told
    token, now = Holder(console, "operator-h", "operator").token("log"), console.town.clock.now
    console.town.clock.now += 4 * 86_400
    answer = console.call(token, "/statements")
    console.town.clock.now = now
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:sealsum:problem:token")


def test_a_refusal_names_the_scope_or_role_that_is_missing(told: tuple[Console, Chain]) -> None:
    console, chain = told
    token = Holder(console, "operator-i", "operator").token("status")
    answer = console.call(token, "/statements")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "this call needs the scope log; the token has status: make one with log"
    verifier = Holder(console, "verifier-i", "verifier", chain.suppliers[0])
    shown = console.ask("GET", "/api/v1/participants", verifier.headers)
    assert (
        shown.status_code == 403 and shown.json()["detail"] == "this call is for accounts that are operator"
    )


def test_ids_as_the_pages_show_them_are_taken(told: tuple[Console, Chain]) -> None:
    console, chain = told
    token, short = Holder(console, "operator-k", "operator").token("log"), chain.request[:12]
    assert console.call(token, f"/statements/{short}").json()["id"] == chain.request
    calculation = console.call(token, f"/calculations/{short}").json()
    assert calculation["request"] == chain.request and calculation["steps"][0]["id"] == chain.request
    assert console.call(token, f"/statements/{'0' * 8}").status_code == 404
    assert console.call(token, f"/statements/{short[:7]}").status_code == 422


def test_the_description_says_where_the_calls_are_and_is_found(told: tuple[Console, Chain]) -> None:
    console, _ = told
    holder = Holder(console, "operator-j", "operator")
    paths = [path for paths in CALLS.values() for path in paths]
    assert 'href="/console/api/v1/openapi.json"' in holder.page()
    for path in ("/api/v1", "/api/v1/docs"):
        answer = console.ask("GET", path, {})
        assert (answer.status_code, answer.headers["location"]) == (307, "/console/api/v1/openapi.json")
    document = console.ask("GET", "/api/v1/openapi.json", {}).json()
    assert document["servers"] == [{"url": "/console"}]
    assert set(document["paths"]) >= {f"/api/v1{path.partition('?')[0]}" for path in paths}
    assert document["paths"]["/api/v1/work"]["get"]["security"] == [{"token": ["work"]}]
