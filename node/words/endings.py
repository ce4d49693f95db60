"""Why a calculation ended, as programs say it: the coordinator's reasons, a restored node's, a dispute's; in Chinese.

The one fact: only what a program wrote word for word is told in the other language; a person's own words stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from node.language import Phrase

_PHASES = {
    "consenting": "等待供应商同意", "contributing": "等待供应商提交份额", "computing": "计算", "disputing": "争议",
    "published": "等待签发证书",
}  # fmt: skip
_REFUSED = ("a supplier refused to take part", "有供应商拒绝参加")
_RESTORED = (
    "this node was restored from a backup, and the one-time key of this calculation is void",
    "有节点由备份恢复，本次核算的一次性密钥已作废",
)
_SAID = dict((_REFUSED, _RESTORED))
_LATE = re.compile(r"the deadline of the phase '([a-z]+)' has passed, nothing was logged")


def say_ending(reason: str) -> Phrase:
    """A reason in both languages where a program chose it; anybody else's words twice."""
    late = _LATE.fullmatch(reason)
    if late is not None and late[1] in _PHASES:
        return Phrase(reason, f"“{_PHASES[late[1]]}”这一步的截止时间已过，没有登记任何内容")
    return Phrase(reason, _SAID.get(reason, reason))


def name_liars(liars: Sequence[tuple[str, str]]) -> Phrase:
    """Whom a dispute named, by their names in English and in Chinese."""
    english, chinese = zip(*liars, strict=True)
    return Phrase(f"the dispute named {' and '.join(english)}", f"争议查明责任方：{'、'.join(chinese)}")


def join_reasons(reasons: Sequence[Phrase]) -> Phrase:
    """Several reasons as one text."""
    return Phrase("; ".join(one.en for one in reasons), "；".join(one.zh for one in reasons))
