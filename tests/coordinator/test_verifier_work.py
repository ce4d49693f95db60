"""A verifier's work as the console has it from the log, question by question."""

from __future__ import annotations

from pathlib import Path

from coordinator.console.verifier_work import Work, read_work, signed_by
from crypto.locking import KEY_BYTES
from crypto.sealing import OVERHEAD
from protocol.payloads import OpeningAnswer, OpeningRequest, Verification
from protocol.verification_payloads import Statement
from tests.coordinator.town import Member, Town

SAYS = Statement(scope="line 0", assurance="limited", finding="modified", opinion="but for line 0")


class Visit:
    """A verifier at the first declaration of a town's example."""

    def __init__(self, town: Town) -> None:
        self.town = town
        chain = town.chain()
        town.declare(chain)
        self.owner, self.declaration = chain.suppliers[0], chain.declarations[0]
        self.verifier = town.member("Verifying body", "verifier")

    def ask(self, verifier: Member | None = None, records: tuple[int, ...] = ()) -> str:
        by = verifier or self.verifier
        fields = self.town.header(by).fields()
        question = OpeningRequest(
            **fields, declaration=self.declaration, lines=(0,), records=records, reason="visit"
        )
        return self.town.log_it(by, question)

    def answer(self, asked: str, is_open: bool = True) -> str:
        fields = self.town.header(self.owner).fields()
        seals, content = ((bytes(OVERHEAD + KEY_BYTES),), b"sealed") if is_open else ((), b"")
        verdict = "opened" if is_open else "refused"
        answer = OpeningAnswer(
            **fields,
            asked=asked,
            verdict=verdict,
            reason="" if is_open else "not now",
            content=content,
            seals=seals,
        )
        return self.town.log_it(self.owner, answer)

    def say(self, *openings: str, by: Member | None = None) -> None:
        one = by or self.verifier
        fields = self.town.header(one).fields()
        self.town.log_it(one, Verification(**fields, subject=self.declaration, says=SAYS, rests_on=openings))

    def states(self) -> list[tuple[str, str | None]]:
        return [(one.state, one.finding) for one in self.work()]

    def past(self) -> list[bool]:
        return [one.is_past for one in self.work()]

    def work(self) -> list[Work]:
        questions = signed_by(self.town.service, self.verifier.id, ("opening_request", 1 << 60, 50))
        return read_work(self.town.service, questions)


def test_a_refusal_is_past_once_its_verifier_was_answered_again(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    visit = Visit(town)
    visit.answer(visit.ask(), is_open=False)
    other = town.member("Another body", "verifier")
    visit.answer(visit.ask(other))
    assert visit.past() == [False]  # what another verifier was shown is nothing to this one
    visit.answer(visit.ask(records=(1,)))
    assert visit.past() == [False, True] and visit.states() == [("opened", None), ("refused", None)]
    town.stop()


def test_an_opinion_on_one_opening_signs_every_opening_of_its_declaration_until_then(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    visit = Visit(town)
    visit.answer(visit.ask())
    second = visit.answer(visit.ask(records=(1,)))
    visit.say(second)
    assert visit.states() == [("signed", "modified")] * 2
    visit.answer(visit.ask(records=(2,)))
    assert visit.states() == [("opened", None), ("signed", "modified"), ("signed", "modified")]
    town.stop()


def test_each_question_is_asked_opened_refused_or_signed(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    visit = Visit(town)
    first = visit.ask()
    assert visit.states() == [("asked", None)]
    opening = visit.answer(first)
    other = town.member("Another body", "verifier")
    visit.say(by=other)
    assert visit.states() == [("opened", None)]  # what another verifier found is not this one's
    visit.say(opening)
    assert visit.states() == [("signed", "modified")]
    visit.answer(visit.ask(records=(1,)), is_open=False)
    assert visit.states() == [("refused", None), ("signed", "modified")]
    assert visit.past() == [False, False]
    visit.ask(records=(2,))
    assert visit.past() == [False, False, False]  # asked again, and not answered yet
    visit.say()
    assert visit.states() == [("asked", None), ("signed", "modified"), ("signed", "modified")]
    town.stop()
