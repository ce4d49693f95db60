"""A pack maker's node with a certificate, its pages opened, and partners who ask at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from node.exporting import Wanted, make_particulars
from node.organisation import Node
from node.partners.access import Credential, add_partner
from tests.node.village import Village, ask, open_village
from tests.web.doors import open_pages

STATED = {
    "mass_kg": "350", "fossil_carbon_kg": "90", "geography": "CN-JS", "region": "Eastern Asia",
    "standards": ["ISO14067"], "gwp_reports": ["AR6"], "product_ids": ["urn:gtin:04712345060507"],
}  # fmt: skip


@dataclass(frozen=True)
class Maker:
    """The node, its certified request, and where partners ask."""

    village: Village
    node: Node
    request: str
    url: str

    def wanted(self, **stated: Any) -> Wanted:
        return Wanted("pact", None, make_particulars({**STATED, **stated}))

    def partner(self, name: str) -> PartnerClient:
        return PartnerClient(self.url, add_partner(self.node, name))


class PartnerClient:
    """A partner's program: signs in once, then asks."""

    def __init__(self, url: str, credential: Credential) -> None:
        self.url, self.credential = url, credential
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=60)
        self.headers = {"Authorization": f"Bearer {self.sign_in().json()['access_token']}"}

    def sign_in(self, **form: str) -> httpx.Response:
        secret = (self.credential.client, self.credential.secret)
        return self.http.post("/auth/token", data={"grant_type": "client_credentials", **form}, auth=secret)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query or None, headers=self.headers)

    def post(self, event: Any, **headers: str) -> httpx.Response:
        kept = {"Content-Type": "application/cloudevents+json", **self.headers, **headers}
        body = event if isinstance(event, bytes) else httpx.Request("POST", "http://x", json=event).content
        return self.http.post("/3/events", content=body, headers=kept)


@contextmanager
def open_maker(folder: Path) -> Iterator[Maker]:
    """A pack maker after one certified calculation, with its pages open on loopback."""
    with open_village(folder) as village:
        village.suppliers()
        node = village.settle("Pack maker", "requester")
        request = ask(node)
        village.run()
        with open_pages(node.store.folder, village.town.clock) as pages:
            yield Maker(village, node, request, pages.url)
