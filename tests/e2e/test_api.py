"""A pack maker's program on real processes: it requests, waits, downloads the certificate, publishes, by REST."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from node.tokens import SCOPES
from protocol.certificate import Pins, verify_bundle
from tests.support.house import COORDINATOR, House, opened_house
from tests.support.small_pack import MAKER
from tests.support.stage import become
from tests.web.partners import STATED


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


def open_program(house: House) -> httpx.Client:
    """The maker's pages in a process of their own, and a program with a token for them."""
    folder = str(house.node_folder(MAKER))
    words = [word for scope in SCOPES for word in ("--scope", scope)]
    made = house.terminal().run("node", "tokens", "add", folder, "a program", *words, "--json")
    web = house.stage.open_terminal(f"{MAKER}-web")
    opened = become(web, "node", "web", folder, "--listen", "127.0.0.1:0", "--json")
    assert opened is not None
    headers = {"Authorization": f"Bearer {made['token']}"}
    return httpx.Client(base_url=opened["url"], headers=headers, trust_env=False, timeout=60)


def pins_of(house: House) -> Pins:
    found = json.loads((house.out / COORDINATOR / "pins.json").read_text("utf-8"))
    return Pins(found["log_key"], found["authority_root"])


def answer(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def test_a_program_goes_from_the_bill_of_materials_to_a_published_footprint(house: House) -> None:
    house.stage.kill(MAKER)  # the pages run the agent themselves
    with open_program(house) as program:
        pack = tomllib.loads((house.chain.pack.folder / "pack.toml").read_text("utf-8"))
        requested = answer(
            program.post("/api/v1/requests", json={"pack": pack}, headers={"Idempotency-Key": "pack-1"}), 201
        )
        place = f"/api/v1/calculations/{requested['id']}"
        house.wait(lambda: answer(program.get(place))["phase"] == "certified", 120)
        bundle = program.get(f"{place}/certificate/file").content
        report = verify_bundle(bundle, pins_of(house), os.urandom)
        assert report.is_good
        figures = answer(program.get(f"{place}/result"))["models"][0]
        assert figures["total_kg"] == report.models[0].figures.total_kg
        credential = answer(program.post("/api/v1/partners", json={"name": "Carmaker"}), 201)
        order = {"request": requested["id"], "to": ["Carmaker"], "particulars": STATED}
        made = answer(program.post("/api/v1/footprints", json=order), 201)
        secret = (credential["client"], credential["secret"])
        form = {"grant_type": "client_credentials"}
        token = answer(httpx.post(f"{program.base_url}/auth/token", data=form, auth=secret))["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        read = answer(httpx.get(f"{program.base_url}/3/footprints/{made['id']}", headers=headers))["data"]
        assert read["extensions"][0]["data"]["totalKg"] == figures["total_kg"]
        kinds = [row["kind"] for row in answer(program.get("/api/v1/egress?limit=500"))["items"]]
        assert {"request", "result", "pact-token", "pact-footprints"} <= set(kinds)
    shown = house.terminal().run("node", "egress", "list", str(house.node_folder(MAKER)), "--json")["egress"]
    assert [row["kind"] for row in shown][: len(kinds)] == kinds
