"""What the search box finds for a verifier: results, declarations, its own questions and opinions.

The one fact: it looks in what this node has seen; nothing is asked, so a search answers at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from node.maker.directory import Offer, directory_of
from node.results import SHORTEST_ID, find_results
from node.verifications import list_issued
from node.verifying import list_asked_by
from node.web.desk import Desk
from node.web.verifier.results import PATH
from node.web.verifier.work import name_subject, say_owned, verification_of
from protocol.payloads import Enrolment
from web.paging import WHOLE
from web.visits import Visit


def find_for_verifier(visit: Visit, desk: Desk, wanted: str) -> Iterator[tuple[str, str, str]]:
    """What matches, as (kind, name, path); nothing for who is no verifier."""
    if "verifier" not in desk.organisation():
        return
    node = desk.node
    for one in find_results(node, wanted) if desk.prepared.is_set() else ():
        yield visit.say("Result"), f"{one.names} · {_name(visit, one.maker)}", PATH + one.id
    for offer in directory_of(node).find(node, wanted):
        name = f"{offer.product_name} · {_name(visit, offer)}"
        yield visit.say("Declaration"), name, f"/verifications/ask/{offer.declaration}"
    for asked in list_asked_by(node, WHOLE):
        if _has(wanted, asked.id, asked.product, asked.product_name, asked.reason):
            name = f"{say_owned(visit, node, asked.product_name, asked.owner)} · {asked.reason}"
            yield visit.say("Question"), name, f"/verifications/{asked.id}"
    for logged in list_issued(node, WHOLE):
        said = verification_of(logged)
        of_what = name_subject(visit, node, said.subject)
        if _has(wanted, logged.id, of_what, said.says.scope, said.says.opinion):
            name = f"{of_what} · {said.says.scope}"
            yield visit.say("Opinion"), name, f"/verifications/issued/{logged.id}"


def _has(wanted: str, id: str, *texts: str) -> bool:
    """Whether a text has these words, or the id begins so."""
    words = wanted.casefold()
    return any(words in text.casefold() for text in texts) or (
        len(words) >= SHORTEST_ID and id.startswith(words)
    )


def _name(visit: Visit, of: Enrolment | Offer) -> str:
    return of.name_zh if visit.language == "zh" else of.name_en
