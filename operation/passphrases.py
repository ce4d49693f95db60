"""Where a passphrase comes from: a file that a variable of the environment names, or a person at a terminal.

The one fact: a passphrase is never an argument or a variable of the environment, where other programs could read it.
"""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from protocol.errors import Refused

SHORTEST = 12


def find_passphrase(variable: str) -> str | None:
    """The first line of the file that a variable of the environment names, or None when it names none."""
    named = os.environ.get(variable)
    return read_passphrase(Path(named)) if named else None


def read_passphrase(path: Path) -> str:
    """The first line of a file; Refused("passphrase") when there is none."""
    try:
        line = path.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("passphrase", f"cannot read a passphrase from {path}") from error
    if not line:
        raise Refused("passphrase", f"{path} is empty; expected a passphrase on its first line")
    return line


def is_person_there() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def need_passphrase(what: str, variable: str) -> str:
    """The passphrase of something that exists, from the file or from a person; Refused("passphrase") without either."""
    found = find_passphrase(variable)
    if found is not None:
        return found
    if not is_person_there():
        raise Refused(
            "passphrase",
            f"{what} is locked with a passphrase; name a file with it in {variable}, or run this at a terminal",
        )
    return type_passphrase(what)


def type_passphrase(what: str) -> str:
    """What a person types; Refused("passphrase") when nobody is there."""
    if not is_person_there():
        raise Refused(
            "passphrase", f"expected the passphrase of {what}: name a file with it, or use a terminal"
        )
    return getpass.getpass(f"Passphrase of {what}: ")


def choose_passphrase(what: str, path: Path | None) -> str:
    """A new passphrase of at least 12 characters, from a file or typed twice; Refused("passphrase")."""
    if path is not None:
        return check_new(read_passphrase(path))
    if not is_person_there():
        raise Refused(
            "passphrase", "expected a new passphrase: name a file with it, or run this at a terminal"
        )
    chosen = check_new(getpass.getpass(f"New passphrase of {what}: "))
    if getpass.getpass("The same again: ") != chosen:
        raise Refused("passphrase", "the two were not the same; nothing was changed")
    return chosen


def choose_or_clear(what: str, path: Path | None, clear: bool) -> str | None:
    """A new passphrase, or None where it is to have none; Refused("usage") when both are asked for."""
    if not clear:
        return choose_passphrase(what, path)
    if path is not None:
        raise Refused("usage", "give a new passphrase or --clear, not both")
    return None


def check_new(passphrase: str) -> str:
    """The passphrase when it is long enough; Refused("passphrase") otherwise."""
    if len(passphrase) < SHORTEST:
        raise Refused(
            "passphrase", f"a passphrase has at least {SHORTEST} characters; several words make a good one"
        )
    return passphrase
