"""Publishing the library: the operator submits categories and factors, experts review, the operator publishes.

The one fact: a run looks at what the log holds first and adds only what is missing, so it may be repeated at will;
what lacks two accepting reviews of distinct parents waits for the next run. Protocol section 5.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from coordinator.party import Party
from crypto.group import Random
from crypto.merkle import EMPTY_ROOT
from crypto.note import check_checkpoint
from method.category import make_category_fields, parse_category
from method.errors import MethodError
from method.factor import make_factor_fields, parse_factor
from protocol.errors import PeerError, Refused
from protocol.payloads import AnyPayload, Category, Enrolment, Factor, Publication, Review, Saw
from protocol.statements import Header, Signed, parse_statement, sign_statement
from protos.values import FIND_LIMIT, FindQuery, LoggedData, Outcome, Page, Receipt

REVIEWS = 2
SUBMITTED_AT_ONCE = 100


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


@dataclass(frozen=True, slots=True)
class Signer:
    """A party at work: who signs, the log's public key, randomness, and where progress is told."""

    party: Party
    log_key: str
    random: Random
    tell: Callable[[str], None]

    def header(self, library: Library) -> Header:
        """A header that names the newest checkpoint, checked."""
        try:
            checkpoint = check_checkpoint(library.checkpoint(), self.log_key)
            saw = Saw(size=checkpoint.size, root=checkpoint.root.hex())
        except Refused:  # an empty log has none
            saw = Saw(size=0, root=EMPTY_ROOT.hex())
        return Header(self.party.enrolment.id, saw, self.random(16).hex())

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
        unknown = sorted(set(content) - {"category", "factor"})
        if unknown:
            raise PeerError("library", f"{path}: expected [[category]] and [[factor]], found {unknown[0]!r}")
        try:
            categories += [make_category_fields(parse_category(item)) for item in content.get("category", [])]
            factors += [make_factor_fields(parse_factor(item)) for item in content.get("factor", [])]
        except MethodError as error:
            raise PeerError("library", f"{path}: {error}") from error
    return categories, factors


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise PeerError("library", f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise PeerError("library", f"{path}: expected TOML or JSON: {error}") from error
    if not isinstance(content, dict):
        raise PeerError("library", f"{path}: expected a table of categories and factors")
    return content


def submit_library(
    library: Library, signer: Signer, categories: Sequence[Fields], factors: Sequence[Fields]
) -> list[str]:
    """Submit what the log does not hold yet; returns the codes. Refused for a changed code without a new version."""
    known = {_name(signed.payload): signed.payload for signed in _subjects(library)}
    header = signer.header(library)
    fresh: list[Signed] = []
    for kind, items in ((Category, categories), (Factor, factors)):
        for item in items:
            nonce = {"nonce": signer.random(16).hex()}
            payload = kind.model_validate({**header.fields(), **nonce, **item})
            earlier = known.get(_name(payload))
            if earlier is None:
                fresh.append(signer.sign(payload))
            elif _content(earlier) != _content(payload):
                raise Refused(
                    "version",
                    f"{payload.code} version {payload.version} is logged with other content: raise it",
                )
    _submit_all(library, signer, fresh)
    return [_name(signed.payload)[1] for signed in fresh]


def publish_reviewed(library: Library, signer: Signer) -> tuple[list[str], list[str]]:
    """Publish every subject that has its reviews; returns the codes published now, and those that wait."""
    done = {
        signed.payload.subject
        for signed in _all(library, "publication")
        if isinstance(signed.payload, Publication)
    }
    reviews = [signed for signed in _all(library, "review") if isinstance(signed.payload, Review)]
    parents = _parents(library, {signed.payload.by for signed in reviews})
    header = signer.header(library)
    ready: list[tuple[str, Signed]] = []
    waiting: list[str] = []
    for subject in _subjects(library):
        if subject.id in done:
            continue
        code = _name(subject.payload)[1]
        chosen = _accepting(subject.id, reviews, parents)
        if len(chosen) < REVIEWS:
            waiting.append(code)
            continue
        fields = {**header.fields(), "nonce": signer.random(16).hex()}
        payload = Publication(**fields, subject=subject.id, reviews=tuple(chosen))
        ready.append((code, signer.sign(payload)))
    _submit_all(library, signer, [signed for _, signed in ready])
    return [code for code, _ in ready], waiting


def _accepting(subject: str, reviews: Sequence[Signed], parents: Mapping[str, str]) -> list[str]:
    chosen: dict[str, str] = {}
    for signed in reviews:
        review = signed.payload
        if isinstance(review, Review) and review.verdict == "accept" and subject in review.subjects:
            chosen.setdefault(parents[review.by], signed.id)
    return list(chosen.values())[:REVIEWS]


def _parents(library: Library, enrolments: set[str]) -> dict[str, str]:
    found = [parse_statement(item.data) for item in library.get(sorted(enrolments))]
    return {signed.id: signed.payload.parent for signed in found if isinstance(signed.payload, Enrolment)}


def _submit_all(library: Library, signer: Signer, statements: Sequence[Signed]) -> None:
    for start in range(0, len(statements), SUBMITTED_AT_ONCE):
        part = statements[start : start + SUBMITTED_AT_ONCE]
        outcomes = library.submit([signed.data for signed in part])
        for signed, outcome in zip(part, outcomes, strict=True):
            if not isinstance(outcome, Receipt):
                what = f"{signed.payload.type} {getattr(signed.payload, 'code', signed.id[:12])}"
                raise Refused(outcome.check, f"{what}: {outcome.message}")
        signer.tell(f"{start + len(part)} of {len(statements)} logged")


def _subjects(library: Library) -> list[Signed]:
    return [*_all(library, "category"), *_all(library, "factor")]


def _all(library: Library, kind: str) -> Iterator[Signed]:
    place = 0
    while True:
        page = library.find(FindQuery(kind, place, FIND_LIMIT))
        yield from (parse_statement(item.data) for item in page.statements)
        if page.next_index == 0:
            return
        place = page.next_index


def _name(payload: AnyPayload) -> tuple[str, str, int]:
    assert isinstance(payload, Category | Factor)
    return payload.type, payload.code, payload.version


def _content(payload: AnyPayload) -> dict[str, Any]:
    return payload.model_dump(exclude={"by", "saw", "nonce"})
