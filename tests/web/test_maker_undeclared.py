"""A stage that nothing was declared for is no 0 on a pack maker's pages and in their files: they say so in words."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from exchange.report.labels import LABELS
from method.rules import STAGES
from node.maker.outcomes import read_outcomes
from node.maker.standings import certified_models, refresh_standings
from node.store.tables import STANDINGS
from tests.node.test_standings import copy_row
from tests.node.test_standings import name as name_of
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import Workshop, finish, open_workshop

NAMES = {"zh": ("分销", LABELS["not_declared"].zh), "en": ("Distribution", LABELS["not_declared"].en)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_result_says_of_such_a_stage_that_it_was_not_declared(language: str, village: Village) -> None:
    name, word = NAMES[language]
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        path = f"/calculations/{finish(workshop)}/result"
        page = unescape(client.get(path).text)
        for rows in (*rows_of(client, path, "stages"), shown_in(page, "stages")):
            found = {row[0]: row[1:] for row in rows}
            assert found[name] == [word] * 3
            assert word not in [cell for row in rows for cell in row if row[0] != name]


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "分销（未申报）"), ("en", "Distribution (not declared)")]
)
def test_a_chart_has_no_bar_of_such_a_stage_and_names_it_undeclared(
    language: str, said: str, village: Village
) -> None:
    name = NAMES[language][0]
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        request = finish(workshop)
        for path in (f"/calculations/{request}/result", "/compare"):
            drawn = drawn_in(client, path)
            assert drawn[said] == [None] and name not in drawn
            assert all(None not in values for stage, values in drawn.items() if stage != said)
        refresh_standings(workshop.maker)
        copy_row(workshop.maker, 1, model="A")
        fill_in(workshop, request=name_of(1))
        values = drawn_in(client, "/compare")[name]
        assert values.count(None) == 1 and len(values) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_under_its_number_a_result_says_what_is_not_in_it(language: str, village: Village) -> None:
    said = {
        "zh": "分销未申报，未计入这个数值",
        "en": "Nothing was declared for distribution: it is not in this number",
    }[language]
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        request = finish(workshop)
        page = unescape(client.get(f"/calculations/{request}/result").text)
        assert said in page.partition("figure-large")[2].partition("<figure")[0]
        fill_in(workshop, request=request)
        assert said not in unescape(client.get(f"/calculations/{request}/result").text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_results_that_do_not_count_the_same_stages_are_not_ranked(language: str, village: Village) -> None:
    word = NAMES[language][1]
    smallest, uneven = {
        "zh": ("每 kWh 碳足迹最小", "未申报：T-100 · 2025 的分销。"),
        "en": ("has the smallest footprint per kWh", "Not declared: distribution for T-100 · 2025."),
    }[language]
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        finish(workshop)
        refresh_standings(workshop.maker)
        copy_row(workshop.maker, 1, model="A")
        page = unescape(client.get("/compare").text)
        assert smallest in page and uneven not in page
        copy_row(workshop.maker, 2, model="A")
        fill_in(workshop, request=name_of(2))
        page = unescape(client.get("/compare").text)
        assert uneven in page and smallest not in page
        for rows in (*rows_of(client, "/compare", "comparison"), shown_in(page, "comparison")):
            found = {row[0]: row for row in rows}
            assert found["T-100"].count(word) == 1 and word not in found["A"]


def test_a_year_is_not_held_against_one_that_counts_other_stages(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "en") as client:
        finish(workshop)
        refresh_standings(workshop.maker)
        copy_row(workshop.maker, 1, year="2026")
        assert changes(client) == ["", "0.000000"]
        fill_in(workshop, request=name_of(1))
        assert changes(client) == ["", ""]


def test_a_stage_whose_entries_come_to_exactly_nothing_is_a_real_0(village: Village) -> None:
    name, word = NAMES["zh"]
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        request = finish(workshop)
        path = f"/calculations/{request}/result"
        calculation = workshop.maker.calculation(request)
        terms, logged = calculation.terms, calculation.result
        assert logged is not None
        (outcome,) = read_outcomes(terms, logged)
        assert outcome.figures.stages["distribution"] == "0" and outcome.undeclared == ("distribution",)
        moved = terms.entries[0].model_copy(update={"stage": "distribution"})
        there = terms.model_copy(update={"entries": (*terms.entries, moved)})
        (outcome,) = read_outcomes(there, logged)
        assert outcome.figures.stages["distribution"] == "0" and outcome.undeclared == ()
        fill_in(workshop, request=request, kg="0")
        page = unescape(client.get(path).text)
        (row,) = (row for row in shown_in(page, "stages") if row[0] == name)
        assert row[1].split()[0] == "0.0" and word not in page
        assert certified_models(workshop.maker, (terms.method, terms.boundary)) == {"T-100": ()}


def drawn_in(client: httpx.Client, path: str) -> dict[str, list[str | None]]:
    """The series of a page's chart by their names."""
    (drawing,) = re.findall(r'data-chart="([^"]*)"', client.get(path).text)
    return {one["name"]: one["values"] for one in json.loads(unescape(drawing))["series"]}


def changes(client: httpx.Client) -> list[object]:
    """Against the year before, of each row of the comparison."""
    titles, *rows = rows_of(client, "/compare", "comparison")[0]
    return [row[titles.index("Against the year before")] for row in rows]


def fill_in(workshop: Workshop, request: str, kg: str = "0.5") -> None:
    """As if something had been declared for the distribution of this calculation."""
    refresh_standings(workshop.maker)
    with workshop.maker.store.write() as connection:
        its = STANDINGS.c.request == request
        figures = connection.execute(select(STANDINGS.c.figures).where(its)).scalar_one()
        assert '"distribution":"0"' in figures
        filled = figures.replace('"distribution":"0"', f'"distribution":"{kg}"')
        declared = json.dumps(sorted(STAGES))
        connection.execute(update(STANDINGS).where(its).values(figures=filled, declared=declared))


def rows_of(client: httpx.Client, path: str, table: str) -> list[list[list[object]]]:
    """The rows of a table as its csv and as its xlsx."""
    read = [
        client.get(path, params={"table": table, "as": form}).raise_for_status().content
        for form in ("csv", "xlsx")
    ]
    sheet = load_workbook(io.BytesIO(read[1])).active
    assert sheet is not None
    return [
        [list(row) for row in csv.reader(io.StringIO(read[0].decode("utf-8-sig"), newline=""))],
        [list(row) for row in sheet.iter_rows(values_only=True)],
    ]


def shown_in(page: str, table: str) -> list[list[object]]:
    """The rows of a table as a page shows them, with all that stands in a cell."""
    body = page.partition(f'id="table-{table}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in body.split("</tr>")[:-1]
    ]
