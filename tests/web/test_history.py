"""What was signed, with what each was about: a product by its name and the period, or a pack model."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from node.library import fetch_submissions
from node.reviewing import review, submit_factors, withdraw_factor
from node.supplier.inbox import list_inquiries
from node.supplier.products import add_product, find_product
from tests.node.test_library import publish
from tests.node.village import SUPPLIES, UNIT, Village, ask
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_knowledge_pages import made, opened, submit
from tests.web.test_verifier_pages import SAID, open_bench

NAME, CODE = SUPPLIES[0].name, "item-0"


def rows_of(page: str) -> list[tuple[str, str]]:
    """Kind, and what stands in the column about it, of each row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in body.split("<tr")[1:]]
    told = [[unescape(re.sub(r"<[^>]+>", " ", cell)).split() for cell in row[1:3]] for row in cells]
    return [(what[-1], " ".join(about)) for what, about in told]


def links_in(page: str) -> dict[str, list[str]]:
    """By kind, where the newest row of it leads, in the order of its columns."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in body.split("<tr")[1:]]
    return {
        re.sub(r"<[^>]+>", " ", row[1]).split()[-1]: re.findall(r'href="([^"]+)"', " ".join(row))
        for row in reversed(rows)
    }


def test_each_entry_names_the_product_and_the_period_or_the_pack(village: Village) -> None:
    village.suppliers()
    supplier, maker = village.nodes[NAME], village.settle("Pack maker", "requester")
    add_product(supplier, replace(find_product(supplier, CODE), name_zh="三元正极材料"))
    ask(maker)
    village.run()
    about = "三元正极材料 2025-01-01 – 2025-12-31"
    with open_pages(supplier.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = client.get("/history").text
        told = dict(rows_of(page))
        assert {kind: told[kind] for kind in ("declaration", "consent", "contribution")} == {
            "declaration": about, "consent": about, "contribution": about,
        }  # fmt: skip
        assert told["enrolment"] == "" and f'href="/products/{CODE}"' in page
        linked = links_in(page)
        (inquiry,) = list_inquiries(supplier)
        assert linked["consent"] == linked["contribution"]
        assert linked["consent"] == [f"/products/{CODE}", f"/inbox/{inquiry.request}/{inquiry.entry}"]
        assert linked["declaration"] == [f"/products/{CODE}"] * 2 and linked["enrolment"] == []
    with open_pages(maker.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        page = client.get("/history").text
        told, calculation = dict(rows_of(page)), f"/calculations/{inquiry.request}"
        assert links_in(page)["request"] == [calculation] * 2 and links_in(page)["result"] == [calculation]
        assert told["request"] == told["result"] == UNIT.model


def about_in(page: str) -> dict[str, list[str]]:
    """By kind, the cells about it as they are, newest first."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    told: dict[str, list[str]] = {}
    for row in body.split("<tr")[1:]:
        cells = [unescape(one) for one in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        told.setdefault(re.sub(r"<[^>]+>", " ", cells[1]).split()[-1], []).append(cells[2])
    return told


def test_what_a_provider_and_an_expert_signed_names_code_version_and_verdict_and_leads_to_it(
    village: Village,
) -> None:
    provider = village.settle("Factor house", "provider")
    ids = submit(provider, made("steel", version=2), *(made(f"iron-{one}") for one in range(7)))
    publish(village, ids[0])
    village.settle("Expert Li", "expert").deliver()
    expert = village.nodes["Expert Li"]
    fetch_submissions(expert)
    expert.settle(review(expert, ids[1:2], "return", "no source"))
    expert.settle(review(expert, ids[2:], "accept", "sources were read"))
    fetch_submissions(provider)
    provider.settle(withdraw_factor(provider, "steel", "a meter was wrong"))
    submit_factors(provider, [made("waiting")])
    with opened(village, "Factor house", "zh") as (client, _):
        told = about_in(client.get("/history").text)
        assert "waiting 1 · waiting" in told["factor"][0] and "href" not in told["factor"][0]
        steel = f'<a href="/reviews/{ids[0]}">steel 2 · steel</a>'
        assert [steel] == [one for one in told["factor"] if "steel" in one] and steel in told["retirement"][0]
    with opened(village, "Expert Li", "zh") as (client, _):
        accepted, returned = sorted(about_in(client.get("/history").text)["review"], key=len, reverse=True)
        assert (
            f'<a href="/reviews/{ids[1]}">iron-0 1 · iron-0</a>' in returned and "退回：no source" in returned
        )
        links = [f'<a href="/reviews/{ids[n + 1]}">iron-{n} 1 · iron-{n}</a>' for n in range(1, 6)]
        assert "、".join([*links, '<a href="/reviews">另有 1 项</a>']) in accepted
        assert "同意：sources were read" in accepted
        (path,) = re.findall(r'href="([^"]*)" download>csv', client.get("/history").text)
        assert "iron-1 1 · iron-1、iron-2 1 · iron-2" in client.get(unescape(path)).text


def test_what_a_verifier_signed_names_its_subject_and_finding(village: Village) -> None:
    with open_bench(village, "zh") as bench:
        asked = bench.ask()
        bench.answer(asked)
        bench.sign(f"/verifications/{asked}", **SAID)
        told = about_in(bench.get("/history"))
        (opinion,), (question,) = told["verification"], told["opening_request"]
        assert f'<a href="/verifications/{asked}">' in question and "North Cathode" in question
        assert re.search(r'<a href="/verifications/issued/[0-9a-f]{64}">.*North Cathode', opinion)
        assert "保留意见" in opinion
