"""What a process finds when it looks at itself: one finding a check, with what to do about it.

The one fact: a finding holds sizes, times, addresses and names of files, never an amount, a footprint or a key.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from operation.phrases import Language
from operation.told import fill, tell_name

LITTLE_BYTES, NO_BYTES = 2 * 1024**3, 100 * 1024**2
"""Free space below which one is warned, and below which nothing should be started."""


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, how it came out, what was found, and what to do ("" where nothing is to be done)."""

    check: str
    verdict: Verdict
    found: str
    advice: str = ""

    def as_fields(self) -> dict[str, str]:
        """For --json."""
        return {"check": self.check, "verdict": self.verdict, "found": self.found, "advice": self.advice}

    def as_text(self, language: Language) -> str:
        """One line, and a second one with the advice."""
        verdict, check = tell_name(self.verdict.value, language), tell_name(self.check, language)
        line = f"{fill(verdict, 8)} {fill(check, 12)} {self.found}"
        return f"{line}\n{'':<21} -> {self.advice}" if self.advice else line


def worst(findings: Sequence[Finding]) -> Verdict:
    """The worst verdict among findings; of none, good."""
    order = list(Verdict)
    return max((finding.verdict for finding in findings), key=order.index, default=Verdict.GOOD)


def free_bytes(folder: Path) -> int:
    """How much more fits on the disk that holds a folder."""
    return shutil.disk_usage(folder).free


def is_read_by_others(folder: Path) -> bool:
    """Whether other users of this machine may look into a folder."""
    return bool(stat.S_IMODE(folder.stat().st_mode) & 0o077)


def is_writable(folder: Path) -> bool:
    """Whether this process may write into a folder, tried by the file system's own word."""
    return os.access(folder, os.W_OK | os.X_OK)


def size_text(count: int) -> str:
    """Bytes for people, as pages say them: 1.5 GB."""
    size, units = float(count), ("B", "kB", "MB", "GB", "TB")
    for unit in units[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} {units[-1]}"
