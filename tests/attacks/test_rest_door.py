"""Anyone on the network at the door for people: every path of its own OpenAPI, with values that fit and that do not.

The door answers all of it: no server error, and what it answers has the form that its OpenAPI promises.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from coordinator.http import make_app
from tests.coordinator.town import Town

CHECKS = [not_a_server_error, response_schema_conformance]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    town = Town(tmp_path_factory.mktemp("town")).start()
    town.publish()
    yield schemathesis.openapi.from_asgi("/openapi.json", make_app(town.service))
    town.stop()


def ask_everything(door: Any, examples: int) -> list[str]:
    """Ask of every path with values in and out of its schema; returns the paths."""
    paths = []
    for found in door.get_all_operations():
        operation = found.ok()
        paths.append(operation.path)
        attempt(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), examples)
        if operation.query or operation.path_parameters:
            # Where a path takes any text at all, nothing is out of its schema.
            with suppress(Unsatisfiable):
                attempt(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), examples)
    return paths


def attempt(cases: Any, examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases)
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def test_whatever_is_asked_of_the_door_for_people_it_answers_as_it_promises(door: Any) -> None:
    assert len(ask_everything(door, 15)) >= 8


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whatever_is_asked_it_answers_in_a_long_search_too(door: Any) -> None:
    ask_everything(door, 800)
