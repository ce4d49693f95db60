"""What a policy answers in its owner's stead, as it is signed, and that answer in the reader's language.

The one fact: what is signed is English; only a policy's own words are told in the other language, a person's stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from node.language import Phrase
from node.supplier.questions import ACCEPT_WORDS

_AHEAD = ", which accepts in advance: "
_BY_POLICY = re.compile(rf"approved by the owner's policy (\d+)(?:{_AHEAD}(.+))?")


def make_policy_answer(policy: int, accepted: Sequence[str]) -> str:
    """What is signed for the owner: which policy approved, and by name what it accepts of what was asked."""
    return f"approved by the owner's policy {policy}" + (_AHEAD + ", ".join(accepted) if accepted else "")


def say_answer(answer: str) -> Phrase:
    """An answer in both languages where a policy gave it; anybody's own words twice."""
    found = _BY_POLICY.fullmatch(answer)
    if found is None:
        return Phrase(answer, answer)
    accepted = [
        ACCEPT_WORDS[name].zh if name in ACCEPT_WORDS else name for name in (found[2] or "").split(", ")
    ]
    although = f"，事先接受：{'；'.join(accepted)}" if found[2] else ""
    return Phrase(answer, f"按预先同意的第 {found[1]} 条规则同意{although}")
