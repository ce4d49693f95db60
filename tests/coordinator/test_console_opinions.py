"""Verifiers' opinions on the console: beside the result they are about, and in a verifier's own list and report."""

from __future__ import annotations

import html
from collections.abc import Iterator

import pytest

from method.rules import RULES
from protocol.payloads import OpeningRequest, Verification
from protocol.run import METHOD
from protocol.statements import parse_statement
from protocol.verification_payloads import Finding, Statement
from tests.coordinator.test_console_files import about
from tests.coordinator.test_console_paging import reader_of, rows_of
from tests.coordinator.town import Chain, Member, Town


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Chain, Member]]:
    """A town after one calculation, and a verifier that asked for one line and signed on it and on the result."""
    town = Town(tmp_path_factory.mktemp("town")).start()
    chain = town.run()
    verifier = town.member("Verifying body", "verifier")
    declaration, result = chain.declarations[0], town.calculation(chain.request).result
    assert result is not None
    fields = town.header(verifier).fields()
    question = OpeningRequest(**fields, declaration=declaration, lines=(0,), records=(3, 5), reason="visit")
    town.log_it(verifier, question)
    sign(
        town,
        town.member("Careful body", "verifier"),
        chain.declarations[1],
        "disclaimed",
        "nothing was shown",
    )
    sign(town, verifier, declaration, "unmodified", "as declared")
    sign(town, verifier, result.id, "modified", "transport was estimated")
    yield town, chain, verifier
    town.stop()


def sign(town: Town, verifier: Member, subject: str, finding: Finding, opinion: str) -> None:
    says = Statement(scope="all stages", assurance="limited", finding=finding, opinion=opinion)
    fields = town.header(verifier).fields()
    town.log_it(verifier, Verification(**fields, subject=subject, says=says, rests_on=()))


def test_an_opinion_on_the_result_stands_beside_the_result(told: tuple[Town, Chain, Member]) -> None:
    town, chain, _ = told
    page = reader_of(town, "operator").get(f"/console/calculations/{chain.request}").text
    (row,) = rows_of(page, "result")
    assert "Verifying body: modified (qualified)" in row and 'data-state="late"' in row
    (opinion,) = rows_of(page, "opinions")
    assert "transport was estimated" in opinion and "limited assurance" in opinion
    (first, *_) = rows_of(page, "entries")
    product = chain.supplies[0].name
    assert product in first.partition('data-label="Product"')[2].partition("</td>")[0]
    assert page.index("table-result") < page.index("table-opinions") < page.index("table-entries")


def test_a_table_of_a_calculation_says_in_a_workbook_of_which(told: tuple[Town, Chain, Member]) -> None:
    town, chain, _ = told
    reader, path = reader_of(town, "operator"), f"/console/calculations/{chain.request}"
    for table in ("result", "entries", "steps"):
        said = about(reader, path, table)
        assert said["Calculation"] == chain.request and said["Model"] in reader.get(path).text
        assert said["Rule set"].startswith(f"{METHOD} · {RULES[METHOD].name_en}") and said["Pack maker"]
        assert said["Phase"] and said["Rule set"] in html.unescape(reader.get(path).text)


def test_what_one_found_is_named_with_its_owner_and_leads_there(told: tuple[Town, Chain, Member]) -> None:
    town, chain, verifier = told
    page = reader_of(town, "verifier", verifier).get("/console/work").text
    on_result, on_declaration = rows_of(page, "found")
    product = chain.supplies[0].name
    assert f"{product} · {product}" in on_declaration  # the example's products are named as their owners
    assert f"/console/statements/{chain.declarations[0]}" in on_declaration
    assert "Pack maker" in on_result and f"/console/calculations/{chain.request}" in on_result


def test_a_verifiers_report_has_each_question_and_opinion_with_its_place(
    told: tuple[Town, Chain, Member],
) -> None:
    town, _, verifier = told
    reader = reader_of(town, "verifier", verifier)
    page = reader.get("/console/work/report").text
    assert "Verifying body" in page
    size = town.service.journal.head.frontier.size
    (opening,) = rows_of(page, "openings")
    assert "3, 5" in opening and "visit" in opening and "not answered" in opening
    signed = rows_of(page, "signed")
    for place, row in zip((size - 1, size - 2), signed, strict=True):
        assert f">{place}</td>" in row.replace("\n", "")
    assert "transport was estimated" in signed[0] and "all stages" in signed[0]
    file = reader.get("/console/work/report?table=signed&as=csv").text
    assert file.count("\n") == 3 and "transport was estimated" in file
    other = town.member("Another body", "verifier")
    assert rows_of(reader_of(town, "verifier", other).get("/console/work/report").text, "signed") == []


def test_a_verifiers_page_shows_what_it_signed_and_asked_in_place_of_declarations(
    told: tuple[Town, Chain, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, chain, verifier = told
    reader, address = reader_of(town, "operator"), f"/console/statements/{verifier.id}"
    page = reader.get(address).text
    on_result, on_declaration = rows_of(page, "signed")
    assert "transport was estimated" in on_result and chain.supplies[0].name in on_declaration
    (opening,) = rows_of(page, "openings")
    assert "3, 5" in opening and "visit" in opening
    assert 'id="table-declared"' not in page and 'id="table-shared"' not in page
    assert "says whose log it is, as of when, and how a row is checked" in page
    assert 'which you open here: <a href="/console/accounts">Accounts</a>' in page
    of_supplier = reader.get(f"/console/statements/{chain.suppliers[0].id}").text
    assert 'id="table-signed"' not in of_supplier and "ask the verifier for it" not in of_supplier
    both = reader.get(f"/console/statements/{town.member('Both', 'verifier', 'supplier').id}").text
    assert all(f'id="table-{name}"' in both for name in ("declared", "shared", "signed", "openings"))
    monkeypatch.setattr("coordinator.console.paging.ROWS", 1)
    first, second, *_ = reader.pages(address, "signed")
    assert "transport was estimated" in first[0] and "as declared" in second[0]


def test_the_statement_of_a_disclaimer_says_that_it_gives_no_assurance(
    told: tuple[Town, Chain, Member],
) -> None:
    town, _, verifier = told
    log = town.service.stores.log
    by_finding = {
        payload.says.finding: row.id
        for row in log.newest("verification", town.service.journal.head.frontier.size, 10)
        if isinstance(payload := parse_statement(row.data).payload, Verification)
    }
    reader = reader_of(town, "verifier", verifier)
    rows = {
        finding: next(row for row in rows_of(page, "fields") if "Level of assurance" in row)
        for finding, statement in by_finding.items()
        for page in (reader.get(f"/console/statements/{statement}").text,)
    }
    assert "none: a disclaimer gives no assurance" in rows["disclaimed"]
    assert ">limited assurance<" in rows["modified"].replace("\n", "") and "none" not in rows["modified"]
