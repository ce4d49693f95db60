"""Writes the figures of results/latest.json into docs/benchmarks.md and docs/threat-model.md, between their marks.

The one fact: the pages' words are written by people and its figures by this module, so no figure is typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import RESULTS, say_limit

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
THREATS = PAGE.with_name("threat-model.md")
FEW = 4
"""So many figures of a section with one limit are each told in the overview."""
_AMOUNTS = re.compile(r"(<!-- amounts -->\n).*?(<!-- end -->)", re.DOTALL)
_LIMITS = re.compile(r"(<!-- limits -->\n).*?(<!-- end -->)", re.DOTALL)
_PLACES = re.compile(r"^## (.+?)$|<!-- figures: (\w+) -->", re.MULTILINE)
_MARKED = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def write_page() -> None:
    """Replace every marked table by what was measured last."""
    sections = json.loads(RESULTS.read_text())["sections"]
    page = _MARKED.sub(lambda found: _replaced(found, sections), PAGE.read_text())
    limits = "\n".join(_limits(page, sections)) + "\n"
    PAGE.write_text(_LIMITS.sub(lambda found: f"{found[1]}{limits}{found[2]}", page))
    if "disclosure" in sections:
        grid = "\n".join(_grid(sections["disclosure"]["figures"])) + "\n"
        THREATS.write_text(_AMOUNTS.sub(lambda found: f"{found[1]}{grid}{found[2]}", THREATS.read_text()))


def _limits(page: str, sections: dict[str, Any]) -> Iterator[str]:
    """Everything that has a limit, in the page's order; of many of one kind, pages say, the one nearest to it."""
    yield "| section | figure | measured | limit |"
    yield "| --- | --- | --- | --- |"
    heading = ""
    for found in _PLACES.finditer(page):
        if found[1]:
            heading = found[1]
        for kind in _kinds(sections.get(found[2], {"figures": []})["figures"]):
            worst = max(kind, key=lambda figure: figure["value"])
            shown = (
                [(figure, "") for figure in kind]
                if len(kind) <= FEW
                else [(worst, f", the most of {len(kind)}")]
            )
            for figure, more in shown:
                place = f"[{found[2]}](#{_anchor(heading)})"
                yield f"| {place} | {figure['name']}{more} | {_measured(figure)} | {_limit(figure)} |"


def _kinds(figures: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Figures that are held to something, those of one limit together."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for figure in figures:
        if figure["within"] is not None:
            kinds.setdefault(_limit(figure), []).append(figure)
    return [*kinds.values()]


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _grid(figures: list[dict[str, Any]]) -> list[str]:
    """What totals say about amounts: lines downward, members to the right; a question mark where owners are asked."""
    cells: dict[int, dict[int, str]] = {}
    for figure in figures:
        members, lines = (int(number) for number in re.findall(r"(\d+) (?:members|lines)", figure["name"]))
        asked = "" if figure["note"] == "may pass by policy" else " ?"
        prior, close, prior_close = figure["parts"].values()
        text = f"{close:g} / {figure['value']:g} ({prior_close:g} / {prior:g}){asked}"
        cells.setdefault(lines, {})[members] = text
    columns = list(next(iter(cells.values())))
    head = [
        "| lines | " + " | ".join(f"{count} members" for count in columns) + " |",
        "| --- " * (len(columns) + 1) + "|",
    ]
    return head + [
        f"| {lines} | " + " | ".join(row[count] for count in columns) + " |" for lines, row in cells.items()
    ]


def _replaced(found: re.Match[str], sections: dict[str, Any]) -> str:
    section = sections.get(found[2])
    form = _side_by_side if found[2] == "peers" else _table
    text = "not measured yet\n" if section is None else form(section)
    return f"{found[1]}{text}{found[3]}"


def _side_by_side(section: dict[str, Any]) -> str:
    """One row a role, one column a way of adding up; below it what was run."""
    cells: dict[str, dict[str, str]] = {}
    for figure in section["figures"]:
        role, _, name = figure["name"].rpartition(", ")
        cells.setdefault(f"{role}, {figure['unit']}", {})[name] = f"{figure['value']:.10g}"
    notes = {
        figure["name"].rpartition(", ")[2]: figure["note"] for figure in section["figures"] if figure["note"]
    }
    lines = [
        f"| {section['run']['members']} members | " + " | ".join(notes) + " |",
        "| --- " * (len(notes) + 1) + "|",
        *(
            f"| {role} | " + " | ".join(row.get(name, "") for name in notes) + " |"
            for role, row in cells.items()
        ),
        "",
        *(f"- *{name}*: {note}." for name, note in notes.items()),
        _said_of(section["run"]),
    ]
    return "\n".join(lines)


def _table(section: dict[str, Any]) -> str:
    lines = ["| figure | measured | limit | where it goes |", "| --- | --- | --- | --- |"]
    lines += [_row(figure) for figure in section["figures"]]
    return "\n".join([*lines, _said_of(section["run"])])


def _said_of(run: dict[str, Any]) -> str:
    before, after = run["multiplication_us"]
    machine = f"{run['cores']} cores, {run['processor']}, Python {run['python']}"
    return f"\n{machine}; one multiplication took {before} µs before the run and {after} µs after it.\n"


def _row(figure: dict[str, Any]) -> str:
    parts = [f"{name} {value:g}" for name, value in figure["parts"].items()]
    notes = "; ".join(filter(None, [", ".join(parts), figure["note"]]))
    return f"| {figure['name']} | {_measured(figure)} | {_limit(figure)} | {notes} |"


def _measured(figure: dict[str, Any]) -> str:
    missed = " (missed)" if figure["within"] is False else ""
    return f"{figure['value']:.10g} {figure['unit']}{missed}"


def _limit(figure: dict[str, Any]) -> str:
    return say_limit(figure["limit"], figure.get("at_least"), figure["unit"])
