"""What a policy answers in its owner's stead, as it is signed, and why one does not, in the reader's language.

The one fact: what is signed is English; only a policy's own words are told in the other language, a person's stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from node.language import Phrase
from node.supplier.policies import Weighed
from node.supplier.questions import ACCEPT_WORDS
from node.words.endings import join_reasons

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


def say_weighed(weighed: Weighed) -> Phrase:
    """Whether a policy lets a request through, and everything that keeps it from it."""
    if weighed.approves:
        return Phrase("lets this request through", "放行")
    reasons = _say_reasons(weighed)
    return Phrase(f"does not let it through: {reasons.en}", f"不放行。{reasons.zh}")


def say_still_asks(weighed: Weighed) -> Phrase:
    """That a policy just kept would not answer the customer's last request if it came again, and why."""
    reasons = _say_reasons(weighed)
    return Phrase(
        f"The next request like this customer's last one still asks you. This policy: {reasons.en}.",
        f"下一次同样的请求仍会问您。这条规则{reasons.zh}。",
    )


def _say_reasons(weighed: Weighed) -> Phrase:
    totals, left = weighed.policy.totals, weighed.left
    why = []
    if weighed.is_spent and left:
        why.append(
            Phrase(
                f"{left} of its {totals} totals are left, fewer than this request needs",
                f"{totals} 个合计只剩 {left} 个，不够这个请求用",
            )
        )
    elif weighed.is_spent:
        why.append(
            Phrase(f"used up: all its totals ({totals}) are given", f"已用完，{totals} 个合计都已给出")
        )
    if weighed.is_later:
        why.append(
            Phrase(
                "it is for later requests only, and this one waited already",
                "只用于定规则之后新来的请求，这个请求当时已在等待",
            )
        )
    if weighed.lacks:
        words = [ACCEPT_WORDS[name] for name in weighed.lacks]
        why.append(
            Phrase(
                f"it does not accept: {'; '.join(one.en for one in words)}",
                f"没有事先接受{'、'.join(f'“{one.zh}”' for one in words)}",
            )
        )
    return join_reasons(why)
