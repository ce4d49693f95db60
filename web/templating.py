"""Templates: Jinja with escaping always on and no forgiveness for a missing name, in two languages.

The one fact: a template gets numbers as they are and shows them by the filters here, which are web/numbers.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from web import numbers
from web.languages import LANGUAGES, Language, load_texts
from web.tables import Column, Value, column_of, show_value

ROOM = Path(__file__).resolve().parent
STATIC = ROOM / "static"


def tag_time(at: int) -> Markup:
    """Unix seconds in UTC, marked so that the browser shows them in its reader's zone."""
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(moment, numbers.show_time(at))


def show_cell(column: Column, value: Value) -> str:
    """A table's value as a page shows it."""
    return tag_time(value) if column.kind == "time" and isinstance(value, int) else show_value(column, value)


_FILTERS = {
    "picture": Markup,  # of our own making: the only text that is not escaped
    "number": numbers.show_number,
    "significant": numbers.show_significant,
    "at_most": numbers.show_at_most,
    "quantity": numbers.show_quantity,
    "unit": numbers.show_unit,
    "share": numbers.show_share,
    "least_share": numbers.show_least_share,
    "time": tag_time,
    "size": numbers.show_size,
}


class Templates:
    """The templates of one application; `folders` are the packages they are in, the application's own first."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = [*folders, ROOM]
        self.texts = load_texts(self.folders)
        self._environments = {language: self._make(language) for language in LANGUAGES}

    def _make(self, language: Language) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([folder / "templates" for folder in self.folders]),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_translations(self.texts[language], newstyle=True)  # type: ignore[attr-defined]
        environment.filters.update(_FILTERS)
        environment.globals.update(show_cell=show_cell, column_of=column_of)
        return environment

    def render(self, language: Language, name: str, values: dict[str, Any]) -> str:
        """The page or part `name` in one language."""
        return self._environments[language].get_template(name).render(values)

    def say(self, language: Language, text: str, **values: Any) -> str:
        """One text in one language; `values` fill its %(name)s places."""
        said = self.texts[language].gettext(text)
        return said % values if values else said

    def say_many(self, language: Language, text: tuple[str, str], count: int, **values: Any) -> str:
        """One of two texts, by a number."""
        return self.texts[language].ngettext(*text, count) % {"n": numbers.show_number(count), **values}


@cache
def fingerprint(folder: Path, name: str) -> str:
    """What a static file's address ends with, so that it may be kept for ever."""
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]
