"""`sealsum coordinator log`: the newest checkpoint, and the proof that the log holds a statement."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from coordinator.commands.output import moment, reported, say, show_json, show_lines
from coordinator.folder import open_folder
from coordinator.journal import Journal
from coordinator.service import open_existing_stores
from coordinator.short_ids import choose_id, is_short
from operation.phrases import Phrase, find_language
from protocol.errors import Refused

app = typer.Typer(help="Look at the transparency log.", no_args_is_help=True)

Directory = Annotated[Path, typer.Argument(help="The coordinator's data folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DatabaseUrl = Annotated[
    str | None, typer.Option(envvar="SEALSUM_DATABASE_URL", help="Where the store is, if not in DIR.")
]


@app.command()
def checkpoint(folder: Directory, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Print the newest signed checkpoint: a note in C2SP tlog-checkpoint form."""
    with reported():
        made = open_folder(folder)
        log = open_existing_stores(database_url or made.database_url).log
        try:
            newest = log.newest_checkpoint()
        finally:
            log.close()
        if newest is None:
            raise Refused("not-ready", "the log is empty; start `sealsum coordinator serve` first")
        if as_json:
            show_json({"size": newest.size, "logged_at": newest.logged_at, "checkpoint": newest.note})
        else:
            typer.echo(newest.note, nl=False)


@app.command()
def witness(
    folder: Directory,
    url: Annotated[str, typer.Option(help="Where the witness takes checkpoints: http://HOST:PORT")] = "",
    key: Annotated[str, typer.Option(help="Its public key, NAME+HASH+KEY, or a file with it.")] = "",
    as_json: Json = False,
) -> None:
    """Have a witness cosign the checkpoints, from the next start of `serve` on; without options, list them.

    Whoever relies on the log pins the keys in pins.json: {"name": NAME, "key": KEY} under "witnesses", and "threshold".
    """
    from coordinator.witnessing import Witness, add_witness, pins_to_add, read_witnesses

    with reported():
        open_folder(folder)
        if bool(url) != bool(key):
            raise Refused("usage", "expected --url and --key together")
        if url:
            text = Path(key).read_text("utf-8").strip() if Path(key).is_file() else key.strip()
            found = add_witness(folder, Witness(url, text))
        else:
            found = read_witnesses(folder)
        if as_json:
            show_json({"witnesses": [{"url": one.url, "key": one.key} for one in found]})
        else:
            show_lines([(one.url, one.key) for one in found])
        if url:
            added = Phrase("It is asked once the coordinator is started again.", "重新启动协调方后生效。")
            say(added.say(find_language(None, os.environ)))
        if found and not as_json:
            pinned = Phrase(
                "No pins.json holds a witness by itself. Whoever is to want it adds these lines before the last brace, "
                "with a comma after the line above; threshold: how many of them must have cosigned.",
                "pins.json 不会自动加上见证方。要求见证的一方自己把下面几行加在最后一个大括号之前，"
                "上一行末尾补一个逗号；threshold 是至少要有几个见证方联署。",
            )
            say(f"{pinned.say(find_language(None, os.environ))}\n{pins_to_add(folder)}")


@app.command()
def prove(
    folder: Directory,
    statement: Annotated[str, typer.Argument(help="The statement's id, or 8 of its first digits or more.")],
    size: Annotated[int, typer.Option(min=0, help="Tree size to prove it in; 0: the newest.")] = 0,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Print a statement's leaf and the hashes that lead from it to the checkpoint's root."""
    with reported():
        made = open_folder(folder)
        log = open_existing_stores(database_url or made.database_url).log
        try:
            if is_short(statement):
                statement = choose_id(statement, [one.id for one in log.beginning(statement, 2)])
            found = Journal(log, made.log_key).prove_inclusion(statement, size)
        finally:
            log.close()
        proof = [node.hex() for node in found.proof]
        if as_json:
            show_json(
                {
                    "id": statement,
                    "index": found.index,
                    "logged_at": found.logged_at,
                    "envelope_sha256": found.envelope_sha256,
                    "proof": proof,
                    "checkpoint": found.checkpoint,
                }
            )
            return
        show_lines(
            [("id", statement), ("index", str(found.index)), ("logged at", moment(found.logged_at))]
            + [("envelope SHA-256", found.envelope_sha256)]
            + [("proof", node) for node in proof]
        )
        typer.echo(found.checkpoint, nl=False)
