"""What an owner approves in advance: for whom, for which requests, and why a policy did not answer."""

from __future__ import annotations

import json
import re
from html import unescape

import httpx
import pytest
from typer.testing import CliRunner

from node.agent import Agent
from node.cli import app
from node.supplier.consenting import approve
from node.supplier.inbox import Inquiry, list_inquiries
from node.supplier.policies import ANY, Preapproval, add_policy, list_policies
from node.supplier.products import list_products
from protocol.disclosure import Question
from protocol.payloads import Approval
from tests.node.village import NOW, SUPPLIES, Village, ask
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

NAME = SUPPLIES[0].name
EVERY = [str(question) for question in Question]


def save(client: httpx.Client, **typed: object) -> str:
    form = {"csrf": token_of(client.get("/policies")), "totals": 5, "accept": EVERY, **typed}
    return unescape(client.post("/policies", data=form, follow_redirects=True).text)


def inquiry_of(village: Village, request: str) -> Inquiry:
    Agent(village.nodes[NAME]).catch_up()
    (found,) = list_inquiries(village.nodes[NAME], request)
    return found


@pytest.mark.parametrize("for_waiting", [False, True])
def test_a_policy_answers_what_waits_already_only_where_its_owner_says_so(
    village: Village, for_waiting: bool
) -> None:
    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester")
    waiting = ask(maker)
    assert inquiry_of(village, waiting).state == "waiting"
    village.nodes[NAME].close()
    folder = village.folder / NAME.replace(" ", "-")
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "也用于正在等待的 1 个请求" in client.get("/policies").text
        page = save(client, customer="Pack maker", **({"for_waiting": "true"} if for_waiting else {}))
        assert ("已在等待的也包括在内" if for_waiting else "已在等待的请求仍由您自己答复") in page
        assert "没有勾选的事项" not in page
    village.open(NAME)
    assert inquiry_of(village, waiting).state == ("approved" if for_waiting else "waiting")
    village.town.clock.now += 1
    assert inquiry_of(village, ask(maker)).state == "approved"


def test_a_customer_is_named_in_words_and_one_that_nobody_met_is_not_taken(village: Village) -> None:
    village.suppliers(policy=False)
    village.settle("Pack maker", "requester")
    folder = village.folder / NAME.replace(" ", "-")
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        node = pages.desk.node
        page = save(client, customer="海屿动力电池有限公司")
        assert "本节点还没有见过叫这个名称的企业" in page and 'value="海屿动力电池有限公司"' in page
        page = save(client, customer=NAME.upper())
        assert f"规则 1：{NAME} · 全部产品" in page
        page = save(client, customer="91350000MA12345678")
        assert "本节点还没有见过用这个代码登记的企业" in page
        with node.store.read() as connection:
            assert [one.customer for one in list_policies(connection)] == [NAME, "91350000MA12345678"]


def test_a_product_is_named_by_its_code_or_its_name(village: Village) -> None:
    village.suppliers(policy=False)
    folder = village.folder / NAME.replace(" ", "-")
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        node = pages.desk.node
        (product,) = list_products(node)
        for named in (product.code, product.name_zh):
            save(client, customer="91350000MA12345678", product=named)
        assert f"91350000MA12345678 · {product.name_zh}" in client.get("/policies").text
        assert "本节点没有产品 别家的产品，已有：" in save(client, customer=NAME, product="别家的产品")
        with node.store.read() as connection:
            assert [one.product for one in list_policies(connection)] == [product.code, product.code]


def test_a_policy_says_that_points_not_ticked_are_asked_about_still(village: Village) -> None:
    village.suppliers(policy=False)
    village.settle("Pack maker", "requester")
    with (
        open_pages(village.nodes[NAME].store.folder, village.town.clock) as pages,
        asking(pages, "zh") as client,
    ):
        page = save(client, customer="*", accept=EVERY[1:])
        assert "请求触及没有勾选的事项时，仍会问您" in page


def test_who_is_asked_reads_what_each_policy_said_in_the_order_in_which_they_were_asked(
    village: Village,
) -> None:
    village.suppliers(policy=False)
    supplier, maker = village.nodes[NAME], village.settle("Pack maker", "requester")
    with supplier.store.write() as connection:
        add_policy(connection, Preapproval(ANY, ANY, 1, tuple(Question)), NOW)
    assert inquiry_of(village, ask(maker)).state == "approved"
    request = ask(maker)
    assert inquiry_of(village, request).state == "waiting"
    with supplier.store.write() as connection:
        add_policy(connection, Preapproval(ANY, ANY, 2, for_waiting=True), NOW)
        add_policy(connection, Preapproval(ANY, ANY, 9, tuple(Question)), NOW)
        add_policy(connection, Preapproval("91350000MA12345678", ANY, 9, tuple(Question)), NOW)
    with open_pages(supplier.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = unescape(client.get(f"/inbox/{request}/0").text)
        told = re.findall(r"<li( class=\"spent\")?><a[^>]+>规则 (\d)</a>：([^<]+)</li>", page)
        assert [(bool(spent), number) for spent, number, _ in told] == [
            (True, "1"), (False, "2"), (False, "3"),
        ]  # fmt: skip
        first, second, third = (words for *_, words in told)
        assert first == "不放行。已用完，1 个合计都已给出"
        assert second.startswith("不放行。没有事先接受“") and "同行太少" in second
        assert third == "不放行。只用于定规则之后新来的请求，这个请求当时已在等待"
        assert "所以请您亲自答复" in page
        with supplier.store.write() as connection:
            add_policy(connection, Preapproval(ANY, ANY, 9, tuple(Question), for_waiting=True), NOW)
        page = client.get(f"/inbox/{request}/0").text
        assert "规则 5</a>：放行" in page and "所以请您亲自答复" not in page
    folder = str(village.open(NAME).store.folder)
    village.nodes[NAME].close()
    said = CliRunner().invoke(app, ["inbox", folder]).stdout
    assert [line[2:6] for line in said.splitlines() if line.startswith("  规则")] == [
        "规则 1", "规则 2", "规则 3", "规则 5",
    ]  # fmt: skip


def test_the_link_of_an_approved_request_ticks_what_that_request_asked(village: Village) -> None:
    village.suppliers(policy=False)
    maker, folder = village.settle("Pack maker", "requester"), village.nodes[NAME].store.folder
    request = ask(maker)
    inquiry = inquiry_of(village, request)
    approval = Approval(decided_by="person", asked=inquiry.findings, answer="approved")
    approve(village.nodes[NAME], inquiry, approval)
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = unescape(client.get(f"/inbox/{request}/0").text)
        link = re.findall(r'href="(/policies[?][^"]+)"', page)[0]
        form = client.get(link).text
    ticked = re.findall(r'name="accept" value="([a-z_-]+)" checked', form)
    assert ticked and sorted(ticked) == sorted(inquiry.asks)


def approved_by_a_person(village: Village) -> Inquiry:
    """One request, that its owner approved: it raised other questions than the same one will raise again."""
    village.suppliers(policy=False)
    inquiry = inquiry_of(village, ask(village.settle("Pack maker", "requester")))
    approval = Approval(decided_by="person", asked=inquiry.findings, answer="approved")
    approve(village.nodes[NAME], inquiry, approval)
    return inquiry


def test_what_the_same_request_again_would_touch_is_marked_and_not_ticked(village: Village) -> None:
    inquiry = approved_by_a_person(village)
    maker, folder = village.nodes["Pack maker"], village.nodes[NAME].store.folder
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        link = f"/policies?customer={inquiry.customer}&product={inquiry.product}"
        form = unescape(client.get(link).text)
        plain = client.get("/policies").text
    marked = re.findall(r'<label class="asks"><input type="checkbox" name="accept" value="([a-z-]+)">', form)
    village.open(NAME)
    again = inquiry_of(village, ask(maker))
    assert sorted(marked) == sorted(again.asks) and set(marked) > set(inquiry.asks)
    assert "您已同意给这家客户 1 个含此产品的合计" in form and form.count("下一次必定触及这一项") == len(
        marked
    )
    assert 'class="asks"' not in plain


def test_a_saved_policy_says_what_the_same_request_again_is_asked_in_spite_of_it(village: Village) -> None:
    """By the page and by the command; and says no such thing where it, or another one, answers that request."""
    inquiry = approved_by_a_person(village)
    folder, typed = village.nodes[NAME].store.folder, {"customer": inquiry.customer}
    typed["product"] = inquiry.product
    but = [one for one in EVERY if one != str(Question.DIFFERENCING)]
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = save(client, **typed, accept=but)
        asks = "下一次同样的请求仍会问您。这条规则没有事先接受“与先前合计相减，会露出其中少数几家的数字”。"
        assert "已保存。" + asks in page
        page = save(client, **typed, change=1, totals=7)
        assert "仍会问您" not in page and page.count('class="policy"') == 1 and "最多 7 个合计" in page
        assert "仍会问您。这条" not in save(client, **typed, accept=but)
        assert "第 9 条规则已经没有了" in save(client, **typed, change=9)
    command = ["policy", "set", str(folder), "--customer", inquiry.customer, "--product", inquiry.product]
    said = CliRunner().invoke(app, [*command, "--change", "1", "--accept", "differencing"]).stdout
    assert "仍会问您。这条规则没有事先接受“" in said and "与先前合计相减" not in said.split("仍会问您")[1]
    told = json.loads(CliRunner().invoke(app, [*command, "--change", "2", "--json"]).stdout)
    assert told["still_asks"] and "differencing" in told["lacks"]


def test_a_policy_is_changed_in_its_own_form(village: Village) -> None:
    village.suppliers(policy=False)
    folder = village.nodes[NAME].store.folder
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = save(client, customer="91350000MA12345678", totals=3, accept=EVERY[:1])
        assert "按这条规则已给出 0 个" in page
        (link,) = re.findall(r'href="(/policies\?change=1#policy-form)">修改<', page)
        form = client.get(link).text
    assert "修改规则 1" in form and '<input type="hidden" name="change" value="1">' in form
    assert 'value="91350000MA12345678"' in form and 'name="totals" value="3"' in form
    assert re.findall(r'value="([a-z-]+)" checked', form) == EVERY[:1]
