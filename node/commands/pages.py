"""Commands about the node's web app."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from node.commands.output import Folder, Json, reported, say, show_json
from node.language import Phrase, find_language
from protocol.errors import Refused

_OPEN = Phrase("Open this in your browser, it works once: ", "请在浏览器里打开这个链接，只能用一次：")
_END = Phrase("Ctrl-C ends it.", "按 Ctrl-C 结束。")


def mount(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("web")(web)
    app.command("web-link")(web_link)


def web(
    folder: Folder,
    listen: Annotated[str, typer.Option(help="HOST:PORT for the browser; port 0 takes a free one.")] = (
        "127.0.0.1:7450"
    ),
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let other machines reach the pages; needs TLS.")
    ] = False,
    tls_certificate: Annotated[
        Path | None,
        typer.Option(help="PEM file with the certificate, for https.", exists=True, dir_okay=False),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="PEM file with its key.", exists=True, dir_okay=False)
    ] = None,
    host_name: Annotated[
        list[str] | None, typer.Option(help="A name browsers may call this door by; repeat for more.")
    ] = None,
    published: Annotated[
        str,
        typer.Option(
            help="In a container only: HOST:PORT at which the machine publishes this door, and nowhere else."
        ),
    ] = "",
    quiet: Annotated[bool, typer.Option(help="Print nothing but where the pages are.")] = False,
    as_json: Json = False,
) -> None:
    """Open the pages in the browser and run the agent, until interrupted. DIR may be empty: then you join there.

    Prints a link that lets you in once. Instead of `serve`, not beside it.
    """
    from node.configuration import load
    from node.web.running import Running
    from web.door import CONTAINED, Listen

    with reported():
        where = Listen(
            listen,
            tls_certificate,
            tls_key,
            tuple(host_name or ()),
            allow_remote,
            published,
            CONTAINED in os.environ,
        )
        company = load(folder, os.environ, {}).settings.company
        running = Running(folder, where, (lambda _line: None) if quiet else say, company)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: running.stop())

        def is_open(entry: str) -> None:
            if as_json:
                show_json({"event": "open", "url": running.desk.address, "entry": entry})
            else:
                language = find_language(None, os.environ)
                typer.echo(f"{_OPEN.say(language)}{entry}")
                typer.echo(_END.say(language))

        running.run(is_open)


def web_link(
    folder: Folder,
    to: Annotated[str, typer.Option(help="The page it leads to.")] = "/",
    as_json: Json = False,
) -> None:
    """Print a new link into the running pages; it lets its holder in once, as owner, for a quarter of an hour."""
    from node.accounts import OWNER_NAME
    from node.organisation import wall_clock
    from node.store.database import FILE_NAME, Store
    from node.store.settings import find_value
    from node.web.desk import ADDRESS
    from web.sessions import make_link

    with reported():
        if not (folder / FILE_NAME).is_file():
            raise Refused(
                "folder",
                f"{folder} holds no node yet; end the pages that run on it, if there are any, and start them again, "
                f"which prints a link: sealsum node web {folder}",
            )
        store = Store(folder)  # a link needs no secret of the node, so it stays locked
        try:
            with store.write() as connection:
                address = find_value(connection, ADDRESS)
                if address is None:
                    raise _no_pages(folder)
                secret = make_link(connection, OWNER_NAME, to, wall_clock(), os.urandom)
        finally:
            store.close()
        entry = f"{address}/enter#{secret}"
        if as_json:
            show_json({"entry": entry})
        else:
            typer.echo(entry)


def _no_pages(folder: Path) -> Refused:
    from node.guard import is_served

    if is_served(folder):
        said = f"the agent that serves {folder} runs without pages; stop it, then start it with them"
        return Refused("web", f"{said}: sealsum node web {folder}")
    return Refused("web", f"no pages were opened on {folder} yet; open them: sealsum node web {folder}")
