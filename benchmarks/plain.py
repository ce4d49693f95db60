"""The baseline of the doors: the same processes, messages, signatures and stores, with the numbers in plaintext.

The one fact: what is taken away is exactly what hides and proves numbers (commitments, seals, masks, encryption,
proofs, their checks); statements, folds, receipts, the log and every transaction stay. Nothing like this is for use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

import coordinator.admission
import coordinator.aggregation
import coordinator.duties
import coordinator.projecting
import coordinator.proving
import crypto.bfv
import node.agent
import node.maker.requesting
import node.maker.resulting
import node.supplier.consenting
import node.supplier.contributing
import protocol.certificate
import protocol.requesting
import protocol.rules
from method.rules import find_rules
from node.maker.resulting import check_members
from node.outbox import find_statement, keep_statement
from node.supplier.contributing import check_own_roster, contribution_key
from node.supplier.declaring import declaration_secrets
from protocol.calculation import Calculation, Phase
from protocol.declaring import template_of, unit_footprint
from protocol.errors import PeerError
from protocol.fields import Base64, Id, IntegerText, Nonce
from protocol.payloads import (
    CELLS,
    KINDS,
    CellOpening,
    Consent,
    ConsentProofs,
    Contribution,
    ContributionProofs,
    ModelProofs,
    ModelResult,
    Part,
    Request,
    Result,
    Stage,
)
from protocol.requesting import QuantityOpening, RequestDraft, declaration_of
from protocol.shapes import cells_of
from protocol.statements import Header, sign_statement
from protocol.totals import figures_of


class PlainEntry(Part):
    """An entry that names its quantities."""

    stage: Stage
    declaration: Id
    quantities: Annotated[tuple[IntegerText, ...], Field(min_length=1)]


class PlainRequest(Request):
    """A request that anyone can read."""

    entries: Annotated[tuple[PlainEntry, ...], Field(min_length=1)]  # type: ignore[assignment]
    he_key: None = None  # type: ignore[assignment]
    proofs: None = None  # type: ignore[assignment]
    seals: tuple[Base64, ...] = ()  # type: ignore[assignment]


class PlainConsent(Consent):
    """A consent without a key."""

    ephemeral: Nonce  # type: ignore[assignment]


class PlainModel(Part):
    """What a member adds to each indicator, 1e-15 kgCO2e."""

    values: Annotated[tuple[IntegerText, ...], Field(min_length=4, max_length=4)]


class PlainContribution(Contribution):
    """A contribution that anyone can read."""

    models: tuple[PlainModel, ...]  # type: ignore[assignment]
    ciphertext: None = None  # type: ignore[assignment]


def install() -> None:
    """Turn this process, coordinator or node, into one of the baseline."""
    for kind in (PlainRequest, PlainConsent, PlainContribution):
        KINDS[kind.model_fields["type"].default] = kind
    places: list[tuple[Any, str, Any]] = [
        (coordinator.admission, "queue_proofs", _nothing),
        (coordinator.admission, "check_blob", _nothing),
        (coordinator.admission, "look_up_blobs", _nothing),
        (coordinator.proving, "check_blob", _nothing),
        (coordinator.proving, "queue_proofs", _nothing),
        (coordinator.proving, "look_up_blobs", _nothing),
        (coordinator.admission.Admission, "_check_caps", _nothing),
        (coordinator.aggregation.Aggregation, "catch_up", _nothing),
        (coordinator.duties.Duties, "_aggregate", _nothing),
        (coordinator.projecting, "_uses", lambda logged: []),
        (crypto.bfv, "make_key_pair", lambda: (crypto.bfv.BfvSecret(b""), b"")),
        (node.agent, "contribute", _contribute),
        (node.agent, "publish_result", _publish_result),
        (node.supplier.contributing, "queue_consent", _nothing),
        (node.supplier.consenting, "make_consent", _make_consent),
        (node.supplier.consenting, "open_quantities", _open_quantities),
        (node.maker.requesting, "keep_blob", _nothing),
        (node.maker.resulting, "queue_proofs", _nothing),
        (node.maker.requesting, "make_request", _make_request),
        (protocol.certificate, "queue_proofs", _nothing),
        (protocol.certificate, "equations_hold", lambda equations: True),
    ]
    for place, name, replacement in places:
        if not hasattr(place, name):
            raise AttributeError(f"{place} has no {name} any more: bring the baseline up to date")
        setattr(place, name, replacement)
    rules: dict[str, Any] = protocol.rules._STATE_RULES  # type: ignore[assignment]
    rules["request"] = _check_request


def _nothing(*_: object) -> None:
    return None


def _check_request(request: Any, context: Any, at: int) -> None:
    """The request's rules without those for seals and proofs."""
    rules = find_rules(request.method, request.boundary)
    for unit in request.models:
        protocol.requesting._check_functional_unit(unit, rules)
    protocol.requesting._check_entries(request, context.record)
    deadlines = request.deadlines
    if not at < deadlines.consent_by <= deadlines.contribute_by <= deadlines.result_by:
        raise PeerError("deadline", "expected deadlines in order")


def _make_request(draft: RequestDraft, header: Header, record: object, random: object) -> tuple[Any, None]:
    entries = tuple(
        PlainEntry(stage=entry.stage, declaration=entry.declaration, quantities=entry.quantities)
        for entry in draft.entries
    )
    fields = {name: getattr(draft, name) for name in ("models", "method", "boundary", "deadlines", "earlier")}
    request = PlainRequest(**header.fields(), **fields, entries=entries, sequence=draft.sequence)
    return request, None


def _open_quantities(request: Any, entry: int, recipient: object, random: object) -> tuple[Any, ...]:
    return tuple(QuantityOpening(value, 0) for value in request.payload.entries[entry].quantities)


def _make_consent(draft: Any, header: Header, random: Any) -> PlainConsent:
    return PlainConsent(
        **header.fields(),
        request=draft.request,
        entry=draft.entry,
        ephemeral=random(16).hex(),
        approval=draft.approval,
        proofs=ConsentProofs(possession=b""),
    )


def _contribute(place: Any, inquiry: Any, calculation: Calculation) -> str | None:
    key = contribution_key(inquiry.request, inquiry.entry)
    with place.store.read() as connection:
        kept = find_statement(connection, key)
    if kept is not None or calculation.roster is None:
        return None if kept is None else kept.id
    check_own_roster(place, inquiry, calculation)
    models = _values(place, inquiry, calculation)
    payload = PlainContribution(
        **place.header().fields(),
        request=inquiry.request,
        roster=calculation.roster.id,
        consent=calculation.consents[inquiry.entry].id,
        models=tuple(PlainModel(values=values) for values in models),
        proofs=ContributionProofs(models=tuple(ModelProofs(range=b"", relation=b"") for _ in models)),
    )
    signed = sign_statement(payload, place.identity.signing_key)
    with place.store.write() as connection:
        return keep_statement(connection, key, signed, place.clock()).id


def _values(place: Any, inquiry: Any, calculation: Calculation) -> list[tuple[int, ...]]:
    declaration = declaration_of(inquiry.declaration, place.record)
    secrets = declaration_secrets(place, inquiry.declaration)
    footprint, _ = unit_footprint(secrets, template_of(declaration, place.record, "partial"))
    quantities: Sequence[Any] = calculation.terms.entries[inquiry.entry].quantities
    return [tuple(quantity * value for value in footprint) for quantity in quantities]


def _publish_result(place: Any, calculation: Calculation) -> str | None:
    key = f"result:{calculation.request.id}"
    with place.store.read() as connection:
        kept = find_statement(connection, key)
    if kept is not None or calculation.phase is not Phase.COMPUTING or calculation.roster is None:
        return None if kept is None else kept.id
    check_members(place, calculation)
    models = tuple(_sum_up(place, calculation, model) for model in range(len(calculation.terms.models)))
    payload = Result(
        **place.header().fields(),
        request=calculation.request.id,
        roster=calculation.roster.id,
        method=calculation.terms.method,
        boundary=calculation.terms.boundary,
        models=models,
    )
    signed = sign_statement(payload, place.identity.signing_key)
    with place.store.write() as connection:
        return keep_statement(connection, key, signed, place.clock()).id


def _sum_up(place: Any, calculation: Calculation, model: int) -> ModelResult:
    totals = [0] * CELLS
    for index, entry in enumerate(calculation.terms.entries):
        part: Any = calculation.contribution_of(index).models[model]
        for cell, value in zip(cells_of(entry.stage), part.values, strict=True):
            totals[cell] += value
    cells = tuple(CellOpening(value=value, blinding=0) for value in totals)
    return ModelResult(cells=cells, figures=figures_of(calculation, model, tuple(totals), place.record))
