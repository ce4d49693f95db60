"""Saying what was found: a form, a look at what will be public and final, and only then a signature.

The one fact: nothing is signed that was not shown whole first, and what lacks something comes back as it was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field
from starlette.responses import Response

from node.organisation import Node
from node.verifications import list_issued_on
from node.verifying import issue_verification
from node.web.last_look import UNSHOWN, fingerprint
from node.web.verifier.work import FINDINGS, verification_of
from protocol.verification_payloads import Assurance, Finding, Statement
from web.languages import mark
from web.lines import Line, Lines
from web.opinions import ASSURANCES, say_assurance
from web.visits import Visit

LACKING = {
    "scope": mark("Say what you looked at."),
    "finding": mark("Choose a finding."),
    "assurance": mark("Choose how sure you are."),
    "opinion": mark("Say in your words why: only a finding without reservation stands without a reason."),
}
SIGNED = {
    "declaration": mark("Signed. It is public, and enters every certificate that rests on this declaration."),
    "result": mark("Signed. It is public, and enters this result's certificate."),
}


UNSEEN = mark(
    "Tick that you know it: this says that you are reasonably sure, and rests on nothing opened to you."
)


class Said(BaseModel):
    """What the form of a finding holds.

    `opening`: ids of openings it rests on, where one may choose; `knowing`: that it rests on none, where that is asked;
    `shown`: the fingerprint of what was shown before.
    """

    scope: Line = ""
    assurance: Assurance | Literal[""] = ""
    finding: Finding | Literal[""] = ""
    opinion: Lines = ""
    opening: Annotated[list[str], Field(max_length=64)] = []
    step: Literal["look", "sign"] = "look"
    knowing: bool = False
    shown: Annotated[str, Field(max_length=64)] = ""

    @property
    def is_certain(self) -> bool:
        """Whether readers will take it that much was seen: no reservation, and reasonable assurance."""
        return self.finding == "unmodified" and self.assurance == "reasonable"

    @property
    def signed_fields(self) -> dict[str, Any]:
        """What is signed of it. A statement names a level of assurance in any case: a disclaimer the lower one."""
        fields = self.model_dump(exclude={"opening", "step", "knowing", "shown"})
        return {**fields, "assurance": "limited"} if self.finding == "disclaimed" else fields

    @property
    def lacks(self) -> str:
        """The first field that a signature cannot do without, "" when there is none."""
        for name in ("scope", "finding", "assurance"):
            if not self.signed_fields[name].strip():
                return name
        return "" if self.finding == "unmodified" or self.opinion.strip() else "opinion"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is said something about: its id, what people call it, where its page is; and openings to choose from.

    `kind`: declaration or result. `rests_on`: openings that it rests on in any case, called like those to choose.
    """

    id: str
    kind: Literal["declaration", "result"]
    title: str
    path: str
    rests_on: tuple[tuple[str, str], ...] = ()
    openings: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def form_values(visit: Visit, node: Node, subject: Subject, said: Said | None = None) -> dict[str, Any]:
    """What verifier_form.html needs; empty without `said`."""
    earlier = [(logged, verification_of(logged).says) for logged in list_issued_on(node, [subject.id])]
    return {
        "earlier": [
            (logged, visit.say(FINDINGS[says.finding]), say_assurance(visit, says))
            for logged, says in earlier
        ],
        "subject": subject,
        "said": said or Said(opening=[one for one, _ in subject.openings]),
        "findings": {name: visit.say(FINDINGS[name]) for name in get_args(Finding)},
        "no_assurance": visit.say(ASSURANCES["no"]),
        "assurances": {name: visit.say(ASSURANCES[name]) for name in get_args(Assurance)},
    }


def take_said(visit: Visit, node: Node, subject: Subject, said: Said) -> Response:
    """Show what would be signed, or what is lacking; sign and send it once this very thing was shown."""
    chosen = {one for one, _ in subject.openings} & set(said.opening)
    rests_on = [*(one for one, _ in subject.rests_on), *sorted(chosen)]
    shown = fingerprint([subject.id, said.signed_fields, rests_on])
    is_bold = said.is_certain and not rests_on
    caution = _find_caution(said, shown, is_bold) if said.step == "sign" else ""
    if said.lacks or caution or said.step == "look":
        return visit.page(
            "verifier_sign.html",
            status=422 if said.lacks or caution else 200,
            problem_text=visit.say(LACKING[said.lacks]) if said.lacks else "",
            caution_text=visit.say(caution) if caution else "",
            is_bold=is_bold,
            shown=shown,
            rests_on=rests_on,
            entity=node.identity.entity,
            **form_values(visit, node, subject, said),
        )
    says = Statement.model_validate(said.signed_fields)
    node.settle(issue_verification(node, subject.id, says, rests_on))
    return visit.go("/verifications", visit.say(SIGNED[subject.kind]))


def _find_caution(said: Said, shown: str, is_bold: bool) -> str:
    """Why what was sent to be signed is only shown, "" where it is signed."""
    if said.shown != shown:
        return UNSHOWN
    return UNSEEN if is_bold and not said.knowing else ""
