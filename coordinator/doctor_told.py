"""What a look at a coordinator tells: how it came out, what was found, what to do; in both languages for pages."""

from __future__ import annotations

from dataclasses import dataclass

from operation.findings import Finding, Verdict
from operation.phrases import Language, Phrase
from operation.refusals import say_refused, say_words
from protocol.errors import PeerError, Refused, SealsumError


@dataclass(frozen=True, slots=True)
class Told:
    """A finding before its language is chosen."""

    check: str
    verdict: Verdict
    found: Phrase
    advice: Phrase

    def say(self, language: Language) -> Finding:
        """The finding in one language."""
        return Finding(self.check, self.verdict, self.found.say(language), self.advice.say(language))


def say_found(error: SealsumError) -> Phrase:
    """What an error says, in Chinese as far as its words or its check are known."""
    if isinstance(error, PeerError | Refused):
        return say_refused(error)
    return Phrase(str(error), say_words(str(error)) or str(error))


def same(text: str) -> Phrase:
    """What is no language: a command, or the words of a system."""
    return Phrase(text, text)


def good(check: str, found: Phrase) -> Told:
    """A check that came out well."""
    return Told(check, Verdict.GOOD, found, same(""))


def warning(check: str, found: Phrase, advice: Phrase) -> Told:
    """One that is worth a look."""
    return Told(check, Verdict.WARNING, found, advice)


def bad(check: str, found: Phrase, advice: Phrase) -> Told:
    """One that did not."""
    return Told(check, Verdict.BAD, found, advice)
