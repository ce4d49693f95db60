"""What a verifier asks, what an owner opens to it, and what it then says. Protocol sections 2 and 5, "Verification".

The one fact: an opening is sealed to one verifier; the coordinator and everybody else see that something was opened,
to whom and for what, and no number of it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import FailFast, Field

from protocol.fields import Base64, Id, OptionalText, Small, Text
from protocol.shapes import MAX_LINES, Part, Payload

MAX_RECORDS = 64
"""Records that one request may name; ask again for more."""
MAX_OPENINGS = 64
CONTENT_LIMIT = 128 * 1024

Assurance = Literal["limited", "reasonable"]
Finding = Literal["unmodified", "modified", "adverse", "disclaimed"]
"""The kinds of opinion of ISO 14064-3: holds; holds but for what is said; does not hold; cannot be said."""


class OpeningRequest(Payload):
    """A verifier asks the owner of a declaration to open named lines and evidence records of it, and says why."""

    roles: ClassVar[frozenset[str]] = frozenset({"verifier"})
    type: Literal["opening_request"] = "opening_request"
    declaration: Id
    lines: Annotated[tuple[Small, ...], Field(max_length=MAX_LINES), FailFast()]
    records: Annotated[tuple[Small, ...], Field(max_length=MAX_RECORDS), FailFast()]
    reason: Text


class OpeningAnswer(Payload):
    """The owner opens what was asked, sealed to the verifier, or refuses and says why.

    `content` is encrypted under a fresh key; the one seal holds that key and is bound to the core id. Both are empty in
    a refusal.
    """

    roles: ClassVar[frozenset[str]] = frozenset({"supplier"})
    type: Literal["opening_answer"] = "opening_answer"
    asked: Id
    verdict: Literal["opened", "refused"]
    reason: OptionalText
    content: Base64
    seals: Annotated[tuple[Base64, ...], Field(max_length=1), FailFast()]


class Statement(Part):
    """What the verifier says of its subject: how far it looked, how sure it is, what it found, in words."""

    scope: Text
    assurance: Assurance
    finding: Finding
    opinion: OptionalText

    @property
    def level(self) -> Literal["no", "limited", "reasonable"]:
        """How sure the verifier is: who cannot say is not sure of anything, whatever the field has to name."""
        return "no" if self.finding == "disclaimed" else self.assurance


class Verification(Payload):
    """A verifier's signed opinion on a declaration or a result; `rests_on` names the openings it was given."""

    roles: ClassVar[frozenset[str]] = frozenset({"verifier"})
    type: Literal["verification"] = "verification"
    subject: Id
    says: Statement
    rests_on: Annotated[tuple[Id, ...], Field(max_length=MAX_OPENINGS), FailFast()]
