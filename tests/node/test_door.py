"""The node's own HTTP door."""

from collections.abc import Iterator

import httpx
import pytest

from node.door import open_door
from tests.node.village import Village, ask


@pytest.fixture
def client(village: Village) -> Iterator[httpx.Client]:
    village.suppliers(policy=False)
    request = ask(village.settle("Pack maker", "requester"))
    village.step()
    address = open_door(village.nodes["North Cathode"], 0)
    with httpx.Client(base_url=address, trust_env=False) as opened:
        opened.params = {}
        opened.headers["x-request"] = request
        yield opened


def test_the_door_says_how_things_stand(client: httpx.Client) -> None:
    request = client.headers["x-request"]
    assert client.get("/health").json()["status"] == "ok"
    status = client.get("/api/status").json()
    assert [(one["request"], one["state"]) for one in status["inbox"]] == [(request, "waiting")]
    progress = client.get(f"/api/requests/{request}").json()
    assert progress["phase"] == "consenting" and len(progress["entries"]) == 4
    missing = client.get(f"/api/requests/{'0' * 64}")
    assert missing.status_code == 404


def test_the_door_answers_only_to_its_loopback_name(client: httpx.Client) -> None:
    assert str(client.base_url).startswith("http://127.0.0.1:")
    assert client.get("/health", headers={"host": "evil.example"}).status_code == 400
