"""What an owner approves in advance: for whom, for which requests, and why a policy did not answer."""

from __future__ import annotations

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
