"""How often one's own factors were cited in certificates, by month; the coordinator tells nobody by whom."""

from __future__ import annotations

from collections.abc import Sequence

from node.organisation import Node
from protocol.errors import NetworkError
from protocol.shelf import Item
from web.tables import Column, Table
from web.visits import Visit


def list_citations(visit: Visit, node: Node, found: Sequence[Item], words: str) -> list[Table]:
    """Those of the submissions `found` by these words, or of all; no table without the coordinator's answer."""
    try:
        cited = node.egress.citations()
    except NetworkError:
        return []
    columns = (
        Column(visit.say("Month")),
        Column(visit.say("Code")),
        Column(visit.say("Version"), "number"),
        Column(visit.say("Name")),
        Column(visit.say("Rule set")),
        Column(visit.say("Certificates"), "number"),
    )
    codes = {one.code for one in cited}
    names = {
        (one.payload.code, one.payload.version): (
            one.payload.name_zh if visit.language == "zh" else one.payload.name_en
        )
        for one in found
        if one.payload.code in codes and one.publication is not None
    }
    counted = [one for one in cited if not words or (one.code, one.version) in names]
    part = visit.slice("citations", str, str, int, str)
    shown, further = part.take(counted, lambda one: (one.month, one.code, one.version, one.method))
    rows = [
        (
            one.month,
            one.code,
            one.version,
            names.get((one.code, one.version), ""),
            one.method,
            one.certificates,
        )
        for one in shown
    ]
    caption, empty = visit.say("Cited in certificates; by whom is not told"), visit.say("Not cited yet.")
    return [Table("citations", caption, columns, rows, empty, further=further)]
