"""Events to partners (PACT 3.0), over real sockets to another host: what is sent, where to, and what when it fails."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from exchange.pact_events import PUBLISHED, REQUEST_FULFILLED, REQUEST_REJECTED
from node.agent import Agent
from node.cli import app
from node.egress import list_egress, list_wire
from node.organisation import Node
from node.partners.access import find_partner, remove_partner
from node.partners.events import LONGEST_KEPT, list_events
from node.partners.footprints import publish_footprint, withdraw_footprint
from node.partners.hosts import HostForm, find_host, remove_host, set_host
from node.partners.outbox import list_queued, reject_request
from node.partners.telling import FIRST_WAIT, GIVEN_UP_AFTER, LONGEST_WAIT, WITHDRAWN, send_due
from node.store.database import FILE_NAME
from node.store.vault import secret_names
from protocol.errors import Refused
from tests.support.published_schemas import PACT, needs_schemas, problems_of
from tests.web.pact_host import CLIENT, SECRET, PactHost
from tests.web.partners import Maker, PartnerClient, open_maker
from tests.web.test_partners import event

URN = "urn:gtin:04712345060507"
SOURCE = "//node.example/3/events"
COMPONENTS = {
    PUBLISHED: "PublishedEvent",
    REQUEST_FULFILLED: "RequestFulfilledEvent",
    REQUEST_REJECTED: "RequestRejectedEvent",
}


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    with open_maker(tmp_path_factory.mktemp("maker")) as opened:
        yield opened


@pytest.fixture
def host() -> Iterator[PactHost]:
    made = PactHost()
    yield made
    made.stop()


def partner_with_host(maker: Maker, name: str, host: PactHost) -> PartnerClient:
    client = maker.partner(name)
    set_host(maker.node, name, HostForm(host.url, CLIENT, SECRET, source=SOURCE))
    return client


def publish(maker: Maker, name: str, **stated: Any) -> str:
    return publish_footprint(maker.node, maker.request, maker.wanted(**stated), [name]).id


def request_for(product: str = URN, identifier: str = "r-1") -> dict[str, Any]:
    return event("RequestCreatedEvent", {"productId": [product]}, identifier)


def queued(node: Node, name: str) -> list[tuple[str, str]]:
    return [(COMPONENTS[one.kind], one.state) for one in list_queued(node) if one.partner == name]


def kinds(host: PactHost) -> list[str]:
    return [COMPONENTS[one["type"]] for one in host.taken]


# --- what is sent ----------------------------------------------------------------------------------


def test_what_is_published_is_told_to_partners_that_take_events(maker: Maker, host: PactHost) -> None:
    partner_with_host(maker, "told", host)
    maker.partner("not told")
    identifier = publish(maker, "told", product_name="news")
    publish(maker, "not told", product_name="news")
    publish(maker, "told", product_name="news")
    send_due(maker.node)
    send_due(maker.node)
    assert [one["data"] for one in host.taken] == [{"pfIds": [identifier]}]
    assert (host.taken[0]["source"], host.problems) == (SOURCE, [])
    assert queued(maker.node, "told") == [("PublishedEvent", "sent")]
    assert queued(maker.node, "not told") == []


def test_a_request_is_accepted_and_answered_with_what_is_published_to_that_partner(
    maker: Maker, host: PactHost
) -> None:
    client = partner_with_host(maker, "asks", host)
    other = maker.partner("other")
    mine = publish(maker, "asks", product_name="for asks")
    publish(maker, "other", product_name="for other")
    send_due(maker.node)
    for _ in range(2):  # the same event again is the same request
        answer = client.post(request_for())
        assert (answer.status_code, answer.content) == (200, b"")
    send_due(maker.node)
    assert kinds(host) == ["PublishedEvent", "RequestFulfilledEvent"]
    data = host.taken[1]["data"]
    assert data["requestEventId"] == "r-1"
    assert data["pfs"] == [client.get(f"/3/footprints/{mine}").json()["data"]]
    assert [one.answer for one in list_events(maker.node) if one.partner == "asks"] == ["given"]
    assert other.post(request_for()).status_code == 400  # nobody said where its answers go


def test_a_request_that_nothing_fits_waits_until_something_is_published_or_the_owner_says_no(
    maker: Maker, host: PactHost
) -> None:
    client = partner_with_host(maker, "waits", host)
    for identifier, product in (("w-1", "urn:x:1"), ("w-2", "urn:x:2"), ("w-3", "urn:x:3")):
        assert client.post(request_for(product, identifier)).status_code == 200
    send_due(maker.node)
    assert host.taken == []
    identifier = publish(maker, "waits", product_ids=["urn:x:2"])
    reject_request(maker.node, "waits", "w-1", "not made any more")
    send_due(maker.node)
    assert sorted(kinds(host)) == ["PublishedEvent", "RequestFulfilledEvent", "RequestRejectedEvent"]
    by_kind = {COMPONENTS[one["type"]]: one["data"] for one in host.taken}
    fulfilled = by_kind["RequestFulfilledEvent"]
    assert (fulfilled["requestEventId"], [one["id"] for one in fulfilled["pfs"]]) == ("w-2", [identifier])
    error = {"code": "NotFound", "message": "not made any more"}
    assert by_kind["RequestRejectedEvent"] == {"requestEventId": "w-1", "error": error}
    maker.partner("another")
    for name, told in (("waits", "w-1"), ("waits", "w-2"), ("waits", "nothing"), ("another", "w-3")):
        with pytest.raises(Refused, match="waits"):
            reject_request(maker.node, name, told, "twice")
    with pytest.raises(Refused, match="expected a reason"):
        reject_request(maker.node, "waits", "w-3", " ")


@needs_schemas
def test_every_event_that_is_sent_keeps_to_the_published_schema(maker: Maker, host: PactHost) -> None:
    client = partner_with_host(maker, "careful", host)
    client.post(request_for("urn:x:none", "c-1"))
    client.post(request_for(identifier="c-2"))
    publish(maker, "careful", product_name="careful")
    reject_request(maker.node, "careful", "c-1", "没有这个产品")
    send_due(maker.node)
    assert set(kinds(host)) == set(COMPONENTS.values())
    for one in host.taken:
        assert problems_of(one, PACT, COMPONENTS[one["type"]]) == []


def test_what_was_withdrawn_before_it_was_sent_is_not_sent(maker: Maker, host: PactHost) -> None:
    client = partner_with_host(maker, "late", host)
    identifier = publish(maker, "late", product_ids=["urn:x:late"])
    assert client.post(request_for("urn:x:late", "l-1")).status_code == 200
    withdraw_footprint(maker.node, identifier, ["late"])
    send_due(maker.node)
    assert kinds(host) == ["RequestRejectedEvent"]
    assert host.taken[0]["data"]["error"]["message"] == WITHDRAWN
    assert queued(maker.node, "late") == [("PublishedEvent", "given-up"), ("RequestFulfilledEvent", "sent")]


def test_a_request_too_long_to_keep_is_refused(maker: Maker, host: PactHost) -> None:
    client = partner_with_host(maker, "long", host)
    publish(maker, "long", product_name="long")
    criteria = {
        "productId": [f"urn:{'x' * 390}{number}" for number in range(100)],
        "comment": "x" * LONGEST_KEPT,
    }
    answer = client.post(event("RequestCreatedEvent", criteria))
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")
    assert queued(maker.node, "long") == [("PublishedEvent", "waiting")]
    remove_host(maker.node, "long")


# --- where to --------------------------------------------------------------------------------------


def test_nothing_goes_to_an_address_that_an_event_names(maker: Maker, host: PactHost) -> None:
    trap = PactHost()
    try:
        client = partner_with_host(maker, "sly", host)
        for number, source in enumerate((trap.url, f"{trap.url}/3/events", trap.url.removeprefix("http:"))):
            sent = {**request_for("urn:x:none", f"s-{number}"), "source": source}
            assert client.post(sent).status_code == 200
            reject_request(maker.node, "sly", f"s-{number}", "no")
        host.redirects_to = f"{trap.url}/3/events"
        send_due(maker.node)
        assert trap.asked == [] and host.asked == ["/auth/token", "/3/events"]
        assert {state for _, state in queued(maker.node, "sly")} == {"waiting"}
    finally:
        trap.stop()
        remove_partner(maker.node, "sly")


@pytest.mark.parametrize(
    "url",
    ["http://pact.example", "ftp://127.0.0.1", "https://", "https://user:secret@pact.example", "//pact.example",
     "https://pact.example?x=1", "https://pact.example#x", "https://pact.example:port", ""],
)  # fmt: skip
def test_a_host_is_reached_by_https_or_on_this_machine(maker: Maker, url: str) -> None:
    name = f"host at {url or 'nowhere'}"
    maker.partner(name)
    with pytest.raises(Refused, match="expected an address"):
        set_host(maker.node, name, HostForm(url, CLIENT, SECRET))
    with pytest.raises(Refused, match="expected an address"):
        set_host(maker.node, name, HostForm("https://pact.example", CLIENT, SECRET, url or "x"))
    remove_partner(maker.node, name)


@pytest.mark.parametrize(
    "form",
    [HostForm("https://h.example", "", "s"), HostForm("https://h.example", "a:b", "s"),
     HostForm("https://h.example", "a", ""), HostForm("https://h.example", "a", "s\nt"),
     HostForm("https://h.example", "a", "s", source="not one")],
)  # fmt: skip
def test_a_credential_or_source_that_cannot_be_used_is_refused(maker: Maker, form: HostForm) -> None:
    with pytest.raises(Refused, match="expected"):
        set_host(maker.node, "told", form)


def test_the_credential_is_locked_and_goes_with_its_partner(maker: Maker, host: PactHost) -> None:
    partner_with_host(maker, "leaving", host)
    publish(maker, "leaving", product_name="leaving")
    with maker.node.store.read() as connection:
        number = find_partner(connection, "leaving").id
        found = find_host(connection, number)
        assert found is not None and found.secret == SECRET and SECRET not in repr(found)
    with sqlite3.connect(maker.node.store.folder / FILE_NAME) as raw:
        assert SECRET not in "\n".join(raw.iterdump())
    remove_partner(maker.node, "leaving")
    with maker.node.store.read() as connection:
        assert find_host(connection, number) is None
        assert f"partner-host/{number}" not in secret_names(connection, "partner-host/")
    send_due(maker.node)
    assert host.asked == []


# --- when it fails ---------------------------------------------------------------------------------


def test_an_event_is_sent_again_with_growing_waits_also_after_a_restart(
    tmp_path: Path, host: PactHost
) -> None:
    with open_maker(tmp_path) as maker:
        node, clock = maker.node, maker.village.town.clock
        partner_with_host(maker, "busy", host)
        publish(maker, "busy")
        host.answers = [(503, b""), (429, b"nonsense"), (500, b'{"code": "InternalError"}')]
        for number, wait in enumerate((FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT), start=1):
            send_due(node)
            send_due(node)  # not before its time
            assert host.asked.count("/3/events") == number
            assert queued(node, "busy") == [("PublishedEvent", "waiting")]
            clock.now += wait
            node = maker.village.open("Pack maker")
        assert "InternalError" in list_queued(node)[0].said
        send_due(node)
        assert queued(node, "busy") == [("PublishedEvent", "sent")]
        bodies = [one for one in host.bodies if one.startswith(b"{")]
        assert len(bodies) == 4 and len(set(bodies)) == 1


def test_an_event_is_given_up_after_three_days_and_at_once_when_the_host_will_never_take_it(
    tmp_path: Path, host: PactHost
) -> None:
    with open_maker(tmp_path) as maker:
        node, clock = maker.node, maker.village.town.clock
        partner_with_host(maker, "never", host)
        publish(maker, "never", product_name="first")
        host.answers = [(400, b'{"code": "BadRequest", "message": "no"}')]
        send_due(node)
        assert queued(node, "never") == [("PublishedEvent", "given-up")]
        publish(maker, "never", product_name="second")
        host.answers = [(503, b"")] * 100
        began = clock.now
        while queued(node, "never")[1][1] == "waiting":
            send_due(node)
            clock.now += LONGEST_WAIT
        assert GIVEN_UP_AFTER - LONGEST_WAIT <= clock.now - began <= GIVEN_UP_AFTER + LONGEST_WAIT
        told = len(host.asked)
        send_due(node)
        assert len(host.asked) == told


def test_a_host_that_does_not_let_this_node_in_or_is_not_there_gets_nothing(
    maker: Maker, host: PactHost
) -> None:
    maker.partner("strict")
    set_host(maker.node, "strict", HostForm(host.url, CLIENT, "a wrong secret"))
    publish(maker, "strict", product_name="strict one")
    publish(maker, "strict", product_name="strict two")
    send_due(maker.node)
    assert host.asked == ["/auth/token"]
    said = [one.said for one in list_queued(maker.node) if one.partner == "strict"]
    assert len(said) == 2 and all("answered 401" in one for one in said)
    assert "a wrong secret" not in "".join(said)
    gone = PactHost()
    gone.stop()
    maker.village.town.clock.now += FIRST_WAIT
    set_host(maker.node, "strict", HostForm(gone.url, CLIENT, SECRET))
    send_due(maker.node)
    said = [one.said for one in list_queued(maker.node) if one.partner == "strict"]
    assert all("does not answer" in one for one in said)
    remove_host(maker.node, "strict")
    assert {state for _, state in queued(maker.node, "strict")} == {"given-up"}


def test_an_answer_to_who_has_no_host_any_more_is_given_up(maker: Maker, host: PactHost) -> None:
    client = partner_with_host(maker, "moved", host)
    assert client.post(request_for("urn:x:none", "m-1")).status_code == 200
    remove_host(maker.node, "moved")
    reject_request(maker.node, "moved", "m-1", "no")
    send_due(maker.node)
    assert host.asked == []
    assert queued(maker.node, "moved") == [("RequestRejectedEvent", "given-up")]


# --- the ledger, the agent, the commands -----------------------------------------------------------


def test_every_byte_that_goes_to_a_host_is_in_the_ledger(maker: Maker, host: PactHost) -> None:
    client = partner_with_host(maker, "watched", host)
    client.post(request_for("urn:x:none", "x-1"))
    reject_request(maker.node, "watched", "x-1", "no")
    publish(maker, "watched", product_name="watched")
    last = list_egress(maker.node.store)[-1]["id"]
    send_due(maker.node)
    rows = [row for row in list_egress(maker.node.store) if row["id"] > last]
    assert [row["kind"] for row in rows] == ["pact-sign-in", "pact-rejected", "pact-published"]
    assert {row["receiver"] for row in rows} == {f"watched, {host.url.removeprefix('http://')}"}
    assert all(row["holds_en"] and row["holds_zh"] for row in rows)
    assert [row["sha256"] for row in rows] == [hashlib.sha256(one).hexdigest() for one in host.bodies]
    wire = {row["parcel"]: row for row in list_wire(maker.node.store)}
    assert [wire[row["id"]]["sha256"] for row in rows] == [row["sha256"] for row in rows]


def test_the_agent_sends_what_waits(tmp_path: Path, host: PactHost) -> None:
    with open_maker(tmp_path) as maker:
        partner_with_host(maker, "agent", host)
        publish(maker, "agent")
        took, said = threading.Event(), f"agent took {PUBLISHED}"
        agent = Agent(maker.node, lambda line: took.set() if line == said else None)
        running = threading.Thread(target=agent.run, daemon=True)
        running.start()
        try:
            assert took.wait(60)
        finally:
            agent.stop()
            running.join()
        assert kinds(host) == ["PublishedEvent"]
        assert queued(maker.node, "agent") == [("PublishedEvent", "sent")]


def test_the_commands_set_a_host_reject_and_show_what_became_of_it(
    maker: Maker, host: PactHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Node.__init__, "__defaults__", (maker.village.town.clock, os.urandom))
    client = maker.partner("by command")
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", "utf-8")

    def command(*words: str) -> tuple[int, Any]:
        done = CliRunner().invoke(app, [*words[:2], str(maker.node.store.folder), *words[2:]])
        text = done.stdout.strip()
        return done.exit_code, json.loads(text) if text.startswith("{") else text

    credential = ("--client-id", CLIENT, "--secret-file", str(secret))
    assert command("partners", "host", "by command", "--url", host.url)[0] == 2
    assert command("partners", "host", "by command", "--url", "http://pact.example", *credential)[0] == 1
    assert command("partners", "host", "by command", "--url", host.url, *credential)[0] == 0
    assert client.post(request_for("urn:x:none", "k-1")).status_code == 200
    assert "waits for your answer" in command("partners", "events")[1]
    assert command("partners", "reject", "by command", "k-1", "--reason", "no")[0] == 0
    assert command("partners", "reject", "by command", "k-1", "--reason", "no")[0] == 1
    send_due(maker.node)
    assert kinds(host) == ["RequestRejectedEvent"]
    shown = command("partners", "outbox", "--json")[1]["outbox"]
    assert [one["state"] for one in shown if one["partner"] == "by command"] == ["sent"]
    assert "RequestRejectedEvent" in command("partners", "outbox")[1]
    assert command("partners", "host", "by command", "--remove")[0] == 0
    assert client.post(request_for("urn:x:none", "k-2")).status_code == 400
