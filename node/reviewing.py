"""What factor providers and experts say: factors submitted, opinions written. Protocol section 5.

The one fact: submitting publishes nothing; a factor counts once two experts accepted it and the operator published it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from method.factor import Factor, make_factor_fields
from node.library import read_submissions
from node.organisation import Node
from node.outbox import find_statement, keep_statement
from protocol import payloads
from protocol.errors import Refused
from protocol.library import enrolment_of
from protocol.payloads import AnyPayload, Retirement, Review
from protocol.shelf import Item
from protocol.statements import sign_statement

MAX_SUBJECTS = 1000
_ID = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Submitted:
    """One submission: the code of the factor or category, and the statement's id."""

    code: str
    id: str


def submit_factors(node: Node, factors: Sequence[Factor]) -> list[Submitted]:
    """Sign and store one statement per factor; the same content again is the same statement. Sending comes after."""
    found = []
    for factor in factors:
        fields = make_factor_fields(factor)
        found.append(Submitted(factor.code, _submit(node, "factor", factor.code, fields)))
    return found


def _submit(node: Node, kind: str, code: str, fields: dict[str, object]) -> str:
    digest = hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest()
    key = f"{kind}:{code}:{digest[:32]}"
    with node.store.read() as connection:
        kept = find_statement(connection, key)
    if kept is not None:
        return kept.id
    model = payloads.KINDS[kind]
    payload: AnyPayload = model.model_validate({**node.header().fields(), **fields})  # type: ignore[assignment]
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        return keep_statement(connection, key, signed, node.clock()).id


def withdraw_factor(node: Node, code: str, reason: str) -> str:
    """Sign and store the withdrawal of one's own published factor; returns its id. Refused("retirement")."""
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
    publication = mine[-1].publication
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
