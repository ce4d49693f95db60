"""`sealsum coordinator publish` and `submit`: the library, and statements that others signed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from coordinator.commands.output import reported, say, show_json
from coordinator.deciding import return_submission, withdraw_publication
from coordinator.exporting import encode_factors, published_factors
from coordinator.folder import Folder, find_serving, locked, open_folder, read_pins
from coordinator.own_door import OwnDoor
from coordinator.party import Party
from coordinator.publishing import (
    Library,
    Published,
    Signer,
    publish_reviewed,
    read_library,
    read_shelf,
    submit_library,
)
from coordinator.revising import Accept, encode_category, make_next_version
from coordinator.service import make_service
from coordinator.shipped import shipped_files
from coordinator.starting import open_ready
from operation.phrases import Phrase
from operation.refusals import say_words
from operation.told import tell
from protocol.errors import PeerError, Refused
from protocol.statements import parse_statement
from protos.client import Address, GatewayClient
from protos.values import Receipt

app = typer.Typer()


class Form(StrEnum):
    """What factors are written as."""

    CSV = "csv"
    OPENLCA = "openlca"


Directory = Annotated[Path, typer.Argument(help="The coordinator's data folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DatabaseUrl = Annotated[
    str | None, typer.Option(envvar="SEALSUM_DATABASE_URL", help="Where the store is, if not in DIR.")
]


@app.command()
def publish(
    folder: Directory,
    files: Annotated[
        list[Path] | None, typer.Argument(help="TOML or JSON files with tables category and factor.")
    ] = None,
    shipped: Annotated[
        bool,
        typer.Option("--shipped", help="Also the factors that come with the program, as your submissions."),
    ] = False,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Submit categories and factors, and publish what two experts have accepted. Run it again after reviews."""
    with reported():
        categories, factors = read_library([*(files or []), *(shipped_files() if shipped else [])])
        made = open_folder(folder)
        with _library(made, database_url) as library, _progress(tell("publishing")) as status:
            signer = _signer(made.party, read_pins(folder)["log_key"], status)
            submitted = submit_library(library, signer, categories, factors)
            done = publish_reviewed(library, signer)
        if as_json:
            show_json(
                {
                    "submitted": submitted,
                    "published": done.published,
                    "superseded": done.superseded,
                    "refused": done.refused,
                    "waiting_for_reviews": done.waiting,
                }
            )
            return
        tell_published(len(submitted), done)


def tell_published(submitted: int, done: Published) -> None:
    """Say what a run did, and why what it could not publish was refused."""
    told = (submitted, len(done.published), len(done.waiting))
    say(tell("{} submitted, {} published, {} wait for reviews", *told))
    if done.superseded:
        say(tell("superseded by a higher version: {}", ", ".join(done.superseded)))
    for code, message in done.refused.items():
        said = Phrase(message, say_words(message) or message)
        say(tell("not published: {}: {}", code, said.here()))


Name = Annotated[str, typer.Argument(help="The code, or the statement id where a code names several.")]
Reason = Annotated[str, typer.Option(help="Why, in words that everyone will read.")]


@app.command("return")
def give_back(
    folder: Directory, name: Name, reason: Reason, database_url: DatabaseUrl = None, as_json: Json = False
) -> None:
    """Return a submission to its provider: two experts wrote about it, and one or more of them returned it."""
    with _deciding(folder, database_url) as (library, signer):
        subject = return_submission(library, signer, name, reason)
        _tell(as_json, {"returned": subject}, tell("returned {}; a corrected version may be submitted", name))


@app.command()
def withdraw(
    folder: Directory, name: Name, reason: Reason, database_url: DatabaseUrl = None, as_json: Json = False
) -> None:
    """Withdraw a published factor or category: declarations that cite it count, new ones may not cite it."""
    with _deciding(folder, database_url) as (library, signer):
        publication = withdraw_publication(library, signer, name, reason)
        _tell(as_json, {"withdrawn": publication}, tell("withdrew {}", name))


@app.command()
def citations(folder: Directory, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """How often the factors that you submitted were cited in certificates, by version, rule set and month."""
    with _deciding(folder, database_url) as (library, _):
        found = library.citations()
    if as_json:
        show_json({"citations": [asdict(one) for one in found]})
        return
    for one in found:
        say(tell("{}  {} version {}  {}  {}", one.month, one.code, one.version, one.method, one.certificates))
    say(tell("{} citations in certificates", sum(one.certificates for one in found)))


@app.command("export-factors")
def export_factors(
    folder: Directory,
    out: Annotated[Path, typer.Option(help="The file to write; one that is there is not replaced.")],
    form: Annotated[Form, typer.Option("--format", help="csv, or openlca for a JSON-LD package.")] = Form.CSV,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Write the published factors, the newest version of each, to a file that submit-factors reads."""
    with _deciding(folder, database_url) as (library, _):
        factors = published_factors(read_shelf(library).items())
        data = encode_factors(factors, form.value)
        _write_new(out, data)
        _tell(
            as_json,
            {"file": str(out), "factors": str(len(factors))},
            tell("{} factors are in {}", len(factors), out),
        )


@app.command("export-category")
def export_category(
    folder: Directory,
    code: Annotated[str, typer.Argument(help="The product category's code.")],
    out: Annotated[Path, typer.Option(help="The JSON file to write; one that is there is not replaced.")],
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE=FACTOR", help="Add a factor's code to those that a line accepts; repeatable."
        ),
    ] = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Write the next version of a product category to a file that publish reads, to be edited first where needed."""
    with _deciding(folder, database_url) as (library, _):
        accepts = [_read_accept(one) for one in accept or []]
        made = make_next_version(read_shelf(library).items(), code, accepts)
        _write_new(out, encode_category(made))
        _tell(
            as_json,
            {"file": str(out), "category": made.code, "version": made.version},
            tell(
                "{} version {} is in {}; submit it: sealsum coordinator publish {} {}",
                made.code,
                made.version,
                out,
                folder,
                out,
            ),
        )


def _read_accept(text: str) -> Accept:
    line, sign, factor = text.partition("=")
    if not sign:
        raise Refused("usage", f"--accept: expected LINE=FACTOR, found {text!r}")
    return line, factor


def _write_new(out: Path, data: bytes) -> None:
    """Write a file that is not there yet; Refused("file")."""
    try:
        with out.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise Refused("file", f"cannot write {out}: {error.strerror}") from error


@contextmanager
def _deciding(folder: Path, database_url: str | None) -> Iterator[tuple[Library, Signer]]:
    with reported():
        made = open_folder(folder)
        with _library(made, database_url) as library, _progress(tell("asking the log")) as status:
            yield library, _signer(made.party, read_pins(folder)["log_key"], status)


def _tell(as_json: bool, fields: Mapping[str, str | int], text: str) -> None:
    if as_json:
        show_json(dict(fields))
    else:
        say(text)


@app.command()
def submit(
    folder: Directory,
    files: Annotated[list[Path], typer.Argument(help="Envelopes, for example a revocation.")],
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Submit signed statements that were handed over as files, such as the authority's revocations."""
    with reported():
        try:
            envelopes = [path.read_bytes() for path in files]
        except OSError as error:
            raise Refused("file", f"cannot read {error.filename}: {error.strerror}") from error
        for path, envelope in zip(files, envelopes, strict=True):
            _check_statement(path, envelope)
        with _library(open_folder(folder), database_url) as library:
            outcomes = library.submit(envelopes)
        for path, outcome in zip(files, outcomes, strict=True):
            if not isinstance(outcome, Receipt):
                raise Refused(outcome.check, f"{path}: {outcome.message}")
        ids = [outcome.id for outcome in outcomes if isinstance(outcome, Receipt)]
        if as_json:
            show_json({"logged": ids})
        else:
            say(tell("logged: {}", ", ".join(ids)))


def _check_statement(path: Path, envelope: bytes) -> None:
    """Refused("file") when a file holds no signed statement."""
    try:
        parse_statement(envelope)
    except PeerError as error:
        raise Refused(
            "file",
            f"{path} is no file of a signed statement; expected one as a node or the authority wrote it, such as the "
            "revocation.json of sealsum authority revoke, unchanged: name that file",
        ) from error


@contextmanager
def _library(made: Folder, url: str | None) -> Iterator[Library]:
    """The door of the running server, or of one that runs for as long as this command."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(made.path))
        except Refused:
            address = find_serving(made.path)
            if address is None:  # it is starting, or this command runs twice
                raise
            yield stack.enter_context(_connected(made.party, address))
            return
        service = make_service(
            made, open_ready(url or made.database_url), lambda: int(time.time()), os.urandom
        )
        try:
            service.start()
            yield OwnDoor(service)
        finally:
            service.stop()


@contextmanager
def _connected(party: Party, address: str) -> Iterator[GatewayClient]:
    tls = party.tls
    client = GatewayClient(Address(address, tls.root_pem, tls.certificate_pem, tls.key_pem))
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _progress(what: str) -> Iterator[Status]:
    with Console(stderr=True).status(what) as status:
        yield status


def _signer(party: Party, log_key: str, status: Status) -> Signer:
    return Signer(party, log_key, os.urandom, lambda text: status.update(text))
