"""What a node keeps after years: products, models, own calculations, others' requests and the ledger.

The one fact: what a page reads is as the node's own parts write it; own calculations are one whole calculation signed
anew under other names, and of others' that are over only copies of one consent lie there, which nobody reads.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import delete, insert, select

from benchmarks.calculation import run_calculation
from benchmarks.chain import LINES, UNIT, Member
from benchmarks.node_log import (
    ASKED_FOR,
    CUSTOMERS,
    DAY,
    DECLARED,
    MEMBERS,
    MESSAGES,
    MODELS,
    OPEN,
    ROWS,
    STATEMENTS_KEPT,
    YEARS,
    Years,
    declared_in,
    delivered,
    header_of,
    in_batches,
    keep_rows,
)
from method.activity import ActivityRecord
from method.product import Product
from node.maker.pack_drafts import ROW_FIELDS, PackDraft, keep_draft
from node.maker.standings import read_now
from node.store.record import keep_logged
from node.store.tables import (
    ASKED,
    CERTIFICATES,
    EGRESS,
    INBOX,
    OUTGOING,
    REQUESTS,
    STANDINGS,
    WIRE,
)
from node.supplier.activities import Source, keep_activity
from node.supplier.disclosing import keep_asked
from node.supplier.products import add_product
from node.supplier.states import APPROVED, CLOSED, DECLINED, WAITING
from protocol.payloads import (
    AnyPayload,
    Blob,
    Deadlines,
    Request,
)
from protocol.requesting import EntryDraft, RequestDraft, make_request
from protocol.run import METHOD, Party, enrol
from protocol.statements import Header, Logged, Signed, calculation_of, sign_statement


def fill_node(years: Years) -> None:
    """Products, models, own calculations, others' requests, the ledger; the node has read the log before."""
    _add_products(years)
    _keep_models(years)
    _calculate(years)
    _be_asked(years)
    _fill_ledger(years)


def _add_products(years: Years) -> None:
    category = years.chain.members[0].stage.replace("_", "-")
    for number in range(DECLARED // 2):
        code = f"product-{number}"
        add_product(
            years.node,
            Product(
                code,
                f"产品{number}",
                f"Product {number}",
                category,
                "kg",
                "CN",
                "2025-01-01",
                "2025-12-31",
                "a",
            ),
        )
        if number < 20:
            for _ in range(2):
                keep_activity(years.node, code, _records(), Source("activity.xlsx", "0" * 64))


def _records() -> list[ActivityRecord]:
    lines = [("output", Fraction(1000), "")]
    lines += [(f"line-{number}", Fraction(10 + number), "") for number in range(LINES)]
    return [
        ActivityRecord(
            line,
            "2025-01-01",
            "2025-12-31",
            amount,
            "kg",
            Fraction(1),
            factor,
            f"INV-{row}",
            "",
            "Sheet1",
            row,
        )
        for row, (line, amount, factor) in enumerate(lines, start=1)
    ]


def _model(number: int) -> str:
    return f"MODEL-{number:03}"


def _keep_models(years: Years) -> None:
    row = dict.fromkeys(ROW_FIELDS, "")
    for number in range(MODELS):
        fields = {
            "model": _model(number), "name_zh": f"电池包{number}", "name_en": f"Pack {number}", "chemistry": "NCM622",
            "mass_kg": "523", "method": METHOD, "boundary": "partial", "maker": "item-0",
            "pack_energy_kwh": "100", "usable_energy_kwh": "100", "cycles_per_year": "60", "warranty_years": "8",
            "vehicle_category": "M1",
        }  # fmt: skip
        rows = tuple(_row(years.chain.members[item % MEMBERS], item, row) for item in range(ROWS))
        draft = keep_draft(years.node, PackDraft(os.urandom(8).hex(), fields, rows))
        years.drafts.append(draft.id)


def _row(member: Member, item: int, empty: dict[str, str]) -> dict[str, str]:
    return {
        **empty, "item": f"item-{item}", "quantity": "30", "unit": "kg",
        "product": declared_in(member.declaration).product,
        "legal_entity": declared_in(member.declaration).product_name.replace("Product", "Supplier"),
        "category": member.stage.replace("_", "-"), "stage": member.stage,
    }  # fmt: skip


def _calculate(years: Years) -> None:
    """One whole calculation ten thousand times, of other models and years each; the last ones still run."""
    request, _ = run_calculation(years.chain)
    notary = years.chain.world.notary
    steps = [one for one in notary.record.in_order() if calculation_of(one.signed) == request]
    declared = _declared_by_year(years)
    parties = {one.enrolment: one for one in _parties(years)}
    index = len(notary.leaves)
    for numbers in in_batches(range(ASKED_FOR), 500):
        logged: list[Logged] = []
        for number in numbers:
            shown = steps if number < ASKED_FOR - OPEN else steps[:2]
            made = _again(years, shown, (number, declared[number // MODELS % len(YEARS)]), parties)
            logged += [
                Logged(one, index + place, years.now) for place, one in enumerate(made, start=len(logged))
            ]
        index += len(logged)
        _keep_calculations(years, logged, numbers[0])
    _tell_standings(years)


def _declared_by_year(years: Years) -> list[list[str]]:
    """For each year, the declaration of every member."""
    found: dict[tuple[str, str], str] = {}
    for one in years.chain.world.notary.record.in_order():
        if one.payload.type == "declaration":
            found[one.payload.by, one.payload.period.end[:4]] = one.id
    return [[found[member.party.enrolment, year] for member in years.chain.members] for year in YEARS]


def _parties(years: Years) -> list[Party]:
    return [years.chain.operator, years.works, *(member.party for member in years.chain.members)]


def _again(
    years: Years, steps: Sequence[Logged], which: tuple[int, list[str]], parties: dict[str, Party]
) -> Iterator[Signed]:
    """The steps of the calculation as this organisation's own, of another model and other declarations."""
    number, declared = which
    ids: dict[str, str] = {}
    for step in steps:
        by = years.works if step.payload.type in ("request", "result") else parties[step.payload.by]
        fields = {**_renamed(step.payload, ids), **header_of(by)}
        if step.payload.type == "request":
            fields["models"] = (UNIT.model_copy(update={"model": _model(number % MODELS)}),)
            fields["entries"] = tuple(
                entry.model_copy(update={"declaration": declaration})
                for entry, declaration in zip(step.payload.entries, declared, strict=True)
            )
        signed = sign_statement(step.payload.model_copy(update=fields), by.key)
        ids[step.id] = signed.id
        yield signed


def _renamed(payload: AnyPayload, ids: dict[str, str]) -> dict[str, Any]:
    names = ("request", "roster", "consent", "result")
    found: dict[str, Any] = {name: ids[getattr(payload, name)] for name in names if hasattr(payload, name)}
    if payload.type == "roster":
        found["consents"] = tuple(sorted(ids[one] for one in payload.consents))
    return found


def _keep_calculations(years: Years, logged: Sequence[Logged], first: int) -> None:
    requests = [one for one in logged if one.payload.type == "request"]
    own = [one for one in logged if one.payload.by == years.works.enrolment]
    with years.node.store.write() as connection:
        keep_logged(connection, logged)
        connection.execute(insert(OUTGOING), [delivered(f"{one.payload.type}:{one.id}", one) for one in own])
        connection.execute(
            insert(REQUESTS), [_own(years, number, one) for number, one in enumerate(requests, first)]
        )
    years.requests += [one.id for one in requests]


def _tell_standings(years: Years) -> None:
    """How each stands: of one calculation a year as the node tells it, of its copies the same under their names."""
    node = years.node
    per_year = [MODELS * number for number in range(len(YEARS))]
    told = {}
    for number in per_year:
        read_now(node, years.requests[number])
        with node.store.read() as connection:
            query = select(STANDINGS).where(STANDINGS.c.request == years.requests[number])
            told[number] = dict(connection.execute(query).mappings().one())
    rows = []
    for number, request in enumerate(years.requests[: ASKED_FOR - OPEN]):
        if number in told:
            continue
        pattern = told[per_year[number // MODELS % len(YEARS)]]
        unit = UNIT.model_copy(update={"model": _model(number % MODELS)}).model_dump_json()
        names = {"request": request, "sequence": number, "model": _model(number % MODELS), "unit": unit}
        rows.append({**pattern, **names, "created": years.now - (ASKED_FOR - number) * 3600})
    keep_rows(years, STANDINGS, rows)
    certified = [
        {"request": request, "at": years.now, "bundle": b"{}", "checks": "[]", "holds": True}
        for request in years.requests[: ASKED_FOR - OPEN]
    ]
    keep_rows(years, CERTIFICATES, certified)


def _own(years: Years, number: int, logged: Logged) -> dict[str, Any]:
    assert isinstance(logged.payload, Request)
    entries = logged.payload.entries
    items = {f"item-{place}": entry.declaration for place, entry in enumerate(entries)}
    pack = json.dumps({"models": [_model(number % MODELS)], "items": items})
    created = years.now - (ASKED_FOR - number) * 3600
    return {"id": logged.id, "created": created, "sequence": number, "pack": pack}


def _be_asked(years: Years) -> None:
    """Ten thousand requests of several customers; those that wait can be opened and read."""
    world = years.chain.world
    customers = [enrol(world, f"Customer {number}", ["requester"]) for number in range(CUSTOMERS)]
    known = [world.notary.record.get(one.enrolment) for one in customers]
    with years.node.store.write() as connection:
        keep_logged(connection, [one for one in known if one is not None])
    made = [_request(years, customers[number % CUSTOMERS]) for number in range(2 * OPEN + 1)]
    pattern, counted = made[0], _count(years, made[-CUSTOMERS:])
    for number in range(ASKED_FOR - len(made)):
        by = customers[number % CUSTOMERS]
        made.append(sign_statement(pattern.payload.model_copy(update=header_of(by)), by.key))
    made.reverse()
    index = 2 * STATEMENTS_KEPT
    for rows in in_batches(enumerate(made), 500):
        logged = [Logged(signed, index + number, years.now) for number, signed in rows]
        with years.node.store.write() as connection:
            keep_logged(connection, logged)
            connection.execute(insert(INBOX), [_inquiry(years, *one) for one in rows])
            asked = [{"request": signed.id, "asked": counted[signed.payload.by]} for _, signed in rows]
            connection.execute(insert(ASKED), asked)
    years.waiting, years.closed = made[-1].id, made[-2 * OPEN - 1].id
    _fill_with_consents(years, [one.id for one in made[: -2 * OPEN]])


def _count(years: Years, requests: Sequence[Signed]) -> dict[str, str]:
    """What section 9 counts of a request of each customer, as the node writes it down."""
    found = {}
    for signed in requests:
        keep_asked(years.node, Logged(signed, 0, years.now))
        with years.node.store.write() as connection:
            row = ASKED.c.request == signed.id
            found[signed.payload.by] = str(connection.execute(select(ASKED.c.asked).where(row)).scalar_one())
            connection.execute(delete(ASKED).where(row))
    return found


def _request(years: Years, by: Party) -> Signed:
    now, members = years.now, years.chain.members
    entries = [EntryDraft(one.stage, one.declaration.id, (one.quantity,)) for one in members[1:]]
    entries.append(EntryDraft(members[0].stage, years.declarations[0].id, (30_000,)))
    draft = RequestDraft(
        models=(UNIT,),
        method=METHOD,
        boundary="partial",
        entries=tuple(entries),
        he_key=Blob(sha256="0" * 64, length=1000),
        deadlines=Deadlines(consent_by=now + DAY, contribute_by=now + 2 * DAY, result_by=now + 3 * DAY),
    )
    payload, _ = make_request(draft, Header(**header_of(by)), years.chain.world.notary.record, os.urandom)
    return sign_statement(payload, by.key)


def _inquiry(years: Years, number: int, signed: Signed) -> dict[str, Any]:
    state = CLOSED if number % 9 else DECLINED
    if number >= ASKED_FOR - 2 * OPEN:
        state = WAITING if number >= ASKED_FOR - OPEN else APPROVED
    words = "what a customer of this kind learns from a total over so many members, in words\n客户从总量中能知道什么"
    return {
        "request": signed.id,
        "entry": MEMBERS - 1,
        "declaration": years.declarations[0].id,
        "product": f"product-{number % (DECLARED // 2) if state == CLOSED else 0}",
        "customer": f"Customer {number % CUSTOMERS}",
        "state": state,
        "findings": json.dumps([words] * 5, ensure_ascii=False),
        "asks": "[]",
        "decided_by": None if state == WAITING else "person",
        "answer": "" if state == WAITING else "approved",
        "policy": None,
        "models": 1,
        "created": years.now - (ASKED_FOR - number) * 3600,
    }


def _fill_with_consents(years: Years, requests: Sequence[str]) -> None:
    """What others said in calculations that are over, up to the number of statements."""
    pattern = next(one for one in years.chain.world.notary.record.in_order() if one.payload.type == "consent")
    with years.node.store.read() as connection:
        there = connection.exec_driver_sql("select count(*) from statements").scalar_one()

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(STATEMENTS_KEPT - there):
            request = requests[number % len(requests)]
            kind = "consent" if number % 2 else "contribution"
            author = f"{number % 1000:064x}"
            yield (
                os.urandom(32).hex(),
                kind,
                3 * STATEMENTS_KEPT + number,
                years.now,
                author,
                request,
                pattern.signed.data,
            )

    words = "insert into statements (id, kind, log_index, logged_at, author, calculation, data) values (?,?,?,?,?,?,?)"
    for some in in_batches(rows(), 50_000):
        with years.node.store.write() as connection:
            cursor = connection.connection.cursor()
            cursor.executemany(words, some)


def _fill_ledger(years: Years) -> None:
    kinds = ("find", "watch", "request", "consent", "contribution", "ciphertext", "declaration", "checkpoint")
    rows = [
        {
            "id": number, "at": years.now - (MESSAGES - number) * 60, "receiver": "coordinator.example:7443",
            "kind": kinds[number % len(kinds)], "size": 1000 + number % 500, "sha256": os.urandom(32).hex(),
            "holds_en": "a question to the coordinator", "holds_zh": "向协调方提出的问题",
        }
        for number in range(100_000, 100_000 + MESSAGES)
    ]  # fmt: skip
    keep_rows(years, EGRESS, rows)
    names = ("at", "size", "sha256")
    wire = [{"parcel": row["id"], "method": "Find", **{name: row[name] for name in names}} for row in rows]
    keep_rows(years, WIRE, wire)
