"""A reminder to a supplier that is awaited: a text to send by one's own mail, since nodes have no mail server.

The one fact: it names model, product and date and holds no amount, quantity or footprint. Only its sender knows that it
was sent, and notes it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from method.rules import RULES
from node.language import Language, name_product
from node.maker.progress import EntryProgress, Progress
from node.organisation import Node
from node.store.vault import forget_secret, keep_secret, need_secret, secret_names
from operation.moments import tell_moment
from protocol.calculation import Phase

AWAITED = {Phase.CONSENTING.value: "invited", Phase.CONTRIBUTING.value: "consented"}
"""In which state an entry keeps a phase waiting."""
_REMINDED = "reminded/"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Subject and text of a message."""

    subject: str
    text: str


def is_awaited(progress: Progress, entry: EntryProgress) -> bool:
    """Whether the calculation waits for this entry."""
    return AWAITED.get(progress.phase) == entry.state


def is_late(progress: Progress, entry: EntryProgress, now: int) -> bool:
    """Whether an awaited entry has let three quarters of the time pass."""
    if progress.deadline is None or not is_awaited(progress, entry):
        return False
    return 4 * (now - progress.since) >= 3 * (progress.deadline - progress.since)


def note_reminded(node: Node, request: str, entries: Iterable[int]) -> None:
    """Keep that these entries' suppliers were reminded now, in place of when they were before."""
    with node.store.write() as connection:
        for entry in entries:
            name = f"{_REMINDED}{request}/{entry}"
            forget_secret(connection, name)
            keep_secret(connection, name, str(node.clock()).encode())


def find_reminded(node: Node, request: str) -> dict[int, int]:
    """By entry, when its supplier was last reminded, in Unix seconds, as `note_reminded` was told."""
    with node.store.read() as connection:
        names = secret_names(connection, f"{_REMINDED}{request}/")
        return {int(name.rpartition("/")[2]): int(need_secret(connection, name)) for name in names}


def make_reminder(node: Node, progress: Progress, entry: EntryProgress, language: Language) -> Reminder:
    """What to write to the supplier of an entry, in one language."""
    until = "" if progress.deadline is None else tell_moment(progress.deadline, language)
    entity, asked = node.identity.entity, entry.state == "invited"
    if language == "zh":
        task = (
            "打开贵公司的 Sealsum 节点，查看我公司的请求并答复，同意或拒绝都可以"
            if asked
            else "让贵公司的 Sealsum 节点保持运行并联网：贵公司已经同意，密封的份额还没有发出"
        )
        return Reminder(
            f"Sealsum：{progress.model} 碳足迹计算，请在 {until}前处理",
            f"您好：\n\n我公司（{entity.name_zh}）正在计算型号 {progress.model} 的碳足迹，贵公司的产品“{entry.product}”"
            f"在物料清单中。请在 {until}前{task}。\n\n贵公司的数据不会离开贵公司的节点；我公司事后能推算出什么，"
            f"节点会在您答复之前逐条写明。\n\n核算编号：{progress.request}\n\n{entity.name_zh}\n",
        )
    task = (
        "open your Sealsum node, read our request and answer it; yes and no are both fine"
        if asked
        else "keep your Sealsum node running and online: you have consented, and your sealed share is still to come"
    )
    product = name_product(language, entry.product, entry.code)
    return Reminder(
        f"Sealsum: footprint of {progress.model}, please answer by {until}",
        f"Dear colleagues,\n\nwe, {entity.name_en}, are computing the carbon footprint of model {progress.model}; your "
        f"product {product} is in its bill of materials. By {until}, please {task}.\n\nYour data do not leave "
        "your node. What we could work out afterwards, your node tells you point by point before you answer.\n\n"
        f"Calculation: {progress.request}\n\n{entity.name_en}\n",
    )


def make_invitation(
    node: Node, model: str, products: Sequence[str], method: str, language: Language
) -> Reminder:
    """What to write to a supplier whose products, by their names, are not declared under a rule set, by its code."""
    entity, rules = node.identity.entity, RULES[method]
    name = rules.name_zh if language == "zh" else rules.name_en
    if language == "zh":
        named = "".join(f"“{one}”" for one in products)
        return Reminder(
            f"Sealsum：请按规则集“{name}”申报产品{named}",
            f"您好：\n\n我公司（{entity.name_zh}）准备计算型号 {model} 的碳足迹，贵公司的产品{named}在物料清单中，"
            f"但还没有按规则集“{name}”（{method}）申报。请打开贵公司的 Sealsum 节点，在产品页面上选择这个规则集"
            "并申报；已经导入的数据可以直接使用。\n\n贵公司的数据不会离开贵公司的节点：公开的只有申报单，其中的数值"
            "是密封的。\n\n"
            f"{entity.name_zh}\n",
        )
    named = ", ".join(products)
    noun, verb, page = ("product", "is", "that") if len(products) == 1 else ("products", "are", "each")
    return Reminder(
        f"Sealsum: please declare {named} under {name}",
        f"Dear colleagues,\n\nwe, {entity.name_en}, are about to compute the carbon footprint of model {model}; "
        f"your {noun} {named} {verb} in its bill of materials and {verb} not declared under the rule set {name} "
        f"({method}) yet. Please open your Sealsum node, choose this rule set on {page} product's page and declare; "
        "data that are imported already serve as they are.\n\nYour data do not leave your node: what becomes "
        f"public is a declaration whose amounts are sealed.\n\n{entity.name_en}\n",
    )
