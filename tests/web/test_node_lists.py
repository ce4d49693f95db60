"""The lists of a node's pages, however long they are: paged, searched, and whole as a file."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from method.conversions import CONVERSIONS
from method.exact import encode_decimal
from method.product import Product
from node.accounts import OWNER_NAME, add_account, close
from node.agent import Agent
from node.backup import note_backup
from node.egress import Ledger, Parcel
from node.maker.pack_drafts import PackDraft, keep_draft, remove_draft
from node.organisation import Node
from node.store.tables import INBOX
from node.supplier.policies import Preapproval, add_policy, list_policies
from node.supplier.products import add_product
from node.tokens import issue_token
from node.words.leaving import Words
from protocol.disclosure import Question
from tests.node.village import SUPPLIES, Village, ask, declare_product, open_village
from tests.support.example import LIBRARY, NOW
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of
from web.numbers import show_quantity
from web.paging import make_cursor
from web.visits import ROWS

CODES = [f"item-{number:03}" for number in range(ROWS + 1)]


def test_a_rule_set_is_chosen_by_its_code_which_no_window_cuts_off(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    declare_product(node, "item-0", SUPPLIES[0])
    with opened(village) as client:
        page = client.get("/products/item-0").text
    found = re.findall(r'<option value="([a-z0-9-]+)"[^>]*>([^<]+)</option>', page)
    assert found
    assert all(shown.startswith(f"{code} ") for code, shown in found)
    names = [shown.partition(" · ")[2] for _, shown in found]
    assert len(set(names)) == len(names)  # two readings of one draft are told apart


def test_a_rating_of_data_quality_has_the_band_of_its_rule_set(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    declare_product(node, "item-0", SUPPLIES[0])
    with opened(village) as client:
        page = client.get("/products/item-0").text
    assert re.findall(r"<dd>([0-9.]+ · [a-z ]+)</dd>", page) == ["1.67 · very good"]


def test_a_fuel_in_energy_says_at_which_heating_value_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"kind": "diesel", "unit": "MJ"}.items():
        monkeypatch.setitem(LIBRARY.categories["cathode"]["lines"][1], name, value)
    for name, value in {"basis": "LHV", "unit": "MJ"}.items():
        monkeypatch.setitem(LIBRARY.factors["salt"], name, value)
    with open_village(tmp_path) as village:
        node = village.settle(SUPPLIES[0].name, "supplier")
        node.deliver()
        declare_product(node, "item-0", SUPPLIES[0])
        with opened(village) as client:
            page = client.get("/products/item-0").text
    notes = re.findall(r'data-label="Unit">(\w+)(?:<small class="note">([^<]+)</small>)?<', page)
    value = show_quantity(encode_decimal(CONVERSIONS["diesel"].ratio), "MJ")
    assert notes == [("kWh", ""), ("MJ", f"1 kg counts as {value} (lower heating value)")]


def test_a_list_is_paged_whole_in_a_file_and_keeps_its_filter(village: Village) -> None:
    """One more than a page: the last row stands alone on the second page, and a file has them all."""
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    for number in range(ROWS + 1):
        add_product(node, product_of(f"item-{number:03}"))
    add_product(node, product_of("zinc-1"))
    with opened(village) as client:
        first = client.get("/products", params={"q": "item"})
        assert (codes_of(first.text), len(codes_of(first.text))) == (CODES[:ROWS], ROWS)
        link = html.unescape(found_one(r'href="([^"]+)" rel="next"', first.text))
        assert "q=item" in link and link.endswith("#table-products")
        second = client.get(link)
        assert codes_of(second.text) == CODES[ROWS:]
        assert 'rel="next"' not in second.text
        back = html.unescape(found_one(r'<a href="([^"]+)">To the first rows</a>', second.text))
        assert codes_of(client.get(back).text) == CODES[:ROWS] and back.endswith("#table-products")
        further = link.removesuffix("#table-products")
        files = [client.get(f"{place}&table=products&as=csv").text for place in ("/products?q=item", further)]
        assert [len(set(re.findall(r"item-\d{3}", text))) for text in files] == [ROWS + 1] * 2


def test_what_somebody_typed_is_shown_as_text(village: Village) -> None:
    typed = """<img src=x onerror="alert(1)">'&amp;"""
    shown = "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;&#39;&amp;amp;"
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    add_product(node, replace(product_of("steel"), name_zh=typed, name_en=typed))
    with opened(village) as client:
        for path, values in (
            ("/products", {}), ("/products/steel", {}), ("/search", {"q": typed}), ("/products", {"q": typed}),
        ):  # fmt: skip
            page = client.get(path, params=values).text
            assert shown in page and typed not in page, path


def test_a_list_of_exactly_one_page_leads_no_further(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    for number in range(ROWS):
        add_product(node, product_of(f"item-{number:03}"))
    with opened(village) as client:
        page = client.get("/products").text
    assert len(codes_of(page)) == ROWS
    assert 'rel="next"' not in page


def test_policies_removed_models_accounts_and_tokens_are_paged(village: Village) -> None:
    """What stands in a list of forms as well as what stands in a table: nothing is left out, nothing shown twice."""
    node = village.settle(SUPPLIES[0].name, "supplier", "requester")
    node.deliver()
    names = [f"name-{number:03}" for number in range(ROWS + 1)]
    with node.store.write() as connection:
        for name in names:
            add_policy(connection, Preapproval(name, "*", 1), NOW)
    for name in names:
        draft = keep_draft(node, PackDraft(name, {"model": name}))
        remove_draft(node, keep_draft(node, draft).id)
        add_account(node, name, "reader")
        issue_token(node, OWNER_NAME, name, ["read"], 3)
    close(node, names[3])
    with opened(village) as client:
        for address, pattern in (
            ("/policies", r"<h2>Policy \d+: (name-\d{3}) "),
            ("/models", r">(name-\d{3}) <button"),
            ("/accounts", r"one\?name=(name-\d{3})\""),
            ("/tokens", r">(name-\d{3}) · owner"),
        ):
            first = client.get(address).text
            second = client.get(html.unescape(found_one(r'href="([^"]+)" rel="next"', first))).text
            assert 'rel="next"' not in second and "To the first rows" in second
            shown = [re.findall(pattern, page) for page in (first, second)]
            assert shown[0] and shown[1] and sorted(shown[0] + shown[1]) == names, address
            assert address != "/accounts" or shown[1][-1] == names[3]  # closed ones last


def test_a_policy_is_for_a_product_of_the_list_or_for_all(village: Village) -> None:
    """Hundreds of products are searched by typing: what is typed is checked, and the form comes back as it was."""
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    add_product(node, product_of("steel"))
    with opened(village) as client:
        page = client.get("/policies")
        assert "<select" not in page.text and '<option value="steel">' in page.text
        form = {"csrf": token_of(page), "customer": "BUYER-0001", "totals": "3"}
        wrong = client.post("/policies", data={**form, "product": "stel"})
        assert (wrong.status_code, 'value="BUYER-0001"' in wrong.text, 'value="stel"' in wrong.text) == (
            409,
            True,
            True,
        )
        for product in ("steel", ""):
            assert client.post("/policies", data={**form, "product": product}).status_code == 303
    with node.store.read() as connection:
        kept = list_policies(connection)
    assert sorted((one.customer, one.product, one.totals) for one in kept) == [
        ("BUYER-0001", "*", 3),
        ("BUYER-0001", "steel", 3),
    ]


def test_a_cursor_of_another_list_is_refused(village: Village) -> None:
    village.settle(SUPPLIES[0].name, "supplier").deliver()
    with opened(village) as client:
        for cursor in (make_cursor(5), "no cursor", make_cursor("a", 1)):
            assert client.get("/products", params={"products": cursor}).status_code == 409


def test_the_ledger_goes_on_where_the_page_before_ended(village: Village) -> None:
    """Rows that come in between are neither skipped nor shown twice."""
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    ledger = Ledger(node.store, village.town.clock)
    for number in range(2 * ROWS):
        ledger.note(Parcel("there", "probe", b"%d" % number, Words("a probe", "一次试探")))
    with opened(village) as client:
        first = client.get("/egress", params={"kind": "probe"}).text
        ledger.note(Parcel("there", "probe", b"later", Words("a probe", "一次试探")))
        second = client.get(html.unescape(found_one(r'href="([^"]+)" rel="next"', first))).text
    hashes = re.findall(r'data-copy="([0-9a-f]{64})"', first + second)
    assert hashes == [hashlib.sha256(b"%d" % number).hexdigest() for number in reversed(range(2 * ROWS))]


def test_the_live_part_of_a_page_stays_on_that_page(village: Village) -> None:
    """What updates itself asks for the rows that are shown, not for the first ones."""
    node = village.settle(SUPPLIES[0].name, "supplier", "requester")
    node.deliver()
    file_inquiries(node, ROWS + 1)
    with opened(village) as client:
        first = client.get("/inbox", params={"q": "Buyer"}).text
        link = html.unescape(found_one(r'href="([^"]+)" rel="next"', first))
        second = client.get(link).text
        live = html.unescape(found_one(r'hx-get="([^"]+)"', second))
        assert client.get(live).status_code == 204
        told = client.get(re.sub("version=[^&]*", "version=older", live))
    shown = re.findall(r">(Buyer \d+)<", second)
    assert shown == ["Buyer 0"]
    assert re.findall(r">(Buyer \d+)<", told.text) == shown


def test_a_backup_is_not_told_of_before_it_was_made(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    with opened(village) as client:
        live = html.unescape(found_one(r'hx-get="(/keys/live[^"]*)"', client.get("/keys").text))
        assert client.get(live).status_code == 204
        note_backup(node.store, node.clock())
        assert "The backup is made" in client.get(live).text


def test_requests_are_found_by_state_and_by_customer(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    file_inquiries(node, 4)
    with opened(village) as client:
        found = client.get("/inbox", params={"state": "declined"}).text
        named = client.get("/inbox", params={"q": "Buyer 2"}).text
        none = client.get("/inbox", params={"state": "closed", "q": "Buyer 2"}).text
    assert re.findall(r">(Buyer \d+)<", found) == ["Buyer 3", "Buyer 2", "Buyer 1", "Buyer 0"]
    assert re.findall(r">(Buyer \d+)<", named) == ["Buyer 2"]
    assert "Nothing of this state and with these words." in none


def test_a_policy_whose_totals_are_given_says_so_where_a_person_is_asked(village: Village) -> None:
    village.suppliers(policy=False)
    supplier, maker = village.nodes[SUPPLIES[0].name], village.settle("Pack maker", "requester")
    with supplier.store.write() as connection:
        add_policy(connection, Preapproval("Pack maker", "*", 1, tuple(Question)), NOW)
    first, second = ask(maker), ask(maker)
    Agent(supplier).catch_up()
    spent = "used up: all its totals (1) are given"
    with opened(village) as client:
        assert spent not in client.get(f"/inbox/{first}/0").text
        assert spent in client.get(f"/inbox/{second}/0").text
        assert "All are given: it answers no more." in client.get("/policies").text


@contextmanager
def opened(village: Village) -> Iterator[httpx.Client]:
    folder = village.folder / SUPPLIES[0].name.replace(" ", "-")
    with open_pages(folder, village.town.clock) as pages, asking(pages) as client:
        yield client


def product_of(code: str) -> Product:
    return Product(code, code, code, SUPPLIES[0].category, "kg", "CN", "2025-01-01", "2025-12-31", "a.csv")


def file_inquiries(node: Node, count: int) -> None:
    """So many requests that were refused, of customers by number."""
    rows = [
        {
            "request": f"{number:064x}", "entry": 0, "declaration": "0" * 64, "product": "item-0",
            "customer": f"Buyer {number}", "state": "declined", "findings": "[]", "asks": "[]", "decided_by": "person",
            "answer": "no", "policy": None, "models": 1, "created": 1000 + number,
        }
        for number in range(count)
    ]  # fmt: skip
    with node.store.write() as connection:
        connection.execute(insert(INBOX), rows)


def codes_of(page: str) -> list[str]:
    return re.findall(r'<a href="/products/(item-\d{3}|zinc-1)">', page)


def found_one(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text)
    return str(found)
