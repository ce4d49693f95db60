"""What a certificate says of each pack, ready to be written in another format.

The one fact: only a bundle whose every check passed is read, so no format can carry a figure that does not verify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from method.factor import Factor
from protocol.bundle import Bundle
from protocol.certificate import Report, Status
from protocol.errors import Refused
from protocol.library import factor_of
from protocol.payloads import (
    AnyPayload,
    Certificate,
    Declaration,
    Enrolment,
    Figures,
    FunctionalUnit,
    Publication,
    Request,
    Result,
)
from protocol.payloads import Factor as FactorStatement
from protocol.verification_payloads import Statement, Verification


@dataclass(frozen=True, slots=True)
class Maker:
    """Who asked for the calculation and published its totals."""

    name_zh: str
    name_en: str
    legal_entity: str


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the calculation, as far as everybody may see it. `is_makers`: declared by the pack maker itself."""

    stage: str
    plant: str
    first_day: str
    last_day: str
    is_makers: bool
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a verifier said of the result; `at` is when the log took it, Unix seconds."""

    verifier: str
    says: Statement
    at: int

    @property
    def kind(self) -> str:
        """What kind of opinion it is, and with what assurance, in English."""
        return f"{self.says.finding} opinion, {self.says.level} assurance"


@dataclass(frozen=True, slots=True)
class Certified:
    """One certificate that holds. `sha256` is of the full bundle; times are Unix seconds."""

    sha256: str
    request: str
    result: str
    method: str
    boundary: str
    certified_at: int
    maker: Maker
    members: tuple[Member, ...]
    opinions: tuple[Opinion, ...]
    packs: tuple[tuple[FunctionalUnit, Figures], ...]


@dataclass(frozen=True, slots=True)
class PackResult:
    """One pack of a certificate: its functional unit and figures."""

    certified: Certified
    unit: FunctionalUnit
    figures: Figures

    @property
    def stages(self) -> dict[str, str]:
        """kg of each stage, 0 for one that the boundary does not count."""
        return {str(stage): kg for stage, kg in self.figures.stages.items()}

    @property
    def shares(self) -> dict[str, str]:
        """Each stage's share of the total."""
        return {str(stage): share for stage, share in self.figures.shares.items()}


def read_certified(report: Report, data: bytes) -> Certified:
    """What a verified bundle says; `report` is of `data`. Refused("certificate") unless all of this holds.

    1. Every check passed. 2. It is the full form: the public one names no functional unit.
    """
    failed = [check.name for check in report.checks if check.status is not Status.PASSED]
    if report.redacted:  # 2
        raise Refused("certificate", "this is the public form of a certificate; export from the full one")
    if not report.is_good or report.bundle is None:  # 1
        raise Refused(
            "certificate",
            f"only a certificate that verifies is exported, and this one fails: {', '.join(failed)}; "
            "see what is wrong with: sealsum verify FILE",
        )
    return _read_bundle(report.bundle, hashlib.sha256(data).hexdigest())


def find_pack(certified: Certified, model: str | None = None) -> PackResult:
    """The pack of that model, or the only one; Refused("model") when there is none or it must be named."""
    names = [unit.model for unit, _ in certified.packs]
    if model is None and len(names) > 1:
        raise Refused(
            "model", f"this certificate is of several models; name one with --model: {', '.join(names)}"
        )
    wanted = names[0] if model is None else model
    for unit, figures in certified.packs:
        if unit.model == wanted:
            return PackResult(certified, unit, figures)
    raise Refused("model", f"this certificate is not of model {wanted}; it is of {', '.join(names)}")


def _read_bundle(bundle: Bundle, sha256: str) -> Certified:
    known: Mapping[str, AnyPayload] = {item.logged.id: item.logged.payload for item in bundle.statements}
    request = known[bundle.request]
    assert isinstance(request, Request)
    result_id, result = next((id, one) for id, one in known.items() if isinstance(one, Result))
    marked = next(
        item.logged.logged_at
        for item in bundle.statements
        if isinstance(item.logged.payload, Certificate) and item.logged.payload.result == result_id
    )
    maker = _enrolment(request.by, known)
    return Certified(
        sha256=sha256,
        request=bundle.request,
        result=result_id,
        method=result.method,
        boundary=result.boundary,
        certified_at=marked,
        maker=Maker(maker.name_zh, maker.name_en, maker.legal_entity),
        members=tuple(_members(request, maker.legal_entity, known)),
        opinions=tuple(_opinions(bundle, result_id, known)),
        packs=tuple(zip(request.models, (part.figures for part in result.models), strict=True)),
    )


def _members(request: Request, maker: str, known: Mapping[str, AnyPayload]) -> Iterable[Member]:
    for entry in request.entries:
        declaration = known[entry.declaration]
        assert isinstance(declaration, Declaration)
        yield Member(
            stage=entry.stage,
            plant=declaration.plant,
            first_day=declaration.period.start,
            last_day=declaration.period.end,
            is_makers=_enrolment(declaration.by, known).legal_entity == maker,
            factors=tuple(_factor(line.factor, known) for line in declaration.lines),
        )


def _factor(publication: str, known: Mapping[str, AnyPayload]) -> Factor:
    published = known[publication]
    assert isinstance(published, Publication)
    statement = known[published.subject]
    assert isinstance(statement, FactorStatement)
    return factor_of(statement)


def _opinions(bundle: Bundle, result: str, known: Mapping[str, AnyPayload]) -> Iterable[Opinion]:
    for item in bundle.statements:
        payload = item.logged.payload
        if isinstance(payload, Verification) and payload.subject == result:
            yield Opinion(_enrolment(payload.by, known).name_en, payload.says, item.logged.logged_at)


def _enrolment(signer: str, known: Mapping[str, AnyPayload]) -> Enrolment:
    payload = known[signer]
    assert isinstance(payload, Enrolment)
    return payload
