"""What each check that a statement can fail is about, in words, for the page of refusals.

The one fact: the name of the check and what it found stay beside the words, since by them anybody repeats the check.
"""

from __future__ import annotations

from web.languages import mark
from web.tables import Cell
from web.visits import Visit

CHECKS: dict[str, str] = {
    "size": mark("it is larger than statements may be"),
    "format": mark("it is not written as statements are"),
    "encoding": mark("a value in it is not written in the one allowed way"),
    "schema": mark("a field is missing, unknown or of the wrong kind"),
    "envelope": mark("it is not one signed envelope"),
    "hash": mark("a name that is a hash does not match"),
    "signature": mark("the signature does not fit the text"),
    "signer": mark("who signed it is not enrolled, was revoked, or has no role for this"),
    "sender": mark("it was handed in over somebody else's connection"),
    "saw": mark("the checkpoint it names is not one of this log"),
    "duplicate": mark("the same is in the log already"),
    "budget": mark("its sender handed in too much in a short time"),
    "phase": mark("the calculation is not at this point, or is over"),
    "deadline": mark("its deadline does not fit, or has passed"),
    "period": mark("its period does not fit"),
    "proof": mark("a proof about locked numbers does not hold"),
    "method": mark("it does not follow the rule set it names"),
    "factor": mark("it cites a factor that is not published, or does not fit"),
    "category": mark("its product category is not published, or does not fit"),
    "declaration": mark("the declaration does not fit its category"),
    "request": mark("the request breaks a rule"),
    "consent": mark("the consent does not fit the request"),
    "roster": mark("the roster does not fit the consents"),
    "contribution": mark("the contribution does not fit the consent"),
    "result": mark("the result does not fit the contributions"),
    "totals": mark("the totals are not the sum of what was declared"),
    "certificate": mark("the certificate does not fit the calculation"),
    "dispute": mark("the dispute does not fit the calculation"),
    "blob": mark("data that it rests on was not uploaded"),
    "review": mark("the opinion does not fit its subject"),
    "publication": mark("it may not be published: opinions are missing, or the version or code is taken"),
    "return": mark("it may not be returned: opinions are missing, or it is decided already"),
    "retirement": mark("what it withdraws is not published, or not the signer's"),
    "opening": mark("what is opened does not fit the question or the locked number"),
    "verification": mark("the finding does not fit the openings that it names"),
    "rotation": mark("the new enrolment does not fit the one it replaces"),
}


def check_cell(visit: Visit, check: str) -> Cell:
    """A check in words, with its name below."""
    return Cell(visit.say(CHECKS[check]), note=check) if check in CHECKS else Cell(check)
