"""Publishing the library: the operator submits categories and factors, experts review, the operator publishes.

The one fact: a run looks at what the log holds first and adds only what is missing, so it may be repeated at will;
what lacks two accepting reviews of distinct parents waits for the next run. Protocol section 5.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from coordinator.party import Party
from crypto.group import Random
from crypto.merkle import EMPTY_ROOT
from crypto.note import check_checkpoint
from method.category import make_category_fields, parse_category
from method.errors import MethodError
from method.factor import make_factor_fields, parse_factor
from method.fields import as_table, check_known, read_list
from operation.refusals import STARTING
from protocol.errors import PeerError, Refused
from protocol.payloads import AnyPayload, Category, Enrolment, Factor, Publication, Retirement, Review, Saw
from protocol.publishing import REVIEWS_NEEDED, find_barred
from protocol.shelf import LIBRARY_KINDS, OPEN, Item, Shelf
from protocol.statements import Header, Logged, Signed, parse_statement, sign_statement
from protos.citations import Citation
from protos.values import FIND_LIMIT, FindQuery, LoggedData, Outcome, Page, Receipt, Refusal

SUBMITTED_AT_ONCE, MOST_ENTRIES = 100, 10_000
_TO_START = f"{STARTING}sealsum coordinator export-category DIR CODE --out FILE"


class Library(Protocol):
    """The part of the coordinator's door that publishing needs; in this process or over the network."""

    def submit(self, envelopes: Sequence[bytes]) -> tuple[Outcome, ...]:
        """Hand in envelopes in order; one outcome each."""

    def find(self, query: FindQuery) -> Page:
        """One page of public statements of a kind."""

    def get(self, ids: Sequence[str]) -> tuple[LoggedData, ...]:
        """Statements by id."""

    def checkpoint(self) -> str:
        """The newest signed checkpoint."""

    def citations(self) -> tuple[Citation, ...]:
        """How often the caller's factors were cited in certificates."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A party at work: who signs, the log's public key, randomness, and where progress is told."""

    party: Party
    log_key: str
    random: Random
    tell: Callable[[str], None]
    headers: list[Header] = field(default_factory=list)

    def header(self, library: Library) -> Header:
        """A header that names the newest checkpoint, checked."""
        try:
            checkpoint = check_checkpoint(library.checkpoint(), self.log_key)
            saw = Saw(size=checkpoint.size, root=checkpoint.root.hex())
        except Refused:  # an empty log has none
            saw = Saw(size=0, root=EMPTY_ROOT.hex())
        return Header(self.party.enrolment.id, saw, self.random(16).hex())

    def fields(self, library: Library) -> dict[str, Any]:
        """A header's fields, with a nonce of their own; the checkpoint is asked for once."""
        if not self.headers:
            self.headers.append(self.header(library))
        return {**self.headers[0].fields(), "nonce": self.random(16).hex()}

    def sign(self, payload: AnyPayload) -> Signed:
        """Sign as the party."""
        return sign_statement(payload, self.party.key)


Fields = Mapping[str, object]


def read_library(paths: Sequence[Path]) -> tuple[list[Fields], list[Fields]]:
    """Statement fields of the categories and factors in TOML or JSON files; PeerError("library") names the file."""
    categories: list[Fields] = []
    factors: list[Fields] = []
    for path in paths:
        content = _read(path)
        try:
            check_known(content, ("category", "factor"), "file")
            categories += [
                make_category_fields(parse_category(item)) for item in _tables(content, "category")
            ]
        except MethodError as error:
            raise PeerError("library", f"{path}: {error}{_TO_START}") from error
        try:
            factors += [make_factor_fields(parse_factor(item)) for item in _tables(content, "factor")]
        except MethodError as error:
            raise PeerError("library", f"{path}: {error}") from error
    return categories, factors


def _tables(content: Fields, name: str) -> list[Fields]:
    """The entries of this name; a MethodError where they are no list of tables."""
    entries = read_list({name: content.get(name, ())}, name, "file", MOST_ENTRIES)
    return [as_table(one, name) for one in entries]


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise PeerError("library", f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise PeerError("library", f"{path}: expected TOML or JSON: {error}") from error
    if not isinstance(content, dict):
        raise PeerError("library", f"{path}: expected a table of categories and factors")
    return content


def submit_library(
    library: Library, signer: Signer, categories: Sequence[Fields], factors: Sequence[Fields]
) -> list[str]:
    """Submit what the log does not hold yet; returns the codes. Refused for a changed code without a new version.

    What others submitted under the same code and version stands in nobody's way until it is published.
    """
    known: dict[tuple[str, str, int], list[Item]] = {}
    for item in read_shelf(library).items():
        if item.state != "returned":
            known.setdefault(_name(item.payload), []).append(item)
    own = signer.party.enrolment.id
    fresh: list[Signed] = []
    for kind, items in ((Category, categories), (Factor, factors)):
        for fields in items:
            payload = kind.model_validate({**signer.fields(library), **fields})
            earlier = known.get(_name(payload), [])
            if any(_content(one.payload) == _content(payload) for one in earlier):
                continue
            if any(one.payload.by == own or one.publication is not None for one in earlier):
                raise Refused(
                    "version",
                    f"{payload.code} version {payload.version} is logged with other content: raise it",
                )
            fresh.append(signer.sign(payload))
    check_taken(submit_all(library, signer, fresh))
    return [_name(signed.payload)[1] for signed in fresh]


@dataclass(frozen=True, slots=True)
class Published:
    """What a run published, superseded by what it published, could not publish and why, and what waits. By code."""

    published: list[str]
    superseded: list[str]
    refused: dict[str, str]
    waiting: list[str]


def publish_reviewed(library: Library, signer: Signer, only: Collection[str] | None = None) -> Published:
    """Publish every submission that has its reviews, or of these ids only, and retire the versions superseded."""
    items = read_shelf(library).items()
    reviews = {review.id: review for item in items for review in item.reviews}
    submitters = {item.payload.by for item in items}
    enrolled = _enrolments(library, submitters | {review.payload.by for review in reviews.values()})
    barred = find_barred(items, lambda by: enrolled[by].legal_entity)
    reasons: dict[str, str] = {}
    ready: list[Signed] = []
    codes: dict[str, str] = {}
    waiting: list[str] = []
    for item in items:
        if item.state not in OPEN or (only is not None and item.id not in only):
            continue
        chosen = _accepting(item, enrolled)
        if len(chosen) < REVIEWS_NEEDED:
            waiting.append(item.payload.code)
            continue
        if item.id in barred:
            reasons[item.payload.code] = barred[item.id]
            continue
        payload = Publication(**signer.fields(library), subject=item.id, reviews=tuple(chosen))
        ready.append(signer.sign(payload))
        codes[ready[-1].id] = item.payload.code
    refused = submit_all(library, signer, ready)
    published = [codes[signed.id] for signed in ready if signed.id not in refused]
    reasons |= {codes[statement]: refusal.message for statement, refusal in refused.items()}
    return Published(published, _supersede(library, signer) if published else [], reasons, waiting)


def _supersede(library: Library, signer: Signer) -> list[str]:
    """Retire every published version that a higher one of its code replaces; returns the codes."""
    newest: dict[tuple[str, str], Item] = {}
    published = [item for item in read_shelf(library).items() if item.state == "published"]
    for item in sorted(published, key=lambda item: item.payload.version):
        newest[item.payload.type, item.payload.code] = item
    older = [item for item in published if newest[item.payload.type, item.payload.code] is not item]
    statements = []
    for item in older:
        successor = newest[item.payload.type, item.payload.code]
        assert item.publication is not None and successor.publication is not None
        payload = Retirement(
            **signer.fields(library),
            publication=item.publication.id,
            cause="superseded",
            successor=successor.publication.id,
            reason=f"version {successor.payload.version} is published",
        )
        statements.append(signer.sign(payload))
    check_taken(submit_all(library, signer, statements))
    return [item.payload.code for item in older]


def _accepting(item: Item, enrolled: Mapping[str, Enrolment]) -> list[str]:
    chosen: dict[str, str] = {}
    for logged in item.reviews:
        if isinstance(logged.payload, Review) and logged.payload.verdict == "accept":
            chosen.setdefault(enrolled[logged.payload.by].parent, logged.id)
    return list(chosen.values())[:REVIEWS_NEEDED]


def _enrolments(library: Library, ids: set[str]) -> dict[str, Enrolment]:
    found = [parse_statement(item.data) for item in library.get(sorted(ids))]
    return {signed.id: signed.payload for signed in found if isinstance(signed.payload, Enrolment)}


def submit_all(library: Library, signer: Signer, statements: Sequence[Signed]) -> dict[str, Refusal]:
    """Hand in statements in order; the refusals by statement id."""
    refused: dict[str, Refusal] = {}
    for start in range(0, len(statements), SUBMITTED_AT_ONCE):
        part = statements[start : start + SUBMITTED_AT_ONCE]
        outcomes = library.submit([signed.data for signed in part])
        for signed, outcome in zip(part, outcomes, strict=True):
            if not isinstance(outcome, Receipt):
                refused[signed.id] = outcome
        signer.tell(f"{start + len(part)} of {len(statements)} logged")
    return refused


def check_taken(refused: Mapping[str, Refusal]) -> None:
    """Raise the first refusal, if there is one."""
    for refusal in refused.values():
        raise Refused(refusal.check, refusal.message)


def read_shelf(library: Library) -> Shelf:
    """Everything that the log holds about the library."""
    shelf = Shelf()
    for kind in LIBRARY_KINDS:
        place = 0
        while True:
            page = library.find(FindQuery(kind, place, FIND_LIMIT))
            for item in page.statements:
                shelf.add(Logged(parse_statement(item.data), item.index, item.logged_at))
            if page.next_index == 0:
                break
            place = page.next_index
    return shelf


def _name(payload: AnyPayload) -> tuple[str, str, int]:
    assert isinstance(payload, Category | Factor)
    return payload.type, payload.code, payload.version


def _content(payload: AnyPayload) -> dict[str, Any]:
    return payload.model_dump(exclude={"by", "saw", "nonce"})
