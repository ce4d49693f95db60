"""What of the library waits for an expert's opinion, for `review` and `inbox`, and what an opinion would be about.

The one fact: what waits is what an opinion still counts for and this organisation neither submitted nor judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from node.commands.output import show_lines, show_table
from node.language import Phrase
from operation.told import tell
from web.numbers import show_unit

if TYPE_CHECKING:
    from node.organisation import Node
    from protocol.shelf import Item

_COMMAND = "sealsum node review DIR CODE --opinion WORDS"


def list_waiting(node: Node) -> list[Item]:
    """What waits for this organisation's opinion, as far as this node knows the library."""
    from node.library import read_submissions
    from node.reviewing import find_unjudged, find_waiting

    return find_unjudged(node, find_waiting(node, read_submissions(node)))


def show_waiting(node: Node, waiting: Sequence[Item]) -> None:
    """Each with who submitted it, and the command that an opinion is written with."""
    if not waiting:
        typer.echo(tell("Nothing waits for your opinion."))
        return
    typer.echo(tell("Waiting for your opinion: {}", len(waiting)))
    rows = [(*_name(item), _name_submitter(node, item)) for item in waiting]
    show_table(("code", "version", "submission", "submitted by"), rows)
    typer.echo(tell("Write one with: {} (--all: on all of these)", _COMMAND))


def tell_waiting(node: Node, waiting: Sequence[Item]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "id": item.id,
            "kind": item.payload.type,
            "code": item.payload.code,
            "version": item.payload.version,
            "submitted_by": _name_submitter(node, item),
        }
        for item in waiting
    ]


def show_subjects(items: Sequence[Item]) -> None:
    """What an opinion is about, each with what an expert judges it by."""
    for item in items:
        code, version, name = _name(item)
        told = [("code", code), ("version", version), ("submission", name), *_facts(item), ("id", item.id)]
        show_lines([(title, value) for title, value in told if value])
        typer.echo("")


def _facts(item: Item) -> list[tuple[str, str]]:
    from node.importers.factor_names import name_code

    payload = item.payload
    if payload.type != "factor":
        return [("per", show_unit(payload.declared_unit))]
    return [
        ("value", f"{payload.total} kgCO2e/{show_unit(payload.unit)}"),
        ("region", payload.region),
        ("year", str(payload.year)),
        ("boundary", name_code(payload.system_boundary).here()),
        ("source", payload.source),
    ]


def _name(item: Item) -> tuple[str, str, str]:
    payload = item.payload
    return payload.code, str(payload.version), Phrase(payload.name_en, payload.name_zh).here()


def _name_submitter(node: Node, item: Item) -> str:
    from protocol.library import enrolment_of

    entity = enrolment_of(item.payload.by, node.record)
    return Phrase(entity.name_en, entity.name_zh).here()
