"""A pack maker is told of opinions that verifiers logged after its certificate was fetched."""

from __future__ import annotations

from node.agent import Agent
from node.maker.resulting import fetch_certificate, redact_certificate, verify_own
from node.organisation import Node
from node.verifying import issue_verification
from protocol.verification_payloads import Statement
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_certificate_check import shown

TASK = "有新的核查意见，请取回后再分发证书"
NOTICE = "份新的核查意见，证书和报告里都还没有计入"
SAYS = Statement(scope="all", assurance="limited", finding="modified", opinion="but for line 0")


def say(verifier: Node, subject: str, *hearers: Node) -> None:
    verifier.settle(issue_verification(verifier, subject, SAYS, []))
    for node in hearers:
        Agent(node).catch_up()


def test_an_opinion_on_ones_own_result_is_a_task_until_the_certificate_has_it(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        request, maker = finish(workshop), workshop.maker
        verifier = village.settle("Verifying body", "verifier")
        result = maker.calculation(request).result
        assert result is not None
        place = f"/calculations/{request}"
        fetch_certificate(maker, maker.calculation(request))
        assert "16 项成立，2 项不适用（未要求见证方；未附核查意见）" in client.get(f"{place}/result").text
        assert TASK not in client.get("/").text and NOTICE not in client.get(f"{place}/result").text
        for already in (0, 1):
            say(verifier, result.id, maker)
            home, page = client.get("/").text, client.get(f"{place}/result").text
            assert TASK in home and f"{place}/result#lacking" in home, already
            assert f"1 {NOTICE}" in page
            hint = page.partition('id="lacking"')[2].partition("</div>")[0]
            assert f'action="{place}/certificate/newest"' in hint and "取回这些意见</button>" in hint
            form = {"csrf": token_of(client.get("/account"))}
            fetched = client.post(f"{place}/certificate/newest", data=form)
            assert fetched.headers["location"] == f"{place}/result"  # its top, where the confirmation stands
            assert TASK not in client.get("/").text and NOTICE not in client.get(f"{place}/result").text
            assert "17 项成立，1 项不适用（未要求见证方）" in client.get(f"{place}/result").text


def test_an_opinion_on_a_declaration_is_looked_up_and_said_with_the_result(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        request, maker = finish(workshop), workshop.maker
        verifier = village.settle("Verifying body", "verifier")
        declaration = maker.calculation(request).terms.entries[0].declaration
        fetch_certificate(maker, maker.calculation(request))
        say(verifier, declaration)
        place = f"/calculations/{request}"
        assert NOTICE not in client.get(f"{place}/result").text
        part = client.get(f"{place}/opinions", headers={"HX-Request": "true"}).text
        assert f"1 {NOTICE}" in part and 'id="lacking" hx-swap-oob="true"' in part
        page = client.get(f"{place}/result").text
        assert f"1 {NOTICE}" in page and page.count('id="lacking"') == 1  # the part takes its place


def test_a_public_form_of_ones_own_leads_to_the_full_certificate_with_as_many_opinions(
    village: Village,
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        request, maker = finish(workshop), workshop.maker
        verifier = village.settle("Verifying body", "verifier")
        calculation = maker.calculation(request)
        assert calculation.result is not None
        say(verifier, calculation.result.id, maker)
        say(verifier, calculation.terms.entries[0].declaration)
        client.get(f"/calculations/{request}/opinions")
        full = fetch_certificate(maker, calculation, newest=True).bundle
        assert len(verify_own(maker, full).verifications) == 2
        page = shown(client, redact_certificate(full))
        assert "公开版一律不载核查意见。" in page and "有 2 份关于这次核算的意见" in page
        assert f'<a href="/calculations/{request}/result">查看您的完整证书</a>' in page
        assert "这份文件没有附上" not in page and "请向电池企业索取。" not in page
