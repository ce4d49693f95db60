"""Whether anyone can read a number from what left a node, and why not: an answer for each kind in the ledger.

The one fact: the answers say what holds by section 10 of the protocol; what is meant to be read says so.
"""

from __future__ import annotations

from node.language import Phrase
from node.words.leaving import NOTHING_SHOWN

_LOCKED = Phrase(
    "No: each number is locked with a random one that stays here, and the same locked number fits any amount.",
    "读不出：每个数字都用一个留在本机的随机数锁住，同一个锁住的数字可以对应任何用量。",
)
_NO_NUMBER = Phrase("There is no number of yours in it.", "里面没有您的数字。")
_WORDS_ONLY = Phrase(
    "There is no number in it; the words are read by the parties of the calculation.",
    "里面没有数字；文字会被参与本次核算的各方看到。",
)
_NOT_SEALED = Phrase(
    "There is no number in it that you did not type; your words are not sealed: both sides, the operator and other "
    "verifiers read them in the log.",
    "除非您自己写了，里面没有数字；您写的文字没有密封，双方、运营方和其他核查方都能在日志里看到。",
)
_PUBLIC = Phrase("Yes, and that is meant: it is published.", "能，本来就要公开。")
_QUESTION = Phrase(
    "No: it asks for something by a public id or place and says nothing of yours.",
    "读不出：只是按公开编号或位置提问，不含您的内容。",
)
_MASKED = Phrase(
    "No: masks hide it from the customer and encryption from everyone else; only the sum of all shares opens.",
    "读不出：随机掩码使客户读不出，加密使其他人读不出；只有全体份额的总和才能打开。",
)
ANSWERS: dict[str, Phrase] = {
    "declaration": _LOCKED,
    "contribution": _LOCKED,
    "mask_opening": _LOCKED,
    "ciphertext": _MASKED,
    "vector_opening": _MASKED,
    "request": Phrase(
        "Each quantity by its own supplier only: to all others it is a locked number.",
        "每个数量只有对应的供应商能读；对其他人来说只是一个锁住的数字。",
    ),
    "opening_answer": Phrase(
        "Only by the verifier you agreed to: it is sealed to that one key.",
        "只有您同意的那位核查方能读：它只对那一把钥匙密封。",
    ),
    "result": Phrase(
        "Yes: the totals of the whole pack. What they say of one supplier, its owner was told before it agreed.",
        "能：整包的合计。合计会透露某一家多少，该家在同意之前已被告知。",
    ),
    "enrolment": _NO_NUMBER,
    "revocation": _NO_NUMBER,
    "renewal": _NO_NUMBER,
    "rotation": _NO_NUMBER,
    "connection": _NO_NUMBER,
    "company-login": _NO_NUMBER,
    "pact-sign-in": _NO_NUMBER,
    "pact-published": _NO_NUMBER,
    "pact-rejected": _NO_NUMBER,
    "pact-fulfilled": Phrase(
        "Yes, by the partner you published it to, and that is meant.",
        "能，您发布的对象能读，本来就是给它看的。",
    ),
    "he-key": _NO_NUMBER,
    "key_opening": _NO_NUMBER,
    "seal_opening": _NO_NUMBER,
    "opening_request": _NOT_SEALED,
    "dispute": _NO_NUMBER,
    "consent": _WORDS_ONLY,
    "refusal": _WORDS_ONLY,
    "withdrawal": _WORDS_ONLY,
    "category": _PUBLIC,
    "factor": _PUBLIC,
    "review": _PUBLIC,
    "verification": _PUBLIC,
    "publication": _PUBLIC,
    "return": _PUBLIC,
    "retirement": _PUBLIC,
}
QUESTIONS = frozenset(
    {
        "watch", "get", "find", "blob-state", "blob-fetch", "aggregate", "citations", "bundle", "checkpoint",
        "inclusion", "consistency",
    }
)  # fmt: skip
_OTHER = Phrase("What it holds is all that can be read from it.", "能读到的就是“里面是什么”一栏所写的内容。")


def who_can_read(kind: str, holds: str) -> Phrase:
    """The answer for a row of the ledger; what it `holds`, in English, tells a refusal to open from an opening."""
    if holds == NOTHING_SHOWN.en:
        return _NOT_SEALED
    return _QUESTION if kind in QUESTIONS else ANSWERS.get(kind, _OTHER)
