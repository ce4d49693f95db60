"""Step 1, declare: a supplier commits to its activity amounts, once per product and period. Protocol sections 4 to 6.

The one fact: the unit footprint's commitment P[k] = sum_j w_j[k]*C_j is recomputed by whoever needs it and
never taken from anyone. The amounts are the same for every boundary; w, and so P, is the boundary's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from crypto.batch import EquationBatch
from crypto.commitment import commit
from crypto.errors import BadEncoding, BadProof
from crypto.group import ORDER, MaybePoint, Point, Random, multi_multiply, multiply, random_scalar, sum_points
from crypto.range_proof import parse_range_proof, prove_range, queue_range
from method.errors import MethodError
from method.factor import check_valid_on
from method.rules import RULES
from protocol.citing import check_certificates
from protocol.errors import PeerError, Refused
from protocol.fixed_point import AMOUNT_BITS, MAX_UNIT_FOOTPRINT, check_amount
from protocol.library import Template, Weighing, make_template
from protocol.payloads import INDICATORS, Declaration, DeclarationLine, DeclarationProofs, Period
from protocol.publishing import check_not_retired
from protocol.statements import Header, Record, Signed, core_id_of
from protocol.transcripts import proof_transcript


@dataclass(frozen=True, slots=True)
class DeclarationDraft:
    """What a supplier declares: codes and names, and per template line (factor publication id, amount in 1e-6 unit)."""

    product: str
    product_name: str
    category: str
    plant: str
    period: Period
    method: str
    evidence_root: str
    certificates: tuple[str, ...] = field(default=(), kw_only=True)
    lines: tuple[tuple[str, int], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeclarationSecrets:
    """Amounts (1e-6 unit) and blindings behind a declaration's commitments, line by line."""

    amounts: tuple[int, ...] = field(repr=False)
    blindings: tuple[int, ...] = field(repr=False)

    def encode(self) -> bytes:
        """For the node's store: 8 bytes of amount and 32 of blinding a line."""
        pairs = zip(self.amounts, self.blindings, strict=True)
        return b"".join(
            amount.to_bytes(8, "big") + blinding.to_bytes(32, "big") for amount, blinding in pairs
        )

    @classmethod
    def parse(cls, data: bytes) -> DeclarationSecrets:
        """What `encode` wrote."""
        rows = [data[i : i + 40] for i in range(0, len(data), 40)]
        amounts = tuple(int.from_bytes(row[:8], "big") for row in rows)
        return cls(amounts, tuple(int.from_bytes(row[8:], "big") for row in rows))


def make_declaration(
    draft: DeclarationDraft, header: Header, random: Random
) -> tuple[Declaration, DeclarationSecrets]:
    """Commit to every amount and prove its range; Refused when an amount is out of range."""
    amounts = tuple(amount for _, amount in draft.lines)
    for amount in amounts:
        check_amount(amount)
    blindings = tuple(random_scalar(random) for _ in amounts)
    points = [_point(commit(a, t, random)) for a, t in zip(amounts, blindings, strict=True)]
    lines = tuple(
        DeclarationLine(factor=factor, amount=point)
        for (factor, _), point in zip(draft.lines, points, strict=True)
    )
    unproven = Declaration(
        **header.fields(),
        product=draft.product,
        product_name=draft.product_name,
        category=draft.category,
        plant=draft.plant,
        period=draft.period,
        method=draft.method,
        lines=lines,
        evidence_root=draft.evidence_root,
        certificates=draft.certificates,
        proofs=DeclarationProofs(range=b""),
    )
    transcript = proof_transcript("declaration", header.by, core_id_of(unproven))
    proof = prove_range(amounts, blindings, [AMOUNT_BITS] * len(amounts), transcript, random)
    proven = unproven.model_copy(update={"proofs": DeclarationProofs(range=proof.encode())})
    return proven, DeclarationSecrets(amounts, blindings)


def _point(point: MaybePoint) -> Point:
    assert point is not None, "a commitment under a random blinding is infinity with probability 2^-256"
    return point


def template_of(declaration: Declaration, record: Record, boundary: str) -> Template:
    """Category, factors and coefficients of a declaration under its own method and the boundary asked for.

    PeerError when one is unpublished or does not fit.
    """
    factors = tuple(line.factor for line in declaration.lines)
    return make_template(declaration.category, factors, Weighing(declaration.method, boundary), record)


@dataclass(frozen=True, slots=True)
class _Priced:
    """A declaration under a boundary: its id fixes its content, and with the boundary its template."""

    id: str
    boundary: str
    declaration: Declaration = field(compare=False)
    template: Template = field(compare=False)


def known_unit_points(
    declaration_id: str, declaration: Declaration, template: Template, boundary: str
) -> tuple[MaybePoint, ...]:
    """`unit_points` of a declaration that is logged under this id, remembered: it serves many calculations."""
    return _unit_points(_Priced(declaration_id, boundary, declaration, template))


@lru_cache(maxsize=4096)
def _unit_points(priced: _Priced) -> tuple[MaybePoint, ...]:
    return unit_points(priced.declaration, priced.template)


def unit_points(declaration: Declaration, template: Template) -> tuple[MaybePoint, ...]:
    """P[k] = sum_j w_j[k]*C_j for the four indicators; may be infinity (None)."""
    terms: list[list[tuple[int, MaybePoint]]] = [[] for _ in INDICATORS]
    for line, (first, *others) in zip(declaration.lines, template.coefficients, strict=True):
        product = multiply(line.amount, first)
        terms[0].append((1, product))
        for row, weight in zip(terms[1:], others, strict=True):
            # Secondary and quality are small multiples of the total by the method, and small ones are cheap.
            ratio, rest = divmod(weight, first) if first else (0, weight)
            row.append((weight, line.amount) if rest else (ratio, product))
    return tuple(multi_multiply(_gathered(row)) for row in terms)


def _gathered(terms: Sequence[tuple[int, MaybePoint]]) -> list[tuple[int, MaybePoint]]:
    """The same sum with one term per scalar."""
    by_scalar: dict[int, list[MaybePoint]] = {}
    for scalar, point in terms:
        by_scalar.setdefault(scalar, []).append(point)
    return [(scalar, sum_points(points)) for scalar, points in by_scalar.items() if scalar]


def unit_footprint(
    secrets: DeclarationSecrets, template: Template
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The opening (p[k] in 1e-12 kg per declared unit, r[k] mod n) of P[k]; Refused when |p[k]| >= 2^64."""
    columns: Sequence[tuple[int, ...]] = list(zip(*template.coefficients, strict=True))
    values = tuple(sum(w * a for w, a in zip(column, secrets.amounts, strict=True)) for column in columns)
    if any(abs(value) >= MAX_UNIT_FOOTPRINT for value in values):
        raise Refused(
            "unit footprint", "a unit footprint is 18.4 million kgCO2e per declared unit or more: check units"
        )
    blindings = tuple(
        sum(w * t for w, t in zip(column, secrets.blindings, strict=True)) % ORDER for column in columns
    )
    return values, blindings


def check_declaration(declaration: Declaration, record: Record) -> None:
    """Raise PeerError unless the declaration is one the log may take.

    1. Its period is in order, at most 366 days. 2. Its method is known. 3. Category and factors are published
    and fit the template, line by line, with coefficients in range under every boundary of the method.
    4. Each factor's validity meets the period. 5. Nothing it cites was retired.
    6. No certificate it cites is cited for anything else.
    """
    period = declaration.period
    try:  # 1
        days = (date.fromisoformat(period.end) - date.fromisoformat(period.start)).days + 1
    except ValueError as error:
        raise PeerError("period", "expected dates as 2025-01-01") from error
    if not 1 <= days <= 366:
        raise PeerError("period", f"expected a period of 1 to 366 days, found {days}")
    rules = RULES.get(declaration.method)
    if rules is None:  # 2
        raise PeerError(
            "method", f"unknown method {declaration.method!r}: expected one of {', '.join(RULES)}"
        )
    templates = [template_of(declaration, record, boundary) for boundary in rules.boundaries]  # 3
    try:
        for factor in templates[0].factors:  # 4
            check_valid_on(factor, period.start, period.end)
    except MethodError as error:
        raise PeerError("method", str(error)) from error
    check_not_retired((declaration.category, *(line.factor for line in declaration.lines)), record)  # 5
    check_certificates(declaration, record)  # 6


def queue_declaration(batch: EquationBatch, signed: Signed) -> None:
    """Queue the range proof over all amounts; PeerError("proof") when it is malformed."""
    declaration = signed.payload
    assert isinstance(declaration, Declaration)
    widths = [AMOUNT_BITS] * len(declaration.lines)
    transcript = proof_transcript("declaration", declaration.by, signed.core_id)
    try:
        proof = parse_range_proof(declaration.proofs.range, widths)
        queue_range(batch, [line.amount for line in declaration.lines], widths, proof, transcript)
    except (BadEncoding, BadProof) as error:
        raise PeerError("proof", f"the range proof of the amounts: {error}") from error
