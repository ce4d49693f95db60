"""What an owner reads before answering: what is asked, of which declaration, and every total that the customer gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from node.cli import app
from node.language import Phrase
from node.maker.requesting import Terms
from node.store.tables import INBOX
from node.supplier.consenting import approve, refuse
from node.supplier.endings import find_endings
from node.supplier.inbox import list_inquiries
from node.supplier.questions import word_cells, word_question
from protocol.calculation import Phase
from protocol.disclosure import Finding, Question
from protocol.payloads import Approval
from tests.node.village import METHOD, SUPPLIES, Village, allow, ask, declare_product
from tests.web.asking import asking
from tests.web.doors import Pages, open_pages


@pytest.fixture
def asked(village: Village) -> Iterator[Pages]:
    """A supplier's pages with one request waiting."""
    village.suppliers(policy=False)
    ask(village.settle("Pack maker", "requester"))
    village.step()
    with open_pages(village.folder / "North-Cathode", village.town.clock) as opened:
        yield opened


def test_the_rule_set_the_boundary_and_the_declaration_are_named(asked: Pages) -> None:
    (inquiry,) = list_inquiries(asked.desk.node)
    with asking(asked, "zh") as client:
        page = unescape(client.get(f"/inbox/{inquiry.request}/{inquiry.entry}").text)
    assert f"{METHOD} · " in page and "部分生命周期" in page
    assert "2025-01-01 – 2025-12-31" in page and inquiry.declaration[:12] in page


def test_each_total_that_includes_the_share_is_said_once_and_they_add_up(asked: Pages) -> None:
    """Four suppliers: three make parts, this one among them, and one assembles the pack."""
    (inquiry,) = list_inquiries(asked.desk.node)
    with asking(asked, "zh") as client:
        page = unescape(client.get(f"/inbox/{inquiry.request}/{inquiry.entry}").text)
    known = next(one.split("\n")[1] for one in inquiry.findings if "该客户得到" in one)
    assert known in page and "您所在的阶段（原材料获取与零部件生产）：您与另外 2 家" in known
    cells = known.count("您与另外")
    assert cells > 1 and re.findall(r"共 (\d+) 个", known) == [str(cells)]
    (lines,) = (one for one in inquiry.findings if "行数据" in one)
    assert re.findall(r"份额的共 (\d+) 个", lines) == [str(cells)]
    assert "您所在阶段的合计" in page and "一个合计" not in page


def test_a_question_about_another_request_leads_to_it(asked: Pages) -> None:
    node = asked.desk.node
    (inquiry,) = list_inquiries(node)
    place = f"/inbox/{inquiry.request}/{inquiry.entry}"
    approve(node, inquiry, Approval(decided_by="person", asked=inquiry.findings, answer="yes"))
    others = [Finding(Question.DIFFERENCING, "total", 0, other=one) for one in (inquiry.request, "0" * 64)]
    words = [word_question(one, inquiry.product) for one in others]
    told = [*inquiry.findings[:2], *(f"{one.en}\n{one.zh}" for one in words), inquiry.findings[-1]]
    with node.store.write() as connection:
        connection.execute(update(INBOX).values(findings=json.dumps(told)))
    shown, unknown = inquiry.request[:16], "0" * 16
    for language in ("zh", "en"):
        with asking(asked, language) as client:
            page = client.get(place).text
            assert page.count(f'<a href="{place}">{shown}</a>') == 1
            assert unknown in page and f">{unknown}</a>" not in page


def test_who_else_takes_part_is_named_with_what_each_gives_and_no_quantity(
    asked: Pages, village: Village
) -> None:
    """On the page, before and after the answer, and by the command."""
    (inquiry,) = list_inquiries(asked.desk.node)
    place, others = f"/inbox/{inquiry.request}/{inquiry.entry}", [one.name for one in SUPPLIES[1:]]
    with asking(asked, "zh") as client:
        for approved in (False, True):
            if approved:
                approval = Approval(decided_by="person", asked=inquiry.findings, answer="yes")
                approve(asked.desk.node, inquiry, approval)
            page = unescape(client.get(place).text)
            (listed,) = re.findall(r"<summary>都有谁</summary><ul>(.+?)</ul>", page)
            named = re.findall(r"<li>(.+?) · .+? · (原材料获取与零部件生产|电池生产|分销)</li>", listed)
            assert [name for name, _ in named] == others and "kg" not in listed
    command = ["inbox", str(asked.desk.node.store.folder), "--all"]
    said = CliRunner().invoke(app, command).stdout
    assert [line.split(" · ")[0] for line in said.splitlines() if " · " in line] == [
        f"  takes part as well: {name}" for name in others
    ]
    (told,) = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)["inbox"]
    assert [one["name"]["zh"] for one in told["others"]] == others
    assert set(told["others"][0]) == {"entity", "name", "category", "stage"}


def test_the_totals_of_several_models_are_counted_together() -> None:
    words = word_cells([("total", 2), ("quality", 4)], "battery_production", 3)
    assert "每个型号各一个" in words.zh and "共 6 个" in words.zh
    assert "for each model" in words.en and "6 totals that include" in words.en


def test_what_waits_has_a_link_to_answer_it_and_what_was_refused_stays_refused(
    asked: Pages, village: Village
) -> None:
    node = asked.desk.node
    (inquiry,) = list_inquiries(node)
    place = f"/inbox/{inquiry.request}/{inquiry.entry}"
    with asking(asked, "zh") as client:
        page = client.get("/inbox").text
        assert f'<a href="{place}" role="button">答复</a>' in page and ">T-100</td>" in page
        refuse(node, inquiry, "2025 年的数据尚未定稿")
        node.deliver()
        village.run(2)
        assert node.calculation(inquiry.request).phase is Phase.ENDED
        rows = client.get("/inbox").text
        assert "已拒绝" in rows[rows.index("table-answered") :] and 'role="button"' not in rows
        assert "已拒绝" in client.get(place).text


def test_who_agreed_may_agree_to_such_requests_for_good(asked: Pages) -> None:
    """The customer and the product stand in the form already."""
    node = asked.desk.node
    (inquiry,) = list_inquiries(node)
    place = f"/inbox/{inquiry.request}/{inquiry.entry}"
    with asking(asked, "zh") as client:
        assert "以后同样的请求自动同意" not in client.get(place).text
        approve(node, inquiry, Approval(decided_by="person", asked=inquiry.findings, answer="yes"))
        page = unescape(client.get(place).text)
        (link,) = re.findall(r'href="(/policies\?[^"]+)">以后同样的请求自动同意<', page)
        form = client.get(link).text
    assert f'name="customer" value="{inquiry.customer}"' in form
    assert f'name="product" value="{inquiry.product}"' in form


def test_the_points_to_weigh_are_counted_first_and_a_refusal_says_that_nothing_came_to_be(
    asked: Pages,
) -> None:
    node = asked.desk.node
    (inquiry,) = list_inquiries(node)
    place = f"/inbox/{inquiry.request}/{inquiry.entry}"
    with asking(asked, "zh") as client:
        page = client.get(place).text
        count = page.count('class="asks"')
        assert count > 0 and f"有 {count} 条要您留意" in page
        assert "您的单位碳足迹：能被准确或大致算出，情形见标出的各条。" in page
        assert "每个数字都是合计" in page and "就是合计" not in page and ">会发生什么<" in page
        assert "次级数据部分：碳足迹里按次级数据计的各行" in page
        refuse(node, inquiry, "不参加")
        page = client.get(place).text
        assert "您没有同意，所以以下都没有发生" in page and "条要您留意" not in page
        assert ">原本会发生什么：您的份额没有发出<" in page and "能被准确或大致算出" not in page


def test_who_refused_one_of_two_products_is_not_told_that_another_supplier_did(village: Village) -> None:
    both = village.settle(SUPPLIES[0].name, "supplier")
    declared = {f"item-{at}": declare_product(both, f"item-{at}", SUPPLIES[at]) for at in (0, 1)}
    both.deliver()
    for at in (2, 3):
        node = village.settle(SUPPLIES[at].name, "supplier")
        declared[f"item-{at}"] = declare_product(node, f"item-{at}", SUPPLIES[at])
        node.deliver()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker, Terms(declarations=declared))
    village.step()
    first, second = list_inquiries(both, request)
    refuse(both, first, "用量不对")
    village.run()
    with open_pages(both.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = unescape(client.get(f"/inbox/{request}/{second.entry}").text)
        assert "已中止，没有结果：您自己拒绝了其中一个产品；用量不对" in page
    other = village.nodes[SUPPLIES[2].name]
    assert find_endings(other, [request])[request].reason == Phrase(
        "a supplier refused to take part; 用量不对", "有供应商拒绝参加；用量不对"
    )


def test_what_is_over_says_that_it_finished_or_why_it_stopped(village: Village) -> None:
    """By the list, by the page of the request and by the command, with the certificate to take where there is one."""
    village.suppliers(policy=False)
    first, second = (village.nodes[name] for name in ("North Cathode", "East Cathode"))
    maker, folder = village.settle("Pack maker", "requester"), first.store.folder
    stopped = ask(maker)
    village.step()
    (inquiry,) = list_inquiries(second, stopped)
    refuse(second, inquiry, "用量不对")
    village.run()
    for node in village.nodes.values():
        allow(node)
    village.town.clock.now += 1
    finished = ask(maker)
    village.run()
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        told = unescape(client.get("/inbox").text)
        assert told.count("已完成，有证书") == 1 and told.count("已中止，没有结果") == 1
        assert "有供应商拒绝参加；用量不对" in told
        page = unescape(client.get(f"/inbox/{finished}/0").text)
        assert (
            "已完成：结果已经算出，证书已经签发" in page and "您的答复：按预先同意的第 1 条规则同意" in page
        )
        (link,) = re.findall(r'href="(/calculations/[0-9a-f]+/certificate)"', page)
        assert client.get(link).json()
        page = unescape(client.get(f"/inbox/{stopped}/0").text)
        assert "已中止，没有结果：有供应商拒绝参加；用量不对" in page and f"{stopped}/certificate" not in page
        assert "您的答复" not in page
    village.nodes.pop("North Cathode").close()
    said = CliRunner().invoke(app, ["inbox", str(folder), "--all"]).stdout
    assert "已完成：结果已经算出，证书已经签发" in said and "有供应商拒绝参加；用量不对" in said
