"""A stage that nothing was declared for is no 0 on a pack maker's pages and in their files: they say so in words."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import httpx
import pytest
from openpyxl import load_workbook

from exchange.report.labels import LABELS
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import finish, open_workshop

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
