"""The door for partners against PACT's own OpenAPI file: whatever is asked, it answers as that file promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from node.partners.footprints import publish_footprint
from tests.support.published_schemas import PACT, needs_schemas, read_schema
from tests.web.partners import Maker, PartnerClient, open_maker

CHECKS = [
    not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance,
    response_headers_conformance,
]  # fmt: skip
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Maker, PartnerClient]]:
    with open_maker(tmp_path_factory.mktemp("maker")) as maker:
        client = maker.partner("reader")
        for number in range(3):
            wanted = maker.wanted(product_name=f"pack {number}")
            publish_footprint(maker.node, maker.request, wanted, ["reader"])
        yield maker, client


def ask_everything(maker: Maker, client: PartnerClient, examples: int) -> set[tuple[str, int]]:
    """Ask of every path; returns paths with the status codes that came."""
    seen = set()
    document = {**read_schema(PACT), "servers": [{"url": maker.url}]}
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        for mode in MODES:

            @settings(
                max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                response = case.call(base_url=maker.url, headers=client.headers)
                case.validate_response(response, checks=CHECKS)
                seen.add((case.operation.path, response.status_code))

            ask()
    return seen


@needs_schemas
def test_whatever_a_partner_asks_is_answered_as_pact_promises(asked: tuple[Maker, PartnerClient]) -> None:
    seen = ask_everything(*asked, 12)
    assert ("/3/footprints", 200) in seen and ("/3/footprints", 400) in seen
    assert ("/3/events", 400) in seen and any(path == "/3/footprints/{id}" for path, _ in seen)


@needs_schemas
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whatever_a_partner_asks_in_a_long_search_too(asked: tuple[Maker, PartnerClient]) -> None:
    ask_everything(*asked, 1000)
