"""Static files as a door serves them: compressed for a browser that says it can, and the same file either way."""

from __future__ import annotations

import gzip

import httpx

from tests.web.test_entering import House
from web.templating import STATIC

SCRIPT = "vendor/chart.umd.min.js"


def ask(house: House, name: str, accepts: str) -> tuple[httpx.Response, bytes]:
    with (
        house.client() as client,
        client.stream("GET", f"/static/{name}", headers={"Accept-Encoding": accepts}) as answer,
    ):
        return answer, b"".join(answer.iter_raw())


def test_a_script_travels_compressed_and_is_the_same_script() -> None:
    house = House()
    house.door.start()
    try:
        compressed, sent = ask(house, SCRIPT, "gzip, br")
        plain, whole = ask(house, SCRIPT, "identity")
        with house.client() as client:
            login = client.get("/login")
    finally:
        house.door.stop()
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.headers["vary"] == "Accept-Encoding"
    assert len(sent) < len(whole) / 2
    assert gzip.decompress(sent) == whole == (STATIC / SCRIPT).read_bytes()
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in login.headers  # its length would tell about the token in it
