"""Refusals between a sheet and its declaration, in the language of who reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from method.errors import WrongFactor
from method.factor import check_valid_on, parse_factor
from node.activities import find_activity
from node.library import Library
from node.mappings import find_mapping
from node.products import find_product
from node.words_refusals import MEND, say_refusal
from protocol.citing import LENGTHS, fill_digests
from protocol.errors import Refused
from tests.node.village import Village
from tests.support.example import factor

CJK = re.compile("[\u4e00-\u9fff]")
DIGESTS = [f"{number:064x}" for number in range(LENGTHS[-1] + 1)]
EMPTY = Library({}, {})


def refusal_of(action: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        action()
    return caught.value


def outside_validity() -> None:
    old = replace(parse_factor(factor("grid", "0.5", "kWh")), valid_from=None, valid_to="2019-12-31")
    try:
        check_valid_on(old, "2025-01-01", "2025-12-31")
    except WrongFactor as error:
        raise Refused("activity", f"{error}{MEND}") from error


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda node: fill_digests(DIGESTS[:1] * 2, bytes), "绿证：同一张绿证"),
        (lambda node: fill_digests(DIGESTS, bytes), "绿证：一份申报最多引用 200 张绿证，这里有 201 张"),
        (lambda node: find_product(node, "salt"), "产品：本节点没有产品 salt，还没有任何产品"),
        (lambda node: find_activity(node, "salt"), "活动数据：产品 salt 还没有导入活动数据；先执行：sealsum"),
        (lambda node: find_mapping(node, "ledger"), "列对应：本节点没有列对应 ledger"),
        (lambda node: EMPTY.category("salt"), "类别：没有发布过产品类别 salt"),
        (lambda node: EMPTY.factor("salt"), "因子：没有发布过因子 salt"),
        (lambda node: outside_validity(), "活动数据：因子 grid 的有效期是 （不限）至 2019-12-31，不含 2025-01-01 至"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_in_both_languages(
    village: Village, action: Callable[[Any], object], said: str
) -> None:
    node = village.settle("Salt works", "supplier")
    error = refusal_of(lambda: action(node))
    phrase = say_refusal(error)
    assert phrase.en == f"{error.check}: {error.message}" and not CJK.search(phrase.en)
    assert phrase.zh.startswith(said)


def test_a_refusal_that_no_pattern_knows_is_shown_as_it_is() -> None:
    assert say_refusal(Refused("weather", "it rains")) == ("weather: it rains",) * 2
