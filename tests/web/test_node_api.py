"""The node's REST API over a real socket: the same answers as the command line, for programs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from node import organisation
from node.cli import app
from node.maker.resulting import find_certificate
from protocol.bundle import parse_bundle
from tests.node.test_cli import ACTIVITY
from tests.node.village import SUPPLIES, Village, open_village
from tests.web.doors import open_pages
from tests.web.partners import STATED, Maker, open_maker

SHEET = ACTIVITY.encode()
PRODUCT = {
    "name_zh": "新正极", "name_en": "Cathode powder", "category": "cathode", "declared_unit": "kg", "plant": "CN",
    "period_start": "2025-01-01", "period_end": "2025-12-31", "activity": "activity.csv",
}  # fmt: skip


class Program:
    """A program of the owner's, with a token; and the owner at the command line."""

    def __init__(self, village: Village, name: str, url: str, *scopes: str) -> None:
        self.folder = str(village.folder / name.replace(" ", "-"))
        made = self.command(
            "tokens", "add", "a program", *(word for one in scopes for word in ("--scope", one))
        )
        self.http = httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=60)
        self.http.headers["Authorization"] = f"Bearer {made['token']}"

    def command(self, *words: str) -> Any:
        """What the command line answers as JSON."""
        index = 2 if words[0] in ("product", "egress", "partners", "footprints", "tokens") else 1
        done = CliRunner().invoke(app, [*words[:index], self.folder, *words[index:], "--json"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def get(self, path: str, **query: Any) -> Any:
        response = self.http.get(path, params=query or None)
        assert response.status_code == 200, response.text
        return response.json()

    def all(self, path: str, **query: Any) -> list[Any]:
        """Every item of a list, page by page."""
        found, cursor = [], ""
        while True:
            page = self.get(path, **query, cursor=cursor)
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = page["next"]


@pytest.fixture(autouse=True)
def village_time(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The command line reads the clock of the village."""
    if "maker" in request.fixturenames:
        clock = request.getfixturevalue("maker").village.town.clock
    elif "village" in request.fixturenames:
        clock = request.getfixturevalue("village").town.clock
    else:
        return
    monkeypatch.setattr(organisation.Node.__init__, "__defaults__", (clock, organisation.os.urandom))


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    with open_maker(tmp_path_factory.mktemp("maker")) as opened:
        yield opened


@pytest.fixture
def village(tmp_path: Any) -> Iterator[Village]:
    with open_village(tmp_path) as opened:
        yield opened


def program(maker: Maker, *scopes: str) -> Program:
    return Program(maker.village, "Pack maker", maker.url, *scopes)


def pages_of(village: Village, name: str) -> Any:
    return open_pages(village.folder / name.replace(" ", "-"), village.town.clock)


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert response.json()["status"] == response.status_code
    return response.status_code, response.json()["type"].removeprefix("urn:sealsum:problem:")


# --- the same as the command line ------------------------------------------------------------------


def test_a_pack_maker_is_told_what_the_command_line_tells(maker: Maker) -> None:
    asks, request = program(maker, "read", "share"), maker.request
    everything = asks.command("list")
    rows = asks.all("/requests")
    assert [(row["id"], row["model"], row["created"]) for row in rows] == [
        (one["id"], one["model"], one["created"]) for one in everything["requests"]
    ]
    assert asks.get(f"/calculations/{request}") == asks.command("status", request)
    told, result = asks.command("result", request), asks.get(f"/calculations/{request}/result")
    assert result["models"] == told["models"] and result["rules"]["variant"] == told["variant"]
    certificate = asks.get(f"/calculations/{request}/certificate")
    said = asks.command("certificate", request)
    assert {name: certificate[name] for name in ("request", "holds", "bytes", "checks")} == said
    asks.http.post("/partners", json={"name": "same"})
    assert asks.all("/partners") == asks.command("partners", "list")["partners"]
    assert asks.get("/footprints") == asks.command("footprints", "list")["footprints"]
    ledger = asks.all("/egress", limit=7)
    assert ledger == asks.command("egress", "list")["egress"] and len(ledger) > 7
    assert (
        asks.all("/egress", kind="request") == asks.command("egress", "list", "--kind", "request")["egress"]
    )
    assert asks.all("/egress/messages") == asks.command("egress", "wire")["wire"]


def test_a_supplier_is_told_what_the_command_line_tells(maker: Maker) -> None:
    name = SUPPLIES[0].name
    with pages_of(maker.village, name) as pages:
        asks = Program(maker.village, name, pages.url, "read", "prepare")
        assert asks.all("/products") == asks.command("product", "list")["products"]
        assert asks.all("/declarations") == asks.command("list")["declarations"]
        assert asks.all("/inbox", all=True) == asks.command("inbox", "--all")["inbox"]
        assert asks.get(f"/inbox/{maker.request}") == asks.all("/inbox", all=True)
        assert asks.all("/inbox") == []


# --- a supplier's year -----------------------------------------------------------------------------


def test_a_product_is_described_its_sheet_imported_and_declared(village: Village, tmp_path: Any) -> None:
    village.settle("New Cathode", "supplier")
    with pages_of(village, "New Cathode") as pages:
        asks = Program(village, "New Cathode", pages.url, "read", "prepare", "decide")
        made = asks.http.put("/products/cathode-powder", json=PRODUCT)
        assert made.status_code == 200, made.text
        assert made.json() == asks.get("/products/cathode-powder")
        preview = asks.http.post("/products/cathode-powder/imports?preview=true&name=a.csv", content=SHEET)
        assert preview.status_code == 200 and preview.json()["import"] is None
        (tmp_path / "a.csv").write_bytes(SHEET)
        assert preview.json() == asks.command(
            "import", "cathode-powder", str(tmp_path / "a.csv"), "--preview"
        )
        stored = asks.http.post("/products/cathode-powder/imports?name=a.csv", content=SHEET)
        assert (stored.status_code, stored.json()["import"]) == (201, 1)
        assert stored.json()["unit_footprint_kg"] == "9.4931"
        declared = asks.http.post("/declarations", json={"product": "cathode-powder"})
        assert (declared.status_code, declared.json()["state"]) == (201, "logged"), declared.text
        again = asks.command("declare", "cathode-powder")
        assert again["declaration"] == declared.json()["id"]
        assert [row["id"] for row in asks.all("/declarations")] == [declared.json()["id"]]


def test_problems_of_a_sheet_come_cell_by_cell_in_the_language_asked_for(village: Village) -> None:
    village.settle("New Cathode", "supplier")
    with pages_of(village, "New Cathode") as pages:
        asks = Program(village, "New Cathode", pages.url, "read", "prepare")
        asks.http.put("/products/cathode-powder", json=PRODUCT)
        bad = SHEET.replace(b"6,GWh", b"six,GWh")
        place = "/products/cathode-powder/imports?name=a.csv"
        response = asks.http.post(place, content=bad, headers={"Accept-Language": "en"})
        assert problem(response) == (422, "file")
        (found,) = response.json()["problems"]
        assert (found["file"], found["row"], found["found"].find("six") >= 0) == ("a.csv", 3, True)
        chinese = asks.http.post(place, content=bad, headers={"Accept-Language": "zh-CN"})
        assert chinese.json()["problems"][0]["advice"] != found["advice"]
        assert problem(asks.http.post(place, content=b"")) == (422, "file")
        assert problem(asks.http.post("/products/none/imports", content=SHEET)) == (404, "unknown")
        assert problem(asks.http.post(f"{place}&method=none", content=SHEET)) == (409, "method")


def test_an_owner_reads_what_would_be_revealed_then_consents_or_refuses(village: Village) -> None:
    from tests.node.village import ask

    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester")
    first = ask(maker)
    village.step()
    name = SUPPLIES[0].name
    with pages_of(village, name) as pages:
        asks = Program(village, name, pages.url, "read", "decide")
        (waiting,) = asks.get(f"/inbox/{first}")
        assert waiting["state"] == "waiting" and waiting["findings"]
        assert waiting["quantities"] == {"T-100": "141"}
        stale = {"findings": {str(waiting["entry"]): ["something else"]}}
        assert problem(asks.http.post(f"/inbox/{first}/consent", json=stale)) == (409, "changed")
        shown = {"answer": "yes", "findings": {str(waiting["entry"]): waiting["findings"]}}
        done = asks.http.post(f"/inbox/{first}/consent", json=shown)
        assert done.status_code == 200, done.text
        assert asks.get(f"/inbox/{first}")[0]["state"] == "approved"
        refused = asks.http.post(f"/inbox/{first}/refusal", json={"reason": "no"})
        assert problem(refused) == (409, "answered")
        left = asks.http.post(f"/calculations/{first}/withdrawal", json={"reason": "sold"})
        assert (left.status_code, left.json()["state"]) == (200, "logged")
    name = SUPPLIES[1].name
    with pages_of(village, name) as pages:
        asks = Program(village, name, pages.url, "read", "decide")
        assert problem(asks.http.post(f"/inbox/{'0' * 64}/refusal", json={"reason": "no"})) == (
            404,
            "unknown",
        )


# --- a pack maker's request ------------------------------------------------------------------------


def bill(**pack: Any) -> dict[str, Any]:
    entries = [
        {
            "item": f"item-{number}", "supplier": "x", "legal_entity": supply.name, "product": f"item-{number}",
            "category": supply.category, "quantity": f"{supply.quantity / 1000:.3f}", "unit": "kg",
            "stage": supply.stage, "part_of": "",
        }
        for number, supply in enumerate(SUPPLIES)
    ]  # fmt: skip
    return {
        "pack": {
            "model": "T-300", "chemistry": "NCM", "name_zh": "示例", "name_en": "Example", "mass_kg": "350",
            "mass_tolerance": "0.999", "method": "mee-2025-cff", "boundary": "partial", "maker": "item-3", **pack,
        },
        "functional_unit": {
            "pack_energy_kwh": "100", "usable_energy_kwh": "100", "cycles_per_year": "60", "warranty_years": "8",
        },
        "bill_of_materials": entries,
    }  # fmt: skip


def test_a_request_is_made_once_however_often_it_is_sent(maker: Maker) -> None:
    asks = program(maker, "read", "decide")
    before = len(asks.all("/requests"))
    headers = {"Idempotency-Key": "order-1"}
    answers = [asks.http.post("/requests", json={"pack": bill()}, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json() and answers[0].json()["entries"] == len(SUPPLIES)
    assert len(asks.all("/requests", limit=1)) == before + 1
    other = asks.http.post("/requests", json={"pack": bill(), "boundary": "full"}, headers=headers)
    assert problem(other) == (409, "repeated")


def test_a_bill_of_materials_that_cannot_be_requested_names_every_problem(maker: Maker) -> None:
    asks = program(maker, "decide")
    response = asks.http.post("/requests", json={"pack": bill(mass_kg=350.5, maker="nobody")})
    assert problem(response) == (409, "pack") and "mass_kg" in response.json()["detail"]
    missing = bill()
    missing["bill_of_materials"][0]["legal_entity"] = "Nobody"
    response = asks.http.post("/requests", json={"pack": missing})
    assert problem(response) == (409, "declaration") and "item-0" in response.json()["detail"]


def test_the_certificate_is_downloaded_whole_and_redacted(maker: Maker) -> None:
    asks = program(maker, "read")
    saved = find_certificate(maker.node, maker.request)
    assert saved is not None
    whole = asks.http.get(f"/calculations/{maker.request}/certificate/file")
    assert whole.content == saved.bundle
    public = asks.http.get(f"/calculations/{maker.request}/certificate/file", params={"form": "redacted"})
    assert parse_bundle(public.content).full == hashlib.sha256(saved.bundle).hexdigest()
    assert problem(asks.http.get(f"/calculations/{'0' * 64}")) == (404, "unknown")


def test_a_result_is_exported_in_other_formats(maker: Maker) -> None:
    asks, place = program(maker, "read"), f"/calculations/{maker.request}/exports"
    pact = asks.http.post(place, json={"format": "pact", "particulars": STATED})
    assert pact.json()["pcf"]["declaredUnitOfMeasurement"] == "piece"
    table = asks.http.post(place, json={"format": "csv"})
    assert table.headers["content-type"].startswith("text/csv") and b"total_kg" in table.content
    assert asks.http.post(place, json={"format": "xlsx"}).content[:2] == b"PK"
    assert problem(asks.http.post(place, json={"format": "pact"})) == (409, "particulars")
    assert problem(asks.http.post(place, json={"format": "pdf"})) == (422, "input")


def test_partners_and_footprints_are_shared_and_taken_back(maker: Maker) -> None:
    asks = program(maker, "read", "share")
    credential = asks.http.post("/partners", json={"name": "Carmaker AG"}).json()
    order = {"request": maker.request, "to": ["Carmaker AG"], "particulars": STATED}
    made = asks.http.post("/footprints", json=order)
    assert made.status_code == 201 and made.json()["partners"] == ["Carmaker AG"]
    token = httpx.post(
        f"{maker.url}/auth/token", data={"grant_type": "client_credentials"},
        auth=(credential["client"], credential["secret"]),
    ).json()["access_token"]  # fmt: skip
    there = httpx.get(f"{maker.url}/3/footprints", headers={"Authorization": f"Bearer {token}"})
    assert [one["id"] for one in there.json()["data"]] == [made.json()["id"]]
    # A partner's token is none of the owner's programs.
    mine = httpx.get(f"{maker.url}/api/v1/partners", headers={"Authorization": f"Bearer {token}"})
    assert problem(mine) == (401, "token")
    assert asks.get("/partners/events") == []
    assert asks.http.delete(f"/footprints/{made.json()['id']}").status_code == 204
    assert problem(asks.http.delete(f"/footprints/{made.json()['id']}")) == (404, "unknown")
    assert asks.http.delete("/partners/Carmaker%20AG").status_code == 204
    assert problem(asks.http.delete("/partners/Carmaker%20AG")) == (404, "unknown")


# --- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (("read",), "PUT", "/products/x"),
        (("read",), "POST", "/products/x/imports"),
        (("read", "prepare"), "POST", "/declarations"),
        (("read", "prepare"), "POST", "/requests"),
        (("read", "decide"), "POST", "/partners"),
        (("read", "decide"), "DELETE", "/partners/x"),
        (("decide",), "GET", "/egress"),
        (("share",), "GET", "/health"),
    ],
)
def test_a_token_may_do_what_its_scopes_say(
    maker: Maker, scopes: tuple[str, ...], method: str, path: str
) -> None:
    response = program(maker, *scopes).http.request(method, path, json={})
    assert problem(response) == (403, "not-allowed")


def test_without_a_good_token_nothing_is_told(maker: Maker) -> None:
    asks = program(maker, "read")
    for path in ("/products", "/egress", "/health", f"/calculations/{maker.request}/certificate/file"):
        assert problem(httpx.get(f"{maker.url}/api/v1{path}")) == (401, "not-signed-in")
    token = asks.http.headers["Authorization"].removeprefix("Bearer ")
    (mine,) = [one for one in asks.command("tokens", "list")["tokens"] if one["used"] is None][:1] or [None]
    assert mine is not None and token not in json.dumps(asks.command("tokens", "list"))
    asks.command("tokens", "revoke", mine["id"])


def test_health_says_what_the_doctor_finds(maker: Maker) -> None:
    found = program(maker, "read").get("/health")
    assert {one["check"] for one in found["findings"]} >= {"keys", "backup", "outbox"}
    assert found["status"] in ("good", "warning", "bad")


def test_ids_as_the_pages_show_them_are_taken(maker: Maker) -> None:
    asks, short = program(maker, "read"), maker.request[:12]
    assert asks.get(f"/calculations/{short}")["request"] == maker.request
    assert asks.get(f"/calculations/{short}/result")["request"] == maker.request
    assert asks.command("show", short)["id"] == maker.request
    assert problem(asks.http.get("/calculations/00000000")) == (404, "unknown")


def test_health_speaks_english_as_every_answer_of_the_api(maker: Maker) -> None:
    found = program(maker, "read").http.get("/health", headers={"Accept-Language": "zh-CN"}).json()
    assert all(one["found"].isascii() and one["advice"].isascii() for one in found["findings"])


def test_no_amount_and_no_key_is_in_an_error(village: Village) -> None:
    village.settle("New Cathode", "supplier")
    with pages_of(village, "New Cathode") as pages:
        asks = Program(village, "New Cathode", pages.url, "prepare", "decide")
        asks.http.put("/products/cathode-powder", json=PRODUCT)
        sheet = SHEET.replace(b"6,GWh", b"918273645.5,furlong")
        response = asks.http.post("/products/cathode-powder/imports?name=a.csv", content=sheet)
        assert response.status_code == 422 and "918273645" not in response.text
