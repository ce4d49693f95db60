"""What a page says when the program itself is wrong: words for people, and nothing of the mistake."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from node.web.desk import Desk
from protocol.errors import NetworkError
from web.application import make_app
from web.site import Look, Site
from web.templating import Templates


async def ask(transport: httpx.ASGITransport, path: str) -> httpx.Response:
    headers = {"accept-language": "zh"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        return await client.get(path)


@pytest.mark.parametrize("own", ["", "Look at the cable."])
def test_what_to_do_when_the_other_side_does_not_answer_is_each_programs_own(
    tmp_path: Path, own: str
) -> None:
    """A page of the node is named on the node only: no application's words stand in the common table."""
    desk = Desk(tmp_path)
    site = Site(desk.store, Templates([]), Look("Sealsum", (), unreachable=own), "test", False, desk.key)
    app = make_app(site, "Sealsum")

    def silent() -> None:
        raise NetworkError("example.org does not answer")

    app.add_api_route("/silent", silent)
    page = asyncio.run(ask(httpx.ASGITransport(app), "/silent"))
    assert page.status_code == 503 and (own or "请过一分钟再试") in page.text
    assert "密钥" not in page.text and "Keys and backup" not in page.text


def test_a_mistake_of_the_program_is_owned_up_to_in_the_readers_language_and_raised_again(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    site = Site(desk.store, Templates([]), Look("Sealsum", ()), "test", False, desk.key)
    app = make_app(site, "Sealsum")

    def broken() -> None:
        raise ZeroDivisionError("an amount of 41.5 kg")

    app.add_api_route("/broken", broken)
    app.add_api_route("/api/broken", broken)
    calm = httpx.ASGITransport(app, raise_app_exceptions=False)
    page = asyncio.run(ask(calm, "/broken"))
    assert page.status_code == 500 and "程序出错了" in page.text and "41.5" not in page.text
    call = asyncio.run(ask(calm, "/api/broken"))
    assert call.status_code == 500 and call.json()["type"] == "urn:sealsum:problem:bug"
    assert "41.5" not in call.text
    with pytest.raises(ZeroDivisionError):
        asyncio.run(ask(httpx.ASGITransport(app), "/broken"))
