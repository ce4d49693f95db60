"""Why the owner of data is asked before it takes part in a calculation. Protocol 9."""

from __future__ import annotations

from collections.abc import Mapping

from node.language import Phrase
from protocol.disclosure import Question

ASKED: Mapping[Question, Phrase] = {
    Question.FEW_PEERS: Phrase(
        "so few others stand in the same total that it may show their footprint",
        "同一合计里的同行太少，可能露出其碳足迹",
    ),
    Question.FEW_LINES: Phrase(
        "the others declare so few lines that amounts may be narrowed down",
        "其他方申报的项目太少，用量可能被推算出大致范围",
    ),
    Question.DOMINANCE: Phrase(
        "most of a total is theirs, so it shows their footprint approximately",
        "合计的大部分来自该供应商，等于大致公开了其碳足迹",
    ),
    Question.FURTHER_TOTAL: Phrase(
        "it is a further total for the same customer", "这是给同一客户的又一个合计"
    ),
    Question.DIFFERENCING: Phrase(
        "the difference to an earlier total shows what a few have", "与先前合计相减，会露出少数几家的数字"
    ),
}
"""Why an owner is asked, in the words of whoever waits for the answer."""
