"""The command `sealsum`: mounts every process and tool, each imported only when it is asked for.

The one fact: `sealsum verify` works with the base installation alone; a part whose libraries are not installed says
which extra brings them, and nothing else breaks.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from node.language import find_language
from web.languages import load_texts, mark

USAGE = 2
INTERRUPTED = 130
OWN = frozenset(
    {
        "node",
        "coordinator",
        "authority",
        "verifier",
        "auditor",
        "witness",
        "demo",
        "protos",
        "operation",
        "exchange",
        "protocol",
        "method",
        "web",
        "crypto",
    }
)


_USAGE = mark("Usage: sealsum COMMAND [OPTIONS]")
_WHAT = mark("Carbon footprints over suppliers that reveal nothing.")
_COMMANDS = mark("Commands:")
_CODES = mark("Each command has --help. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 try again.")
_NO_COMMAND = mark("sealsum: no command '%(word)s'; there are: %(parts)s")
_NOT_INSTALLED = mark(
    "sealsum %(word)s needs %(missing)s, which is not installed. Install it with: pip install '%(extra)s'"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One word after `sealsum`: where its typer app or function lives, its extra, and what it is."""

    module: str
    name: str
    extra: str
    summary: str


PARTS: dict[str, Part] = {
    "demo": Part("demo.cli", "app", "all", mark("Run the whole job on example data, on this machine.")),
    "node": Part("node.cli", "app", "node", mark("A supplier's or pack maker's own software.")),
    "coordinator": Part(
        "coordinator.cli", "app", "coordinator", mark("The notary and mailbox between nodes.")
    ),
    "authority": Part("authority.cli", "app", "authority", mark("Enrol organisations by one-time tokens.")),
    "log": Part("auditor.cli", "app", "all", mark("Replay a whole log; judge evidence against one.")),
    "witness": Part("witness.cli", "app", "witness", mark("Cosign a log's checkpoints after checking them.")),
    "verifier": Part(
        "node.commands.verifier", "app", "node", mark("An accredited verifier's work on opened lines.")
    ),
    "verify": Part("verifier.cli", "verify", "", mark("Check a certificate offline, with two pinned keys.")),
    "footprint": Part(
        "node.commands.footprint",
        "footprint",
        "node",
        mark("The same sum in the clear, for who owns all the data."),
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `sealsum WORD ...`."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        _say_help()
        raise SystemExit(0 if words else USAGE)
    if words[0] in ("-V", "--version"):
        print(f"sealsum {_version()}")
        raise SystemExit(0)
    part = PARTS.get(words[0])
    if part is None:
        said = _read_texts().gettext(_NO_COMMAND)
        print(said % {"word": words[0], "parts": ", ".join(PARTS)}, file=sys.stderr)
        raise SystemExit(USAGE)
    try:
        _run(part, words[1:], f"sealsum {words[0]}")
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except ModuleNotFoundError as error:
        # Commands import what is heavy when they need it, so a library may be missed here as well as on loading.
        _say_missing(words[0], part, error)
        raise SystemExit(USAGE) from error


def load_part(part: Part) -> Any:
    """The typer app of a part."""
    found = getattr(importlib.import_module(part.module), part.name)
    import typer

    if isinstance(found, typer.Typer):
        return found
    app = typer.Typer(add_completion=False)
    app.command()(found)
    return app


def _run(part: Part, words: Sequence[str], name: str) -> None:
    """Run the command of a part, in Chinese for who reads Chinese."""
    app = load_part(part)
    from sealsum.help_texts import make_command, read_chinese, translate
    from sealsum.usage import run

    command = make_command(app)
    if _is_chinese():
        translate(command, read_chinese())
        run(command, words, name)
    command(list(words), prog_name=name)


def _is_chinese() -> bool:
    return find_language(None, os.environ) == "zh"


def _read_texts() -> NullTranslations:
    return load_texts((Path(__file__).parent,))["zh" if _is_chinese() else "en"]


def _say_missing(word: str, part: Part, error: ModuleNotFoundError) -> None:
    """Name the extra that brings a library; the error again when it is a module of our own: a broken installation."""
    missing = error.name or "a library"
    if missing.split(".")[0] in OWN:
        raise error
    extra = f"sealsum[{part.extra}]" if part.extra else "sealsum"
    said = _read_texts().gettext(_NOT_INSTALLED)
    print(said % {"word": word, "missing": missing, "extra": extra}, file=sys.stderr)


def _say_help() -> None:
    texts = _read_texts()
    print(texts.gettext(_USAGE), texts.gettext(_WHAT), texts.gettext(_COMMANDS), sep="\n\n")
    width = max(map(len, PARTS))
    for word, part in PARTS.items():
        print(f"  {word:<{width}}  {texts.gettext(part.summary)}")
    print("\n" + texts.gettext(_CODES))


def _version() -> str:
    try:
        return version("sealsum")
    except PackageNotFoundError:
        return "from a source folder"


if __name__ == "__main__":
    main()
