"""A result that has come is told on the overview until somebody opens it, or until it is no news."""

from __future__ import annotations

from node.maker.opened import find_unopened
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import finish, open_workshop


def test_a_result_that_has_come_is_told_until_it_is_opened(village: Village) -> None:
    said = "T-100 的结果出来了"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        assert said not in client.get("/").text
        request = finish(workshop)
        client.get("/calculations")
        page = client.get("/").text
        assert said in page and f'href="/calculations/{request}/result"' in page
        client.get(f"/calculations/{request}/result")
        assert said not in client.get("/").text
        another = finish(workshop)
        client.get("/calculations")
        assert [one.request for one in find_unopened(workshop.pages.desk.node)] == [another]
        village.town.clock.now += 31 * 86_400
        assert find_unopened(workshop.pages.desk.node) == []
