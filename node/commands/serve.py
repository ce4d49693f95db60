"""`sealsum node serve` and `config`: run the agent, and show what it would run with.

The one fact: settings are read and checked before the store is opened; options stand over variables, variables over
DIR/node.toml, that over defaults.
"""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.output import Folder, Json, opened, reported, say, show_json, show_table
from operation.told import tell

if TYPE_CHECKING:
    from node.agent import Report
    from node.configuration import NodeSettings
    from node.organisation import Node

_log = logging.getLogger("sealsum.node")


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.command("serve")(serve)
    app.command("config")(config)


def serve(
    folder: Folder,
    http_port: Annotated[
        int | None,
        typer.Option(help="Also answer /health and /api/status on this loopback port; 0 takes a free one."),
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(help="HOST:PORT on which Prometheus may read /metrics.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="text or json.", show_default="text")] = None,
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error.", show_default="info")
    ] = None,
    quiet: Annotated[bool, typer.Option(help="Print nothing but the line that says it is running.")] = False,
    as_json: Json = False,
) -> None:
    """Run the agent until interrupted: it listens to the coordinator and does what your policy allows.

    DIR/node.toml and SEALSUM_... variables set the same: see `sealsum node config`. Traces go where
    OTEL_EXPORTER_OTLP_ENDPOINT says.
    """
    from node.configuration import load
    from node.guard import serving

    options = {"http_port": http_port, "metrics": metrics, "log_format": log_format, "log_level": log_level}
    with reported():
        settings = load(folder, os.environ, options).settings
    with opened(folder) as node, serving(folder):
        _run(node, settings, _reporter(settings, quiet), as_json)


def _reporter(settings: NodeSettings, quiet: bool) -> Report:
    from operation.logs import set_up_logs

    set_up_logs(settings.log_format, settings.log_level)
    if quiet:
        return lambda _line: None
    return _log.info if settings.log_format == "json" else say


def _run(node: Node, settings: NodeSettings, report: Report, as_json: bool) -> None:
    from node.agent import Agent
    from operation.traces import set_up_traces, stop_traces

    agent = Agent(node, report)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: agent.stop())
    folder: Path = node.store.folder
    started: dict[str, Any] = {"event": "serving", "enrolment": node.id, "folder": str(folder)}
    if settings.http_port is not None:
        from node.door import open_door

        started["http"] = open_door(node, settings.http_port)
    if settings.metrics is not None:
        from node.metrics import make_meters

        started["metrics"] = make_meters(node).open(settings.metrics)
    set_up_traces("node")
    if as_json:
        show_json(started)
    else:
        typer.echo(tell("Serving {} ({}); stop with Ctrl-C.", node.identity.entity.name_en, node.id[:16]))
    try:
        agent.run()
    finally:
        stop_traces()


def config(folder: Folder, as_json: Json = False) -> None:
    """Show every setting of `serve`: its value, where that comes from, what it means, what trusting it means.

    Set them in DIR/node.toml (NAME = "VALUE") or by variables.
    """
    from node.configuration import load
    from operation.settings import show_settings
    from operation.told_settings import tell_about

    with reported():
        shown = show_settings(load(folder, os.environ, {}))
    if as_json:
        show_json({"settings": [one.as_fields() for one in shown]})
        return
    show_table(("setting", "value", "from"), [(one.name, one.value, one.source) for one in shown])
    for one in shown:
        typer.echo(f"\n{one.name}: {tell_about(one.meaning)}\n  {tell_about(one.trust)}")
