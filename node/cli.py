"""`sealsum node`: everything a supplier or a pack maker does, as commands. Each has --help and most have --json.

The one fact: commands and the agent work on one store, so they may run side by side; what a command signs is stored
first, and sent by whoever gets there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from node.commands import (
    account,
    disputes,
    doctor,
    egress,
    export,
    importing,
    inbox,
    keys,
    knowledge,
    library,
    log,
    model_check,
    models,
    opening,
    outcomes,
    pages,
    partners,
    products,
    request,
    serve,
    tokens,
)
from node.commands.output import Folder, Json, opened, reported, settle, show_json, show_lines, working
from operation.told import tell, tell_name
from protocol.errors import NetworkError, PeerError, Refused

if TYPE_CHECKING:
    from node.organisation import Node

app = typer.Typer(
    name="node",
    help="A supplier's or pack maker's own software: its data stays here, what leaves is listed by `egress list`.",
    no_args_is_help=True,
)
products.mount(app)
importing.mount(app)
inbox.mount(app)
request.mount(app)
model_check.mount(models.models_app)
outcomes.mount(app, models.models_app)
export.mount(app)
library.mount(app)
knowledge.mount(app)
log.mount(app)
disputes.mount(app)
doctor.mount(app)
keys.mount(app)
serve.mount(app)
pages.mount(app)
app.add_typer(account.account_app, name="account")
app.add_typer(egress.egress_app, name="egress")
app.add_typer(models.models_app, name="model")
app.add_typer(opening.opening_app, name="opening")
app.add_typer(partners.partners_app, name="partners")
app.add_typer(partners.footprints_app, name="footprints")
app.add_typer(tokens.tokens_app, name="tokens")


@app.command()
def enrol(
    folder: Folder,
    token: Annotated[
        str, typer.Option(help="The one-time token from the enrolment authority, or a file with it.")
    ],
    coordinator: Annotated[str, typer.Option(help="HOST:PORT of the coordinator's door for nodes.")],
    log_key: Annotated[
        str, typer.Option(help="The log's public key from the operator, or a file with it (also pins.json).")
    ],
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help="Lock the keys with the passphrase on this file's first line. Default: the keyring."
        ),
    ] = None,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="For demos: keep the key that opens them beside the data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Become an organisation: draw keys that never leave, and have them certified. DIR is made if it is missing.

    The keys are locked: by a passphrase (SEALSUM_PASSPHRASE_FILE names a file with it), else by the system's keyring,
    else you are asked for a passphrase.
    """
    from node.enrolling import Invitation
    from node.enrolling import enrol as enrol_node
    from node.identity import read_log_key, read_text_or_file
    from node.organisation import wall_clock
    from node.store.locks import choose_lock

    with reported():
        choice = choose_lock(folder, no_passphrase, passphrase_file)
        invitation = Invitation(read_text_or_file(token, "--token"), coordinator, read_log_key(log_key))
        with working(tell("asking the enrolment authority")):
            identity = enrol_node(folder, invitation, wall_clock, os.urandom, choice)
    keys.warn_of_clear(folder, choice.kind)
    with opened(folder, choice) as node:
        _introduce(node, identity.id, folder)
    found = {
        "enrolment": identity.id,
        "name_zh": identity.entity.name_zh,
        "name_en": identity.entity.name_en,
        "legal_entity": identity.entity.legal_entity,
        "roles": list(identity.entity.entity_roles),
    }
    if as_json:
        show_json(found)
        return
    typer.echo(
        tell(
            "Enrolled as {}; the keys are in {}. Back it up: sealsum node backup {}",
            identity.entity.name_en,
            folder,
            folder,
        )
    )
    _show_entity(found)


def _show_entity(found: Mapping[str, Sequence[str]]) -> None:
    told = {
        name: value if isinstance(value, str) else ", ".join(map(tell_name, value))
        for name, value in found.items()
    }
    show_lines(list(told.items()))


def _introduce(node: Node, enrolment: str, folder: Path) -> None:
    """Have the enrolment logged; when nobody answers, say that the token is used and what to do now."""
    try:
        settle(node, enrolment)
    except NetworkError as error:
        raise NetworkError(
            f"{error}. You are enrolled, and the token is used, so do not enrol again. If {node.identity.coordinator} "
            f"is not where the coordinator is: sealsum node connect {folder} --coordinator HOST:PORT"
        ) from error
    except PeerError as error:
        if error.check != "log":
            raise
        raise PeerError(
            "log",
            f"{error.message}. Either --log-key is another log's, or this coordinator is false. The token is used: "
            "ask for another one, and enrol in a new folder with the right log key",
        ) from error


@app.command("rotate-keys")
def rotate_keys_(folder: Folder, as_json: Json = False) -> None:
    """Replace signing and sealing key by new ones, through the enrolment authority; the old enrolment ends.

    Calculations under way go on, and what was sealed to the old key still opens. Stop `serve` first. Make a new backup
    afterwards: with an older one this organisation cannot come back.
    """
    from node.guard import is_served
    from node.rotating import rotate_keys

    with opened(folder) as node:
        if is_served(folder):
            raise Refused("served", f"an agent serves {folder}; stop it first")
        old = node.id
        with working(tell("asking the enrolment authority")):
            enrolment = rotate_keys(node)
    with opened(folder) as node:
        node.logbook.follow(node.egress.checkpoint())
        settle(node, enrolment.id)
    if as_json:
        show_json({"enrolment": enrolment.id, "replaces": old})
    else:
        typer.echo(
            tell(
                "The keys are replaced: enrolment {} instead of {}. Make a new backup now.", enrolment.id, old
            )
        )


@app.command()
def connect(
    folder: Folder,
    coordinator: Annotated[str, typer.Option(help="HOST:PORT of the coordinator's door for nodes.")],
    authority: Annotated[
        str | None, typer.Option(help="HOST:PORT of the enrolment authority's door, if that moved as well.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change where the coordinator is reached: its address moved, or was mistyped at enrolment.

    Keys, pins and data stay. A running `serve` or `web` takes the new address by itself, within half a minute.
    """
    from node.identity import keep_authority, keep_coordinator
    from protos.enrolment import check_address

    with reported():
        check_address(coordinator)
        if authority is not None:
            check_address(authority)
    with opened(folder) as node, node.store.write() as connection:
        keep_coordinator(connection, coordinator)
        if authority is not None:
            keep_authority(connection, authority)
    with opened(folder) as node:
        settle(node, node.id)
        with working(tell("asking the coordinator")):
            node.logbook.follow(node.egress.checkpoint())
    if as_json:
        show_json({"coordinator": coordinator})
    else:
        typer.echo(tell("The coordinator answers on {}, and its log is the pinned one.", coordinator))


@app.command()
def whoami(folder: Folder, as_json: Json = False) -> None:
    """Who this node is: names, roles, enrolment id, coordinator."""
    with opened(folder) as node:
        entity = node.identity.entity
        found = {
            "enrolment": node.id,
            "name_zh": entity.name_zh,
            "name_en": entity.name_en,
            "legal_entity": entity.legal_entity,
            "parent": entity.parent,
            "roles": list(entity.entity_roles),
            "coordinator": node.identity.coordinator,
        }
        if as_json:
            show_json(found)
        else:
            _show_entity(found)


@app.command()
def pins(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(help="Write them to this file.")] = None,
    as_json: Json = False,
) -> None:
    """What this node holds everyone to (log key, authority root, witnesses), as `sealsum verify --pins` reads it."""
    from node.identity import pins_fields

    with opened(folder) as node:
        found = pins_fields(node.identity.pins)
        text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
        if out is not None:
            request.write_file(out, text.encode())
        if as_json:
            show_json(found)
        elif out is None:
            typer.echo(text, nl=False)
        else:
            typer.echo(tell("Pins are in {}.", out))
