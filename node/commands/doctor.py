"""`sealsum node doctor`: what is wrong with this node, and what to do."""

from __future__ import annotations

import os

import typer

from node.commands.output import FAILED, Folder, Json, Lang, reported, show_json, working
from operation.told import tell


def mount(app: typer.Typer) -> None:
    """Add this command to `sealsum node`."""
    app.command("doctor")(doctor)


def doctor(folder: Folder, lang: Lang = None, as_json: Json = False) -> None:
    """Look this node over and say what is wrong and what to do: folder, keys, backup, connection, outbox, inbox.

    Exit code 0 when nothing is bad (warnings count as good), 1 otherwise. Works beside a running agent.
    """
    from node.doctor import examine
    from node.language import find_language
    from node.organisation import wall_clock
    from operation.findings import Verdict, worst

    language = find_language(lang, os.environ)
    with reported(), working(tell("looking")):
        findings = examine(folder, wall_clock(), language)
    if as_json:
        show_json({"verdict": worst(findings), "findings": [finding.as_fields() for finding in findings]})
    else:
        for finding in findings:
            typer.echo(finding.as_text(language))
    if worst(findings) is Verdict.BAD:
        raise typer.Exit(FAILED)
