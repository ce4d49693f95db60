"""`sealsum coordinator list` and `show`: statements, logged or refused, and open calculations.

The one fact: JSON holds codes and seconds as the store has them; a table says the same in the machine's language.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from typing import Annotated

import typer

from coordinator.commands.output import moment, reported, show_json, show_lines, show_table
from coordinator.enrolled import ANYWHERE, Enrolled
from coordinator.folder import open_folder
from coordinator.record import StoreRecord, read_fields
from coordinator.service import Stores, open_existing_stores
from coordinator.short_ids import choose_id, is_short
from coordinator.store.contract import RefusedEnvelope, StoredStatement
from coordinator.store.migrating import check_fit
from crypto.certificates import key_of
from crypto.signing import key_id
from operation.checks import CHECKS
from operation.files import write_file
from operation.moments import tell_moment
from operation.phrases import Language, Phrase, find_language
from operation.refusals import say_words
from operation.told import tell, tell_name
from protocol.disclosure import foresee
from protocol.errors import Refused
from protocol.payloads import KINDS, Request
from protocol.statements import encode_payload, parse_statement
from web.languages import load_texts

app = typer.Typer()

Directory = Annotated[Path, typer.Argument(help="The coordinator's data folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DatabaseUrl = Annotated[
    str | None, typer.Option(envvar="SEALSUM_DATABASE_URL", help="Where the store is, if not in DIR.")
]
Row = tuple[str | int | None, ...]
TIMES = frozenset({"deadline", "refused at", "logged at"})
"""Titles of Unix seconds, or None."""
TITLES = {
    "calculation": ("request", "requester", "organisation", "phase", "deadline"),
    "refused": ("id", "signer", "organisation", "check", "refused at"),
}
OF_KIND = ("id", "signer", "organisation", "index", "logged at")
OTHERS = {"calculation": "calculation", "refused": "not accepted"}
"""What is listed besides statements of a kind, as the console calls it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the commands read from, and in which language they tell it."""

    stores: Stores
    authority: str
    """Under which id the enrolment authority signs."""
    language: Language

    def name(self, signer: str) -> str:
        """What the organisation of this enrolment is called; nothing of an id that is not logged."""
        if signer == self.authority:
            return tell_name("the enrolment authority")
        stored = self.stores.log.statement(signer)
        if stored is None or stored.kind != "enrolment":
            return ""
        return str(read_fields(stored)["name_zh" if self.language == "zh" else "name_en"])


@app.command("list")
def list_(
    folder: Directory,
    kind: Annotated[
        str,
        typer.Option(
            help="calculation, refused, or a kind of statement, as the console calls it; another lists all."
        ),
    ] = "calculation",
    company: Annotated[
        str,
        typer.Option(help="Only what this company signed or asked for: its name, legal entity or enrolment."),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Show open calculations, or the newest refused envelopes or statements of a kind."""
    with reported(), _reading(folder, database_url) as reading:
        kind = _find_kind(kind)
        readers = Enrolled(reading.stores.log).entities(company) if company else None
        rows = list_rows(reading, kind, readers, limit)
        titles = TITLES.get(kind, OF_KIND)
        if as_json:
            show_json({kind: [_as_fields(titles, row) for row in rows]})
        else:
            cells = [
                [_tell(*cell, reading.language) for cell in zip(titles, row, strict=True)] for row in rows
            ]
            show_table(titles, cells)


@app.command()
def show(
    folder: Directory,
    statement: Annotated[str, typer.Argument(help="The statement's id, or 8 of its first digits or more.")],
    out: Annotated[Path | None, typer.Option(help="Write the exact envelope to this file.")] = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Show a statement, logged or refused, so that anyone can repeat its checks. It holds no private number."""
    with reported(), _reading(folder, database_url) as reading:
        found = _find(reading.stores, statement)
        if out is not None:
            write_file(out, found.data)
        payload = parse_statement(found.data).payload
        fields: dict[str, str | int] = {"id": found.id, "kind": payload.type, "signer": payload.by}
        if isinstance(found, StoredStatement):
            fields |= {"index": found.index, "logged_at": found.logged_at}
        else:
            fields |= {"check": found.check, "message": found.message, "refused_at": found.refused_at}
        if isinstance(found, StoredStatement) and isinstance(payload, Request):
            asks = foresee(payload, payload.by, StoreRecord(reading.stores.log))
            listed = ", ".join(f"{question} ({count})" for question, count in asks.items())
            fields["owners_are_asked"] = listed or "nothing"
        if as_json:
            show_json({**fields, "payload": payload.model_dump(mode="json")})
            return
        told = {name.replace("_", " "): value for name, value in fields.items()}
        told |= {"kind": _name_kind(payload.type, reading.language)}
        told |= {"signer": f"{payload.by}  {reading.name(payload.by)}".rstrip()}
        show_lines([(name, _tell(name, value, reading.language)) for name, value in told.items()])
        typer.echo(
            encode_payload(payload).decode() if out is None else tell("The exact envelope is in {}", out)
        )


def _find_kind(named: str) -> str:
    """What is listed, by its code or by the console's name of it in either language; Refused("kind")."""
    from coordinator.console.naming import KINDS as NAMES

    chinese = _chinese()
    english = {**OTHERS, **{kind: NAMES[kind] for kind in KINDS}}
    names = {kind: (kind, name, chinese.gettext(name)) for kind, name in english.items()}
    for kind, called in names.items():
        if named in called:
            return kind
    listed = ", ".join(f"{kind} ({called[-1]})" for kind, called in names.items())
    raise Refused("kind", f"no kind {named}; there are: {listed}")


def _name_kind(kind: str, language: Language) -> str:
    """A kind as the console calls it."""
    from coordinator.console.naming import KINDS as NAMES

    return _chinese().gettext(NAMES[kind]) if language == "zh" else NAMES[kind]


def _chinese() -> NullTranslations:
    import coordinator.console

    return load_texts((Path(coordinator.console.__file__).parent,))["zh"]


def list_rows(reading: Reading, kind: str, readers: Collection[str] | None, limit: int) -> list[Row]:
    """The rows under the titles of this kind."""
    log, name = reading.stores.log, reading.name
    if kind == "calculation":
        found = [one for one in log.open_calculations() if readers is None or one.requester in readers]
        found = found[:limit]
        asked = {one.id: log.statement(one.id) for one in found}
        names = {id: "" if one is None else name(one.signer) for id, one in asked.items()}
        return [(one.id, one.requester, names[one.id], one.phase, one.deadline or None) for one in found]
    if kind == "refused":
        refused = reading.stores.ledger.refused(limit, readers=readers)
        return [(one.id, one.signer, name(one.signer), one.check, one.refused_at) for one in refused]
    logged = log.newest(kind, ANYWHERE, limit, readers)
    return [(one.id, one.signer, name(one.signer), str(one.index), one.logged_at) for one in logged]


def _find(stores: Stores, given: str) -> StoredStatement | RefusedEnvelope:
    """The statement of this id or beginning of one, logged or else refused; Refused("unknown" | "ambiguous")."""
    ids = [given]
    if is_short(given):
        logged = [one.id for one in stores.log.beginning(given, 2)]
        ids = [*logged, *stores.ledger.refused_beginning(given, 2)]
    statement = choose_id(given, ids) if ids else given
    found = stores.log.statement(statement) or stores.ledger.refused_envelope(statement)
    if found is None:
        raise Refused(
            "unknown",
            f"neither the log nor the refused envelopes hold {given}; floods, what nobody signed who may, and what may "
            "still pass later are only counted: see the overview page or the metrics",
        )
    return found


def _as_fields(titles: tuple[str, ...], row: Row) -> dict[str, str | int | None]:
    names = [title.replace(" ", "_") for title in titles]
    names[2] = "name"
    values = [
        moment(value) if title in TIMES and not isinstance(value, str) else value
        for title, value in zip(titles, row, strict=True)
    ]
    return dict(zip(names, values, strict=True))


def _tell(title: str, value: str | int | None, language: Language) -> str:
    """A value under its title, or beside its name, for people."""
    if value is None:
        return "-"
    if isinstance(value, int) and title in TIMES:
        return tell_moment(value, language)
    match title:
        case "check":
            known = CHECKS.get(str(value))
            return str(value) if known is None else _BESIDE.say(language).format(known.say(language), value)
        case "message":
            said = say_words(str(value)) if language == "zh" else None
            return (
                _OWN.say(language).format(value)
                if said is None
                else _BESIDE.say(language).format(said, value)
            )
        case "owners are asked":
            return tell_name(str(value))
    return str(value)


_BESIDE = Phrase("{} ({})", "{}（{}）")
"""Words, and what they stand for."""
_OWN = Phrase("{}", "程序原文（英文）：{}")
"""A message that no pattern knows."""


@contextmanager
def _reading(folder: Path, url: str | None) -> Iterator[Reading]:
    made = open_folder(folder)
    check_fit(url or made.database_url)
    stores = open_existing_stores(url or made.database_url)
    try:
        yield Reading(stores, key_id(key_of(made.party.root)).hex(), find_language(None, os.environ))
    finally:
        stores.log.close()
