"""`sealsum witness`: make a witness, let it watch logs, open its door.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 try again.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from operation.key_files import is_locked
from operation.passphrases import choose_or_clear
from operation.refusals import say_error
from operation.told import tell
from protocol.errors import PeerError, Refused, SealsumError
from witness.store import KEY, KEY_FILES, Store, make_witness

app = typer.Typer(
    name="witness",
    help="Cosign checkpoints of logs, each only when it extends the last one seen.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(help="The witness's folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The witness's name, like a host name: witness.example.com")],
    as_json: Json = False,
) -> None:
    """Make a witness: draw its key. Whoever wants to hear it pins the key that this prints."""
    with _reported():
        key = make_witness(folder, name, os.urandom)
        if not is_locked(folder / KEY):
            typer.echo(
                tell(
                    "The key in {} is not locked; whoever takes the disk has it. For a real "
                    "witness: lock-key",
                    folder,
                ),
                err=True,
            )
        if as_json:
            _show({"name": name, "key": key})
        else:
            typer.echo(tell("This witness's key, to be pinned by those who want to hear it:\n{}", key))


@app.command("lock-key")
def lock_key(
    folder: Folder,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the new passphrase. Else you are asked.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="For demos: write the key unlocked.")] = False,
    as_json: Json = False,
) -> None:
    """Lock the witness's key with a passphrase, or change it.

    From then on SEALSUM_WITNESS_PASSPHRASE_FILE names a file with it, or `serve` asks for it.
    """
    with _opened(folder):
        passphrase = choose_or_clear(f"the key in {folder}", new_passphrase_file, clear)
        names = KEY_FILES.lock([folder / KEY], passphrase)
        if as_json:
            _show({"keys": names, "locked": passphrase is not None})
        else:
            typer.echo(tell("locked: {}" if passphrase else "in the clear: {}", ", ".join(names)), err=True)


@app.command("add-log")
def add_log(
    folder: Folder,
    log_key: Annotated[str, typer.Option(help="The log's public key, or its pins.json.")],
    as_json: Json = False,
) -> None:
    """Watch a log, from its next checkpoint on."""
    with _opened(folder) as store:
        log = store.add_log(_read_log_key(log_key))
        if as_json:
            _show({"origin": log.origin, "size": log.size})
        else:
            typer.echo(tell("Watching {}; the last checkpoint cosigned has {} leaves.", log.origin, log.size))


@app.command()
def serve(
    folder: Folder,
    listen: Annotated[str, typer.Option(help="HOST:PORT; port 0 takes a free one.")] = "127.0.0.1:7447",
    as_json: Json = False,
) -> None:
    """Open the door for logs until interrupted. Prints one line once it is open."""
    with _opened(folder) as store:
        from witness.door import Door

        door = Door(store, listen, lambda: int(time.time()))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        if as_json:
            _show({"event": "open", "address": door.address, "key": store.public_key})
        else:
            typer.echo(tell("Cosigning on http://{}; stop with Ctrl-C.", door.address))
        try:
            door.wait()
        except _Stopped:
            typer.echo(tell("Finishing what is under way."), err=True)
            door.close()


@app.command()
def show(
    folder: Folder,
    evidence: Annotated[
        Path | None, typer.Option(help="Write the newest evidence against a log to this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The witness's key, the logs it watches, and what it has against them."""
    with _opened(folder) as store:
        kept, logs = store.evidence(), store.logs()
        if evidence is not None:
            if not kept:
                raise Refused("evidence", "there is no evidence against any log")
            evidence.write_bytes(kept[-1][3])
        if as_json:
            watched = [{"origin": log.origin, "size": log.size, "note": log.note} for log in logs]
            against = [{"number": row[0], "at": row[1], "origin": row[2]} for row in kept]
            return _show({"key": store.public_key, "logs": watched, "evidence": against})
        typer.echo(store.public_key)
        for log in logs:
            typer.echo(tell("{}: {} leaves cosigned", log.origin, log.size))
        for number, at, origin, _ in kept:
            typer.echo(
                tell(
                    "evidence {} against {}, {} UTC",
                    number,
                    origin,
                    time.strftime("%Y-%m-%d %H:%M", time.gmtime(at)),
                )
            )
    return None


class _Stopped(Exception):
    """The process was asked to end."""


def _stop(_number: int, _frame: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _pass)
    raise _Stopped


def _pass(_number: int, _frame: Any) -> None:
    """A further signal: Python says of one that is ignored meanwhile that it was lost."""


def _show(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _read_log_key(value: str) -> str:
    try:
        text = Path(value).read_text("utf-8").strip() if Path(value).is_file() else value.strip()
        return str(json.loads(text)["log_key"]) if text.startswith("{") else text
    except (OSError, ValueError, KeyError) as error:
        raise Refused("usage", f"--log-key: {value} is neither a key nor a pins.json") from error


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except (PeerError, Refused) as error:
        typer.echo(say_error(error), err=True)
        raise typer.Exit(1) from error
    except SealsumError as error:
        typer.echo(say_error(error), err=True)
        raise typer.Exit(3) from error


@contextmanager
def _opened(folder: Path) -> Iterator[Store]:
    with _reported():
        store = Store(folder)
        try:
            yield store
        finally:
            store.close()
