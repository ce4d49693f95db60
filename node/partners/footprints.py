"""Footprints that this node serves to partners: published on its owner's word, to whom the owner names. PACT 3.0.

The one fact: a partner sees what was published to it and nothing else, and a published footprint never changes; another
one takes its place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from exchange.certified import find_pack
from exchange.pact import make_product_footprint
from exchange.pact_filters import FootprintFilter
from node.exporting import Wanted, need_certified
from node.organisation import Node
from node.partners.access import Partner, find_partner
from node.partners.outbox import fulfil_owed, queue_published
from node.store.tables import FOOTPRINT_GRANTS, FOOTPRINTS, PARTNERS
from protocol.errors import Refused

MOST_FOOTPRINTS = 100
"""Footprints in one answer, whatever is asked for."""
_STEP = 200


@dataclass(frozen=True, slots=True)
class PublishedFootprint:
    """One footprint that is served, and to whom."""

    id: str
    request: str
    model: str
    created: int
    status: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """A footprint as a partner gets it; `number` grows with every publication."""

    number: int
    document: dict[str, Any]


def publish_footprint(
    node: Node, request: str, wanted: Wanted, partners: Sequence[str], replaces: Sequence[str] = ()
) -> PublishedFootprint:
    """Serve a certified pack to these partners; Refused as the exporter, or for a partner or footprint that is unknown.

    The same content again is the same footprint, published to further partners. Those that it `replaces` are
    Deprecated, and partners who could see them see what took their place. Partners that take events are told, and what
    they had asked for is answered (node/partners/outbox.py).
    """
    if not partners and not replaces:
        raise Refused("partner", "say to whom: --to NAME; see: sealsum node partners list")
    pack = find_pack(need_certified(node, request), wanted.model)
    document = make_product_footprint(pack, wanted.particulars, sorted(set(replaces)))
    del document["status"]
    with node.store.write() as connection:
        readers = {find_partner(connection, name).id for name in partners}
        older = [_find_number(connection, one) for one in replaces]
        number = _keep(node, connection, document, request, pack.unit.model, wanted.particulars.region)
        readers |= set(
            connection.execute(
                select(FOOTPRINT_GRANTS.c.partner).where(FOOTPRINT_GRANTS.c.footprint.in_(older))
            ).scalars()
        )
        connection.execute(
            update(FOOTPRINTS).where(FOOTPRINTS.c.number.in_(older)).values(is_deprecated=True)
        )
        fresh = _grant(connection, number, readers, node.clock())
        served = _serve(connection.execute(select(FOOTPRINTS).where(FOOTPRINTS.c.number == number)).one())
        queue_published(connection, fresh, document["id"], node.clock())
        fulfil_owed(connection, fresh, served.document, wanted.particulars.region, node.clock())
    return next(one for one in list_footprints(node) if one.id == document["id"])


def _keep(node: Node, connection: Connection, document: dict[str, Any], request: str, *about: str) -> int:
    known = connection.execute(select(FOOTPRINTS.c.number).where(FOOTPRINTS.c.id == document["id"])).scalar()
    if known is not None:
        return int(known)
    model, region = about
    row = {
        "id": document["id"],
        "request": request,
        "model": model,
        "region": region,
        "created": node.clock(),
        "is_deprecated": False,
        "document": json.dumps(document, ensure_ascii=False),
    }
    return int(connection.execute(insert(FOOTPRINTS).values(row).returning(FOOTPRINTS.c.number)).scalar_one())


def _grant(connection: Connection, number: int, readers: set[int], now: int) -> list[int]:
    """Let these partners read a footprint; those who could not before."""
    query = select(FOOTPRINT_GRANTS.c.partner).where(FOOTPRINT_GRANTS.c.footprint == number)
    fresh = sorted(readers - set(connection.execute(query).scalars()))
    if fresh:
        rows = [{"footprint": number, "partner": partner, "at": now} for partner in fresh]
        connection.execute(insert(FOOTPRINT_GRANTS), rows)
    return fresh


def withdraw_footprint(node: Node, footprint: str, partners: Sequence[str] = ()) -> None:
    """Serve a footprint no more: to these partners, or to anybody when none is named; Refused("unknown")."""
    with node.store.write() as connection:
        number = _find_number(connection, footprint)
        grants = delete(FOOTPRINT_GRANTS).where(FOOTPRINT_GRANTS.c.footprint == number)
        if partners:
            named = [find_partner(connection, name).id for name in partners]
            connection.execute(grants.where(FOOTPRINT_GRANTS.c.partner.in_(named)))
            return
        connection.execute(grants)
        connection.execute(delete(FOOTPRINTS).where(FOOTPRINTS.c.number == number))


def _find_number(connection: Connection, footprint: str) -> int:
    number = connection.execute(select(FOOTPRINTS.c.number).where(FOOTPRINTS.c.id == footprint)).scalar()
    if number is None:
        raise Refused("unknown", f"no footprint {footprint} is published; see: sealsum node footprints list")
    return int(number)


def list_footprints(node: Node) -> list[PublishedFootprint]:
    """Every footprint that is served, oldest first."""
    with node.store.read() as connection:
        rows = connection.execute(select(FOOTPRINTS).order_by(FOOTPRINTS.c.number)).all()
        query = (
            select(FOOTPRINT_GRANTS.c.footprint, PARTNERS.c.name)
            .join(PARTNERS, PARTNERS.c.id == FOOTPRINT_GRANTS.c.partner)
            .order_by(PARTNERS.c.name)
        )
        grants = connection.execute(query).all()
    return [
        PublishedFootprint(
            row.id,
            row.request,
            row.model,
            row.created,
            _status(row.is_deprecated),
            tuple(name for number, name in grants if number == row.number),
        )
        for row in rows
    ]


def _status(is_deprecated: bool) -> str:
    return "Deprecated" if is_deprecated else "Active"


# --- for partners ----------------------------------------------------------------------------------


def find_served(
    node: Node, partner: Partner, wanted: FootprintFilter, after: int, limit: int
) -> list[Served]:
    """The footprints published to a partner that it asks for, those behind number `after`, at most `limit`."""
    found: list[Served] = []
    while len(found) < limit:
        rows = _read(node, partner, after)
        for row in rows:
            served = _serve(row)
            if wanted.matches(served.document, row.region):
                found.append(served)
        if len(rows) < _STEP:
            break
        after = rows[-1].number
    return found[:limit]


def _read(node: Node, partner: Partner, after: int) -> Sequence[Any]:
    query = (
        select(FOOTPRINTS)
        .join(FOOTPRINT_GRANTS, FOOTPRINT_GRANTS.c.footprint == FOOTPRINTS.c.number)
        .where(FOOTPRINT_GRANTS.c.partner == partner.id, FOOTPRINTS.c.number > after)
        .order_by(FOOTPRINTS.c.number)
        .limit(_STEP)
    )
    with node.store.read() as connection:
        return connection.execute(query).all()


def get_served(node: Node, partner: Partner, footprint: str) -> Served:
    """One footprint for a partner; Refused("unknown") when there is none, Refused("not-published") when it may not."""
    grant = (
        select(FOOTPRINT_GRANTS.c.partner)
        .where(FOOTPRINT_GRANTS.c.footprint == FOOTPRINTS.c.number, FOOTPRINT_GRANTS.c.partner == partner.id)
        .scalar_subquery()
    )
    with node.store.read() as connection:
        row = connection.execute(
            select(FOOTPRINTS, grant.label("reader")).where(FOOTPRINTS.c.id == footprint)
        ).first()
    if row is None:
        raise Refused("unknown", "there is no such footprint")
    if row.reader is None:
        raise Refused("not-published", "this footprint was not published to you; ask its owner")
    return _serve(row)


def _serve(row: Any) -> Served:
    document = json.loads(row.document)
    # In the order that it is written in elsewhere: id and status first.
    return Served(row.number, {"id": document.pop("id"), "status": _status(row.is_deprecated), **document})
