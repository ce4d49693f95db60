"""Step 2 at a pack maker: from one or several pack models to a signed request. Protocol sections 4 to 6.

The one fact: the BFV secret key and every quantity's opening are stored with the signed request before it is sent,
and the public key is uploaded before the request that names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import Connection, func, insert, select

from method.category import Category
from method.coefficient import quantity_to_fixed
from method.errors import MethodError
from method.functional_unit import make_functional_unit_fields
from method.pack import BomEntry, PackDefinition, check_mass_balance, find_empty_stages, restrict_pack
from method.rules import choose_rules, find_rules
from method.units import convert
from node.library import Library, fetch_kind, fetch_library
from node.maker.joint import join_models
from node.maker.outdated import keep_digests
from node.organisation import Node
from node.outbox import keep_blob, keep_statement
from node.store.tables import INBOX, OUTGOING, REQUESTS, STATEMENTS
from node.store.vault import keep_secret
from node.words.asked import ASKED
from protocol.disclosure import foresee
from protocol.errors import Refused
from protocol.library import enrolment_of, published_category
from protocol.payloads import Blob, Deadlines, Declaration, FunctionalUnit, Request, Stage
from protocol.requesting import EntryDraft, RequestDraft, make_request
from protocol.statements import Logged, sign_statement

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """What the requester decides beside the pack: how many seconds for each step, and which declarations.

    `method`, `boundary`: None takes those of the pack. `declarations` and `suppliers` name, per item, a declaration id
    or the supplier's legal entity.
    """

    consent_seconds: int = 14 * DAY
    contribute_seconds: int = 28 * DAY
    result_seconds: int = 42 * DAY
    declarations: Mapping[str, str] | None = None
    suppliers: Mapping[str, str] | None = None
    method: str | None = None
    boundary: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that was signed and stored, what its maker should be warned of, and what the boundary left out."""

    id: str
    models: tuple[str, ...]
    entries: int
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


def request_calculation(node: Node, packs: Sequence[PackDefinition], terms: Terms) -> Prepared:
    """Sign and store one request for one or several models; Refused names every item that has no declaration.

    Sending comes after.
    """
    from crypto.bfv import make_key_pair

    library = fetch_library(node)
    wholes, packs = packs, join_models([restrict_to(pack, terms, library) for pack in packs])
    first, units = packs[0], tuple(map(functional_unit_of, packs))
    models = tuple(unit.model for unit in units)
    warnings = (*find_empty_stages(first), *_mass_warnings(wholes))
    found = _find_declarations(node, first, terms)
    entries = _make_entries(node, packs, found)
    secret, public_key = make_key_pair()
    sha256 = hashlib.sha256(public_key).hexdigest()
    now = node.clock()
    draft = RequestDraft(
        models=units,
        method=first.method,
        boundary=first.boundary,
        entries=entries,
        he_key=Blob(sha256=sha256, length=len(public_key)),
        deadlines=_make_deadlines(terms, now),
        earlier=_earlier(node, models),
        sequence=_next_sequence(node),
    )
    payload, _ = make_request(draft, node.header(), node.record, node.random)
    signed = sign_statement(payload, node.identity.signing_key)
    named = {"models": models, "items": {entry.item: found[entry.item].id for entry in first.entries}}
    row = {"id": signed.id, "created": now, "sequence": draft.sequence, "pack": json.dumps(named)}
    with node.store.write() as connection:
        connection.execute(insert(REQUESTS).values(row))
        keep_secret(connection, f"he/{signed.id}", secret.encode())
        keep_digests(connection, signed.id, wholes, (first.method, first.boundary))
        keep_blob(connection, sha256, public_key, f"request:{signed.id}")
        keep_statement(connection, f"request:{signed.id}", signed, now)
    left_out = tuple(entry.item for entry in wholes[0].entries if entry.item not in found)
    return Prepared(signed.id, models, len(entries), left_out, (*warnings, *_foresee(node, payload)))


def _make_deadlines(terms: Terms, now: int) -> Deadlines:
    return Deadlines(
        consent_by=now + terms.consent_seconds,
        contribute_by=now + terms.contribute_seconds,
        result_by=now + terms.result_seconds,
    )


def _foresee(node: Node, payload: Request) -> tuple[str, ...]:
    """What suppliers' owners will be asked before they take part: it takes them time, and they may decline."""
    counts = foresee(payload, payload.by, node.record)
    if not counts:
        return ()
    first = f"owners will be asked before they take part, of {len(payload.entries)} entries; allow them time:"
    return ("\n  ".join((first, *(f"{count}: {ASKED[one].en}" for one, count in counts.items()))),)


def restrict_to(pack: PackDefinition, terms: Terms, library: Library) -> PackDefinition:
    """The pack with the entries that the boundary asked for counts.

    An entry in a stage that its category does not know would be left out for a slip, so it is refused.
    """
    for entry in pack.entries:
        published = library.categories.get(entry.category)
        if published is not None and entry.stage not in published.category.stages:
            stages = ", ".join(published.category.stages)
            raise Refused("stage", f"{entry.item}: category {entry.category} belongs to {stages}; correct it")
    try:
        return restrict_pack(pack, *choose_rules((pack.method, pack.boundary), terms.method, terms.boundary))
    except MethodError as error:
        raise Refused("pack", str(error)) from error


def functional_unit_of(pack: PackDefinition) -> FunctionalUnit:
    """The functional unit of a request for the pack; Refused("functional unit") with what its rule set misses."""
    try:
        rules = find_rules(pack.method, pack.boundary)
        return FunctionalUnit.model_validate(make_functional_unit_fields(pack.functional_unit, rules))
    except MethodError as error:
        raise Refused("functional unit", f"model {pack.functional_unit.model}: {error}") from error


def _mass_warnings(packs: Sequence[PackDefinition]) -> tuple[str, ...]:
    try:
        return tuple(
            (f"{pack.functional_unit.model}: " if len(packs) > 1 else "") + warning.describe()
            for pack in packs
            for warning in check_mass_balance(pack)
        )
    except MethodError as error:
        raise Refused("pack", str(error)) from error


def _earlier(node: Node, models: Sequence[str]) -> tuple[str, ...]:
    return tuple(request.id for request in list_requests(node) if set(request.models) & set(models))


def _next_sequence(node: Node) -> int:
    with node.store.read() as connection:
        last = connection.execute(select(func.max(REQUESTS.c.sequence))).scalar()
    return 0 if last is None else int(last) + 1


# --- bill of materials to declarations -------------------------------------------------------------


def _find_declarations(node: Node, pack: PackDefinition, terms: Terms) -> dict[str, Logged]:
    """One declaration per item; Refused("declaration") lists all items without one in one go."""
    named, suppliers = dict(terms.declarations or {}), dict(terms.suppliers or {})
    items = {entry.item for entry in pack.entries}
    unknown = sorted((set(named) | set(suppliers)) - items)
    problems = [f"{item}: the bill of materials has no such item" for item in unknown]
    fetch_kind(node, "declaration")
    everything = node.record.of_kind("declaration")
    found: dict[str, Logged] = {}
    for entry in pack.entries:
        try:
            found[entry.item] = choose_declaration(node, entry, (pack.method, everything), terms)
        except Refused as error:
            problems.append(error.message)
    if problems:
        raise Refused("declaration", "the bill of materials cannot be requested:\n  " + "\n  ".join(problems))
    return found


def choose_declaration(
    node: Node, entry: BomEntry, declared: tuple[str, Sequence[Logged]], terms: Terms
) -> Logged:
    """The declaration that a request takes for an entry, of those `declared` under a method.

    Refused("default" | "supplier" | "declaration") says what is missing.
    """
    if entry.default_factor:
        raise Refused(
            "default",
            f"{entry.item}: a default factor counts in `sealsum footprint` only; a sealed calculation needs a "
            "supplier's declaration. Name a supplier, or declare the item yourself",
        )
    method, everything = declared
    candidates = _candidates(node, entry, everything, method)
    named = (terms.declarations or {}).get(entry.item)
    supplier = (terms.suppliers or {}).get(entry.item) or entry.legal_entity
    return _choose(node, entry, candidates, named, supplier)


def _candidates(node: Node, entry: BomEntry, everything: Sequence[Logged], method: str) -> list[Logged]:
    fitting, codes = [], dict[str, str]()
    for logged in everything:
        declaration = cast(Declaration, logged.payload)
        if declaration.product == entry.product and declaration.method == method:
            if declaration.category not in codes:  # those of a product share one, as a rule
                codes[declaration.category] = _category_of(node, declaration).code
            if codes[declaration.category] == entry.category:
                fitting.append(logged)
    return fitting


def _category_of(node: Node, declaration: Declaration) -> Category:
    return published_category(declaration.category, node.record)


def _choose(
    node: Node, entry: BomEntry, candidates: list[Logged], named: str | None, supplier: str
) -> Logged:
    if named is not None:
        return _named_declaration(node, entry, named)
    if not supplier:
        # Anyone may declare under any product code, and whoever is chosen reads the quantity.
        found = ", ".join(sorted({_name(node, logged) for logged in candidates})) or "nobody yet"
        raise Refused(
            "supplier",
            f"{entry.item}: say whose product it is, because that supplier will read the quantity; {entry.product} is "
            f'declared by {found}. Write legal_entity = "..." in the bill of materials, or --supplier '
            f"{entry.item}=LEGAL_ENTITY",
        )
    candidates = [
        logged
        for logged in candidates
        if enrolment_of(logged.payload.by, node.record).legal_entity == supplier
    ]
    if not candidates:
        raise Refused(
            "declaration",
            f"{entry.item}: no declaration of product {entry.product} (category {entry.category}) by {supplier} is "
            f"known. Ask the supplier to declare, or name one: --declaration {entry.item}=ID",
        )
    # The newest period counts; of one period the latest declaration.
    return max(candidates, key=lambda logged: (cast(Declaration, logged.payload).period.end, logged.index))


def _named_declaration(node: Node, entry: BomEntry, declaration_id: str) -> Logged:
    logged = node.record.get(declaration_id)
    if logged is None or not isinstance(logged.payload, Declaration):
        raise Refused(
            "declaration",
            f"{entry.item}: {declaration_id} is not a logged declaration; ask the supplier for its id "
            f"(sealsum node list shows it there)",
        )
    category = _category_of(node, logged.payload)
    if category.code != entry.category:
        raise Refused(
            "declaration",
            f"{entry.item}: declaration {declaration_id[:16]} is of category {category.code}, "
            f"the bill of materials says {entry.category}",
        )
    return logged


def _name(node: Node, logged: Logged) -> str:
    enrolment = enrolment_of(logged.payload.by, node.record)
    return f"{enrolment.name_en} ({enrolment.legal_entity})"


def _make_entries(
    node: Node, packs: Sequence[PackDefinition], found: Mapping[str, Logged]
) -> tuple[EntryDraft, ...]:
    """The items of the first model, each with its quantity in every model."""
    entries, problems = [], []
    for item, stage in [(entry.item, entry.stage) for entry in packs[0].entries]:
        category = _category_of(node, cast(Declaration, found[item].payload))
        quantities = []
        for pack in packs:
            try:
                quantities.append(_read_quantity(pack, item, category))
            except (MethodError, Refused) as error:
                named = f"{pack.functional_unit.model}: {item}" if len(packs) > 1 else item
                problems.append(f"{named}: {error}")
        entries.append(EntryDraft(cast(Stage, stage), found[item].id, tuple(quantities)))
    if problems:
        raise Refused("quantity", "the bill of materials cannot be requested:\n  " + "\n  ".join(problems))
    return tuple(entries)


def _read_quantity(pack: PackDefinition, item: str, category: Category) -> int:
    entry = next(one for one in pack.entries if one.item == item)
    quantity = convert(entry.quantity, entry.unit, category.declared_unit)
    _check_plausible(category, quantity, pack.functional_unit.pack_energy_kwh)
    return quantity_to_fixed(quantity)


def _check_plausible(category: Category, quantity: Fraction, energy_kwh: Fraction) -> None:
    low, high = category.plausible_quantity(energy_kwh)
    if not low <= quantity <= high:
        raise Refused(
            "quantity",
            f"the quantity is outside the range that category {category.code} calls plausible for this pack "
            f"({float(low):g} to {float(high):g} {category.declared_unit}); its supplier would refuse. Check the unit",
        )


# --- looking ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One of this node's requests; `items` names the declaration chosen for each item."""

    id: str
    models: tuple[str, ...]
    sequence: int
    created: int
    items: Mapping[str, str]

    @property
    def model(self) -> str:
        """The codes of all models, to be read."""
        return ", ".join(self.models)


def list_requests(node: Node) -> list[OwnRequest]:
    """This node's requests, oldest first."""
    with node.store.read() as connection:
        rows = connection.execute(select(REQUESTS).order_by(REQUESTS.c.sequence)).all()
    return [own_request(row) for row in rows]


def own_request(row: Any) -> OwnRequest:
    """The request in a row of its table."""
    named = json.loads(row.pack)
    # Stores written before a request could name several models have one.
    models = tuple(named["models"]) if "models" in named else (named["model"],)
    return OwnRequest(row.id, models, row.sequence, row.created, named["items"])


def is_own_request(connection: Connection, request: str) -> bool:
    """Whether this node made the request."""
    return connection.execute(select(REQUESTS.c.id).where(REQUESTS.c.id == request)).first() is not None


def resolve_request(node: Node, prefix: str) -> str:
    """The full id of a request or calculation from its first characters; Refused("unknown" | "ambiguous")."""
    if len(prefix) == 64:
        return prefix
    with node.store.read() as connection:
        found = set(
            connection.execute(select(REQUESTS.c.id).where(REQUESTS.c.id.startswith(prefix))).scalars()
        )
        found |= set(
            connection.execute(select(INBOX.c.request).where(INBOX.c.request.startswith(prefix))).scalars()
        )
        query = select(STATEMENTS.c.id).where(
            STATEMENTS.c.kind == "request", STATEMENTS.c.id.startswith(prefix)
        )
        found |= set(connection.execute(query).scalars())
        query = select(OUTGOING.c.id).where(OUTGOING.c.kind == "request", OUTGOING.c.id.startswith(prefix))
        found |= set(connection.execute(query).scalars())
    if len(found) != 1:
        problem = "no request starts" if not found else f"{len(found)} requests start"
        raise Refused("unknown", f"{problem} with {prefix!r}; see: sealsum node list")
    return str(found.pop())
