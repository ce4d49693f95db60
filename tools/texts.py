"""Extracts the texts that pages show, compiles the Chinese catalogues, and checks that nothing is missing.

`python -m tools.texts` extracts into each package's locale/zh_CN/LC_MESSAGES/texts.po and compiles texts.mo;
`python -m tools.texts --check` changes nothing and fails when
1. a text has no Chinese, or one that is marked fuzzy,
2. a text in a catalogue is shown nowhere any more, or the catalogue lacks one,
3. a translation's places (%(name)s) are not the text's,
4. texts.mo is not what texts.po compiles to,
5. an application says one English text in two ways in Chinese: only one of them would be shown,
6. Chinese is written otherwise than tools/wording.py says.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sealsum.help_texts import list_texts, make_command
from sealsum.main import PARTS, load_part
from tools.wording import find_wording
from web.languages import DOMAIN, LOCALE

COMMANDS = "sealsum"
"""The package whose catalogue has what every command says with --help."""
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "web",
    "node/web",
    "node/web/supplier",
    "node/web/maker",
    "node/web/knowledge",
    "node/web/verifier",
    "coordinator/console",
    COMMANDS,
)
"""Each has a catalogue of its own, so that two people at work on two parts do not meet in one file."""
APPLICATIONS = {
    "the node's pages": tuple(one for one in PACKAGES if one.startswith(("web", "node"))),
    "the console": ("web", "coordinator/console"),
    "--help": (COMMANDS,),
}
"""The packages whose catalogues are read together."""
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "say": None, "say_many": (1, 2)}
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
_WIDTH = 110


def packages() -> list[str]:
    """Those that are there."""
    return [package for package in PACKAGES if (ROOT / package / "__init__.py").exists()]


def catalogue_of(package: str) -> Path:
    """The folder of a package's Chinese catalogue."""
    return ROOT / package / "locale" / LOCALE / "LC_MESSAGES"


def extract(package: str) -> Catalog:
    """Every text of a package, with the files it is in."""
    catalog = Catalog(locale=LOCALE, domain=DOMAIN, fuzzy=False, charset="utf-8")
    inner = tuple(one.removeprefix(f"{package}/") + "/" for one in PACKAGES if one.startswith(f"{package}/"))
    shown = extract_from_dir(ROOT / package, METHODS, OPTIONS, KEYWORDS)
    found = [one for one in shown if not one[0].startswith(inner)]
    for name, _line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        catalog.add(message, locations=[(f"{package}/{name}", 0)], auto_comments=comments, context=context)
    for text in list_help() if package == COMMANDS else ():
        catalog.add(text)
    return catalog


def list_help() -> Iterator[str]:
    """What every command of ours says with --help."""
    for part in PARTS.values():
        yield from list_texts(make_command(load_part(part)))


def read(package: str) -> Catalog:
    """The catalogue as it is; an empty one when there is none."""
    path = catalogue_of(package) / f"{DOMAIN}.po"
    if not path.exists():
        return Catalog(locale=LOCALE, domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, domain=DOMAIN)


def compiled(catalog: Catalog) -> bytes:
    """What texts.mo holds; its dates are fixed, so the same texts make the same bytes."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(package: str) -> None:
    """Bring texts.po up to date, keeping every translation whose text is still shown, and compile it."""
    kept, fresh = read(package), extract(package)
    for message in fresh:
        old = kept.get(message.id, message.context) if message.id else None
        if old is not None and old.id == message.id:
            message.string = old.string
    folder = catalogue_of(package)
    folder.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(
        out, fresh, width=_WIDTH, omit_header=True, sort_output=True, no_location=False, include_lineno=False
    )
    header = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: zh_CN\\n"\n'
    header += b'"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    (folder / f"{DOMAIN}.po").write_bytes(header + out.getvalue())
    (folder / f"{DOMAIN}.mo").write_bytes(compiled(read(package)))


def problems(package: str) -> Iterator[str]:
    """What keeps a package's pages from being complete in Chinese."""
    place = f"{package}/locale/{LOCALE}/LC_MESSAGES/{DOMAIN}"
    kept, shown = read(package), extract(package)
    ids = {(message.id, message.context) for message in shown if message.id}
    for message in kept:
        if not message.id:
            continue
        if (message.id, message.context) not in ids:  # 2
            yield f"{place}.po: shown nowhere: {message.id!r}"
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.fuzzy or not all(strings):  # 1
            yield f"{place}.po: no Chinese: {message.id!r}"
        for error in message.check(kept):  # 3
            yield f"{place}.po: {message.id!r}: {error}"
    for message_id, context in sorted(ids, key=str):
        if kept.get(message_id, context) is None:  # 2
            yield f"{place}.po: lacks {message_id!r}; make texts"
    path = ROOT / f"{place}.mo"
    if not path.exists() or path.read_bytes() != compiled(kept):  # 4
        yield f"{place}.mo: not what {DOMAIN}.po compiles to; make texts"


def differing(catalogs: Mapping[str, Catalog]) -> Iterator[str]:
    """Texts that these packages, read together, say in more than one way in Chinese."""
    said: dict[tuple[str, str | None], dict[str, str]] = {}
    for package, catalog in catalogs.items():
        for message in catalog:
            if message.id:
                ways = said.setdefault((str(message.id), message.context), {})
                ways.setdefault(str(message.string), package)
    for (text, _), strings in said.items():
        if len(strings) > 1:  # 5
            found = ", ".join(f"{string} in {package}" for string, package in strings.items())
            yield f"{text} has more than one Chinese: {found}; take one, or another English text"


def main() -> None:
    """Update, or check and exit with 1 when anything is missing."""
    if sys.argv[1:] != ["--check"]:
        for package in packages():
            update(package)
    found = [problem for package in packages() for problem in problems(package)]
    for name, parts in APPLICATIONS.items():
        together = {package: read(package) for package in packages() if package in parts}
        found += [f"{name}: {problem}" for problem in differing(together)]
    found += find_wording()  # 6
    if found:
        print(*found, sep="\n")
        raise SystemExit(1)
    print(f"texts hold: {sum(len(read(package)) for package in packages())} in both languages")


if __name__ == "__main__":
    main()
