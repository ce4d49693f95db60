"""Results under different rule sets and boundaries stand in one list: each says what it counts under."""

from __future__ import annotations

from html import unescape

import pytest

from node.maker.standings import find_standings, refresh_standings
from tests.node.test_standings import copy_row
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_maker_undeclared import rows_of, shown_in

PARTIAL = {"zh": "部分生命周期（不含回收利用）", "en": "partial life cycle, without end of life"}
ELSEWHERE = {"zh": "其他规则集或边界下还有结果", "en": "There are results under another choice"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_result_names_its_boundary_and_a_single_one_the_way_to_the_others(
    language: str, village: Village
) -> None:
    partial = PARTIAL[language]
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        request = finish(workshop)
        refresh_standings(workshop.maker)
        method = find_standings(workshop.maker, [request])[request].method
        comma = {"zh": "，", "en": ", "}[language]
        for rows in (
            *rows_of(client, "/models", "models"),
            shown_in(unescape(client.get("/models").text), "models"),
        ):
            assert f"{method}{comma}{partial}" in [str(cell) for cell in rows[-1]]
        (shown,) = shown_in(unescape(client.get("/calculations").text), "calculations")
        assert partial in shown
        assert ELSEWHERE[language] not in client.get("/compare").text
        # Of one and one the newest is shown, with the way to the other.
        copy_row(workshop.maker, 9, model="A", boundary="full")
        page = unescape(client.get("/compare").text)
        assert [row[0] for row in shown_in(page, "comparison")] == ["A"]
        assert ELSEWHERE[language] in page and f'href="/compare?rules={method}%2Fpartial"' in page
        # Of one and two those that most models have, with nothing further to say.
        copy_row(workshop.maker, 1, model="B")
        page = unescape(client.get("/compare").text)
        assert [row[0] for row in shown_in(page, "comparison")] == ["B", "T-100"]
        assert ELSEWHERE[language] not in page
