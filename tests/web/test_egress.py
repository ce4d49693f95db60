"""What left this house begins with what holds something of the house; questions are one choice away."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from node.agent import Agent
from node.egress import Ledger, Parcel
from node.identity import keep_authority
from node.verifying import Wish, ask_for_opening, list_openings, open_to_verifier, resolve_opening
from node.words.leaving import ENROLMENT, Words
from tests.node.village import METHOD, SUPPLIES, Village, ask, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from web.numbers import show_time


def test_what_holds_something_stands_first_and_a_declaration_is_named(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    declare_product(node, "item-0", SUPPLIES[0])
    node.deliver()
    token = Parcel("127.0.0.1:9", "enrolment", b"token", ENROLMENT)
    Ledger(node.store, village.town.clock).note(token)
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        first, whole = (kinds_of(client.get(path).text) for path in ("/egress", "/egress?kind="))
        page = client.get("/egress").text
    assert set(first) == {"enrolment", "declaration"}
    assert {"connection", "checkpoint", *first} <= set(whole)
    assert page.count("公开，写入日志</td>") == 2, "a token is for the authority alone"
    assert f"（item-0），规则集 {METHOD}" in page and '<option value="holding">只看有内容的' in page


def test_a_filter_is_named_over_its_rows_and_one_without_a_match_says_so(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        whole = client.get("/egress").text
        assert 'id="table-egress"' in whole and "筛选条件" not in whole
        named = client.get("/egress", params={"to": "协调方"}).text
        assert kinds_of(named) == kinds_of(whole) != []
        assert "筛选条件：发给谁 协调方" in named and "table=egress-filtered" in named
        file = client.get("/egress", params={"to": "协调方", "table": "egress-filtered", "as": "csv"})
        day = show_time(village.town.clock())[:10]
        assert (
            f"egress-filtered-{day}.csv" in file.headers["content-disposition"]
            and "登记机构签发" in file.text
        )
        none = client.get("/egress", params={"to": "nobody"}).text
        assert "没有符合筛选条件的记录" in none and "什么也没有发出" not in none


def test_a_day_begins_by_the_readers_own_clock(village: Village) -> None:
    """In China it begins at 16:00 UTC; what left at 18:00 UTC left on the next day there."""
    node = village.settle(SUPPLIES[0].name, "supplier")
    village.town.clock.now += 18 * 3600 - village.town.clock.now % 86_400
    node.deliver()
    declare_product(node, "item-0", SUPPLIES[0])
    node.deliver()
    tomorrow = datetime.fromtimestamp(village.town.clock.now + 86_400, UTC).strftime("%Y-%m-%d")
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        here = client.get("/egress", params={"since": tomorrow, "ahead": "480"}).text
        assert "declaration" in kinds_of(here) and "筛选条件" in here
        assert kinds_of(client.get("/egress", params={"since": tomorrow}).text) == []
        assert client.get("/egress", params={"since": tomorrow, "ahead": "9999"}).status_code == 422
        today = datetime.fromtimestamp(village.town.clock.now, UTC).strftime("%Y-%m-%d")
        named = client.get("/egress", params={"until": tomorrow, "ahead": "480"}).text
        assert "declaration" in kinds_of(named) and f"到哪天为止 {tomorrow}" in named
        assert kinds_of(client.get("/egress", params={"until": today, "ahead": "480"}).text) == []
        assert client.get("/egress", params={"until": "soon"}).status_code == 409
        file = {"since": tomorrow, "ahead": "480", "table": "egress-filtered", "as": "csv"}
        assert f"{tomorrow} 02:00 UTC+8" in client.get("/egress", params=file).text
        signed = {"table": "history", "as": "csv"}
        assert f"{tomorrow} 02:00 UTC+8" in client.get("/history", params={**signed, "ahead": "480"}).text
        assert " 18:00 UTC," in client.get("/history", params=signed).text
        for no_clock in ("9999", "841", "eight"):
            assert client.get("/history", params={**signed, "ahead": no_clock}).status_code == 409


def test_a_row_names_for_whom_it_was_and_whose_door_it_went_to(village: Village) -> None:
    """Consents and shares are for the customer of a product; the coordinator only passes them on."""
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    ask(maker)
    village.run(4)
    node = village.nodes[SUPPLIES[0].name]
    with node.store.write() as connection:
        keep_authority(connection, "authority.example:9444")
    Ledger(node.store, village.town.clock).note(
        Parcel("authority.example:9444", "renewal", b"", Words("a renewal", "更新证书"))
    )
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        whole = client.get("/egress").text
        theirs = client.get("/egress", params={"to": "pack MAKER", "kind": ""}).text
        assert sorted(set(kinds_of(theirs))) == ["ciphertext", "consent", "contribution"]
        assert theirs.count(f"Pack maker，关于 {SUPPLIES[0].name}</td>") == len(kinds_of(theirs)) == 3
        assert whole.count("Pack maker，关于") == 3 and f"协调方，{node.identity.coordinator}" in whole
        file = {"to": "Pack maker", "table": "egress-filtered", "as": "csv"}
        assert client.get("/egress", params=file).text.count(f"Pack maker，关于 {SUPPLIES[0].name}") == 3
        assert kinds_of(client.get("/egress", params={"to": "登记机构"}).text) == ["renewal"]
        assert "登记机构，authority.example:9444" in whole
        assert kinds_of(client.get("/egress", params={"to": "nobody"}).text) == []


def test_what_a_verifier_is_shown_names_the_verifier_and_what_it_asked_the_owner(village: Village) -> None:
    owner = village.settle(SUPPLIES[0].name, "supplier")
    declaration = declare_product(owner, "item-0", SUPPLIES[0])
    owner.deliver()
    verifier = village.settle("Verifying body", "verifier")
    verifier.settle(ask_for_opening(verifier, Wish(declaration, (0,), (0,), "yearly visit")))
    Agent(owner).catch_up()
    owner.settle(open_to_verifier(owner, resolve_opening(owner, list_openings(owner)[0].id)))
    with open_pages(owner.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = client.get("/egress", params={"to": "verifying"}).text
        assert kinds_of(page) == ["opening_answer"]
        assert f"Verifying body，关于 {SUPPLIES[0].name}" in page
    with open_pages(verifier.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = client.get("/egress", params={"to": SUPPLIES[0].name}).text
        assert kinds_of(page) == ["opening_request"]
        assert f"{SUPPLIES[0].name}，关于 {SUPPLIES[0].name}" in page


def kinds_of(page: str) -> list[str]:
    """The kind under each row's words."""
    return re.findall(r'<small class="note">([a-z_-]+)</small>', page)
