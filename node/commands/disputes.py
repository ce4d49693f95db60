"""The command that shows disputes; what is opened in them, the agent opens by itself."""

from __future__ import annotations

from dataclasses import asdict

import typer

from node.commands.output import Folder, Json, opened, refresh, show_json, show_lines, show_time
from operation.told import tell


def mount(app: typer.Typer) -> None:
    """Add this command to `sealsum node`."""
    app.command("disputes")(disputes)


def disputes(folder: Folder, as_json: Json = False) -> None:
    """Calculations whose contributions did not add up: what was opened, who is awaited, who was named."""
    from node.disputing import list_disputes

    with opened(folder) as node:
        refresh(node)
        found = list_disputes(node)
        if as_json:
            show_json({"disputes": [asdict(one) for one in found]})
            return
        if not found:
            typer.echo(tell("No calculation of this node was ever disputed."))
        for one in found:
            about = (
                "a total that does not open" if one.cell is None else f"model {one.model}, cell {one.cell}"
            )
            pairs = [
                ("request", one.request),
                ("about", f"{one.cause}: {about}"),
                ("opened by", one.opened_by),
                ("calculation", one.phase),
                ("answered", str(one.answered)),
            ]
            if one.awaited:
                pairs += [("awaited until", show_time(one.answer_by)), ("awaited", "; ".join(one.awaited))]
            pairs.append(("named", "; ".join(one.named) or "nobody"))
            show_lines(pairs)
            typer.echo("")
