"""A text to a supplier that is not on the platform as far as this node sees: who invites it, and what it is to declare.

The one fact: a pack maker invites nobody. The enrolment authority does, once it has checked who the supplier is; so the
text says what to ask of whom. It holds no amount, quantity or footprint.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto.certificates import subject_of
from crypto.errors import CryptoError
from method.rules import RULES
from node.language import Language
from node.library import read_library
from node.maker.reminding import Reminder
from node.organisation import Node
from protocol.errors import PeerError
from protocol.library import enrolment_of


def make_joining(
    node: Node, model: str, products: Sequence[tuple[str, str]], method: str, language: Language
) -> Reminder:
    """What to write to a supplier that has not joined.

    `products`: the name of each and of its category, "" where none is chosen; `method`: a rule set's code.
    """
    names = [name for name, _ in products]
    categories = list(dict.fromkeys(category for _, category in products if category))
    entity, rules = node.identity.entity, RULES[method]
    authority, operator = _name_authority(node), _name_operator(node, language)
    if language == "zh":
        named, chosen = _quote_all(names), _quote_all(categories)
        return Reminder(
            f"Sealsum：请加入平台并申报产品{named}",
            f"您好：\n\n我公司（{entity.name_zh}）准备计算型号 {model} 的碳足迹，贵公司的产品{named}在物料清单中，"
            "但我公司在 Sealsum 平台上没有查到贵公司。如果贵公司还没有加入：\n\n"
            f"1. 请登记机构{_quote_zh(authority)}邀请：告知公司全称和统一社会信用代码，以供应商身份加入。核实后，它发给"
            "贵公司一个一次性邀请码。怎样联系它，可以问我公司。\n"
            "2. 安装 Sealsum 节点，打开后在“加入”页填邀请码，以及平台运营方"
            f"{_quote_zh(operator)}给的协调方地址和日志公钥（文件 pins.json）。\n"
            f"3. 在“产品”里新建产品，选类别{chosen}，按模板导入一年的数据，选规则集“{rules.name_zh}”（{method}）"
            "并申报。没有合适的类别，请平台运营方发布一个。\n"
            "4. 把产品代码和统一社会信用代码告诉我公司。\n\n"
            "已经加入的，请从第 3 步做起。\n\n贵公司的数据不会离开贵公司的节点：公开的只有申报单，其中的数值是密封的。"
            f"\n\n{entity.name_zh}\n",
        )
    named, chosen = ", ".join(names), f" ({', '.join(categories)})" if categories else ""
    noun, verb = ("product", "is") if len(products) == 1 else ("products", "are")
    return Reminder(
        f"Sealsum: please join and declare {named}",
        f"Dear colleagues,\n\nwe, {entity.name_en}, are about to compute the carbon footprint of model {model}; your "
        f"{noun} {named} {verb} in its bill of materials, but we do not find you on the Sealsum platform. If you have "
        "not joined yet:\n\n"
        f"1. Ask the enrolment authority{_quote_en(authority)} to invite you as a supplier: tell it your company’s "
        "full name and legal entity. Once it has checked them it gives you a one-time token. We can tell you how to "
        "reach it.\n"
        "2. Install a Sealsum node; on its page “Join” enter the token, and the coordinator’s address and the log key "
        f"(file pins.json) from the platform’s operator{_quote_en(operator)}.\n"
        f"3. Under Products make a new product, choose its category{chosen}, import the data of a year by the "
        f"template, choose the rule set {rules.name_en} ({method}) and declare. If no category fits, ask the operator "
        "to publish one.\n"
        "4. Tell us the product’s code and your legal entity.\n\n"
        "If you have joined already, begin with step 3.\n\nYour data do not leave your node: what becomes public is a "
        f"declaration whose amounts are sealed.\n\n{entity.name_en}\n",
    )


def _quote_all(names: Sequence[str]) -> str:
    return "".join(f"“{one}”" for one in names)


def _quote_zh(name: str) -> str:
    return f"（{name}）" if name else ""


def _quote_en(name: str) -> str:
    return f" ({name})" if name else ""


def _name_authority(node: Node) -> str:
    """As its root certificate names it; "" where that names nobody."""
    try:
        return subject_of(node.root).common_name
    except CryptoError:
        return ""


def _name_operator(node: Node, language: Language) -> str:
    """Who published the library that this node reads; "" while it has none."""
    published = next(iter(read_library(node).categories.values()), None)
    try:
        logged = None if published is None else node.record.held(published.publication)
        operator = None if logged is None else enrolment_of(logged.payload.by, node.record)
    except PeerError:
        operator = None
    if operator is None:
        return ""
    return operator.name_zh if language == "zh" else operator.name_en
