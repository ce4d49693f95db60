"""Step 1 at a supplier: from imported records to a signed declaration. Protocol sections 4 to 6.

The one fact: the openings are stored in the same transaction as the signed declaration and before it is sent;
the declaration itself holds commitments, a proof and hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, insert, select, tuple_

from method.activity import OUTPUT_LINE, LineAmount, make_line_amounts
from method.coefficient import amount_to_fixed, make_coefficients
from method.electricity import describe_unaccepted, is_accepted
from method.errors import MethodError
from method.product import Product
from method.rules import FULL, find_rules
from node.clear.electricity import ELECTRICITY
from node.enrolling import CITATION_KEY
from node.language import Phrase
from node.library import Library, PublishedCategory, fetch_library, read_library
from node.organisation import Node
from node.outbox import (
    DELIVERY,
    delivery_of,
    describe_delivery,
    drop_statement,
    find_delivery,
    keep_statement,
)
from node.store.tables import ACTIVITIES, DECLARATIONS, OUTGOING, begins_with
from node.store.vault import find_secret, keep_secret, need_secret
from node.supplier.activities import (
    Activity,
    certificates_of,
    evidence_root,
    find_activity,
    find_newest,
    find_other_period,
    need_activity,
)
from node.supplier.products import find_product
from protocol.citing import certificate_digest, fill_digests
from protocol.declaring import DeclarationDraft, DeclarationSecrets, check_declaration, make_declaration
from protocol.errors import NetworkError, Refused
from protocol.payloads import Declaration, Period, Publication
from protocol.publishing import check_publication
from protocol.statements import Before, sign_statement
from web.paging import Slice


def declare(node: Node, product_code: str, method: str) -> str:
    """Sign and store the declaration of a product from the newest import of its period; returns its id.

    Sending comes after. The same import declared again returns the same declaration, unless that one was refused at the
    door. Refused("identity") of a node that was revoked, Refused("activity") when records of the import lie outside the
    product's period, or are of no line of its category.
    """
    product, activity = find_product(node, product_code), find_activity(node, product_code)
    _check_period(product, activity)
    key = f"{_begin_key(activity)}{method}"
    with node.store.write() as connection:
        earlier = find_delivery(connection, key)
        if earlier is not None and earlier.check:
            drop_statement(connection, key)
    if earlier is not None and not earlier.check:
        check_enrolled(node)
        return earlier.id
    with _telling_revoked(node):
        library = fetch_library(node)
    digests = _digests(node, activity)
    try:
        draft = replace(_draft(product, activity, library, method), certificates=digests)
    except MethodError as error:
        raise Refused(
            "activity", f"{error}; mend the file or the product description, and import again"
        ) from error
    payload, secrets = make_declaration(draft, node.header(), node.random)
    _check_citations(node, payload)
    signed = sign_statement(payload, node.identity.signing_key)
    row = {
        "product": product.code,
        "activity": activity.id,
        "created": node.clock(),
        "period_start": payload.period.start,
        "period_end": payload.period.end,
    }
    with node.store.write() as connection:
        kept = keep_statement(connection, key, signed, node.clock())
        if kept.id == signed.id:
            keep_secret(connection, f"declaration/{kept.id}", secrets.encode())
            connection.execute(insert(DECLARATIONS).values(id=kept.id, **row))
    return kept.id


def check_enrolled(node: Node) -> None:
    """Refused("identity") where the coordinator says that this enrolment was revoked.

    While it does not answer nobody knows: what was declared before is found all the same.
    """
    with _telling_revoked(node), suppress(NetworkError):
        node.egress.checkpoint()


@contextmanager
def _telling_revoked(node: Node) -> Iterator[None]:
    """Say of a refusal of all that this node sends that nothing was sent."""
    try:
        yield
    except Refused as error:
        node.note_refusal(error)
        if not node.is_revoked:
            raise
        raise Refused(error.check, f"{error.message}. Nothing was sent") from error


def _check_period(product: Product, activity: Activity) -> None:
    """What was recorded in one period is never declared as of another."""
    found = find_other_period(activity, product)
    if found is not None:
        first, last = found
        raise Refused(
            "activity",
            f"the newest import of product {product.code} is of {first} to {last}, the product's period is "
            f"{product.period_start} to {product.period_end}; import a sheet of that period first",
        )


def _check_lines(product: Product, activity: Activity, published: PublishedCategory) -> None:
    """What was recorded for one category is never declared as of another, where its lines would count as 0."""
    known = {OUTPUT_LINE, *(line.code for line in published.category.lines)}
    lost = sorted({record.line for record in activity.records if record.amount} - known)
    if lost:
        raise Refused(
            "activity",
            f"the newest import of product {product.code} has lines that category {product.category} does not have: "
            f"{', '.join(lost)}; import a sheet of that category first",
        )


def _begin_key(activity: Activity) -> str:
    """What the purpose of a declaration of this import begins with; the rule set follows."""
    return f"declaration:{activity.id}:"


def declared_methods(node: Node, product_code: str) -> frozenset[str]:
    """The rule sets under which the newest import of a product is declared already, refused declarations left out."""
    key = _begin_key(find_activity(node, product_code))
    query = select(OUTGOING.c.key).where(begins_with(OUTGOING.c.key, key), OUTGOING.c.refused_check.is_(None))
    with node.store.read() as connection:
        return frozenset(one.removeprefix(key) for one in connection.execute(query).scalars())


def list_cautions(node: Node, product_code: str, method: str) -> tuple[Phrase, ...]:
    """What an owner is to look at before declaring its newest import under a rule set; Refused. No amount is in it."""
    product = find_product(node, product_code)
    return (*_warn_of_period(product, node.clock()), *_warn_of_electricity(node, product, method))


def _warn_of_period(product: Product, now: int) -> tuple[Phrase, ...]:
    end = product.period_end
    if datetime.fromtimestamp(now, UTC).date() > date.fromisoformat(end):
        return ()
    return (
        Phrase(
            f"the period is not over until {end}: what is recorded by now is not all of it. Better declare after that "
            "day; if you declare today, do so again with the whole period's records",
            f"期间到 {end} 才结束，现有数据还不完整。建议期满后再申报；现在就申报的，期满后请用完整的数据再申报一次",
        ),
    )


def _warn_of_electricity(node: Node, product: Product, method: str) -> tuple[Phrase, ...]:
    activity = find_activity(node, product.code)
    category = read_library(node).category(product.category).category
    try:
        rules = find_rules(method, FULL)
        used = {one.line for one in make_line_amounts(activity.records, category) if one.amount}
    except MethodError as error:
        raise Refused("method", str(error)) from error
    warnings = []
    for line in category.lines:
        if line.kind == ELECTRICITY and line.code in used and not is_accepted(line.model, rules):
            zh, en = describe_unaccepted(line.model, rules)
            warnings.append(Phrase(f"line {line.code}: {en}", f"项目 {line.code}：{zh}"))
    return tuple(warnings)


def _draft(product: Product, activity: Activity, library: Library, method: str) -> DeclarationDraft:
    published = library.category(product.category)
    _check_lines(product, activity, published)
    amounts = make_line_amounts(activity.records, published.category)
    return DeclarationDraft(
        product=product.code,
        product_name=product.name_zh,
        category=published.publication,
        plant=product.plant,
        period=Period(start=product.period_start, end=product.period_end),
        method=method,
        evidence_root=evidence_root(activity),
        lines=_fixed_lines(published, amounts, library, method),
    )


def _digests(node: Node, activity: Activity) -> tuple[str, ...]:
    """A keyed digest of each certificate that the import cites, among digests of nothing."""
    cited = certificates_of(activity)
    if not cited:
        return ()
    with node.store.read() as connection:
        key = find_secret(connection, CITATION_KEY)
    if key is None:
        raise Refused(
            "certificates",
            "this node has no citation key, which a supplier gets when it enrols; ask the authority to enrol it anew, "
            "or declare the electricity on another line",
        )
    return fill_digests([certificate_digest(key, one.registry, one.serial) for one in cited], node.random)


def _fixed_lines(
    published: PublishedCategory, amounts: tuple[LineAmount, ...], library: Library, method: str
) -> tuple[tuple[str, int], ...]:
    lines = []
    for line, amount in zip(published.category.lines, amounts, strict=True):
        factor = library.factor(amount.factor)
        total = make_coefficients(line, factor.factor, find_rules(method, FULL), FULL)[0]
        lines.append((factor.publication, amount_to_fixed(amount.amount, total)))
    return tuple(lines)


def _check_citations(node: Node, declaration: Declaration) -> None:
    """What is cited must count by the rules, not by the coordinator's word: two experts, and it fits."""
    citations = {declaration.category, *(line.factor for line in declaration.lines)}
    node.record.need(citations, deep=True)
    for cited in citations:
        publication = node.record.get(cited)
        if publication is not None and isinstance(publication.payload, Publication):
            check_publication(publication.payload, Before(node.record, publication.index))
    check_declaration(declaration, node.record)


def declaration_secrets(node: Node, declaration: str) -> DeclarationSecrets:
    """The openings of one of this node's declarations."""
    with node.store.read() as connection:
        return DeclarationSecrets.parse(need_secret(connection, f"declaration/{declaration}"))


@dataclass(frozen=True, slots=True)
class OwnDeclaration:
    """One of this node's declarations and how far it has come: logged, waiting, or refused with a check.

    `method` is "" of one that is not in this node's outbox; the period's days are where that was never known.
    """

    id: str
    product: str
    method: str
    period_start: str
    period_end: str
    created: int
    state: str
    message: str


def list_declarations(node: Node) -> list[OwnDeclaration]:
    """This node's declarations, oldest first."""
    with node.store.read() as connection:
        return [_own(row) for row in connection.execute(_OWN.order_by(*_PLACE))]


def list_declarations_of(node: Node, product: str, wanted: Slice) -> list[OwnDeclaration]:
    """The declarations of one product, newest first; a place is (created, id)."""
    query = _OWN.where(DECLARATIONS.c.product == product)
    if wanted.after is not None:
        query = query.where(wanted.after > _PLACE)
    query = query.order_by(*(column.desc() for column in _PLACE)).limit(wanted.limit)
    with node.store.read() as connection:
        return [_own(row) for row in connection.execute(query)]


def newest_declarations(node: Node, products: Sequence[Product]) -> dict[str, OwnDeclaration]:
    """By code the newest declaration of each of these products that has one: of its period, else of any."""
    periods = {one.code: (one.period_start, one.period_end) for one in products}
    query = _OWN.where(DECLARATIONS.c.product.in_(list(periods))).order_by(*_PLACE)
    with node.store.read() as connection:
        found = [_own(row) for row in connection.execute(query)]
    found.sort(key=lambda one: (one.period_start, one.period_end) == periods[one.product])
    return {one.product: one for one in found}


def declared_periods(node: Node, product: str) -> frozenset[tuple[str, str]]:
    """The first and last day of every period of which a product was declared."""
    query = select(DECLARATIONS.c.period_start, DECLARATIONS.c.period_end).distinct()
    with node.store.read() as connection:
        found = connection.execute(query.where(DECLARATIONS.c.product == product))
        return frozenset((row.period_start, row.period_end) for row in found)


def find_period_before(node: Node, product: Product) -> Activity | None:
    """The import that was declared last of an earlier period of a product, or None."""
    earlier = (DECLARATIONS.c.period_end < product.period_start, DECLARATIONS.c.period_end != "")
    newest = (DECLARATIONS.c.period_end.desc(), DECLARATIONS.c.created.desc())
    query = select(DECLARATIONS.c.activity).where(DECLARATIONS.c.product == product.code, *earlier)
    with node.store.read() as connection:
        number = connection.execute(query.order_by(*newest).limit(1)).scalar()
    return None if number is None else need_activity(node, number)


def list_undeclared(node: Node, products: Sequence[Product]) -> frozenset[str]:
    """The codes of those of these products whose period was declared, and that were imported again for it since."""
    codes = [one.code for one in products]
    each = (DECLARATIONS.c.product, DECLARATIONS.c.period_start, DECLARATIONS.c.period_end)
    last = select(*each, func.max(DECLARATIONS.c.activity)).where(DECLARATIONS.c.product.in_(codes))
    newest = select(ACTIVITIES.c.product, func.max(ACTIVITIES.c.id).label("number")).where(
        ACTIVITIES.c.product.in_(codes)
    )
    with node.store.read() as connection:
        declared = {tuple(key): number for *key, number in connection.execute(last.group_by(*each))}
        rows = connection.execute(newest.group_by(ACTIVITIES.c.product))
        imported = {row.product: row.number for row in rows}
    found = set()
    for one in products:
        periods = ((one.period_start, one.period_end), ("", ""))
        number = max(declared.get((one.code, *period), 0) for period in periods)
        # Which period an import is of is among its secrets: read only where there is a later one at all.
        if 0 < number < imported.get(one.code, 0) and _is_later(node, one, number):
            found.add(one.code)
    return frozenset(found)


def _is_later(node: Node, product: Product, declared: int) -> bool:
    """Whether the import of a product that counts came after the one that was declared."""
    newest = find_newest(node, product.code)
    return newest is not None and newest.id > declared


def find_declarations(node: Node, beginning: str, most: int) -> list[OwnDeclaration]:
    """The declarations whose id begins so, oldest first."""
    query = _OWN.where(DECLARATIONS.c.id.startswith(beginning, autoescape=True)).order_by(*_PLACE)
    with node.store.read() as connection:
        return [_own(row) for row in connection.execute(query.limit(most))]


_PLACE = tuple_(DECLARATIONS.c.created, DECLARATIONS.c.id)
_OWN = select(
    DECLARATIONS.c.product,
    DECLARATIONS.c.created,
    DECLARATIONS.c.id.label("declaration"),
    DECLARATIONS.c.period_start,
    DECLARATIONS.c.period_end,
    *DELIVERY,
).join(OUTGOING, OUTGOING.c.id == DECLARATIONS.c.id, isouter=True)


def _own(row: Any) -> OwnDeclaration:
    delivery = None if row.key is None else delivery_of(row)
    method = "" if row.key is None else row.key.rpartition(":")[2]
    period = (row.period_start, row.period_end)
    return OwnDeclaration(
        row.declaration, row.product, method, *period, row.created, *describe_delivery(delivery)
    )
