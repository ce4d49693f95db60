"""The files beside a result: the report for people in the page's language, and the pins to check a certificate with."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from exchange.report.labels import LABELS
from node.maker.pack_drafts import PackDraft, keep_draft
from node.maker.standings import find_standings
from node.store.tables import CERTIFICATES
from protocol.certificate import CHECK_TITLES, Pins, verify_bundle
from tests.node.village import SUPPLIES, Village
from tests.support.workbook import read_about
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.making import MAKER, finish, open_workshop
from tests.web.test_entering import token_of


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_for_people_is_in_the_language_of_the_page(village: Village, language: str) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        place = f"/calculations/{finish(workshop)}"
        page = client.get(f"{place}/result").text
        assert [form for form in ("pdf", "html") if f"{place}/report?form={form}" not in page] == []
        html = client.get(f"{place}/report?form=html")
        said = LABELS["check_how"]
        assert (said.zh if language == "zh" else said.en) in html.text
        assert "attachment" in html.headers["content-disposition"]
        assert client.get(f"{place}/report?form=pdf").content.startswith(b"%PDF-")
        assert client.get(f"{place}/report?form=exe").status_code == 409


def test_no_pdf_is_offered_where_none_can_be_made(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        place = f"/calculations/{finish(workshop)}"
        monkeypatch.setitem(sys.modules, "typst", None)
        page = client.get(f"{place}/result").text
        assert f"{place}/report?form=html" in page and f"{place}/report?form=pdf" not in page


def test_the_pins_beside_a_certificate_are_what_it_verifies_under(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        place = f"/calculations/{finish(workshop)}"
        given = client.get(f"{place}/pins")
        assert "pins.json" in given.headers["content-disposition"]
        found = json.loads(given.content)
        bundle = client.get(f"{place}/certificate").content
        pins = Pins(found["log_key"], found["authority_root"])
        assert verify_bundle(bundle, pins, workshop.maker.random).is_good


def test_what_was_not_asked_for_is_counted_as_no_check_that_holds(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        place = f"/calculations/{finish(workshop)}"
        client.get(f"{place}/certificate")
        count = len(CHECK_TITLES) - 2
        assert (
            f"{count} 项成立，2 项不适用（未要求见证方；未附核查意见）" in client.get(f"{place}/result").text
        )
        # Without the page's script the checks are a page of their own.
        again = client.post(f"{place}/verify", data={"csrf": token_of(client.get("/account"))})
        assert again.status_code == 200 and "– 不适用：未要求见证方" in again.text
        assert re.search("<h2>T-100 [0-9]{4}</h2>", again.text)


def test_a_file_is_called_by_its_model_its_year_and_its_kind(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        request = finish(workshop)
        place = f"/calculations/{request}"
        form = {"csrf": token_of(client.get(f"{place}/export")), "form": "xlsx", "model": "T-100"}
        answers = [
            client.get(f"{place}/report?form=html"),
            client.get(f"{place}/certificate"),
            client.get(f"{place}/certificate?form=redacted"),
            client.post(f"{place}/export", data=form),
        ]
        named = [one.headers["content-disposition"].rpartition("'")[2] for one in answers]
        (year,) = {one.year for one in find_standings(workshop.maker, [request]).values()}
        assert named == [
            f"report-T-100-{year}-{request[:8]}.html",
            f"certificate-T-100-{year}-{request[:8]}.json",
            f"certificate-{request[:8]}-public.json",
            f"footprint-T-100-{year}-{request[:8]}.xlsx",
        ]


def test_a_workbook_says_what_its_page_is_about(village: Village) -> None:
    """Of a calculation, its result, a model and a product: no file is told from another by its rows alone."""
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        request = finish(workshop)
        place = f"/calculations/{request}"
        progress = said_of(client, place, "suppliers")
        assert (progress["Model"], progress["Calculation"]) == ("T-100", request)
        assert progress["of"] == [f"T-100-{request[:8]}"]
        for table in ("stages", "rule-sets"):
            result = said_of(client, f"{place}/result", table)
            assert (result["Model"], result["Calculation"]) == ("T-100", request)
            (outcome,) = find_standings(workshop.maker, [request])[request].outcomes
            assert result["Node of"] == f"{MAKER}, {workshop.maker.identity.entity.legal_entity}"
            assert str(result["Year"]) == outcome.year and result["Rule set"].endswith(f", {outcome.method}")
        draft = keep_draft(workshop.maker, PackDraft("1" * 32, fields={"model": "T-100"}))
        assert said_of(client, f"/models/{draft.id}", "bill-of-materials")["Model"] == "T-100"
    supplier = village.settle(SUPPLIES[0].name, "supplier")
    with open_pages(supplier.store.folder, village.town.clock) as pages, asking(pages) as client:
        footprint = said_of(client, "/products/item-0", "lines")
        assert footprint["of"] == ["item-0"] and footprint["Product"].endswith(" · item-0")
        assert footprint["Period"] == "2025-01-01 – 2025-12-31"
        assert "Period" not in said_of(client, "/products/item-0", "declarations")  # they are of any


def said_of(client: httpx.Client, page: str, table: str) -> dict[str, Any]:
    """What the second sheet of a table's workbook says."""
    answer = client.get(page, params={"table": table, "as": "xlsx"})
    of = re.findall(rf"''{table}-(.+)-\d{{4}}-\d\d-\d\d\.xlsx$", answer.headers["content-disposition"])
    return {"of": of, **read_about(answer.content)}


def test_there_is_no_report_of_a_certificate_that_does_not_hold(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        request = finish(workshop)
        node = workshop.pages.desk.node
        client.get(f"/calculations/{request}/certificate")
        with node.store.write() as connection:
            connection.execute(update(CERTIFICATES).values(bundle=b"{}", holds=True))
        answer = client.get(f"/calculations/{request}/report?form=html")
        assert (answer.status_code, "does not hold" in answer.text) == (409, True)
