"""What a program is told of requests in the inbox, by the command and by the interface alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from node.organisation import Node
from node.supplier.consenting import read_quantities, weigh_inquiry
from node.supplier.endings import find_endings
from node.supplier.inbox import Inquiry
from node.supplier.participants import find_participants
from node.supplier.states import CLOSED


def tell_inquiries(node: Node, inquiries: Sequence[Inquiry]) -> list[dict[str, Any]]:
    """Each with its `quantities`, the `others` who take part, what the `policies` for it say while it waits, and its
    `ending` once it is over."""
    endings = find_endings(node, {one.request for one in inquiries if one.state == CLOSED})
    return [
        {
            **asdict(one),
            "quantities": read_quantities(node, one),
            "others": [other.tell() for other in find_participants(node, one.request)],
            "policies": _tell_policies(node, one),
            "ending": endings[one.request].words._asdict() if one.state == CLOSED else None,
        }
        for one in inquiries
    ]


def _tell_policies(node: Node, inquiry: Inquiry) -> list[dict[str, Any]]:
    return [
        {
            "policy": one.policy.id,
            "approves": one.approves,
            "lacks": list(one.lacks),
            "later": one.is_later,
            "left": one.left,
        }
        for one in weigh_inquiry(node, inquiry)
    ]
