"""Declaring on the page: what becomes public is read before the click, and the same is not declared twice."""

from __future__ import annotations

import re
from html import unescape

import pytest
from typer.testing import CliRunner

from node.cli import app
from node.supplier.declaring import declare, list_declarations
from node.supplier.products import list_products
from node.words.refusals import say_refusal
from operation.moments import tell_moment
from protocol.errors import Refused
from protocol.payloads import Revocation
from protocol.statements import sign_statement
from protos.values import Receipt
from tests.node.village import METHOD, SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

OTHER = "miit-551"


def test_what_becomes_public_stands_before_the_button(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = unescape(client.get("/products/item-0").text)
        keys = client.get("/keys").text
    before = page[page.index("点击后公开的内容") : page.index("申报这个产品</button>")]
    for said in (
        "item-0",
        "2025-01-01 – 2025-12-31",
        "grid 1",
        "salt 1",
        "用量、碳足迹",
        "不能更改，也不能收回",
    ):
        assert said in before
    assert "用更早的备份无法恢复" in keys[: keys.index("更换密钥</button>")]


def test_the_same_import_under_the_same_rule_set_is_declared_once(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    node.deliver()
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:

        def press(method: str) -> str:
            page = client.get("/products/item-0")
            shown = re.findall(r'name="shown" value="([0-9a-f]+)"', page.text)[0]
            data = {"csrf": token_of(page), "shown": shown, "method": method}
            answer = client.post("/products/item-0/declare", data=data)
            return unescape(client.get(answer.headers["location"]).text)

        folded = f"<details><summary>已按 {METHOD} 申报"
        page, product = press(METHOD), list_products(node)[0]
        home = unescape(client.get("/").text)
        assert '<a href="/products">1</a>' in home and f"最近一次申报： {product.name_zh} · " in home
        assert folded in page and page.index(folded) < page.index("申报这个产品</button>")
        assert "没有发送任何内容" in page and 'class="notice task"' in page
        assert [one.method for one in list_declarations(node)] == [METHOD]
        village.town.clock.now += 60
        page = press(OTHER)
        assert "发出去的是锁住的数字" in page and "没有发送任何内容" not in page
        assert f">{METHOD}（已申报） · " in page, "no window cuts it off there"
        rows = re.findall(r'data-label="核算方法"[^>]*>([^<]+)<', page)
    assert [row.partition(" · ")[0].strip() for row in rows] == [OTHER, METHOD]


def test_what_counts_as_primary_and_what_the_rating_covers_is_said_as_it_is_counted(village: Village) -> None:
    """The category decides line by line, whatever the factor."""
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = unescape(client.get("/products/item-0").text)
    assert "由已发布的产品类别规定，与引用哪个因子无关" in page and "初级的行不计入" in page


def test_a_revoked_node_declares_nothing_again_and_says_why(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declaration = declare_product(node, "item-0", SUPPLIES[0])
    node.deliver()
    ended = Revocation(**village.town.authority_header().fields(), enrolment=node.id, reason="closed")
    revocation = sign_statement(ended, village.town.issuer.key)
    assert isinstance(village.town.hand_in(village.town.operator, [revocation.data])[0], Receipt)
    said = f"这次登记已于 {tell_moment(village.town.clock(), 'en')} 吊销（原因：closed），没有发送任何内容"
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = client.get("/products/item-0")
        shown = re.findall(r'name="shown" value="([0-9a-f]+)"', page.text)[0]
        for method in (METHOD, OTHER):
            data = {"csrf": token_of(page), "shown": shown, "method": method}
            answer = client.post("/products/item-0/declare", data=data, follow_redirects=True)
            assert said in answer.text and "没有发送任何内容。" not in answer.text
            with pytest.raises(Refused) as caught:
                declare(pages.desk.node, "item-0", method)
            assert said in say_refusal(caught.value).zh
    monkeypatch.setenv("SEALSUM_LANG", "en")
    done = CliRunner().invoke(app, ["declare", str(node.store.folder), "item-0"])
    assert done.exit_code and "was revoked on 2026-11-18" in done.stderr and "Nothing was sent" in done.stderr
    assert declaration not in done.stdout
    assert [one.method for one in list_declarations(node)] == [METHOD]
