"""The command `sealsum`: mounts every process and tool, each imported only when it is asked for.

The one fact: `sealsum verify` works with the base installation alone; a part whose libraries are not installed says
which extra brings them, and nothing else breaks.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

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
        "crypto",
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """One word after `sealsum`: where its typer app or function lives, its extra, and what it is."""

    module: str
    name: str
    extra: str
    summary: str


PARTS: dict[str, Part] = {
    "demo": Part("demo.cli", "app", "all", "Run the whole job on example data, on this machine."),
    "node": Part("node.cli", "app", "node", "A supplier's or pack maker's own software."),
    "coordinator": Part("coordinator.cli", "app", "coordinator", "The notary and mailbox between nodes."),
    "authority": Part("authority.cli", "app", "authority", "Enrol organisations by one-time tokens."),
    "log": Part("auditor.cli", "app", "all", "Replay a whole log; judge evidence against one."),
    "witness": Part("witness.cli", "app", "witness", "Cosign a log's checkpoints after checking them."),
    "verifier": Part(
        "node.commands.verifier", "app", "node", "An accredited verifier's work on opened lines."
    ),
    "verify": Part("verifier.cli", "verify", "", "Check a certificate offline, with two pinned keys."),
    "footprint": Part(
        "node.commands.footprint",
        "footprint",
        "node",
        "The same sum in the clear, for who owns all the data.",
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
        print(f"sealsum: no command {words[0]!r}; there are: {', '.join(PARTS)}", file=sys.stderr)
        raise SystemExit(USAGE)
    try:
        _load(part)(words[1:], prog_name=f"sealsum {words[0]}")
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except ModuleNotFoundError as error:
        # Commands import what is heavy when they need it, so a library may be missed here as well as on loading.
        _say_missing(words[0], part, error)
        raise SystemExit(USAGE) from error


def _load(part: Part) -> Any:
    """The typer app of a part."""
    found = getattr(importlib.import_module(part.module), part.name)
    import typer

    if isinstance(found, typer.Typer):
        return found
    app = typer.Typer(add_completion=False)
    app.command()(found)
    return app


def _say_missing(word: str, part: Part, error: ModuleNotFoundError) -> None:
    """Name the extra that brings a library; the error again when it is a module of our own: a broken installation."""
    missing = error.name or "a library"
    if missing.split(".")[0] in OWN:
        raise error
    extra = f"sealsum[{part.extra}]" if part.extra else "sealsum"
    print(
        f"sealsum {word} needs {missing}, which is not installed. Install it with: pip install '{extra}'",
        file=sys.stderr,
    )


def _say_help() -> None:
    print(
        "Usage: sealsum COMMAND [OPTIONS]\n\nCarbon footprints over suppliers that reveal nothing.\n\nCommands:"
    )
    width = max(map(len, PARTS))
    for word, part in PARTS.items():
        print(f"  {word:<{width}}  {part.summary}")
    print("\nEach command has --help. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 try again.")


def _version() -> str:
    try:
        return version("sealsum")
    except PackageNotFoundError:
        return "from a source folder"


if __name__ == "__main__":
    main()
