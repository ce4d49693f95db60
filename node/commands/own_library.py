"""Prints what this node said to the library: what it submitted as a provider, and its opinions as an expert."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import typer

from node.commands.output import show_table, show_time
from node.language import Phrase
from operation.told import tell
from protocol.errors import NetworkError

if TYPE_CHECKING:
    from node.organisation import Node


def read_own(node: Node, roles: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    """By "submissions" and "opinions", what this organisation signed of each and how far the library has it."""
    from node.library import fetch_submissions, read_submissions
    from protocol.payloads import Review

    if roles.isdisjoint(("provider", "expert")):
        return {"submissions": [], "opinions": []}
    with suppress(NetworkError):  # as the node knew it last
        fetch_submissions(node)
    items = read_submissions(node)
    submissions = [
        {"id": item.id, "made": item.logged.logged_at, "state": item.state, **_fields(item)}
        for item in items
        if item.payload.by in node.ids
    ]
    said = [(one, item) for item in items for one in item.reviews if one.payload.by in node.ids]
    opinions = [
        {
            "id": one.id,
            "made": one.logged_at,
            "verdict": one.payload.verdict,
            "opinion": one.payload.opinion,
            "about": item.id,
            **_fields(item),
        }
        for one, item in sorted(said, key=lambda pair: pair[0].index)
        if isinstance(one.payload, Review)
    ]
    return {"submissions": submissions, "opinions": opinions}


def show_own(roles: frozenset[str], own: dict[str, list[dict[str, Any]]]) -> None:
    """The same for people: what goes with the roles of this node."""
    if "provider" in roles:
        typer.echo(tell("Submitted"))
        show_table(
            ("id", "code", "version", "submission", "made", "state"),
            [(one["id"], *_words(one), show_time(one["made"]), one["state"]) for one in own["submissions"]],
        )
    if "expert" in roles:
        typer.echo(tell("Opinions"))
        show_table(
            ("id", "code", "version", "submission", "made", "verdict", "opinion"),
            [
                (one["id"], *_words(one), show_time(one["made"]), one["verdict"], one["opinion"])
                for one in own["opinions"]
            ],
        )
    if "verifier" in roles:
        typer.echo(tell("What you asked as a verifier: {}", "sealsum verifier list"))


def _fields(item: Any) -> dict[str, Any]:
    payload = item.payload
    return {
        "kind": payload.type,
        "code": payload.code,
        "version": payload.version,
        "name_zh": payload.name_zh,
        "name_en": payload.name_en,
    }


def _words(one: dict[str, Any]) -> tuple[str, str, str]:
    return one["code"], str(one["version"]), Phrase(one["name_en"], one["name_zh"]).here()
