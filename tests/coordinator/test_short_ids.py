"""Ids as pages show them: their beginning is taken where it names one statement, and never guessed at."""

from __future__ import annotations

import pytest

from coordinator.short_ids import choose_id, is_short
from protocol.errors import Refused

ONE, OTHER = "abcdef01" + "0" * 56, "abcdef01" + "1" * 56


def test_a_beginning_stands_for_the_one_statement_that_has_it() -> None:
    assert choose_id("abcdef01", [ONE]) == choose_id("abcdef01", [ONE, ONE]) == ONE
    with pytest.raises(Refused, match="no statement begins with abcdef01"):
        choose_id("abcdef01", [])
    with pytest.raises(Refused, match="several statements begin with abcdef01") as caught:
        choose_id("abcdef01", [ONE, OTHER])
    assert caught.value.check == "ambiguous"


def test_what_may_be_a_beginning() -> None:
    assert [is_short(one) for one in ("abcdef0", "abcdef01", ONE[:63], ONE, "ABCDEF01", "%bcdef01")] == [
        False, True, True, False, False, False
    ]  # fmt: skip
