"""Whom and what a policy means: a customer and a product, each by its name or its code.

The one fact: a policy for a name that nobody has would never apply, so it is refused; a code may be that of a company
which this node meets later.
"""

from __future__ import annotations

import re

from node.companies import find_entities
from node.organisation import Node
from node.supplier.policies import ANY
from node.supplier.products import find_product, list_products, look_up_product
from protocol.errors import Refused

_CODE = re.compile(r"[0-9A-Za-z-]*[0-9][0-9A-Za-z-]*")
_SHORTEST_CODE = 8


def find_customer(node: Node, named: str) -> str:
    """The legal entity that is meant, or ANY; Refused("customer") where nobody, or more than one, is called so."""
    found = sorted(find_entities(node, named))
    if len(found) > 1:
        raise Refused(
            "customer",
            f"several companies have this name: {', '.join(found)}; give the code of the one you mean",
        )
    if found:
        return found[0]
    if named == ANY or (len(named) >= _SHORTEST_CODE and _CODE.fullmatch(named)):
        return named
    raise Refused(
        "customer",
        "no company of this name has been met here yet, so the policy would never apply; give a name that is known, or "
        "the code under which it enrolled: ask the company for it, or wait for its first request",
    )


def find_meant_product(node: Node, named: str) -> str:
    """The product's code that is meant, or ANY; Refused("product") where no product, or more than one, is called so."""
    if named == ANY or look_up_product(node, named) is not None:
        return named
    called = [one.code for one in list_products(node) if named in (one.name_zh, one.name_en)]
    return called[0] if len(called) == 1 else find_product(node, named).code
