"""What factor providers and experts say: factors submitted, opinions written. Protocol section 5.

The one fact: submitting publishes nothing; a factor counts once two experts accepted it and the operator published it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from method.factor import Factor, find_parts_above, make_factor_fields
from node.importers.factor_names import list_titles
from node.language import Phrase
from node.library import read_submissions
from node.organisation import Node
from node.outbox import find_statement, keep_statement
from protocol import payloads
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of, factor_of, is_same_entity
from protocol.payloads import Retirement, Review
from protocol.publishing import check_code, find_barred, find_replaced, published_as
from protocol.shelf import OPEN, Item
from protocol.statements import Logged, sign_statement

MAX_SUBJECTS = 1000
_MOST_VERSIONS = 10
_ID = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Submitted:
    """One submission: the code of the factor or category, and the statement's id."""

    code: str
    id: str


def submit_factors(node: Node, factors: Sequence[Factor]) -> list[Submitted]:
    """Sign and store one statement per factor, the same for the same content; sending comes after.

    Refused, and nothing is stored, when one of them cannot get published.
    """
    return [Submitted(one.code, _submit(node, key, one)) for key, one in check_factors(node, factors)]


def check_factors(node: Node, factors: Sequence[Factor]) -> list[tuple[str, payloads.Factor]]:
    """What `submit_factors` would sign, each under the key that it is kept by; Refused as there."""
    return [_check(node, factor) for factor in factors]


def leave_unchanged(node: Node, factors: Sequence[Factor]) -> tuple[list[Factor], list[Factor]]:
    """The factors that say something new, and those that only repeat what this organisation submitted last.

    A sheet hands out every factor with its next version: whoever corrects one leaves the others as they stand, and so
    what was withdrawn stays withdrawn until something of it is changed.
    """
    fresh: list[Factor] = []
    unchanged: list[Factor] = []
    for factor in factors:
        before = _submitted_before(node, factor)
        is_same = before is not None and replace(_read(before), version=factor.version) == factor
        (unchanged if is_same else fresh).append(factor)
    return fresh, unchanged


def list_withdrawn(node: Node, factors: Sequence[Factor]) -> list[str]:
    """The codes of those whose last version was withdrawn: to submit one is to put it forward again."""
    last = [(factor.code, _submitted_before(node, factor)) for factor in factors]
    return [code for code, before in last if before is not None and _is_withdrawn(node, before)]


def find_before_in_other_unit(node: Node, factor: Factor) -> Factor | None:
    """What this organisation submitted last of a factor, where that is per another unit."""
    before = _submitted_before(node, factor)
    found = None if before is None else _read(before)
    return found if found is not None and found.unit != factor.unit else None


def judge_factor(
    node: Node, code: str, version: int, factor: Factor | None
) -> Iterator[tuple[str, str, dict[str, Phrase | str | int]]]:
    """Why a factor cannot be submitted, so far as is known, as `read_any_factors` notes it; nothing where it can.

    What only repeats this organisation's last submission is left out later, so it is not complained about.
    """
    above = () if factor is None else find_parts_above(factor)
    if factor is not None and above and not leave_unchanged(node, [factor])[1]:
        yield above[0], "factor-parts", {"parts": list_titles(above), "whole": list_titles(("total",))}
    yield from _judge_version(node, code, version, factor)


def _judge_version(
    node: Node, code: str, version: int, factor: Factor | None
) -> Iterator[tuple[str, str, dict[str, Phrase | str | int]]]:
    logged = node.record.about("factor", code)
    published = [one for one in logged if node.record.about("publication", one.id)]
    own = [one for one in logged if is_same_entity(one.payload.by, node.id, node.record)]
    if any(one not in own for one in published):
        yield "code", "factor-code", {"code": code}
        return
    open_or_published = [one for one in own if not node.record.about("return", one.id)]
    taken = sorted({_version(one) for one in open_or_published})
    highest = max(map(_version, published), default=0)
    is_free = version not in taken and version > highest
    if is_free or (factor is not None and leave_unchanged(node, [factor])[1]):
        return
    submitted = sorted(one for one in set(map(_version, own)) if one <= taken[-1])
    shown = [str(one) for one in submitted[-_MOST_VERSIONS:]]
    versions = Phrase(", ".join(shown), "、".join(shown))
    yield (
        "version",
        "factor-version",
        {"code": code, "version": version, "versions": versions, "next": taken[-1] + 1},
    )


def _submitted_before(node: Node, factor: Factor) -> Logged | None:
    """This organisation's newest submission of the code up to this version."""
    found = [
        logged
        for logged in node.record.about("factor", factor.code)
        if is_same_entity(logged.payload.by, node.id, node.record) and _version(logged) <= factor.version
    ]
    return max(found, key=_version, default=None)


def _read(logged: Logged) -> Factor:
    assert isinstance(logged.payload, payloads.Factor)
    return factor_of(logged.payload)


def _is_withdrawn(node: Node, submitted: Logged) -> bool:
    retired = [
        end.payload
        for published in node.record.about("publication", submitted.id)
        for end in node.record.about("retirement", published.id)
    ]
    return any(isinstance(one, Retirement) and one.cause == "withdrawn" for one in retired)


def _check(node: Node, factor: Factor) -> tuple[str, payloads.Factor]:
    """The statement to sign and the key it is kept under; Refused when it cannot get published, so far as is known.

    1. The same content again passes. 2. A version is submitted once, unless it was returned. 3. `check_code`.
    4. No part of it is more than its total.
    """
    fields = make_factor_fields(factor)
    payload = payloads.Factor.model_validate({**node.header().fields(), **fields})
    key = f"factor:{factor.code}:{hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest()[:32]}"
    with node.store.read() as connection:
        if find_statement(connection, key) is not None:  # 1
            return key, payload
    if above := find_parts_above(factor):  # 4
        names = ", ".join(above)
        raise Refused(
            "factor", f"{factor.code}: {names} above total, of which it is a part; correct one of them"
        )
    for logged in node.record.about("factor", factor.code):  # 2
        is_same = is_same_entity(logged.payload.by, node.id, node.record)
        if is_same and _version(logged) == factor.version and not node.record.about("return", logged.id):
            raise Refused(
                "version", f"{factor.code} version {factor.version} is logged with other content: raise it"
            )
    try:
        check_code(payload, published_as(payload, node.record), _entity_of(node))  # 3
    except PeerError as error:
        raise Refused(error.check, error.message) from error
    return key, payload


def _version(logged: Logged) -> int:
    return logged.payload.version if isinstance(logged.payload, payloads.Factor) else 0


def _entity_of(node: Node) -> Callable[[str], str]:
    return lambda by: enrolment_of(by, node.record).legal_entity


def _submit(node: Node, key: str, payload: payloads.Factor) -> str:
    with node.store.read() as connection:
        kept = find_statement(connection, key)
    if kept is not None:
        return kept.id
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        return keep_statement(connection, key, signed, node.clock()).id


def find_published(node: Node, code: str) -> list[Item]:
    """One's own published versions of a factor, the one that counts last; Refused("retirement") when there is none."""
    own = enrolment_of(node.id, node.record).legal_entity
    mine = [
        item
        for item in read_submissions(node)
        if item.payload.code == code
        and item.state == "published"
        and enrolment_of(item.payload.by, node.record).legal_entity == own
    ]
    if not mine:
        raise Refused(
            "retirement", f"no factor {code!r} of yours is published; see: sealsum node find library {code}"
        )
    return mine


def withdraw_factor(node: Node, code: str, reason: str) -> str:
    """Sign and store the withdrawal of one's own published factor; returns its id. Refused as `find_published`."""
    publication = find_published(node, code)[-1].publication
    assert publication is not None
    payload = Retirement(
        **node.header().fields(),
        publication=publication.id,
        cause="withdrawn",
        successor=None,
        reason=reason,
    )
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        return keep_statement(connection, f"retirement:{publication.id}", signed, node.clock()).id


def find_replaced_here(node: Node, items: Sequence[Item]) -> dict[str, int]:
    """`find_replaced`, of what this node knows."""
    return find_replaced(items, _entity_of(node))


def find_waiting(node: Node, items: Sequence[Item]) -> list[Item]:
    """The submissions that opinions still count for: undecided, not barred, no higher version submitted since."""
    settled = find_barred(items, _entity_of(node)).keys() | find_replaced_here(node, items).keys()
    return [item for item in items if item.state in OPEN and item.id not in settled]


def find_unjudged(node: Node, items: Sequence[Item]) -> list[Item]:
    """Those that this organisation neither submitted nor wrote an opinion on."""
    writers = {item.id: {item.payload.by, *(one.payload.by for one in item.reviews)} for item in items}
    own = {by for by in frozenset().union(*writers.values()) if is_same_entity(by, node.id, node.record)}
    return [item for item in items if own.isdisjoint(writers[item.id])]


def find_subjects(waiting: Sequence[Item], named: Sequence[str]) -> list[str]:
    """The ids of submissions by code or id, each once; Refused("review") for a name of nothing that waits, or of two.

    An id of something that does not wait is passed on: the log judges it.
    """
    chosen: dict[str, None] = {}
    for name in named:
        found = [item.id for item in waiting if name in (item.payload.code, item.id)]
        if not found and _ID.fullmatch(name):
            found = [name]
        if len(found) != 1:
            ids = f"{len(found)} submissions have it; name one of the ids {', '.join(found)}"
            raise Refused(
                "review",
                f"{name!r}: expected the code or id of something submitted; "
                + (ids if found else "nothing that waits has it, see: sealsum node find library DIR WORDS"),
            )
        chosen[found[0]] = None
    return list(chosen)


def check_unjudged(node: Node, subjects: Sequence[str]) -> None:
    """Refused("review"), with what was said, for a submission that this organisation has judged already."""
    for item in read_submissions(node):
        said = [one for one in item.reviews if is_same_entity(one.payload.by, node.id, node.record)]
        if said and item.id in subjects:
            last = said[-1].payload
            assert isinstance(last, Review)
            raise Refused(
                "review",
                f"{item.payload.code} version {item.payload.version}: you judged it already, "
                f"{last.verdict}: {last.opinion} — that stands; a corrected version is judged anew",
            )


def review(node: Node, subjects: Sequence[str], verdict: Literal["accept", "return"], opinion: str) -> str:
    """Sign and store a written opinion on categories and factors; returns its id. Sending comes after."""
    if not 1 <= len(subjects) <= MAX_SUBJECTS:
        raise Refused(
            "review", f"expected 1 to {MAX_SUBJECTS} ids of categories or factors, found {len(subjects)}"
        )
    payload = Review(**node.header().fields(), subjects=tuple(subjects), verdict=verdict, opinion=opinion)
    signed = sign_statement(payload, node.identity.signing_key)
    digest = hashlib.sha256(" ".join(sorted(subjects)).encode()).hexdigest()
    with node.store.write() as connection:
        return keep_statement(
            connection, f"review:{verdict}:{digest[:32]}:{signed.id[:8]}", signed, node.clock()
        ).id
