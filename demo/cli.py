"""`sealsum demo`: the main job on example data, every party a process of its own, over real sockets.

Exit codes: 0 verified, 1 something failed (the message names the log), 2 wrong usage.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.status import Status

from demo.chain import OPERATOR, Chain
from demo.pack import Terms, read_chain
from demo.processes import DemoFailed, Processes
from demo.report import program, show_answers, show_files, show_parties, show_result, write_result

app = typer.Typer(add_completion=False)
OWN_FILES = ("authority", "coordinator", "nodes", "logs", "certificate.json", "pins.json", "result.json")


@dataclass(slots=True)
class Stopwatch:
    """Says what is going on, and keeps how long each phase took."""

    console: Console
    status: Status
    seconds: dict[str, float] = field(default_factory=dict)

    def hear(self, phase: str, text: str) -> None:
        """Show the state of the running phase."""
        self.status.update(f"{phase}: {text}")

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time one phase and say when it is done."""
        self.status.update(name)
        start = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - start
        self.console.print(f"[green]done[/green] {name:<24} {self.seconds[name]:6.1f} s")


@app.command()
def demo(
    pack: Annotated[str, typer.Option(help="ncm, lfp, or a folder with pack.toml.")] = "ncm",
    out: Annotated[
        Path, typer.Option(help="Where everything goes; files of an earlier demo are replaced.")
    ] = Path("out"),
    method: Annotated[
        str | None, typer.Option(help="The rule set; the default is what pack.toml names.")
    ] = None,
    boundary: Annotated[
        str | None, typer.Option(help="partial or full; the default is what pack.toml names.")
    ] = None,
    keep: Annotated[bool, typer.Option(help="Leave every process running until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> None:
    """Compute a pack's footprint over companies that reveal nothing, and leave one file that anyone can verify."""
    for library in ("grpc", "openpyxl", "sqlalchemy"):
        if find_spec(library) is None:
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
    console = Console(stderr=as_json)
    processes = Processes(out / "logs")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        chain = read_chain(pack, Terms(method, boundary))
        _clear(out)
        with console.status("starting") as status:
            watch = Stopwatch(console, status)
            running = Chain(chain, out.resolve(), processes, watch.hear, has_pages=keep)
            figures, ledgers = _run(running, watch)
        _tell(console, running, out, (figures, ledgers))
        if as_json:
            typer.echo(json.dumps({"result": figures, "seconds": watch.seconds, "out": str(out)}))
        if keep:
            _invite(console, running, out, figures["request"])
            signal.pause()
    except DemoFailed as error:
        typer.echo(f"sealsum demo: {error.message}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("sealsum demo: interrupted; ending its processes", err=True)
        raise typer.Exit(0 if keep else 1) from None
    finally:
        processes.stop()


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _run(chain: Chain, watch: Stopwatch) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    with watch.phase("authority, coordinator"):
        chain.open_authority()
        chain.open_coordinator()
    with watch.phase("enrol"):
        chain.enrol_everyone()
    with watch.phase("publish the library"):
        chain.publish_library()
    with watch.phase("import and declare"):
        chain.declare_products()
    with watch.phase("request"):
        request = chain.request_total()
    with watch.phase("consent and calculate"):
        chain.follow(request)
    with watch.phase("verify"):
        figures = chain.collect(request)
        _verify(chain.out)
    write_result(chain.out, figures)
    return figures, {company.slug: chain.egress(company.slug) for company in chain.pack.companies}


def _verify(out: Path) -> None:
    """What a stranger would do: the file, the pins, another process."""
    words = ["verify", str(out / "certificate.json"), "--pins", str(out / "pins.json"), "--json"]
    found = subprocess.run(
        [sys.executable, "-m", "sealsum", *words], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        raise DemoFailed(f"the certificate does not verify: {found.stdout or found.stderr}")


def _tell(
    console: Console, chain: Chain, out: Path, found: tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]
) -> None:
    figures, ledgers = found
    show_result(console, chain.pack.model, figures)
    show_parties(console, len(chain.pack.companies), ledgers)
    show_answers(console, chain.answers)
    show_files(console, out)


def _invite(console: Console, chain: Chain, out: Path, request: str) -> None:
    """Say where each role's pages are, and how to go on by hand."""
    with console.status("opening the pages of every role"):
        links = chain.open_pages(request)
    console.print("Everybody's pages; each link works once, within a quarter of an hour:")
    for role, link in links:
        console.print(f"{role}\n  {link}", soft_wrap=True, markup=False)
    console.print("Everything keeps running; Ctrl-C ends it. Another link, in another terminal:")
    node, coordinator = (
        shlex.quote(str(out / name)) for name in (f"nodes/{chain.pack.maker.slug}", "coordinator")
    )
    for words in (f"node web-link {node}", f"coordinator account link {coordinator} {OPERATOR}"):
        console.print(f"{program()} {words}", soft_wrap=True, markup=False)
    console.print("A node of your own joins with a token; its pages then ask for the token, the coordinator")
    console.print(
        f"{chain.coordinator} and what stands in {out / 'pins.json'}:", soft_wrap=True, highlight=False
    )
    authority = shlex.quote(str(out / "authority"))
    invite = f"authority invite {authority} --name NAME --legal-entity ID --role supplier"
    for words in (invite, "node web FOLDER"):
        console.print(f"{program()} {words}", soft_wrap=True, markup=False)


def _clear(out: Path) -> None:
    """Remove what an earlier demo left; DemoFailed when the folder holds anything else."""
    if out.exists():
        others = sorted(set(os.listdir(out)) - set(OWN_FILES))
        if others:
            raise DemoFailed(f"{out} holds {others[0]}, which no demo wrote; choose another --out")
        for name in OWN_FILES:
            shutil.rmtree(out / name, ignore_errors=True)
            (out / name).unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
