"""What rule sets are called, on a node's pages and on the console."""

from __future__ import annotations

from method.rules import FULL, RULES
from web.visits import Visit


def say_rules(visit: Visit, method: str) -> str:
    """The name of a rule set; its code where this program does not know it."""
    rules = RULES.get(method)
    if rules is None:
        return method
    return rules.name_zh if visit.language == "zh" else rules.name_en


def say_variant(visit: Visit, method: str) -> str:
    """The name of a rule set to choose from: with its variant where two share the name."""
    rules, name = RULES[method], say_rules(visit, method)
    if sum(one.name_zh == rules.name_zh for one in RULES.values()) == 1:
        return name
    zh, en = rules.variant_of(FULL)
    return visit.say("%(name)s: %(variant)s", name=name, variant=zh if visit.language == "zh" else en)


def say_method(visit: Visit, method: str) -> str:
    """The code of a rule set, first as a narrow field cuts off the rest, and its name where this program knows it."""
    return f"{method} · {say_variant(visit, method)}" if method in RULES else method
