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
from rich.cells import set_cell_size
from rich.console import Console
from rich.status import Status

from demo.chain import OPERATOR, Chain
from demo.pack import Terms, read_chain
from demo.processes import DemoFailed, Processes
from demo.report import (
    program,
    say_further_links,
    show_answers,
    show_files,
    show_parties,
    show_result,
    write_result,
)
from node.language import find_language
from operation.phrases import Language, Phrase

app = typer.Typer(add_completion=False)
PHASES = {
    "authority, coordinator": Phrase("authority, coordinator", "启动登记机构和协调方"),
    "enrol": Phrase("enrol", "各企业登记"),
    "publish the library": Phrase("publish the library", "发布因子库"),
    "import and declare": Phrase("import and declare", "导入数据并申报"),
    "request": Phrase("request", "发起请求"),
    "consent and calculate": Phrase("consent and calculate", "各方同意并核算"),
    "verify": Phrase("verify", "验证证书"),
}
"""What the demo does, in order."""
OWN_FILES = ("authority", "coordinator", "nodes", "logs", "certificate.json", "pins.json", "result.json")


@dataclass(slots=True)
class Stopwatch:
    """Says what is going on, and keeps how long each phase took."""

    console: Console
    status: Status
    language: Language
    seconds: dict[str, float] = field(default_factory=dict)

    def hear(self, phase: str, text: str) -> None:
        """Show the state of the running phase."""
        self.status.update(f"{phase}: {text}")

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time one phase and say when it is done."""
        said = PHASES[name].say(self.language)
        self.status.update(said)
        start = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - start
        done = Phrase("done", "完成").say(self.language)
        self.console.print(f"[green]{done}[/green] {set_cell_size(said, 24)} {self.seconds[name]:6.1f} s")


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
    lang: Annotated[
        str | None, typer.Option(help="zh or en; the default is the machine's own language.")
    ] = None,
) -> None:
    """Compute a pack's footprint over companies that reveal nothing, and leave one file that anyone can verify."""
    for library in ("grpc", "openpyxl", "sqlalchemy"):
        if find_spec(library) is None:
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
    console, language = Console(stderr=as_json), find_language(lang, os.environ)
    processes = Processes(out / "logs")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        chain = read_chain(pack, Terms(method, boundary))
        _clear(out)
        with console.status(Phrase("starting", "启动").say(language)) as status:
            watch = Stopwatch(console, status, language)
            running = Chain(chain, out.resolve(), processes, watch.hear, has_pages=keep, language=language)
            figures, ledgers = _run(running, watch)
        _tell(console, running, language, (figures, ledgers))
        if as_json:
            typer.echo(json.dumps({"result": figures, "seconds": watch.seconds, "out": str(out)}))
        if keep:
            _invite(console, running, figures["request"], language)
            signal.pause()
    except DemoFailed as error:
        typer.echo(f"sealsum demo: {error.message}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        told = Phrase("interrupted; ending its processes", "已中断，正在结束各进程").say(language)
        typer.echo(f"sealsum demo: {told}", err=True)
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
    console: Console,
    chain: Chain,
    language: Language,
    found: tuple[dict[str, Any], dict[str, list[dict[str, Any]]]],
) -> None:
    figures, ledgers = found
    show_result(console, chain.pack.model, figures, language)
    show_parties(console, len(chain.pack.companies), ledgers, language)
    show_answers(console, chain.answers, language)
    show_files(console, chain.out, language)


def _invite(console: Console, chain: Chain, request: str, language: Language) -> None:
    """Say where each role's pages are, and how to go on by hand."""

    def tell(english: str, chinese: str) -> None:
        console.print(Phrase(english, chinese).say(language), soft_wrap=True, markup=False, highlight=False)

    def show(*words: str) -> None:
        console.print(f"  {program()} {shlex.join(words)}", soft_wrap=True, markup=False, highlight=False)

    with console.status(Phrase("opening the pages of every role", "打开各角色的网页").say(language)):
        links = chain.open_pages(request)
    tell(
        "Everybody's pages; each link works once, within a quarter of an hour:",
        "各角色的网页。每个链接只能用一次，一刻钟内有效：",
    )
    for role, link in links:
        console.print(f"{role}\n  {link}", soft_wrap=True, markup=False)
    guest = chain.guest
    tell(
        "Ask again from the pack maker's pages: the suppliers answer by themselves under a standing rule, only "
        f"{guest.name_en} answers by hand, on the supplier's pages above.",
        "可以在电池企业的网页上再次发起核算：各供应商按预先同意的规则自动答复，只有"
        f"{guest.name_zh}要在上面的供应商网页上亲自答复。",
    )
    tell(*say_further_links(chain.paged))
    show("node", "web-link", chain.node_folder(chain.pack.maker.slug))
    show("coordinator", "account", "link", str(chain.out / "coordinator"), OPERATOR)
    pins = chain.out / "pins.json"
    tell(
        "A node of your own joins with a token, which the first command prints; the second opens its pages, which ask "
        f"for the token, for the coordinator {chain.coordinator} and for what stands in {pins}:",
        "再加入一家企业：第一条命令给出邀请码，第二条打开它的网页；"
        f"网页会问邀请码、协调方地址 {chain.coordinator}，以及 {pins} 里的内容：",
    )
    name, entity = Phrase("NAME", "企业名称").say(language), Phrase("ID", "统一社会信用代码").say(language)
    invite = ("--name", name, "--legal-entity", entity, "--role", "supplier")
    show("authority", "invite", str(chain.out / "authority"), *invite)
    show("node", "web", Phrase("FOLDER", "文件夹").say(language))


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
