"""Figures: what was measured, in which unit, against which limit; printed as a table and kept as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, held to `limit` at the most or to `at_least`; both None where it is only told.

    `parts` say where the value goes.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    parts: dict[str, float] = field(default_factory=dict)
    note: str = ""
    at_least: float | None = None

    @property
    def is_within(self) -> bool | None:
        """Whether the limit holds; None without one."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.limit is None else self.value <= self.limit


def say_limit(limit: float | None, at_least: float | None, unit: str) -> str:
    """The limit in words, empty without one."""
    if at_least is not None:
        return f"at least {at_least:g} {unit}"
    return "" if limit is None else f"{limit:g} {unit}"


def machine() -> dict[str, Any]:
    """The machine in general words."""
    return {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}


def keep(sections: dict[str, Sequence[Figure]], facts: dict[str, Any]) -> None:
    """Write results/latest.json; sections that were not run this time keep their figures and their facts."""
    old = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    merged = old.get("sections", {})
    for name, figures in sections.items():
        rows = [{**asdict(figure), "within": figure.is_within} for figure in figures]
        merged[name] = {"run": facts, "figures": rows}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"sections": merged}, indent=2, ensure_ascii=False) + "\n")


def show(name: str, figures: Sequence[Figure]) -> None:
    """Print one section."""
    table = Table(title=name, title_justify="left")
    for heading in ("figure", "measured", "limit", "where it goes"):
        table.add_column(heading, justify="right" if heading in ("measured", "limit") else "left")
    for figure in figures:
        limit = say_limit(figure.limit, figure.at_least, figure.unit)
        mark = {None: "", True: " ok", False: " MISSED"}[figure.is_within]
        parts = ", ".join(f"{part} {value:g}" for part, value in figure.parts.items())
        table.add_row(figure.name, f"{figure.value:g} {figure.unit}", limit + mark, parts)
    Console().print(table)
