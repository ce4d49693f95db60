"""What verifiers ask of a supplier, on its pages: what cannot be opened as asked, and what stays in the form."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from node.agent import Agent
from node.organisation import Node
from node.supplier.activities import Source, keep_activity
from node.supplier.declaring import declare
from node.verifying import Wish, ask_for_opening, inquiry_of, list_openings, resolve_opening
from node.web.verifier.records import FIELDS
from tests.node.village import METHOD, SUPPLIES, Village, declare_product, open_village, records_of
from tests.support.example import LIBRARY
from tests.web.asking import asking
from tests.web.browser import reading
from tests.web.doors import open_pages
from tests.web.test_entering import token_of


def test_what_cannot_be_opened_as_asked_is_not_offered_and_said_beside_the_form(village: Village) -> None:
    owner = village.settle(SUPPLIES[0].name, "supplier")
    declaration = declare_product(owner, "item-0", SUPPLIES[0])
    owner.deliver()
    verifier = village.settle("Verifying body", "verifier")
    for records in ((1, 99), (1,)):
        verifier.settle(ask_for_opening(verifier, Wish(declaration, (0,), records, "yearly visit")))
    Agent(owner).catch_up()
    wrong, right = (one.id for one in list_openings(owner))
    folder = village.folder / SUPPLIES[0].name.replace(" ", "-")
    with open_pages(folder, village.town.clock) as pages, asking(pages, "zh") as client:
        form = {"csrf": token_of(client.get("/account")), "reason": "没有\r\n这条记录"}
        assert "核查方的 2 项查看请求等您答复" in client.get("/").text  # of one verifier
        taken_away = [f'id="open-{one}" hx-swap-oob="delete"' for one in (wrong, right)]
        assert [
            away in client.get(f"/openings/{one}/reads").text
            for one, away in zip((wrong, right), taken_away, strict=True)
        ] == [True, False]
        answer = client.post(f"/openings/{wrong}/approve", data=form)
        shown = html.unescape(answer.text)
        assert answer.status_code == 422 and "所要求的记录不存在" in shown and "原文" not in shown
        assert "理由不会密封：它写入日志、不能收回，运营方和其他核查方也能看到。请勿写用量。" in shown
        assert shown.count("只想给看一部分时，请拒绝，并在理由里写明愿意给看哪些") == 1
        reads = [html.unescape(client.get(f"/openings/{one}/reads").text) for one in (wrong, right)]
        assert ["照此请求一项也不能出示" in one for one in reads] == [True, False]
        assert ["将读到" in one for one in reads] == [False, True]
        assert "没有\n这条记录</textarea>" in shown
        assert client.post(f"/openings/{wrong}/refuse", data=form).status_code == 303
        assert client.post(f"/openings/{right}/approve", data=form).status_code == 303
        answered = html.unescape(client.get("/openings").text).partition('id="table-answered"')[2]
        assert SUPPLIES[0].name in answered and ">item-0<" not in answered
    Agent(verifier).catch_up()
    states = {one: inquiry_of(verifier, resolve_opening(verifier, one)).state for one in (wrong, right)}
    assert states == {wrong: "refused", right: "opened"}


def test_an_owner_reads_beforehand_and_afterwards_what_its_verifier_reads(village: Village) -> None:
    owner = village.settle(SUPPLIES[0].name, "supplier")
    declaration = declare_product(owner, "item-0", SUPPLIES[0])
    owner.deliver()
    verifier = village.settle("Verifying body", "verifier")
    for reason in ("yearly visit", "again"):
        verifier.settle(ask_for_opening(verifier, Wish(declaration, (0,), (0, 1), reason)))
    Agent(owner).catch_up()
    yes, no = (one.id for one in list_openings(owner))
    with open_pages(owner.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        reads = client.get(f"/openings/{yes}/reads").text
        before = tables_of(reads)
        assert "将读到的记录" in reads and "已出示" not in reads
        assert "每 kg 产品的用量" in before and "产量 output" in before and "1 000 kg" in before
        form = {"csrf": token_of(client.get("/account")), "reason": "不便出示"}
        client.post(f"/openings/{yes}/approve", data=form)
        client.post(f"/openings/{no}/refuse", data=form)
        answered = client.get("/openings").text.partition('id="table-answered"')[2]
        assert all(f'href="/openings/{one}"' in answered for one in (yes, no))
        opened = client.get(f"/openings/{yes}").text
        assert tables_of(opened) == before and "对方读到的正是以下内容" in opened and "将读到" not in opened
        refused = client.get(f"/openings/{no}").text
        assert "不便出示" in refused and "<table" not in refused
        ledger = client.get("/egress?kind=opening_answer").text
        assert ledger.count("没有出示任何内容") == 1
        # Beside each, who can read it: an opening its verifier alone, the words of a refusal whoever reads the log.
        assert ledger.count("只对那一把钥匙密封") == 1 and ledger.count("您写的文字没有密封") == 1
        history = client.get("/history").text
        assert history.count("您同意出示的") == 1 and history.count("您拒绝核查方查看") == 1
    Agent(verifier).catch_up()
    with open_pages(verifier.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert tables_of(client.get(f"/verifications/{yes}").text) == before


def test_what_a_declaration_consists_of_has_the_import_sheets_name_on_both_sides(village: Village) -> None:
    owner, asked = ask_of_everything(village)
    with open_pages(owner.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "若干项目和记录" in client.get("/openings").text
        assert "对方将读到的项目" in client.get(f"/openings/{asked}/reads").text
        form = {"csrf": token_of(client.get("/account"))}
        client.post(f"/openings/{asked}/approve", data=form)
        assert "已出示的项目" in client.get(f"/openings/{asked}").text
    verifier = village.nodes["Verifying body"]
    Agent(verifier).catch_up()
    declaration = inquiry_of(verifier, resolve_opening(verifier, asked)).declaration
    with open_pages(verifier.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "<legend>项目</legend>" in client.get(f"/verifications/ask/{declaration}").text
        assert "<dt>您要求查看的项目</dt>" in client.get(f"/verifications/{asked}").text
        assert ">项目</th>" in client.get("/verifications").text


def test_a_share_is_short_and_stands_whole_beside_where_digits_are_left_out(village: Village) -> None:
    owner, asked = ask_of_everything(village)
    with open_pages(owner.store.folder, village.town.clock) as pages, asking(pages) as client:
        reads = client.get(f"/openings/{asked}/reads").text
    shares = re.findall(r'data-label="Allocation" class="number">(.*?)</td>', reads)
    assert shares == [
        "1.000",
        '0.3333<small class="note">1/3</small>',
        '0.3501<small class="note">0.35012</small>',
    ]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_records_with_every_column_fit_a_small_desk_screen(
    browser: Browser, village: Village, language: str
) -> None:
    owner, _ = ask_of_everything(village)
    with (
        open_pages(owner.store.folder, village.town.clock) as pages,
        reading(browser, pages.url, language, "light", (1280, 800)) as reader,
    ):
        pages.enter(reader, "/openings")
        expect(reader.page.locator("[data-kind=date]").first).to_be_visible()
        expect(reader.page.locator("figure[id^=table-records] th")).to_have_count(len(FIELDS) + 1)
        reader.check()


def ask_of_everything(village: Village) -> tuple[Node, str]:
    """An owner whose records fill every column, and what a verifier asks of it."""
    owner = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(owner, "item-0", SUPPLIES[0])
    shares = (Fraction(1), Fraction(1, 3), Fraction("0.35012"))
    records = [
        replace(
            one,
            share=share,
            document="增值税专用发票-2025-0001",
            note="从三号电表读出，扣除宿舍用电后按班组工时分摊",
            sheet="电力与辅料2025",
            route="江西赣州市 → 浙江宁波市",
        )
        for one, share in zip(records_of(SUPPLIES[0].lines), shares, strict=True)
    ]
    keep_activity(owner, "item-0", records, Source("b.csv", "1" * 64))
    declaration = declare(owner, "item-0", METHOD)
    owner.deliver()
    verifier = village.settle("Verifying body", "verifier")
    asked = ask_for_opening(verifier, Wish(declaration, (0, 1), (0, 1, 2), "yearly visit"))
    verifier.settle(asked)
    Agent(owner).catch_up()
    return owner, asked


def test_a_record_names_its_item_as_the_template_does_though_a_factor_shares_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIBRARY.factors["salt"], "name_zh", "锂盐供应链")
    with open_village(tmp_path) as village:
        owner = village.settle(SUPPLIES[0].name, "supplier")
        declaration = declare_product(owner, "item-0", SUPPLIES[0])
        owner.deliver()
        verifier = village.settle("Verifying body", "verifier")
        verifier.settle(ask_for_opening(verifier, Wish(declaration, (), (2,), "yearly visit")))
        Agent(owner).catch_up()
        (asked,) = list_openings(owner)
        with open_pages(owner.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
            page = client.get(f"/openings/{asked.id}/reads").text
    assert re.findall(r'data-label="项目">([^<]+)<', page) == ["salt"]
    assert re.findall(r'data-label="因子">([^<]+)<', page) == ["锂盐供应链"]


def tables_of(page: str) -> str:
    """All tables of a page as text."""
    found = html.unescape(" ".join(re.findall(r"<table.*?</table>", page, re.DOTALL)))
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())
