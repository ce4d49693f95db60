"""The rule set and the boundary of a request stay chosen while its maker mends what they miss in steps 1 and 2."""

from __future__ import annotations

import html
import re

import httpx

from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_boundaries import chosen
from tests.web.test_maker_ways import draft_of

QUERY = "?method=miit-551&boundary=full"


def test_by_every_way_through_steps_1_and_2_one_comes_back_under_what_was_chosen(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node)
        page = client.get(f"/models/beef/request{QUERY}").text
        bill, unit = f"/models/beef{QUERY}", f"/models/beef/unit{QUERY}"
        assert {f"{unit}#p-measured_cycles", bill, unit} <= links(page)
        # What the rule set misses is marked there, though the model itself keeps another.
        page = client.get(unit).text
        assert re.search('name="measured_cycles"[^>]*aria-invalid', page) and "第 3 步按" in page
        assert chosen(page, "method") == "mee-2025-cff"
        assert "其中 1 处在下一页" in client.get(bill).text
        assert client.get("/models/beef/unit").text.count("aria-invalid") == 0
        page = press(client, bill, next="1")
        assert page.url.path == "/models/beef/unit" and links(page.text) >= {bill, unit}
        page = press(client, unit, measured_cycles="", next="1")
        assert page.status_code == 422 and f'action="{unit}"' in html.unescape(page.text)
        page = press(client, unit, measured_cycles="1500", next="1")
        assert page.url.path == "/models/beef/request"
        assert (chosen(page.text, "method"), chosen(page.text, "boundary")) == ("miit-551", "full")
        for path in ("", "/unit"):
            saved = press(client, f"/models/beef{path}{QUERY}")
            assert saved.url.query.decode() == QUERY[1:]
        undone = press(client, f"/models/beef/undo{QUERY}")
        assert (undone.url.path, undone.url.query.decode()) == ("/models/beef", QUERY[1:])


def test_what_the_model_keeps_itself_or_nobody_knows_is_not_carried(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft_of(workshop.pages.desk.node)
        own = client.get("/models/beef/request?method=mee-2025-cff&boundary=partial").text
        assert {"/models/beef", "/models/beef/unit"} <= links(own)
        strange = client.get("/models/beef/unit?method=x&boundary=y").text
        assert {"/models/beef", "/models/beef/request"} <= links(strange)
        # Another rule set for the model itself takes the place of the one that was carried.
        page = press(client, f"/models/beef/unit{QUERY}", method="mee-2025-literal", next="1")
        assert (page.url.path, page.url.query) == ("/models/beef/request", b"")
        assert chosen(page.text, "method") == "mee-2025-literal"


def links(page: str) -> set[str]:
    return set(re.findall(r'href="([^"]+)"', html.unescape(page)))


def press(client: httpx.Client, path: str, **typed: str) -> httpx.Response:
    form = {"csrf": token_of(client.get("/models/beef")), **typed}
    return client.post(path, data=form, follow_redirects=True)
