"""Where a calculation stands, as its parties see it: one row per supplier, read from the store's statements."""

from __future__ import annotations

from dataclasses import dataclass

from node.language import Phrase
from node.maker.own_requests import find_request
from node.maker.pack_drafts import find_model
from node.maker.parts import show_items
from node.organisation import Node
from node.outbox import describe_delivery, find_delivery
from node.words.endings import join_reasons, name_liars, say_ending
from protocol.calculation import Calculation
from protocol.library import enrolment_of
from protocol.payloads import Consent, Refusal, Void, Withdrawal
from protocol.requesting import declaration_of
from protocol.statements import Logged


@dataclass(frozen=True, slots=True)
class EntryProgress:
    """One entry: whose it is and how far; `state` is invited, consented, refused or contributed, `answer` what its
    owner answered, a policy by its words, or why it refused."""

    entry: int
    item: str
    stage: str
    declaration: str
    supplier: str
    supplier_zh: str
    product: str
    code: str
    state: str
    answer: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A calculation in one look. `since`, `deadline`: of the running phase, in Unix seconds; `ending` says why it ended
    without a result, as it was logged, and `ending_zh` the same to who reads Chinese."""

    request: str
    model: str
    phase: str
    since: int
    deadline: int | None
    consented: int
    contributed: int
    result: str | None
    certificate: str | None
    ending: str
    ending_zh: str
    entries: tuple[EntryProgress, ...]


def read_progress(node: Node, request: str) -> Progress:
    """Where a calculation stands as far as this node has seen; Refused("unknown")."""
    calculation = node.calculation(request)
    own = find_request(node, request)
    written = _show_items(node, calculation)
    items = {} if own is None else {of: written.get(item, item) for item, of in own.items.items()}
    ending = _ending(node, calculation)
    entries = tuple(_entry(node, calculation, number, items) for number in range(len(calculation.suppliers)))
    return Progress(
        request=request,
        model=", ".join(model.model for model in calculation.terms.models),
        phase=calculation.phase.value,
        since=_phase_began(calculation),
        deadline=calculation.deadline,
        consented=len(calculation.consents),
        contributed=len(calculation.contributions),
        result=None if calculation.result is None else calculation.result.id,
        certificate=None if calculation.certificate is None else calculation.certificate.id,
        ending=ending.en,
        ending_zh=ending.zh,
        entries=entries,
    )


def _entry(node: Node, calculation: Calculation, number: int, items: dict[str, str]) -> EntryProgress:
    entry = calculation.terms.entries[number]
    consent = calculation.consents.get(number)
    answer = ""
    if consent is not None:
        assert isinstance(consent.payload, Consent)
        answer = consent.payload.approval.answer
        state = "contributed" if consent.id in calculation.contributions else "consented"
    else:
        refusal = calculation.refusals.get(number)
        state = "invited" if refusal is None else "refused"
        if refusal is not None and isinstance(refusal.payload, Refusal):
            answer = refusal.payload.reason
    supplier = enrolment_of(calculation.suppliers[number], node.record)
    declared = declaration_of(entry.declaration, node.record)
    return EntryProgress(
        entry=number,
        item=items.get(entry.declaration, ""),
        stage=entry.stage,
        declaration=entry.declaration,
        supplier=supplier.name_en,
        supplier_zh=supplier.name_zh,
        product=declared.product_name,
        code=declared.product,
        state=state,
        answer=answer,
    )


def _show_items(node: Node, calculation: Calculation) -> dict[str, str]:
    """By its code, each item's code as it was written, as far as the models' bills of materials are here."""
    drafts = (find_model(node, one.model) for one in calculation.terms.models)
    return {code: shown for one in drafts if one is not None for code, shown in show_items(one.rows).items()}


def _phase_began(calculation: Calculation) -> int:
    """When the running phase began, as far as statements tell."""
    if calculation.result is not None:
        return calculation.result.logged_at
    begun = calculation.request if calculation.roster is None else calculation.roster
    return max([begun.logged_at, *(logged.logged_at for logged in _latest_contribution(calculation))])


def _latest_contribution(calculation: Calculation) -> list[Logged]:
    """The last contribution once all are in: then the computing began."""
    found = list(calculation.contributions.values())
    return found if len(found) == len(calculation.suppliers) else []


def _ending(node: Node, calculation: Calculation) -> Phrase:
    if calculation.ending is None:
        return Phrase("", "")
    payload = calculation.ending.payload
    if calculation.dispute is not None and calculation.dispute.liars:
        liars = [enrolment_of(one, node.record) for one in calculation.dispute.liars]
        return name_liars([(one.name_en, one.name_zh) for one in liars])
    reasons = [
        logged.payload.reason
        for logged in calculation.refusals.values()
        if isinstance(logged.payload, Refusal)
    ]
    if isinstance(payload, Void | Withdrawal):
        return join_reasons([say_ending(one) for one in (payload.reason, *reasons)])
    return Phrase("", "")


def describe_request(node: Node, request: str) -> str:
    """The phase of an own request, or what keeps it from being logged."""
    with node.store.read() as connection:
        delivery = find_delivery(connection, f"request:{request}")
    state, message = describe_delivery(delivery)
    return read_progress(node, request).phase if state == "logged" else f"{state}: {message}"
