"""Who may open a page of the console, as the type of its first parameter."""

from __future__ import annotations

from typing import Annotated

from protocol.errors import Refused
from web.site import SAID
from web.visits import Visit, signed_in

OPERATOR, VERIFIER, PROVIDER, EXPERT = "operator", "verifier", "provider", "expert"
ROLES = (OPERATOR, VERIFIER, PROVIDER, EXPERT)

Member = Annotated[Visit, signed_in()]
"""Every account of the console."""
Operator = Annotated[Visit, signed_in(OPERATOR)]
Auditor = Annotated[Visit, signed_in(OPERATOR, VERIFIER)]
"""Who may read every statement: those whom the door for nodes shows everything as well."""
Verifier = Annotated[Visit, signed_in(VERIFIER)]
Provider = Annotated[Visit, signed_in(PROVIDER)]
Expert = Annotated[Visit, signed_in(EXPERT)]


def party_of(visit: Visit) -> str:
    """The enrolment that the account speaks for; Refused when it speaks for none."""
    party = visit.account.party
    if party is None:
        raise Refused(
            SAID,
            visit.say(
                "This account speaks for no organisation. The operator names one: "
                "sealsum coordinator account add --party ENROLMENT"
            ),
        )
    return party
