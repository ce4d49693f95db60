"""What the operator decides against: submissions returned, publications withdrawn. Protocol section 5.

The one fact: the operator names what it means by code or id; which statement that is follows from the log. Superseding
needs no decision: publishing a higher version does it.
"""

from __future__ import annotations

from coordinator.publishing import Library, Signer, check_taken, read_shelf, submit_all
from protocol.errors import Refused
from protocol.payloads import Retirement, Return
from protocol.publishing import REVIEWS_NEEDED
from protocol.shelf import OPEN, Item

MOST_REVIEWS = 10


def return_submission(library: Library, signer: Signer, name: str, reason: str) -> str:
    """Return the one undecided submission of this code or id on the opinions written about it; its statement id.

    Refused("return") when there is none, or too few opinions.
    """
    item = _find(library, name, OPEN, "return")
    opinions = tuple(review.id for review in item.reviews)[-MOST_REVIEWS:]
    if len(opinions) < REVIEWS_NEEDED:
        raise Refused(
            "return", f"{name}: a decision rests on {REVIEWS_NEEDED} experts' opinions, found {len(opinions)}"
        )
    payload = Return(**signer.fields(library), subject=item.id, reviews=opinions, reason=reason)
    check_taken(submit_all(library, signer, [signer.sign(payload)]))
    return item.id


def withdraw_publication(library: Library, signer: Signer, name: str, reason: str) -> str:
    """Withdraw the one published version of this code or id; its publication. Refused("retirement")."""
    item = _find(library, name, ("published",), "retirement")
    assert item.publication is not None
    payload = Retirement(
        **signer.fields(library),
        publication=item.publication.id,
        cause="withdrawn",
        successor=None,
        reason=reason,
    )
    check_taken(submit_all(library, signer, [signer.sign(payload)]))
    return item.publication.id


def _find(library: Library, name: str, states: tuple[str, ...], check: str) -> Item:
    """The one item with this code, submission id or publication id that is in one of these states."""
    named = [item for item in read_shelf(library).items() if name in _names(item)]
    found = [item for item in named if item.state in states]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(
            f"{item.payload.type} version {item.payload.version}: {item.id}" for item in found
        )
        raise Refused(check, f"{name} names {len(found)} submissions; give the id of one ({choices})")
    states_now = ", ".join(f"version {item.payload.version} is {item.state}" for item in named)
    raise Refused(
        check, f"{name}: expected one that is {' or '.join(states)}; {states_now or 'none is logged'}"
    )


def _names(item: Item) -> tuple[str, ...]:
    publication = () if item.publication is None else (item.publication.id,)
    return (item.payload.code, item.id, *publication)
