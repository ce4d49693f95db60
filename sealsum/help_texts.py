"""What `--help` says, in the reader's language: English stands in the commands, Chinese in the catalogue beside this.

The one fact: commands are translated as a whole before they run, so no command knows of it; the machine's own language
chooses, as for everything that is printed.
"""

from __future__ import annotations

import gettext
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from sealsum.usage import say_help
from web.languages import DOMAIN, LOCALE, load_texts, mark

FOLDER = Path(__file__).parent / "locale"
_NAMES = 34
"""So wide at most are the names of options, which are Latin; what stands beside them takes two columns a sign."""
OF_TYPER = (
    mark("Arguments"),
    mark("Options"),
    mark("Commands"),
    mark("Error"),
    mark("Aborted."),
    mark("(deprecated) "),
    mark("[default: {}]"),
    mark("[env var: {}]"),
    mark("[required]"),
    mark("Missing command."),
    mark("No such command {name!r}."),
    mark("Try [blue]'{command_path} {help_option}'[/] for help."),
    mark("Show this message and exit."),
)
"""What typer itself says and asks gettext for, all but the last."""


def make_command(app: typer.Typer) -> Any:
    """The command that a typer app is."""
    return typer.main.get_command(app)


def list_texts(command: Any) -> Iterator[str]:
    """What a command, its parameters and its commands say of themselves."""
    yield from filter(None, (command.help, command.short_help, command.epilog))
    yield from (one.help for one in command.params if getattr(one, "help", None))
    for one in getattr(command, "commands", {}).values():
        yield from list_texts(one)


def read_chinese() -> gettext.NullTranslations:
    """The Chinese of what `list_texts` gives for our commands; from here on typer's own words are Chinese too."""
    os.environ["LANGUAGE"] = LOCALE
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)
    return load_texts((FOLDER.parent,))["zh"]


def translate(command: Any, texts: gettext.NullTranslations) -> None:
    """Put a command's texts, and those of all below it, into another language where there are such.

    They are laid out plainly: the panels of a terminal's own library cut a line of Chinese off where it would wrap.
    """
    command.rich_markup_mode = None
    lay_out = command.get_help
    command.get_help = lambda context: say_help(lay_out(context))
    command.context_settings["terminal_width"] = _NAMES + (shutil.get_terminal_size().columns - _NAMES) // 2
    for name in ("help", "short_help", "epilog"):
        if getattr(command, name):
            setattr(command, name, texts.gettext(getattr(command, name)))
    # Left to itself, a list of commands shows the words that fit: of Chinese, none.
    command.short_help = command.short_help or (command.help or "").partition("\n\n")[0]
    for one in (*command.params, command.get_help_option(typer.Context(command))):
        if getattr(one, "help", None):
            one.help = texts.gettext(one.help)
    for one in getattr(command, "commands", {}).values():
        translate(one, texts)
