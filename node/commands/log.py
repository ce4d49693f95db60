"""Commands about what others can check: the log, its witnesses, and what others did wrong."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.output import Folder, Json, opened, show_json, show_lines, show_table, show_time
from node.language import find_language
from operation.told import tell, tell_name
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.organisation import Node

log_app = typer.Typer(
    help="The public log: its newest checkpoint, and proof that a statement is in it.", no_args_is_help=True
)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(log_app, name="log")
    app.command("anomalies")(anomalies)
    app.command("witnesses")(witnesses)


@log_app.command("checkpoint")
def checkpoint(folder: Folder, as_json: Json = False) -> None:
    """Fetch the log's newest checkpoint, and check that it extends everything this node has seen."""
    with opened(folder) as node:
        note = node.egress.checkpoint()
        found = node.logbook.follow(note)
        if as_json:
            show_json({"origin": found.origin, "size": found.size, "root": found.root.hex(), "note": note})
        else:
            show_lines([("log", found.origin), ("size", str(found.size)), ("root", found.root.hex())])
            typer.echo(tell("Signed by the pinned key, and consistent with every checkpoint seen before."))


@log_app.command("prove")
def prove(
    folder: Folder,
    statement: Annotated[str, typer.Argument(help="A statement's full id.", metavar="ID")],
    as_json: Json = False,
) -> None:
    """Prove that a statement is in the log under its newest checkpoint."""
    with opened(folder) as node:
        logged = node.record.get(statement) if len(statement) == 64 else None
        if logged is None:
            raise Refused(
                "unknown", f"no statement {statement} is known here or readable for you; give its full id"
            )
        index, logged_at, found, proof = node.logbook.prove(statement, logged.signed.data)
        if as_json:
            show_json(
                {
                    "id": statement,
                    "index": index,
                    "logged_at": logged_at,
                    "size": found.size,
                    "root": found.root.hex(),
                    "proof": [item.hex() for item in proof],
                }
            )
        else:
            typer.echo(
                tell(
                    "{} is leaf {} of {}, logged {}; the proof of {} hashes holds.",
                    statement,
                    index,
                    found.size,
                    show_time(logged_at),
                    len(proof),
                )
            )


@log_app.command("refused")
def refused(
    folder: Folder,
    statement: Annotated[
        str, typer.Argument(help="The full id of a statement that was refused.", metavar="ID")
    ],
    out: Annotated[Path | None, typer.Option(help="Write the exact envelope to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Fetch a statement that the coordinator refused, and repeat the check that it says failed."""
    from node.commands.request import write_file
    from node.refusals import repeat_refusal

    with opened(folder) as node:
        if len(statement) != 64:
            raise Refused("unknown", "give the full id of the refused statement, 64 characters")
        found = repeat_refusal(node, statement)
        if out is not None:
            write_file(out, found.told.data)
        fields = {
            "id": statement,
            "kind": found.signed.payload.type,
            "signer": found.signed.payload.by,
            "refused_at": found.told.refused_at,
            "check": found.told.check,
            "message": found.told.message,
        }
        if as_json:
            show_json({**fields, "fails_here": dict(found.failing), "confirmed": found.is_confirmed})
            return
        show_lines([(name.replace("_", " "), str(value)) for name, value in fields.items()])
        for check, message in found.failing.items():
            typer.echo(tell("Fails here: {}: {}", check, message))
        typer.echo(
            tell("The check fails here as well.")
            if found.is_confirmed
            else tell(
                "That check does not fail here, by the library as the log has it now; a calculation may have gone on "
                "since. Ask the operator, or judge the envelope with --out."
            )
        )


def anomalies(
    folder: Folder,
    evidence: Annotated[
        Path | None, typer.Option(help="Write the evidence of --number to this file, for others to check.")
    ] = None,
    number: Annotated[int | None, typer.Option(help="Which one, by its number in the list.")] = None,
    as_json: Json = False,
) -> None:
    """What others did wrong, as far as this node saw: refused by the rules and left out.

    Where two checkpoints of the log contradict each other, both are kept; anyone judges them with: sealsum log evidence
    """
    from sqlalchemy import select

    from node.commands.request import write_file
    from node.restoring import find_restored
    from node.store.tables import ANOMALIES

    with opened(folder) as node:
        with node.store.read() as connection:
            rows = [
                dict(row) for row in connection.execute(select(ANOMALIES).order_by(ANOMALIES.c.id)).mappings()
            ]
            restored = find_restored(connection)
        if evidence is not None:
            write_file(evidence, _evidence_of(rows, number))
            return (show_json({"evidence": str(evidence)}) if as_json
                    else typer.echo(tell("Written: {}", evidence)))  # fmt: skip
        for row in rows:
            row["evidence"] = None if row["evidence"] is None else row["evidence"].decode()
        if as_json:
            told = None if restored is None else asdict(restored) | {"words": restored.words._asdict()}
            show_json({"anomalies": rows, "restored": told})
            return None
        if restored is not None:
            typer.echo(tell("Nobody's mistake: {}.", restored.words.say(find_language(None, os.environ))))
        if not rows:
            typer.echo(tell("Nothing wrong was seen."))
        else:
            show_table(
                ("number", "when", "statement", "check", "evidence", "what"),
                [
                    (
                        str(r["id"]), show_time(r["at"]), r["statement"] or "", r["check"],
                        "kept" if r["evidence"] else "", r["message"],
                    )
                    for r in rows
                ],
            )  # fmt: skip
    return None


def _evidence_of(rows: list[dict[str, Any]], number: int | None) -> bytes:
    kept = {row["id"]: bytes(row["evidence"]) for row in rows if row["evidence"] is not None}
    if number is None and len(kept) == 1:
        return next(iter(kept.values()))
    if number not in kept:
        numbers = ", ".join(map(str, kept)) or tell_name("none")
        raise Refused("evidence", f"name one that has evidence with --number; there are: {numbers}")
    return kept[number]


def witnesses(
    folder: Folder,
    pins: Annotated[
        Path | None,
        typer.Option(
            help="pins.json with `witnesses` and `threshold`; this node then signs only on what they saw."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Which witnesses of the log this node wants to hear before it signs; --pins changes them.

    The file must name the log key and the authority that this node has pinned already.
    """
    from node.identity import keep_witnesses

    with opened(folder) as node:
        found = node.identity.pins
        wanted, threshold = found.witnesses, found.threshold
        if pins is not None:
            wanted, threshold = _read_witnesses(node, pins)
            with node.store.write() as connection:
                keep_witnesses(connection, wanted, threshold)
        if as_json:
            show_json({"witnesses": list(wanted), "threshold": threshold})
            return
        typer.echo(
            tell("{} of {} witnesses must have cosigned what this node signs on.", threshold, len(wanted))
        )
        for key in wanted:
            typer.echo(f"  {key}")


def _read_witnesses(node: Node, path: Path) -> tuple[tuple[str, ...], int]:
    from protocol.pins import parse_pins

    try:
        given = parse_pins(path.read_bytes())
    except OSError as error:
        raise Refused("usage", f"{path} cannot be read: {error.strerror}") from error
    own = node.identity.pins
    if (given.log_key, given.authority_root.strip()) != (own.log_key, own.root_pem.strip()):
        raise Refused("pins", f"{path} is about another log or another authority than this node's")
    return given.witnesses, given.threshold
