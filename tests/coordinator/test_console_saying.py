"""A statement's page says its fields in words: names behind ids with links, units beside numbers; and it is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exchange.report.labels import BANDS
from protocol.payloads import (
    KINDS,
    Category,
    Declaration,
    Factor,
    OpeningAnswer,
    OpeningRequest,
    Publication,
    Request,
    Result,
    Verification,
)
from protocol.verification_payloads import Statement
from tests.coordinator.test_console_paging import reader_of, rows_of
from tests.coordinator.town import Chain, Town
from tests.support.example import category, line
from web.numbers import show_number
from web.templating import tag_time


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Chain]]:
    """A town after one calculation."""
    town = Town(tmp_path_factory.mktemp("town")).start()
    chain = town.run()
    yield town, chain
    town.stop()


def test_a_declaration_names_its_category_factors_and_locked_amounts(told: tuple[Town, Chain]) -> None:
    town, chain = told
    page = reader_of(town, "operator").get(f"/console/statements/{chain.declarations[0]}").text
    declared = town.record.get(chain.declarations[0]).payload
    assert isinstance(declared, Declaration)
    rows = rows_of(page, "fields")
    assert any(declared.product_name in row for row in rows) and any("a locked number" in row for row in rows)
    assert any(f"/console/statements/{declared.category}" in row for row in rows)
    assert (
        sum(f"/console/statements/{line.factor}" in row for row in rows for line in declared.lines[:1]) == 1
    )
    factors = [row for row in rows if f"/console/statements/{declared.lines[0].factor}" in row]
    published = town.record.get(declared.lines[0].factor).payload
    assert isinstance(published, Publication)
    factor = town.record.get(published.subject).payload
    assert isinstance(factor, Factor) and f"{factor.name_en} · {declared.lines[0].factor[:12]}" in factors[0]
    # A locked number is shown nowhere but in the exact text.
    exact = page.index('class="payload"')
    assert page.index(declared.model_dump(mode="json")["lines"][0]["amount"]) > exact


def test_an_enrolment_says_its_roles_together_and_what_its_signer_had_seen(told: tuple[Town, Chain]) -> None:
    town, _ = told
    member = town.member("Pack house", "verifier")
    rows = rows_of(reader_of(town, "operator").get(f"/console/statements/{member.id}").text, "fields")
    (roles,) = [row for row in rows if "Roles" in row]
    assert "Roles 0" not in roles and "verifier" in roles.casefold()
    said = "".join(rows)
    assert ">0</td>" not in said and "nothing yet" in said


def test_the_overview_says_that_the_coordinators_own_statements_are_not_counted(
    told: tuple[Town, Chain],
) -> None:
    page = reader_of(told[0], "operator").get("/console/").text
    assert "what this coordinator signs itself stands in the log too" in page


def test_a_result_has_its_units(told: tuple[Town, Chain]) -> None:
    town, chain = told
    result = town.calculation(chain.request).result
    assert result is not None and isinstance(result.payload, Result)
    rows = rows_of(reader_of(town, "operator").get(f"/console/statements/{result.id}").text, "fields")
    figures = result.payload.models[0].figures
    assert any(show_number(figures.per_kwh) in row and "kgCO₂e/kWh" in row for row in rows)
    reader = reader_of(town, "operator")
    reader._headers["accept-language"] = "zh"
    said = rows_of(reader.get(f"/console/statements/{result.id}").text, "fields")
    (band,) = [row for row in said if "数据质量等级" in row]
    assert BANDS[figures.quality_band].zh in band and f">{figures.quality_band}<" not in band
    kg = [row for row in rows if "Sum · Raw materials" in row]
    assert len(kg) == 1 and "kgCO₂e" in kg[0] and str(result.payload.models[0].cells[0].value) not in kg[0]


def test_a_request_says_its_deadlines_as_times(told: tuple[Town, Chain]) -> None:
    town, chain = told
    asked = town.record.get(chain.request).payload
    assert isinstance(asked, Request)
    rows = rows_of(reader_of(town, "operator").get(f"/console/statements/{chain.request}").text, "fields")
    said = tag_time(asked.deadlines.consent_by)  # the browser shows it in its reader's zone
    assert any("Deadline" in row and said in row for row in rows)


def test_an_opinion_is_said_in_words(told: tuple[Town, Chain]) -> None:
    town, chain = told
    verifier = town.member("Verifying body", "verifier")
    says = Statement(scope="line 0", assurance="limited", finding="modified", opinion="but for line 0")
    fields = town.header(verifier).fields()
    signed = town.log_it(
        verifier, Verification(**fields, subject=chain.declarations[0], says=says, rests_on=())
    )
    rows = rows_of(reader_of(town, "operator").get(f"/console/statements/{signed}").text, "fields")
    assert any("limited assurance" in row for row in rows)
    assert any("modified (qualified)" in row for row in rows) and any("but for line 0" in row for row in rows)


def test_numbers_that_a_verifier_asks_for_stand_together_and_an_answer_names_its_question(
    told: tuple[Town, Chain],
) -> None:
    town, chain = told
    verifier = town.member("Asking body", "verifier")
    question = OpeningRequest(
        **town.header(verifier).fields(),
        declaration=chain.declarations[0],
        lines=(0, 1),
        records=(2, 40),
        reason="visit",
    )
    asked = town.log_it(verifier, question)
    answer = OpeningAnswer(
        **town.header(chain.suppliers[0]).fields(),
        asked=asked,
        verdict="refused",
        reason="no",
        content=b"",
        seals=(),
    )
    answered = town.log_it(chain.suppliers[0], answer)
    reader = reader_of(town, "operator")
    rows = rows_of(reader.get(f"/console/statements/{asked}").text, "fields")
    assert any("Lines, numbered from 0" in row and ">0, 1<" in row for row in rows)
    assert any("Records, numbered from 0" in row and ">2, 40<" in row for row in rows)
    rows = rows_of(reader.get(f"/console/statements/{answered}").text, "fields")
    assert [("What was asked" in row, ">Asked<" in row) for row in rows if asked in row] == [(True, False)]


def test_every_kind_of_statement_has_a_page(told: tuple[Town, Chain]) -> None:
    town, _ = told
    reader = reader_of(town, "operator")
    for kind in KINDS:
        for row in town.service.stores.log.of_kind(kind, 0, 1):
            assert rows_of(reader.get(f"/console/statements/{row.id}").text, "fields"), kind


def test_locked_numbers_are_explained_only_where_one_stands(told: tuple[Town, Chain]) -> None:
    town, chain = told
    reader, explained = reader_of(town, "operator"), "In place of a locked number"
    assert explained in reader.get(f"/console/statements/{chain.declarations[0]}").text
    assert explained not in reader.get(f"/console/statements/{chain.suppliers[0].id}").text


def test_calculations_of_one_model_are_told_apart_by_their_phase(told: tuple[Town, Chain]) -> None:
    town, chain = told
    terms = town.record.get(chain.request).payload
    assert isinstance(terms, Request)
    again = town.log_it(chain.maker, town.request_payload(chain, chain.he_key, 1))
    found = reader_of(town, "operator").get(f"/console/find?q={terms.models[0].model}").text
    model = terms.models[0].model
    for request, phase in ((chain.request, "certified"), (again, "waiting for consents")):
        assert f"{model} · {phase} · {request[:12]}" in found


def test_a_place_in_the_log_leads_to_its_statement(told: tuple[Town, Chain]) -> None:
    town, _ = told
    stored = town.service.stores.log.statement_at(2)
    assert stored is not None
    answer = reader_of(town, "operator").get("/console/find?q=2")
    links = answer.headers.get("location", "") + answer.text
    assert stored.id in links
    size = town.service.journal.head.frontier.size
    assert reader_of(town, "operator").get(f"/console/find?q={size}").status_code == 200


def test_a_categorys_lines_say_their_kind_and_how_electricity_is_bought_in_words(
    told: tuple[Town, Chain],
) -> None:
    town, _ = told
    lines = [
        {**line("grid", "kWh", False, "grid"), "model": "national_average"},
        {**line("gas", "MJ", False, "gas"), "kind": "natural_gas"},
    ]
    fields = {**town.header(town.operator).fields(), **category("oven", ["raw_material_and_parts"], lines)}
    logged = town.log_it(town.operator, Category.model_validate(fields))
    reader = reader_of(town, "operator")
    for language, words in (
        ("en", ("Kind", "Electricity", "How the electricity is bought", "National average", "Natural gas")),
        ("zh", ("种类", "电力", "电力来源方式", "国家平均", "天然气")),
    ):
        reader._headers["accept-language"] = language
        rows = rows_of(reader.get(f"/console/statements/{logged}").text, "fields")
        kind, kind_said, bought, bought_said, gas = words
        assert any(f"{kind}<" in row and kind_said in row for row in rows)
        assert any(bought in row and bought_said in row for row in rows)
        assert any(f"{kind}<" in row and gas in row for row in rows)
        assert not any("national_average" in row or "natural_gas" in row for row in rows)
