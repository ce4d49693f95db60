"""What the search box finds for a pack maker beside its models: the reporting duty, by the number of its rule set."""

from __future__ import annotations

from method.rules import RULES
from node.maker.duty import METHOD
from node.web.desk import Desk
from web.rule_sets import say_rules
from web.visits import Visit

_SHORTEST = 2


def find_duty(visit: Visit, desk: Desk, wanted: str) -> list[tuple[str, str, str]]:
    """What matches, as (kind, name, path); nothing for who is no pack maker."""
    rules, words = RULES[METHOD], wanted.casefold().removesuffix("号")
    said = f"{rules.code} {rules.name_zh.partition('（')[0]}"
    if "requester" not in desk.organisation() or len(words) < _SHORTEST or words not in said:
        return []
    return [(visit.say("Reporting duty"), f"{rules.code} · {say_rules(visit, METHOD)}", "/duty")]
