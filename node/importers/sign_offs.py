"""Rows below a table that say who made the sheet and who checked it, such as 制表：王工 | 审核：李工.

The one fact: a row is one only where each of its cells is, so a row with anything else is read as data.
"""

from __future__ import annotations

import re

from node.importers.cells import read_text
from node.importers.columns import normalise
from node.importers.sheets import Row

_LABEL = re.compile(
    r"(?:(?:制表|制单|编制|编写|填表|填报|填写|审核|复核|校核|校对|审批|审定|批准|核准)(?:人员?|者|单位|部门|日期|时间)?|"
    r"(?:单位|部门|统计)?负责人|联系(?:人|电话|方式)|电话|手机|日期|签字|签名|盖章|"
    r"(?:prepared|compiled|filledin|checked|reviewed|verified|approved)by|date|contact|phone|tel(?:ephone)?):"
)


def is_sign_off(row: Row) -> bool:
    """Whether every cell that is filled begins with such a word and a colon, or holds what the one before it asks."""
    has_labels = is_asked = False
    for text in filter(None, ("".join(normalise(read_text(cell)).split()) for cell in row.cells)):
        label = _LABEL.match(text)
        if label is None and not is_asked:
            return False
        has_labels, is_asked = True, label is not None and label.end() == len(text)
    return has_labels
