"""The search box finds what one has with a partner by that partner's name, on both sides of a request."""

from __future__ import annotations

from node.agent import Agent
from node.maker.pack_drafts import PackDraft, keep_draft
from node.supplier.consenting import withdraw
from node.supplier.inbox import list_inquiries
from operation.moments import tell_day
from tests.node.village import Village, ask
from tests.web.asking import asking
from tests.web.doors import open_pages


def test_a_partner_is_found_by_its_name(village: Village) -> None:
    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester", legal_entity="EXAMPLE-CN-0016")
    request = ask(maker)
    village.step()
    (inquiry,) = list_inquiries(village.nodes["North Cathode"])
    place = f"/inbox/{inquiry.request}/{inquiry.entry}"
    with (
        open_pages(village.folder / "North-Cathode", village.town.clock) as pages,
        asking(pages) as client,
    ):
        assert client.get("/search", params={"q": "pack mak"}).headers["location"] == place
    draft = keep_draft(maker, PackDraft("1", {"model": "NP-100"}, ({"legal_entity": "North Cathode"},)))
    with open_pages(maker.store.folder, village.town.clock) as pages, asking(pages) as client:
        found = client.get("/search", params={"q": "north cath"}).text
        assert f"/calculations/{request}" in found and f"/models/{draft.id}" in found
        assert "Nothing of that name" in client.get("/search", params={"q": "no such company"}).text


def test_the_number_of_a_rule_set_leads_to_the_duty_and_digits_within_an_id_to_nothing(
    village: Village,
) -> None:
    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    with open_pages(maker.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        for words in ("551", "551号", "miit-551"):
            page = client.get("/search", params={"q": words}, follow_redirects=True)
            assert page.url.path == "/duty" and f"“{words}”只找到这一项：报送义务 miit-551" in page.text
        assert "没有叫这个名称" in client.get("/search", params={"q": request[20:26]}).text
        assert client.get("/search", params={"q": request[:6]}).headers["location"].endswith(request)
    # Who is no pack maker has no duty to report.
    with (
        open_pages(village.folder / "North-Cathode", village.town.clock) as pages,
        asking(pages, "zh") as client,
    ):
        assert "没有叫这个名称" in client.get("/search", params={"q": "551号"}).text


def test_calculations_of_one_model_are_told_apart_by_phase_day_and_id(village: Village) -> None:
    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester")
    requests = [ask(maker), ask(maker)]
    withdraw(maker, requests[0], "no longer needed")
    maker.deliver()
    Agent(maker).catch_up()
    with open_pages(maker.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        found = client.get("/search", params={"q": "T-100"}).text
        day = tell_day(village.town.clock(), "zh")
        for request, phase in zip(requests, ("终止，无结果", "等待同意"), strict=True):
            assert f"T-100 · {phase} · {day} · {request[:12]}" in found
