"""Reads docs/guides: the commands of a section, and what each of their blocks is said to print.

The one fact: a block of `sh` and the block of `text` right below it belong together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
_BLOCK = re.compile(r"^```(sh|toml)\n(.*?)^```(?:\n```text\n(.*?)^```)?$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#{2,3}) (.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """Lines to run or a file to write (`toml`), and the lines that are shown as printed, cut where `…` stands."""

    kind: str
    text: str
    printed: tuple[str, ...]

    @property
    def commands(self) -> list[str]:
        """Its lines, less comments and empty ones."""
        lines = [re.sub(r"\s+# .*$", "", line) for line in self.text.splitlines()]
        return [line for line in lines if line]


def blocks_of(guide: str, heading: str = "") -> list[Block]:
    """The blocks of a guide, or of its one section with this heading, up to the next heading."""
    text = (GUIDES / guide).read_text("utf-8")
    found = _BLOCK.findall(_section(text, headings_of(guide).index(heading)) if heading else text)
    return [Block(kind, body, _cut(printed)) for kind, body, printed in found]


def headings_of(guide: str) -> list[str]:
    """The headings of a guide in their order; both languages have the same at the same place."""
    return [match[2] for match in _headings((GUIDES / guide).read_text("utf-8"))]


def _headings(text: str) -> list[re.Match[str]]:
    return list(_HEADING.finditer(_FENCED.sub(lambda match: " " * len(match[0]), text)))


def _section(text: str, at: int) -> str:
    found = _headings(text)
    end = found[at + 1].start() if at + 1 < len(found) else len(text)
    return text[found[at].end() : end]


def _cut(printed: str) -> tuple[str, ...]:
    pieces = (line.partition("…")[0].strip() for line in printed.splitlines())
    return tuple(piece for piece in pieces if piece)
