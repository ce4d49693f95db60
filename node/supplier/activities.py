"""Imported activity at rest: the records as the company wrote them, each with its salt. Protocol section 5, evidence.

The one fact: records and salts stay in this store; what leaves is one hash over all of them, the evidence root, so
that whoever is shown a record later can check that it is the one committed to.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from crypto.canonical import encode_canonical
from crypto.merkle import record_leaf, root_of
from method.activity import ActivityRecord
from method.product import Product
from node.importers.certificates import GreenCertificate
from node.organisation import Node
from node.store.tables import ACTIVITIES
from node.store.vault import find_secret, keep_secret, need_secret
from node.supplier.products import look_up_product
from protocol.errors import Refused

SALT_BYTES = 16
_RECORD_FIELDS = tuple(one.name for one in fields(ActivityRecord))


@dataclass(frozen=True, slots=True)
class Source:
    """The file that records came from; `left_out`: the rows that were deleted on the page, in words, and `skipped` the
    columns that were left out there.
    """

    name: str
    sha256: str
    left_out: tuple[str, ...] = field(default=(), repr=False)
    skipped: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Activity:
    """One import of one product: records in the order of the file, and a salt for each."""

    id: int
    product: str
    source: Source
    created: int
    records: tuple[ActivityRecord, ...] = field(repr=False)
    salts: tuple[bytes, ...] = field(repr=False)
    certificates: tuple[GreenCertificate, ...] = field(repr=False)


def keep_activity(
    node: Node,
    product: str,
    records: Sequence[ActivityRecord],
    source: Source,
    certificates: Sequence[GreenCertificate] = (),
) -> int:
    """Store an import; returns its number. Earlier imports stay, for the declarations made from them."""
    kept = [{**encode_record(record), "salt": node.random(SALT_BYTES).hex()} for record in records]
    cited = [{**asdict(one), "kwh": str(one.kwh)} for one in certificates]
    row = {"product": product, "created": node.clock()}
    with node.store.write() as connection:
        number = int(
            connection.execute(insert(ACTIVITIES).values(row).returning(ACTIVITIES.c.id)).scalar_one()
        )
        keep_secret(connection, f"activity/{number}", json.dumps(kept, ensure_ascii=False).encode())
        keep_secret(connection, f"green/{number}", json.dumps(cited, ensure_ascii=False).encode())
        # A hash over few unknown numbers gives them away to who can guess.
        keep_secret(connection, f"source/{number}", json.dumps(asdict(source), ensure_ascii=False).encode())
    return number


def find_activity(node: Node, product: str) -> Activity:
    """The import of a product that counts, as `find_newest`; Refused("activity") when there is none."""
    found = find_newest(node, product)
    if found is None:
        raise Refused(
            "activity",
            f"no activity of product {product} is imported; first: sealsum node import {node.store.folder} "
            f"{product} FILE",
        )
    return found


def find_newest(node: Node, product: str) -> Activity | None:
    """The newest import of a product's period; of any period where there is none of that; None before the first."""
    return _find_newest(node, product, ACTIVITIES.c.product == product)


def find_before(node: Node, activity: Activity) -> Activity | None:
    """The import of the same product before this one, chosen as `find_newest` does; None when it is the first."""
    earlier = (ACTIVITIES.c.product == activity.product) & (ACTIVITIES.c.id < activity.id)
    return _find_newest(node, activity.product, earlier)


def _find_newest(node: Node, code: str, condition: ColumnElement[bool]) -> Activity | None:
    product, newest = look_up_product(node, code), None
    with node.store.read() as connection:
        query = select(ACTIVITIES).where(condition).order_by(ACTIVITIES.c.id.desc())
        for row in connection.execute(query).all():
            found = _read(connection, row)
            if product is None or find_other_period(found, product) is None:
                return found
            newest = newest or found
    return newest


def return_to_before(node: Node, product: str) -> int:
    """Import again what was imported before the newest; returns its number. Refused("activity") when it is the first.

    Nothing is taken away: what was the newest becomes the one before.
    """
    before = find_before(node, find_activity(node, product))
    if before is None:
        raise Refused("activity", f"product {product} has no import before the newest one")
    return keep_activity(node, product, before.records, before.source, before.certificates)


def need_activity(node: Node, number: int) -> Activity:
    """The import with this number; Refused("activity") when it is not in this node."""
    found = find_kept(node, number)
    if found is None:
        raise Refused("activity", f"import {number} is not in this node; restore the newest backup")
    return found


def find_kept(node: Node, number: int) -> Activity | None:
    """The import with this number, or None."""
    with node.store.read() as connection:
        row = connection.execute(select(ACTIVITIES).where(ACTIVITIES.c.id == number)).first()
        return None if row is None else _read(connection, row)


def _read(connection: Connection, row: Row[Any]) -> Activity:
    kept = json.loads(need_secret(connection, f"activity/{row.id}"))
    source = _parse_source(json.loads(need_secret(connection, f"source/{row.id}")))
    cited = json.loads(find_secret(connection, f"green/{row.id}") or b"[]")
    salts = tuple(bytes.fromhex(item.pop("salt")) for item in kept)
    records = tuple(ActivityRecord(**{**item, **_fractions(item)}) for item in kept)
    certificates = tuple(GreenCertificate(**{**item, "kwh": Fraction(item["kwh"])}) for item in cited)
    return Activity(row.id, row.product, source, row.created, records, salts, certificates)


def _parse_source(fields: dict[str, Any]) -> Source:
    rows, columns = (tuple(fields.get(name, ())) for name in ("left_out", "skipped"))
    return Source(fields["name"], fields["sha256"], rows, columns)


def find_other_period(activity: Activity, product: Product) -> tuple[str, str] | None:
    """The first and last day of an import that leaves the product's period; None when all of it lies inside.

    A sheet is checked as it comes, so only a period that was changed since can leave an import outside.
    """
    first = min(record.period_start for record in activity.records)
    last = max(record.period_end for record in activity.records)
    return None if product.period_start <= first and last <= product.period_end else (first, last)


def certificates_of(activity: Activity) -> tuple[GreenCertificate, ...]:
    """The green certificates that an import cites, for the digests in its declaration."""
    return activity.certificates


def evidence_root(activity: Activity) -> str:
    """The Merkle root over all records, each hashed with its own salt; lowercase hex."""
    pairs = zip(activity.salts, activity.records, strict=True)
    return root_of([record_leaf(salt, encode_evidence(record)) for salt, record in pairs]).hex()


def encode_evidence(record: ActivityRecord) -> bytes:
    """The bytes of one record that its evidence leaf commits to."""
    return encode_canonical(encode_record(record))


def encode_record(record: ActivityRecord) -> dict[str, str | int]:
    """A record as plain fields; fractions as "n/d", `route` only where there is one."""
    values = ((name, getattr(record, name)) for name in _RECORD_FIELDS)
    # Without a route a record has the bytes that it had before there were routes.
    return {
        name: str(value) if isinstance(value, Fraction) else value
        for name, value in values
        if name != "route" or value
    }


def _fractions(item: dict[str, str]) -> dict[str, Fraction]:
    return {"amount": Fraction(item["amount"]), "share": Fraction(item["share"])}
