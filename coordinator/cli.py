"""`sealsum coordinator`: run the notary, publish the library, look at the log.

The one fact: commands that write go through the running server's own door when there is one, so one process appends.
Exit codes: 0 done, 1 refused, 2 wrong usage, 3 try again.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from coordinator.commands.accounts import app as account_app
from coordinator.commands.backup import app as backup_app
from coordinator.commands.library import app as library_app
from coordinator.commands.log import app as log_app
from coordinator.commands.output import (
    REFUSED,
    reported,
    say,
    show_json,
    show_lines,
    working,
)
from coordinator.commands.serve import app as serve_app
from coordinator.commands.statements import app as statements_app
from coordinator.folder import LOG_KEY, PINS, init_folder, locked, open_folder
from coordinator.party import KEY_FILES
from coordinator.store.migrating import migrate as migrate_database
from operation.key_files import is_locked
from operation.passphrases import choose_or_clear
from operation.phrases import find_language
from operation.told import tell

app = typer.Typer(
    name="coordinator",
    help="Run the notary and mailbox: statements, log, blobs; it never sees a private number.",
    no_args_is_help=True,
)
app.add_typer(log_app, name="log")
app.registered_commands.extend(serve_app.registered_commands)
app.add_typer(account_app, name="account")
app.registered_commands.extend(backup_app.registered_commands)
app.registered_commands.extend(library_app.registered_commands)
app.registered_commands.extend(statements_app.registered_commands)

Directory = Annotated[Path, typer.Argument(help="The coordinator's data folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        envvar="SEALSUM_DATABASE_URL",
        help="Where the store is: postgresql://... or sqlite:///FILE. Default: a SQLite file in DIR.",
    ),
]


def _now() -> int:
    return int(time.time())


@app.command()
def init(
    folder: Directory,
    token: Annotated[
        str, typer.Option(help="The one-time token that enrols the operator, or a file with it.")
    ],
    name: Annotated[str, typer.Option(help="The log's name, like a host name: log.example.com.")],
    as_json: Json = False,
) -> None:
    """Make a coordinator: enrol as operator, draw the log's key, write pins.json for everyone."""
    with reported():
        text = Path(token).read_text("utf-8") if Path(token).is_file() else token
        with working(tell("asking the enrolment authority")):
            made, pins = init_folder(folder, text.strip(), name, _now, os.urandom)
        if not is_locked(folder / LOG_KEY):
            say(
                tell(
                    "The keys in {} are not locked; whoever takes the disk has them. For a "
                    "real log: sealsum coordinator lock-keys {}",
                    folder,
                    folder,
                )
            )
        if as_json:
            show_json({"enrolment": made.party.enrolment.id, "pins": str(folder / PINS), **pins})
            return
        show_lines(
            [
                ("enrolled as", made.party.entity.name_en),
                ("log key", pins["log_key"]),
                ("pins", str(folder / PINS)),
            ]
        )
        say(
            tell(
                "Next: sealsum coordinator serve {}; then, beside it, sealsum "
                "coordinator account add {} NAME --role operator",
                folder,
                folder,
            )
        )


@app.command("lock-keys")
def lock_keys(
    folder: Directory,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the new passphrase. Else you are asked.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="For demos: write the keys unlocked.")] = False,
    as_json: Json = False,
) -> None:
    """Lock the operator's and the log's keys with a passphrase, or change it.

    From then on SEALSUM_COORDINATOR_PASSPHRASE_FILE names a file with it, or you are asked. Stop `serve` first.
    """
    with reported(), locked(folder):
        passphrase = choose_or_clear(f"the keys in {folder}", new_passphrase_file, clear)
        names = KEY_FILES.lock(sorted(folder.glob("*.key")), passphrase)
        if as_json:
            show_json({"keys": names, "locked": passphrase is not None})
        else:
            say(tell("locked: {}" if passphrase else "in the clear: {}", ", ".join(names)))


@app.command()
def migrate(folder: Directory, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Bring the store's tables up to date. `serve` does so on SQLite, and makes them in an empty PostgreSQL.

    Replicas of the version before go on serving meanwhile, and may be started afterwards. Back the database up first:
    its tables do not go back. With a URL the folder may be empty.
    """
    with reported():
        url = database_url or open_folder(folder).database_url
        with working(tell("migrating the store")):
            migrate_database(url, tell=say)
        if as_json:
            show_json({"store": "up to date"})
        else:
            say(tell("the store is up to date"))


@app.command()
def doctor(folder: Directory, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Look this coordinator over and say what is wrong and what to do; it reads only, beside `serve` as well.

    Exit code 0 when nothing is bad (warnings count as good), 1 otherwise.
    """
    from coordinator.doctor import examine
    from operation.findings import Verdict, worst

    language = find_language(None, os.environ)
    with reported(), working(tell("looking")):
        findings = examine(folder, database_url, _now(), language)
    if as_json:
        show_json({"verdict": worst(findings), "findings": [finding.as_fields() for finding in findings]})
    else:
        for finding in findings:
            typer.echo(finding.as_text(language))
    if worst(findings) is Verdict.BAD:
        raise typer.Exit(REFUSED)
