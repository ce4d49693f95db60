"""The node's REST API against its own OpenAPI: whatever a program asks, it is answered as promised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from node.tokens import SCOPES
from tests.web.partners import Maker, open_maker
from tests.web.test_node_api import Program
from tools.check_api import describe_calls

CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    with open_maker(tmp_path_factory.mktemp("maker")) as opened:
        yield opened


def ask_everything(maker: Maker, examples: int) -> set[tuple[str, int]]:
    """Ask of every path as a program that may do everything; returns paths with the status codes that came."""
    program = Program(maker.village, "Pack maker", maker.url, *SCOPES)
    headers = {"Authorization": program.http.headers["Authorization"]}
    document = httpx.get(f"{maker.url}/api/v1/openapi.json").json()
    seen = set()
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        for mode in MODES:

            @settings(
                max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                response = case.call(base_url=maker.url, headers=headers)
                case.validate_response(response, checks=CHECKS)
                seen.add((f"{case.operation.method.upper()} {case.operation.path}", response.status_code))

            # Where a call takes anything at all, nothing is out of its schema.
            with suppress(Unsatisfiable):
                ask()
    return seen


def test_whatever_a_program_asks_is_answered_as_promised(maker: Maker) -> None:
    seen = ask_everything(maker, 8)
    assert {call for call, _ in seen} == {f"{one.method} {one.path}" for one in describe_calls()}
    assert any(status == 200 for _, status in seen) and any(status == 422 for _, status in seen)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_whatever_a_program_asks_in_a_long_search_too(maker: Maker) -> None:
    ask_everything(maker, 150)
