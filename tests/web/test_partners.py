"""The door for partners (PACT 3.0), over a real socket: who sees what, how errors look, what the ledger says."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from node.egress import list_egress, list_wire
from node.exporting import Wanted
from node.partners.access import TOKEN_SECONDS, add_partner, list_partners, remove_partner
from node.partners.events import list_events
from node.partners.footprints import list_footprints, publish_footprint, withdraw_footprint
from node.store.database import FILE_NAME
from node.turnstile import STRANGERS_A_MINUTE
from protocol.errors import Refused
from tests.support.published_schemas import PACT, needs_schemas, problems_of
from tests.web.partners import Maker, open_maker

UNKNOWN = "00000000-0000-5000-8000-000000000000"


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    with open_maker(tmp_path_factory.mktemp("maker")) as opened:
        yield opened


def publish(maker: Maker, *partners: str, replaces: tuple[str, ...] = (), **stated: Any) -> str:
    return publish_footprint(maker.node, maker.request, maker.wanted(**stated), partners, replaces).id


def check_error(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"code", "message"}


# --- who sees what ---------------------------------------------------------------------------------


def test_a_partner_reads_what_was_published_to_it_and_nothing_else(maker: Maker) -> None:
    first, second = maker.partner("first"), maker.partner("second")
    assert first.get("/3/footprints").json() == {"data": []}
    mine = publish(maker, "first", product_name="for the first")
    for_both = publish(maker, "first", "second", product_name="for both")
    assert [one["id"] for one in first.get("/3/footprints").json()["data"]] == [mine, for_both]
    assert [one["id"] for one in second.get("/3/footprints").json()["data"]] == [for_both]
    found = first.get(f"/3/footprints/{mine}").json()["data"]
    assert found["productNameCompany"] == "for the first"
    check_error(second.get(f"/3/footprints/{mine}"), 403, "AccessDenied")
    check_error(second.get(f"/3/footprints/{UNKNOWN}"), 404, "NotFound")
    check_error(second.get("/3/footprints/non-existent-id"), 404, "NotFound")


@needs_schemas
def test_what_is_served_keeps_to_the_published_schema(maker: Maker) -> None:
    client = maker.partner("careful reader")
    identifier = publish(maker, "careful reader")
    for found in (
        client.get(f"/3/footprints/{identifier}").json()["data"],
        *client.get("/3/footprints").json()["data"],
    ):
        assert problems_of(found, PACT, "ProductFootprint") == []


def test_the_same_content_is_the_same_footprint_and_reaches_further_partners(maker: Maker) -> None:
    one, two = maker.partner("one"), maker.partner("two")
    identifier = publish(maker, "one", product_name="same")
    assert publish(maker, "two", product_name="same") == identifier
    for client in (one, two):
        assert client.get(f"/3/footprints/{identifier}").status_code == 200
    kept = next(found for found in list_footprints(maker.node) if found.id == identifier)
    assert kept.partners == ("one", "two")


def test_what_takes_the_place_of_another_is_seen_by_whoever_saw_that_one(maker: Maker) -> None:
    client = maker.partner("reader")
    old = publish(maker, "reader", product_name="old")
    new = publish(maker, product_name="new", replaces=(old,))
    listed = {one["id"]: one for one in client.get("/3/footprints").json()["data"]}
    assert (listed[old]["status"], listed[new]["status"]) == ("Deprecated", "Active")
    assert listed[new]["precedingPfIds"] == [old]
    assert [one["id"] for one in client.get("/3/footprints", status="Active").json()["data"]] == [new]
    withdraw_footprint(maker.node, new, ["reader"])
    check_error(client.get(f"/3/footprints/{new}"), 403, "AccessDenied")
    withdraw_footprint(maker.node, old)
    check_error(client.get(f"/3/footprints/{old}"), 404, "NotFound")


def test_nothing_is_published_to_nobody_or_to_who_is_unknown(maker: Maker) -> None:
    with pytest.raises(Refused, match="--to NAME"):
        publish(maker)
    with pytest.raises(Refused, match="no partner 'stranger'"):
        publish(maker, "stranger")
    with pytest.raises(Refused, match="no footprint"):
        withdraw_footprint(maker.node, UNKNOWN)
    with pytest.raises(Refused, match="fossil_carbon_kg"):
        publish_footprint(maker.node, maker.request, Wanted("pact"), ["stranger"])


# --- lists -----------------------------------------------------------------------------------------


def test_pages_are_linked_absolutely_until_all_is_read(maker: Maker) -> None:
    client = maker.partner("pager")
    ids = [publish(maker, "pager", product_name=f"page {number}") for number in range(5)]
    seen, address, pages = [], f"{maker.url}/3/footprints?limit=2&geography=CN", 0
    while address:
        response = client.http.get(address, headers=client.headers)
        page = response.json()["data"]
        assert len(page) <= 2
        seen += [one["id"] for one in page]
        address, pages = response.links.get("next", {}).get("url", ""), pages + 1
        assert not address or (address.startswith(maker.url) and "geography=CN" in address)
    assert (seen, pages) == (ids, 3)
    none = client.get("/3/footprints", limit=0)
    assert none.json()["data"] == [] and "next" in none.links


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "-1"},
        {"limit": "x"},
        {"limit": ["1", "2"]},
        {"validOn": "today"},
        {"$filter": "x"},
        {"status": "?"},
    ],
)
def test_a_list_that_is_asked_for_wrongly_is_refused(maker: Maker, query: dict[str, Any]) -> None:
    name = f"slip {json.dumps(query)}"
    check_error(maker.partner(name[:64]).get("/3/footprints", **query), 400, "BadRequest")


# --- signing in ------------------------------------------------------------------------------------


def test_a_token_is_for_an_hour_and_for_its_partner_only(maker: Maker) -> None:
    client = maker.partner("hourly")
    answer = client.sign_in().json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", TOKEN_SECONDS)
    client.headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert client.get("/3/footprints").status_code == 200
    maker.village.town.clock.now += TOKEN_SECONDS
    check_error(client.get("/3/footprints"), 401, "TokenExpired")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_good_token_nothing_is_answered(maker: Maker, headers: dict[str, str]) -> None:
    for path in ("/3/footprints", f"/3/footprints/{UNKNOWN}", "/3/nothing"):
        check_error(httpx.get(maker.url + path, headers=headers), 401, "AccessDenied")
    check_error(httpx.post(f"{maker.url}/3/events", headers=headers), 401, "AccessDenied")


def test_a_wrong_credential_or_grant_gets_no_token(maker: Maker) -> None:
    client = maker.partner("careful")
    url, form = f"{maker.url}/auth/token", {"grant_type": "client_credentials"}
    wrong = httpx.post(url, data=form, auth=(client.credential.client, "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert httpx.post(url, data=form).status_code == 401
    other = client.sign_in(grant_type="password")
    assert (other.status_code, other.json()["error"]) == (400, "unsupported_grant_type")
    assert httpx.get(url).status_code == 405


def test_a_partner_that_is_removed_is_out_at_once(maker: Maker) -> None:
    client = maker.partner("leaving")
    identifier = publish(maker, "leaving", product_name="left behind")
    remove_partner(maker.node, "leaving")
    check_error(client.get(f"/3/footprints/{identifier}"), 401, "AccessDenied")
    assert client.sign_in().status_code == 401
    again = maker.partner("leaving")
    assert again.get("/3/footprints").json() == {"data": []}
    with pytest.raises(Refused, match="already"):
        add_partner(maker.node, "leaving")
    with pytest.raises(Refused, match="no partner"):
        remove_partner(maker.node, "nobody")


def test_no_secret_and_no_token_is_in_the_store(maker: Maker) -> None:
    client = maker.partner("secretive")
    token = client.headers["Authorization"].removeprefix("Bearer ")
    with sqlite3.connect(maker.node.store.folder / FILE_NAME) as connection:
        dump = "\n".join(connection.iterdump())
    assert client.credential.client in dump
    assert client.credential.secret not in dump and token not in dump
    assert client.credential.secret not in repr(client.credential)
    assert any(one.name == "secretive" for one in list_partners(maker.node))


@pytest.mark.slow
def test_a_stranger_who_asks_too_often_is_answered_with_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with open_maker(tmp_path_factory.mktemp("flooded")) as maker:
        answers = [httpx.get(f"{maker.url}/3/footprints") for _ in range(STRANGERS_A_MINUTE + 10)]
        assert {one.status_code for one in answers[:STRANGERS_A_MINUTE]} == {401}
        assert {(one.status_code, one.content) for one in answers[STRANGERS_A_MINUTE:]} == {(429, b"")}
        kinds = [row["kind"] for row in list_egress(maker.node.store)]
        assert kinds.count("pact-refusal") == STRANGERS_A_MINUTE


# --- events ----------------------------------------------------------------------------------------


def event(kind: str, data: dict[str, Any], identifier: str = "e-1") -> dict[str, Any]:
    return {
        "type": f"org.wbcsd.pact.ProductFootprint.{kind}.3", "specversion": "1.0", "id": identifier,
        "source": "//partner.example", "time": "2026-11-28T10:00:00Z", "data": data,
    }  # fmt: skip


def test_what_a_partner_tells_by_event_is_kept_once(maker: Maker) -> None:
    client = maker.partner("teller")
    for one in (
        event("PublishedEvent", {"pfIds": [UNKNOWN]}, "p-1"),
        event("RequestFulfilledEvent", {"requestEventId": "x", "pfs": [{"id": UNKNOWN}]}, "f-1"),
        event(
            "RequestRejectedEvent",
            {"requestEventId": "x", "error": {"code": "NotFound", "message": "no"}},
            "r-1",
        ),
    ):
        for _ in range(2):
            response = client.post(one)
            assert (response.status_code, response.content) == (200, b"")
    kept = [one for one in list_events(maker.node) if one.partner == "teller"]
    assert [one.event for one in kept] == ["p-1", "f-1", "r-1"]


def test_a_request_by_event_publishes_nothing_and_is_kept_for_the_owner(maker: Maker) -> None:
    client = maker.partner("asker")
    response = client.post(event("RequestCreatedEvent", {"productId": ["urn:gtin:04712345060507"]}))
    check_error(response, 400, "BadRequest")
    assert client.get("/3/footprints").json() == {"data": []}
    assert [one.event for one in list_events(maker.node) if one.partner == "asker"] == ["e-1"]


def test_what_is_no_event_is_refused(maker: Maker) -> None:
    client = maker.partner("mumbler")
    check_error(client.post(b"{"), 400, "BadRequest")
    check_error(client.post(event("Nothing", {})), 400, "BadRequest")
    check_error(client.post(event("PublishedEvent", {}), **{"Content-Type": "text/plain"}), 400, "BadRequest")
    assert client.post(b" " * (1024 * 1024 + 1)).status_code == 413


# --- the ledger ------------------------------------------------------------------------------------


def test_every_byte_that_leaves_is_in_the_ledger_with_who_got_it(maker: Maker) -> None:
    store = maker.node.store
    client = maker.partner("witness")
    identifier = publish(maker, "witness", product_name="seen")
    last = list_egress(store)[-1]["id"]
    answers = [
        client.get("/3/footprints"),
        client.get(f"/3/footprints/{identifier}"),
        client.get(f"/3/footprints/{UNKNOWN}"),
        client.post(event("PublishedEvent", {"pfIds": []}, "w-1")),
        httpx.get(f"{maker.url}/3/footprints"),
    ]
    rows = [row for row in list_egress(store) if row["id"] > last]
    kinds = ["pact-footprints", "pact-footprints", "pact-refusal", "pact-event", "pact-refusal"]
    assert [row["kind"] for row in rows] == kinds
    assert [row["receiver"].split(",")[0] for row in rows] == ["witness"] * 4 + ["somebody unknown"]
    assert all(row["holds_en"] and row["holds_zh"] for row in rows)
    wire = {row["parcel"]: row for row in list_wire(store)}
    for row, answer in zip(rows, answers, strict=True):
        sent = hashlib.sha256(answer.content).hexdigest()
        assert (row["size"], row["sha256"]) == (len(answer.content), sent)
        assert (wire[row["id"]]["size"], wire[row["id"]]["sha256"]) == (len(answer.content), sent)
    assert wire[rows[0]["id"]]["method"] == "GET /3/footprints"


def test_pages_stay_the_owners_own(maker: Maker) -> None:
    client = maker.partner("curious")
    for path in ("/egress", "/"):
        response = httpx.get(maker.url + path, headers=client.headers, follow_redirects=False)
        assert response.status_code == 303 and response.headers["location"].startswith("/login")
