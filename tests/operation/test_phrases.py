"""A text in both languages, as a command prints it."""

from __future__ import annotations

import pytest

from operation.phrases import VARIABLE, Phrase


def test_a_phrase_is_said_in_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    phrase = Phrase("{} of {}", "{}个，共{}个")
    monkeypatch.setenv(VARIABLE, "zh")
    assert phrase.here(1, 2) == "1个，共2个"
    monkeypatch.setenv(VARIABLE, "en")
    assert phrase.here(1, 2) == "1 of 2"


def test_braces_that_somebody_typed_stay_as_they_are() -> None:
    assert Phrase("the part {a} is {}", "零件{a}是{}").here().endswith("{}")
