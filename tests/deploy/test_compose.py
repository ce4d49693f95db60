"""The compose files: valid by the schema of compose-spec, and as closed as they can be."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

from tests.support.deployment import COMPOSE_FILES, DEPLOY, read_yaml
from web.door import CONTAINED, Listen, check_listen

each_file = pytest.mark.parametrize("path", COMPOSE_FILES, ids=[path.name for path in COMPOSE_FILES])


def problems(document: dict[str, Any]) -> list[str]:
    """What the published schema has against a compose file."""
    source = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(source.read_text("utf-8"))
    return [error.message for error in validator_for(schema)(schema).iter_errors(document)]


@each_file
def test_a_compose_file_is_valid_by_the_published_schema(path: Path) -> None:
    assert problems(read_yaml(path)) == []


def test_the_schema_finds_a_word_it_does_not_know() -> None:
    document = read_yaml(DEPLOY / "compose.node.yaml")
    document["services"]["node"]["readonly"] = True
    assert any("readonly" in problem for problem in problems(document))


@each_file
def test_every_service_is_read_only_and_without_rights(path: Path) -> None:
    for name, service in read_yaml(path)["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {"privileged", "pid", "ipc", "network_mode", "devices"} & service.keys(), name
        assert "healthcheck" in service, name


@each_file
def test_what_is_built_here_names_a_containerfile_and_drops_every_right(path: Path) -> None:
    built = {name: one for name, one in read_yaml(path)["services"].items() if "build" in one}
    assert built
    for name, service in built.items():
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file(), name
        assert "cap_add" not in service, name
        assert service["ulimits"] == {"core": 0}, "a dump of memory would hold keys"
        assert service["healthcheck"]["test"][:2] == ["CMD", "python3"], "an image has no shell"


@each_file
def test_every_image_may_be_named_by_its_digest(path: Path) -> None:
    for name, service in read_yaml(path)["services"].items():
        assert re.fullmatch(r"\$\{[A-Z_]+_IMAGE:-[^@}]+\}", service["image"]), name


@each_file
def test_no_secret_is_written_in_a_compose_file(path: Path) -> None:
    document = read_yaml(path)
    for name, service in document["services"].items():
        for variable, value in service["environment"].items():
            if "PASSWORD" in variable:
                assert value.startswith("${SEALSUM_DATABASE_PASSWORD:?"), name
            if "PASSPHRASE" in variable:
                assert variable.endswith("_FILE"), name
                assert value.startswith("/run/secrets/"), name
    assert all(set(secret) == {"file"} for secret in document["secrets"].values())


def test_nothing_can_call_a_node_but_a_browser_of_this_machine_its_pages() -> None:
    services = read_yaml(DEPLOY / "compose.node.yaml")["services"]
    assert set(services) == {"node", "pages"}
    assert all("expose" not in service for service in services.values())
    assert "ports" not in services["node"]
    assert services["pages"]["profiles"], "starts only when it is named"
    command, (port,) = services["pages"]["command"], services["pages"]["ports"]
    published = command[command.index("--published") + 1]
    assert port.startswith(f"{published}:")
    assert f"{CONTAINED}=1" in (DEPLOY / "node.Containerfile").read_text()
    check_listen(Listen(command[command.index("--listen") + 1], published=published, is_contained=True))


def test_the_database_is_reached_from_the_coordinator_only() -> None:
    document = read_yaml(DEPLOY / "compose.coordinator.yaml")
    database = document["services"]["database"]
    assert "ports" not in database
    assert database["networks"] == ["inside"]
    assert document["networks"]["inside"] == {"internal": True}


def test_the_log_in_plain_http_is_bound_to_this_machine() -> None:
    ports = read_yaml(DEPLOY / "compose.coordinator.yaml")["services"]["coordinator"]["ports"]
    assert ports == ["7444:7444", "127.0.0.1:7445:7445"]
