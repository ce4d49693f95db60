"""Reads `deploy/` as data, and every `sealsum` command line that it or a guide names."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sealsum.main import PARTS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
ROLES = ("authority", "coordinator", "node", "witness")
COMPOSE_FILES = sorted(DEPLOY.glob("compose.*.yaml"))
MANIFESTS = sorted(path for path in DEPLOY.glob("kubernetes/*/*.yaml") if path.name != "kustomization.yaml")
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
GUIDES = sorted([*DEPLOY.glob("*.md"), *(ROOT / "docs/guides").glob("*.md")])

Line = tuple[str, list[str]]
"""Where a command line stands, and its words after `sealsum`."""

_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ENDS = {"|", "||", "&", "&&", ";", ">", ">>", "<"}


def read_yaml(path: Path) -> dict[str, Any]:
    """The one document of a file."""
    found = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(found, dict), f"{path}: expected a mapping"
    return found


def read_unit(path: Path) -> dict[str, list[str]]:
    """Every directive of a systemd unit with all its values, in order."""
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if line and line[0] not in "#;[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def read_containerfile(path: Path) -> list[tuple[str, str]]:
    """The instructions of a Containerfile: word and argument, in order."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in text.splitlines() if line.strip()]


def pod_specs() -> dict[str, dict[str, Any]]:
    """The pod specification of each Deployment and Job, by file."""
    found = {}
    for path in MANIFESTS:
        template = read_yaml(path).get("spec", {}).get("template")
        if template is not None:
            found[path.relative_to(DEPLOY).as_posix()] = template["spec"]
    return found


def command_lines() -> list[Line]:
    """Every `sealsum` command line in Containerfiles, compose files, manifests, units and guides."""
    return [*_of_containerfiles(), *_of_compose(), *_of_manifests(), *_of_units(), *_of_guides()]


def _of_containerfiles() -> Iterator[Line]:
    for path in sorted(DEPLOY.glob("*.Containerfile")):
        instructions = dict(read_containerfile(path))
        yield path.name, (json.loads(instructions["ENTRYPOINT"]) + json.loads(instructions["CMD"]))[1:]


def _of_compose() -> Iterator[Line]:
    for path in COMPOSE_FILES:
        for service in read_yaml(path)["services"].values():
            if "build" in service:
                yield path.name, service["command"]


def _of_manifests() -> Iterator[Line]:
    for place, spec in pod_specs().items():
        for container in spec["containers"]:
            yield place, container["args"]


def _of_units() -> Iterator[Line]:
    for path in UNITS:
        for line in read_unit(path)["ExecStart"]:
            yield path.name, shlex.split(line)[1:]


def _of_guides() -> Iterator[Line]:
    for path in GUIDES:
        for block in _SHELL.findall(path.read_text("utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                words = _after_program(line)
                if words:
                    yield path.relative_to(ROOT).as_posix(), words


def _after_program(line: str) -> list[str]:
    """The words after `sealsum`, or after the service or image of a container that is run; none when neither is."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    for place, word in enumerate(words[:-1]):
        is_program = word.rsplit("/", 1)[-1] == "sealsum"
        is_container = "run" in words[:place] and word.removeprefix("sealsum-") in ROLES
        if (is_program or is_container) and words[place + 1] in PARTS:
            rest = words[place + 1 :]
            end = next((number for number, one in enumerate(rest) if one in _ENDS), len(rest))
            return rest[:end]
    return []
