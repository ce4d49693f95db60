"""The guides as a reader follows them: every command of the trial in its order, each a process of its own.

The one fact: what is run stands in docs/guides, word for word; only ports and the request's id are the machine's own.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.guides import GUIDES, Block, blocks_of, headings_of

TRIAL = (
    ("operator.md", "The authority"),
    ("operator.md", "The coordinator"),
    ("operator.md", "The library"),
    ("operator.md", "Invite companies"),
    ("factor-provider.md", "By commands"),
    ("supplier.md", "Join, by commands"),
    ("supplier.md", "Declare, by commands"),
    ("supplier.md", "What left the house, by commands"),
    ("README.md", "All of it on one machine, by hand"),
    ("pack-maker.md", "By commands"),
    ("pack-maker.md", "Ask"),
    ("supplier.md", "Answer a request, by commands"),
    ("pack-maker.md", "Result and certificate"),
    ("certificate.md", "By commands"),
)
FILES = {"factor-provider.md": "factors.toml"}
"""Where the file that a guide shows is written; else the pack's."""
ELSEWHERE = ("node-data",)
"""In commands that are shown as they are at a reader's own place."""
REQUEST = "75ca9fa6"
SECONDS = 900


@dataclass
class Trial:
    """One folder in which commands run, and the doors that stay open."""

    folder: Path
    language: str
    ports: dict[str, str] = field(default_factory=dict)
    doors: list[subprocess.Popen[str]] = field(default_factory=list)
    request: str = REQUEST
    missing: list[str] = field(default_factory=list)
    """What a guide shows and nothing printed."""

    @property
    def environment(self) -> dict[str, str]:
        """One language, wide, and with a passphrase: a test has no terminal to be asked at."""
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        secret = str(self.folder / "passphrase")
        return {
            **os.environ, "PATH": path, "SEALSUM_LANG": self.language, "COLUMNS": "160",
            "SEALSUM_PASSPHRASE_FILE": secret, "SEALSUM_COORDINATOR_HTTP": f"127.0.0.1:{self.ports['7445']}",
            "SEALSUM_COORDINATOR_LISTEN": f"127.0.0.1:{self.ports['7444']}",
        }  # fmt: skip

    def follow(self, block: Block) -> None:
        """Run its lines; AssertionError unless each succeeds. What they should have printed and did not is kept."""
        printed = "".join(self._run(line) for line in block.commands if not _is_elsewhere(line))
        lines = [line for line in block.printed if _masked(line) not in _masked(printed)]
        if lines:
            self.missing.append("\n".join(("expected:", *lines, "printed:", printed)))

    def _run(self, line: str) -> str:
        for port, own in self.ports.items():
            line = line.replace(f":{port}", f":{own}")
        line = line.replace(REQUEST, self.request[:8])
        if " serve " in line:
            return self._open(line)
        if "--role operator" in line:
            line += " | tee letter && tail -n 1 letter > operator.token"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], cwd=self.folder, env=self.environment, timeout=SECONDS,
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        if asked := re.search(r"^(?:request|请求) +([0-9a-f]{64})$", done.stdout, re.MULTILINE):
            self.request = asked[1]
        return done.stdout + done.stderr

    def _open(self, line: str) -> str:
        door = subprocess.Popen(
            line.split(), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True,
            stderr=(self.folder / "doors.log").open("a"), stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.doors.append(door)
        assert door.stdout is not None
        lines = 1 if line.startswith("sealsum node") else 2
        return "".join(door.stdout.readline() for _ in range(lines))

    def close(self) -> None:
        """End every door."""
        for door in self.doors:
            door.terminate()
        for door in self.doors:
            door.wait(SECONDS)


@pytest.fixture(params=["en", "zh"])
def trial(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Trial]:
    """The folder `trial` beside `examples`, as in a checkout."""
    (tmp_path / "examples").symlink_to(GUIDES.parents[1] / "examples")
    folder = tmp_path / "trial"
    (folder / "pack").mkdir(parents=True)
    (folder / "passphrase").write_text("of the trial, and long enough\n")
    opened = Trial(folder, request.param, dict(zip(("7443", "7444", "7445"), _free_ports(3), strict=True)))
    yield opened
    opened.close()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_whoever_follows_the_guides_reads_what_they_show_and_ends_with_a_certificate(trial: Trial) -> None:
    for guide, heading in TRIAL:
        for block in blocks_of(*in_language(trial.language, guide, heading)):
            if block.kind == "toml":
                (trial.folder / FILES.get(guide, "pack/pack.toml")).write_text(block.text, "utf-8")
            else:
                trial.follow(block)
    assert not trial.missing, "\n\n".join(trial.missing)
    assert (trial.folder / "report.pdf").read_bytes().startswith(b"%PDF")


def in_language(language: str, guide: str, heading: str) -> tuple[str, str]:
    """A guide and its heading, in English or as the Chinese guide has them."""
    if language == "en":
        return guide, heading
    chinese = guide.replace(".md", ".zh.md")
    return chinese, headings_of(chinese)[headings_of(guide).index(heading)]


@pytest.mark.parametrize("guide", sorted(path.name for path in GUIDES.glob("*.md") if ".zh" not in path.name))
def test_both_languages_give_the_same_commands(guide: str) -> None:
    english, chinese = (
        [[_without_words(line) for line in block.commands] for block in blocks_of(name) if block.kind == "sh"]
        for name in (guide, guide.replace(".md", ".zh.md"))
    )
    assert english == chinese


@pytest.mark.parametrize("guide", sorted(path.name for path in GUIDES.glob("*.md") if ".zh" not in path.name))
def test_both_languages_have_the_same_sections(guide: str) -> None:
    assert len(headings_of(guide)) == len(headings_of(guide.replace(".md", ".zh.md")))


def _without_words(line: str) -> str:
    line = re.sub(r"--lang \w+", "--lang", re.sub(r'"[^"]*"|<[^>]*>', '""', line))
    return line.removesuffix(" --lang")


def _is_elsewhere(line: str) -> bool:
    return not line.startswith("sealsum ") or any(word in line for word in ELSEWHERE)


def _masked(text: str) -> str:
    return re.sub(r"[\w-]{20,}|[0-9a-f]{6,}|[0-9]+", "#", " ".join(text.split()))


def _free_ports(count: int) -> list[str]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
