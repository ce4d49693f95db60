"""Commands that run a coordinator: `serve`, and `config`, which shows what `serve` would run with.

The one fact: settings are read and checked before anything is opened; options stand over variables, variables over
DIR/coordinator.toml, that over defaults.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from coordinator.commands.output import reported, show_json, show_lines, show_table
from coordinator.folder import SERVING, Folder, locked, locked_database, open_folder, set_serving
from coordinator.objects import open_objects
from coordinator.service import make_service, open_existing_stores
from coordinator.settings import CoordinatorSettings, load
from coordinator.starting import check_log, check_reached, prepare_database
from coordinator.store.standbys import check_demanded
from operation.settings import show_settings
from operation.told_settings import tell_about

if TYPE_CHECKING:
    from coordinator.serving import Addresses

app = typer.Typer()
Directory = Annotated[Path, typer.Argument(help="The coordinator's data folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def _now() -> int:
    return int(time.time())


@app.command()
def serve(
    folder: Directory,
    listen: Annotated[
        str | None,
        typer.Option(
            help="HOST:PORT for nodes (gRPC); port 0 takes a free one.", show_default="127.0.0.1:7444"
        ),
    ] = None,
    http: Annotated[
        str | None,
        typer.Option(help="HOST:PORT for the log over plain HTTP.", show_default="127.0.0.1:7445"),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(help="postgresql://... or sqlite:///FILE.", show_default="a SQLite file in DIR"),
    ] = None,
    blobs_url: Annotated[
        str | None,
        typer.Option(
            help="s3://BUCKET/FOLDER, az://..., gs://... or file:///FOLDER.", show_default="a folder in DIR"
        ),
    ] = None,
    read_database_url: Annotated[
        str | None,
        typer.Option(help="A streaming replica of the database, from which the log's tiles are read."),
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(help="HOST:PORT on which Prometheus may read /metrics.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="text or json.", show_default="text")] = None,
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error.", show_default="info")
    ] = None,
    as_json: Json = False,
) -> None:
    """Open both doors until interrupted. Prints one line once they are open; logs go to stderr.

    DIR/coordinator.toml and SEALSUM_... variables set the same: see `sealsum coordinator config`. Traces go where
    OTEL_EXPORTER_OTLP_ENDPOINT says. Several may serve from one PostgreSQL and one blob store, each from a copy of DIR.
    """
    options = {
        "listen": listen,
        "http": http,
        "database_url": database_url,
        "blobs_url": blobs_url,
        "read_database_url": read_database_url,
        "metrics": metrics,
        "log_format": log_format,
        "log_level": log_level,
    }
    with reported():
        settings = load(folder, os.environ, options).settings
        made = open_folder(folder)
        url = _said(settings.database_url) or made.database_url
        with locked(folder), locked_database(url):
            _run(made, settings, url, lambda doors: _say_open(folder, doors, as_json))


def _said(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _run(made: Folder, settings: CoordinatorSettings, url: str, is_open: Callable[[Addresses], None]) -> None:
    # Its libraries take a second to load, and no other command needs them.
    from coordinator.console.app import MOUNT
    from coordinator.metrics import PROCESS, make_meters
    from coordinator.serving import Addresses
    from coordinator.serving import serve as serve_doors
    from operation.logs import set_up_logs
    from operation.traces import set_up_traces, stop_traces
    from web.company import make_company

    set_up_logs(settings.log_format, settings.log_level)
    set_up_traces(PROCESS)
    company = make_company(settings.company, lambda _receiver, _why: None)
    if company is not None:
        company = replace(company, base_url=company.base_url.rstrip("/") + MOUNT)
    check_log(made, url)
    objects = open_objects(_said(settings.blobs_url), made.blobs)
    check_reached(made, url, objects)
    if settings.synchronous_standby:
        check_demanded(url)
    prepare_database(url)
    stores = open_existing_stores(url, _said(settings.read_database_url))
    service = make_service(made, stores, _now, os.urandom, objects)
    service = replace(service, company=company, public_url=settings.public_url or "")
    meters = make_meters(service)
    try:
        if settings.metrics is not None:
            meters.open(settings.metrics)
        service.start()
        asyncio.run(serve_doors(service, Addresses(settings.listen, settings.http), is_open, meters))
    finally:
        service.stop()
        stop_traces()
        (made.path / SERVING).unlink(missing_ok=True)


def _say_open(folder: Path, doors: Addresses, as_json: bool) -> None:
    set_serving(folder, doors.grpc, doors.http)
    if as_json:
        show_json({"event": "open", "address": doors.grpc, "http": f"http://{doors.http}"})
    else:
        http = f"http://{doors.http}"
        show_lines([("nodes connect to", doors.grpc), ("log and API", http), ("console", f"{http}/console/")])


@app.command()
def config(folder: Directory, as_json: Json = False) -> None:
    """Show every setting of `serve`: its value, where that comes from, what it means, what trusting it means.

    Set them in DIR/coordinator.toml (NAME = "VALUE") or by variables; passwords are not shown.
    """
    with reported():
        shown = show_settings(load(folder, os.environ, {}))
        if as_json:
            show_json({"settings": [one.as_fields() for one in shown]})
            return
        show_table(("setting", "value", "from"), [(one.name, one.value, one.source) for one in shown])
        for one in shown:
            typer.echo(f"\n{one.name}: {tell_about(one.meaning)}\n  {tell_about(one.trust)}")
