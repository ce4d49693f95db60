"""Alert rules and dashboard: every metric they ask for is given by a process, every command they name exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from coordinator.metrics import make_meters
from node import metrics as node_metrics
from operation.metrics import Meters
from tests.node.village import ask, open_village
from tools.check_docs import is_command

FOLDER = Path(__file__).parents[2] / "deploy" / "monitoring"
NAME = re.compile(r"\b(?:sealsum|process)_[a-z_]+")
COMMAND = re.compile(r"sealsum ((?:coordinator|node)(?: [a-z]+)+)")


def names_of(meters: Meters) -> Iterator[str]:
    for family in meters.registry.collect():
        for sample in family.samples:
            yield sample.name


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all metrics that a coordinator and a node give in the middle of a calculation with a refusal."""
    with open_village(tmp_path_factory.mktemp("village")) as village:
        village.suppliers(policy=False)
        maker = village.settle("Pack maker", "requester")
        ask(maker)
        village.run(2)
        coordinator = make_meters(village.town.service)
        coordinator.call("Submit", "OK", 0.1)
        village.town.service.gateway.outcomes.count("request", "refused")
        return {*names_of(coordinator), *names_of(node_metrics.make_meters(maker))}


def test_alerts_ask_for_metrics_that_there_are_and_name_commands_that_exist(given: set[str]) -> None:
    document = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))
    rules = [rule for group in document["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 10
    for rule in rules:
        assert set(NAME.findall(rule["expr"])) <= given, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"] and rule["annotations"]["action"]
        for words in COMMAND.findall(rule["annotations"]["action"]):
            assert is_command(words.split()), words


def test_the_dashboard_asks_for_metrics_that_there_are(given: set[str]) -> None:
    dashboard = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    for expression in asked:
        assert NAME.search(expression) and set(NAME.findall(expression)) <= given, expression
