"""How far each submission of the library has come, told from the statements about it. Protocol section 5.

The one fact: nobody keeps a state; it follows from what is logged, so that the operator's list, a node's search and
anybody's replay of the log say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from protocol.payloads import Category, Factor, Publication, Retirement, Return, Review
from protocol.statements import Logged

LIBRARY_KINDS = ("category", "factor", "review", "publication", "return", "retirement")
State = Literal["submitted", "in_review", "published", "returned", "superseded", "withdrawn"]
OPEN: tuple[State, ...] = ("submitted", "in_review")
"""Neither published nor returned: opinions still count."""
STATES: tuple[State, ...] = ("published", "in_review", "submitted", "superseded", "withdrawn", "returned")


@dataclass(frozen=True, slots=True)
class Item:
    """One submission: its statement, its state, and what brought it there."""

    logged: Logged
    payload: Category | Factor
    state: State
    reviews: tuple[Logged, ...]
    publication: Logged | None
    decision: Logged | None
    """The return or retirement that ended it, or None."""

    @property
    def id(self) -> str:
        """The submission's statement id."""
        return self.logged.id

    def count(self, verdict: Literal["accept", "return"]) -> int:
        """How many opinions say so."""
        return sum(isinstance(one.payload, Review) and one.payload.verdict == verdict for one in self.reviews)

    @property
    def objections(self) -> tuple[str, ...]:
        """What each expert wrote who returned it, in log order."""
        said = (one.payload for one in self.reviews if isinstance(one.payload, Review))
        return tuple(one.opinion for one in said if one.verdict == "return")

    @property
    def reason(self) -> str:
        """Why it was returned or retired, "" while it was not."""
        decided = None if self.decision is None else self.decision.payload
        return decided.reason if isinstance(decided, Return | Retirement) else ""


class Shelf:
    """Gathers logged statements of LIBRARY_KINDS, in any order; the same one twice changes nothing."""

    def __init__(self) -> None:
        self._submitted: dict[str, Logged] = {}
        self._reviews: dict[str, dict[str, Logged]] = {}
        self._published: dict[str, Logged] = {}
        self._returned: dict[str, Logged] = {}
        self._retired: dict[str, Logged] = {}

    def add(self, logged: Logged) -> None:
        """Take one statement; other kinds are passed over."""
        match logged.payload:
            case Category() | Factor():
                self._submitted[logged.id] = logged
            case Review(subjects=subjects):
                for subject in subjects:
                    self._reviews.setdefault(subject, {})[logged.id] = logged
            case Publication(subject=subject):
                self._published[subject] = logged
            case Return(subject=subject):
                self._returned[subject] = logged
            case Retirement(publication=publication):
                self._retired[publication] = logged
            case _:
                return

    def items(self) -> list[Item]:
        """Every submission, in the order of the log."""
        submitted = sorted(self._submitted.values(), key=lambda logged: logged.index)
        return [self._item(logged) for logged in submitted]

    def _item(self, logged: Logged) -> Item:
        payload, publication = logged.payload, self._published.get(logged.id)
        assert isinstance(payload, Category | Factor)
        reviews = tuple(self._reviews.get(logged.id, {}).values())
        returned = self._returned.get(logged.id)
        retired = None if publication is None else self._retired.get(publication.id)
        state: State = "in_review" if reviews else "submitted"
        if returned is not None:
            state = "returned"
        elif retired is not None:
            assert isinstance(retired.payload, Retirement)
            state = retired.payload.cause
        elif publication is not None:
            state = "published"
        return Item(logged, payload, state, reviews, publication, returned or retired)
