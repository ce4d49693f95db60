"""Commands of an owner who lets partners read footprints over PACT 3.0: who they are, what each may see."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from node.commands.export import Model, ParticularsFile
from node.commands.output import (
    Folder,
    Json,
    RequestId,
    opened,
    report_problems,
    show_json,
    show_lines,
    show_table,
    show_time,
    working,
)
from node.importers.problem import ImportProblems
from operation.told import tell

partners_app = typer.Typer(help="Who may read what you publish over PACT 3.0.", no_args_is_help=True)
footprints_app = typer.Typer(help="What you publish over PACT 3.0, and to whom.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The partner's name, as you chose it.", metavar="NAME")]
FootprintId = Annotated[str, typer.Argument(help="The footprint's id.", metavar="ID")]


@partners_app.command("add")
def add(
    folder: Folder,
    name: Name,
    secret_out: Annotated[
        Path | None,
        typer.Option(
            help="Write the credential to this new file, for your eyes only, instead of showing it."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let a partner sign in. Its secret is shown this once; only its hash is kept. It sees nothing yet."""
    from node.partners.access import add_partner
    from node.private_files import write_private

    with opened(folder) as node:
        made = add_partner(node, name)
        if secret_out is not None:
            write_private(secret_out, f"{made.client}:{made.secret}\n".encode())
    shown = {"partner": made.name, "client_id": made.client}
    secret = {} if secret_out is not None else {"client_secret": made.secret}
    if as_json:
        show_json({**shown, **secret})
        return
    show_lines([*shown.items(), *secret.items()])
    if secret:
        typer.echo(tell("Pass the secret on by a safe way now: it is not shown again."))


@partners_app.command("list")
def list_all(folder: Folder, as_json: Json = False) -> None:
    """List partners, and how many footprints each may see."""
    from node.partners.access import list_partners

    with opened(folder) as node:
        found = list_partners(node)
    if as_json:
        show_json({"partners": [asdict(one) for one in found]})
        return
    rows = [(one.name, one.client, show_time(one.created), str(one.footprints)) for one in found]
    show_table(("partner", "client id", "added", "footprints"), rows, right=("footprints",))


@partners_app.command("remove")
def remove(folder: Folder, name: Name, as_json: Json = False) -> None:
    """End a partner's credential and tokens at once; it sees nothing any more."""
    from node.partners.access import remove_partner

    with opened(folder) as node:
        remove_partner(node, name)
    if as_json:
        show_json({"removed": name})
    else:
        typer.echo(tell("{} can no longer sign in.", name))


@partners_app.command("events")
def events(folder: Folder, as_json: Json = False) -> None:
    """List what partners asked and told by event, and which of their requests wait for you."""
    from node.partners.events import list_events
    from node.partners.outbox import OWED

    with opened(folder) as node:
        found = list_events(node)
    if as_json:
        show_json({"events": [asdict(one) for one in found]})
        return
    for one in found:
        waits = "  waits for your answer" if one.answer == OWED else ""
        typer.echo(
            f"{show_time(one.received)}  {one.partner}  {one.kind}  {one.event}{waits}\n      {one.data}"
        )


@partners_app.command("host")
def host(
    folder: Folder,
    name: Name,
    url: Annotated[str, typer.Option(help="Where it takes events; /3/events is added.", metavar="URL")] = "",
    client_id: Annotated[str, typer.Option(help="Your client id there.")] = "",
    secret_file: Annotated[
        Path | None, typer.Option(help="A file whose first line is your client secret there.")
    ] = None,
    token_url: Annotated[
        str,
        typer.Option(help="Where one signs in there, if it is not /auth/token under --url.", metavar="URL"),
    ] = "",
    source: Annotated[
        str, typer.Option(help="What your events say they come from, such as //node.example.com/3/events.")
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Send it nothing any more.")] = False,
    as_json: Json = False,
) -> None:
    """Say where a partner takes events: its requests are answered there, and it is told what you publish to it.

    Nothing is sent anywhere else, whatever an event says. The secret is kept locked.
    """
    from node.partners.hosts import HostForm, remove_host, set_host
    from operation.passphrases import read_passphrase

    if not remove and (not url or not client_id or secret_file is None):
        raise typer.BadParameter("expected --url, --client-id and --secret-file, or --remove")
    with opened(folder) as node:
        if remove:
            remove_host(node, name)
        elif secret_file is not None:
            set_host(node, name, HostForm(url, client_id, read_passphrase(secret_file), token_url, source))
    if as_json:
        show_json({"partner": name, "host": None if remove else url})
    else:
        typer.echo(
            tell("{} is sent nothing any more.", name)
            if remove
            else tell("Events for {} go to {}.", name, url)
        )


@partners_app.command("reject")
def reject(
    folder: Folder,
    name: Name,
    event: Annotated[str, typer.Argument(help="The request's id, from `partners events`.", metavar="EVENT")],
    reason: Annotated[str, typer.Option(help="Why; the partner reads it.")],
    as_json: Json = False,
) -> None:
    """Answer a partner's request with no. To answer with yes, publish what it asks for to it."""
    from node.partners.outbox import reject_request

    with opened(folder) as node:
        reject_request(node, name, event, reason)
    if as_json:
        show_json({"rejected": event})
    else:
        typer.echo(tell("The answer is on its way; see: sealsum node partners outbox"))


@partners_app.command("outbox")
def outbox(folder: Folder, as_json: Json = False) -> None:
    """List the events that go to partners: what waits, what arrived, what was given up and why."""
    from node.partners.outbox import list_queued

    with opened(folder) as node:
        found = list_queued(node)
    if as_json:
        show_json({"outbox": [asdict(one) for one in found]})
        return
    rows = [
        (show_time(one.created), one.partner, one.kind.split(".")[-2], one.state, str(one.attempts), one.said)
        for one in found
    ]
    show_table(("queued", "partner", "event", "state", "attempts", "said"), rows, right=("attempts",))


# --- footprints ------------------------------------------------------------------------------------


@footprints_app.command("publish")
def publish(
    folder: Folder,
    request: RequestId,
    to: Annotated[
        list[str] | None, typer.Option(help="A partner that may read it; repeatable.", metavar="NAME")
    ] = None,
    particulars: ParticularsFile = None,
    model: Model = None,
    replaces: Annotated[
        list[str] | None,
        typer.Option(help="An earlier footprint that this one takes the place of; repeatable.", metavar="ID"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let partners read a certified footprint as PACT 3.0 at your node's pages; those that take events are told."""
    from node.exporting import Wanted, read_particulars
    from node.maker.requesting import resolve_request
    from node.partners.footprints import publish_footprint

    with opened(folder) as node:
        try:
            wanted = Wanted("pact", model, read_particulars(particulars))
        except ImportProblems as error:
            raise report_problems(error, as_json) from error
        full = resolve_request(node, request)
        with working(tell("verifying")):
            made = publish_footprint(node, full, wanted, to or (), replaces or ())
    if as_json:
        show_json(asdict(made))
    else:
        show_lines([("footprint", made.id), ("model", made.model), ("readable by", ", ".join(made.partners))])


@footprints_app.command("list")
def list_published(folder: Folder, as_json: Json = False) -> None:
    """List what is published, and who may read it."""
    from node.partners.footprints import list_footprints

    with opened(folder) as node:
        found = list_footprints(node)
    if as_json:
        show_json({"footprints": [asdict(one) for one in found]})
        return
    rows = [(one.id, one.model, one.status, show_time(one.created), ", ".join(one.partners)) for one in found]
    show_table(("id", "model", "status", "published", "readable by"), rows)


@footprints_app.command("withdraw")
def withdraw(
    folder: Folder,
    footprint: FootprintId,
    of: Annotated[
        list[str] | None,
        typer.Option(
            "--from", help="Only from this partner; repeatable. Without it from all.", metavar="NAME"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let partners read a footprint no more. What they have read already they keep."""
    from node.partners.footprints import withdraw_footprint

    with opened(folder) as node:
        withdraw_footprint(node, footprint, of or ())
    if as_json:
        show_json({"withdrawn": footprint, "from": of or []})
    else:
        typer.echo(tell("It is no longer served to them.") if of else tell("It is no longer served."))
