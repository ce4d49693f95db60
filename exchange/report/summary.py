"""What a certificate says, gathered for people: the report and the certificate page show the same of the same file.

The one fact: everything here is read from the statements; whether it holds is for the numbered checks to say. The page
gathers the same by `source/summary.js`, and a test compares the two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crypto.errors import CryptoError
from crypto.note import parse_checkpoint, split_note
from protocol.bundle import Bundle, encode_bundle, redact
from protocol.certificate import Report
from protocol.payloads import (
    STAGES,
    Category,
    Certificate,
    Declaration,
    Enrolment,
    Publication,
    Request,
    Result,
    Stage,
    Verification,
)
from protocol.statements import Logged

CODE_HEAD = "sealsum 1"
"""The first line of what a QR code holds. docs/certificate.md, "The QR code"."""
NOBODY = {"zh": "", "en": "", "legal_entity": ""}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The statements of a bundle by id, and the single ones by kind."""

    statements: dict[str, Logged]

    def names(self, enrolment: str) -> dict[str, str]:
        """Names and legal entity behind an enrolment; empty when the bundle does not hold it."""
        found = self.statements.get(enrolment)
        payload = None if found is None else found.payload
        if not isinstance(payload, Enrolment):
            return NOBODY
        return {"zh": payload.name_zh, "en": payload.name_en, "legal_entity": payload.legal_entity}

    def category(self, publication: str) -> dict[str, str]:
        """Names of the category behind a publication."""
        found = self.statements.get(publication)
        published = None if found is None else found.payload
        subject = self.statements.get(published.subject) if isinstance(published, Publication) else None
        payload = None if subject is None else subject.payload
        if not isinstance(payload, Category):
            return {"zh": "", "en": ""}
        return {"zh": payload.name_zh, "en": payload.name_en}


def make_summary(report: Report, data: bytes) -> dict[str, Any] | None:
    """Everything that is shown of a bundle, as JSON values; None when it could not be read or holds no result."""
    bundle, result = report.bundle, report.result
    if bundle is None or result is None:
        return None
    shelf = _shelve(bundle)
    request = _find_request(shelf)
    public = hashlib.sha256(_public_form(bundle)).hexdigest()
    origin = _origin(bundle)
    return {
        "request": bundle.request,
        "sha256": hashlib.sha256(data).hexdigest(),
        "redacted": bundle.is_redacted,
        "full": bundle.full,
        "public_sha256": public,
        "log": origin,
        **name_parties(bundle),
        "method": result.method,
        "boundary": result.boundary,
        "declared": find_declared(bundle),
        "models": _models(request, result, public, origin),
        "participants": [] if request is None else _participants(request, shelf),
        "verifications": list_verifications(shelf.statements.values()),
    }


def find_declared(bundle: Bundle) -> list[Stage] | None:
    """The stages that something was declared for; None for the public form, which does not say."""
    request = _find_request(_shelve(bundle))
    return None if request is None else [stage for stage in STAGES if stage in request.declared]


def _find_request(shelf: _Shelf) -> Request | None:
    return next((one.payload for one in shelf.statements.values() if isinstance(one.payload, Request)), None)


def name_parties(bundle: Bundle) -> dict[str, Any]:
    """Whose result it is and who certified it when: `maker`, `operator`, `certified_at` in Unix seconds or None."""
    shelf = _shelve(bundle)
    result = next((one for one in shelf.statements.values() if isinstance(one.payload, Result)), None)
    mark = next((one for one in shelf.statements.values() if isinstance(one.payload, Certificate)), None)
    return {
        "maker": NOBODY if result is None else shelf.names(result.payload.by),
        "operator": NOBODY if mark is None else shelf.names(mark.payload.by),
        "certified_at": None if mark is None else mark.logged_at,
    }


def name_statement(bundle: Bundle, index: int) -> tuple[str, dict[str, str]]:
    """Kind of the statement at this index of the log, and whose it is: its signer's names, an enrolment's own."""
    found = next(item.logged for item in bundle.statements if item.logged.index == index)
    own = found.id if isinstance(found.payload, Enrolment) else found.payload.by
    return found.payload.type, _shelve(bundle).names(own)


def _shelve(bundle: Bundle) -> _Shelf:
    return _Shelf({item.logged.id: item.logged for item in bundle.statements})


def _public_form(bundle: Bundle) -> bytes:
    return encode_bundle(bundle if bundle.is_redacted else redact(bundle))


def _origin(bundle: Bundle) -> str:
    try:
        return parse_checkpoint(split_note(bundle.checkpoint)[0]).origin
    except CryptoError:
        return ""


def _models(request: Request | None, result: Result, public: str, origin: str) -> list[dict[str, Any]]:
    units = [None] * len(result.models) if request is None else list(request.models)
    shown = []
    for number, (part, unit) in enumerate(zip(result.models, units, strict=False), start=1):
        figures = part.figures.model_dump(mode="json")
        shown.append(
            {
                "unit": None if unit is None else unit.model_dump(mode="json"),
                "figures": figures,
                "code": make_code(public, number, figures, origin),
            }
        )
    return shown


def make_code(public: str, number: int, figures: dict[str, Any], origin: str) -> str:
    """What the QR code of one model holds: lines of a word and its value."""
    return "\n".join(
        (
            CODE_HEAD,
            f"sha256 {public}",
            f"model {number}",
            f"total_kg {figures['total_kg']}",
            f"per_kwh {figures['per_kwh']}",
            f"log {origin}",
        )
    )


def make_code_at(code: str, page: str) -> str:
    """The code with the address of the certificate page as its last line, where one is known."""
    return f"{code}\npage {page}" if page else code


def _participants(request: Request, shelf: _Shelf) -> list[dict[str, Any]]:
    shown = []
    for entry in request.entries:
        found = shelf.statements.get(entry.declaration)
        if found is None or not isinstance(found.payload, Declaration):
            continue
        declaration = found.payload
        shown.append(
            {
                "stage": entry.stage,
                "company": shelf.names(declaration.by),
                "product": declaration.product_name,
                "category": shelf.category(declaration.category),
                "plant": declaration.plant,
                "period": declaration.period.model_dump(mode="json"),
            }
        )
    return shown


def list_verifications(statements: Iterable[Logged]) -> list[dict[str, Any]]:
    """What verifiers said in these statements, in their order."""
    shelf, shown = _Shelf({logged.id: logged for logged in statements}), []
    for logged in shelf.statements.values():
        payload = logged.payload
        if not isinstance(payload, Verification):
            continue
        product, owner = _about(payload, shelf)
        shown.append(
            {
                "verifier": shelf.names(payload.by),
                "product": product,
                "owner": owner,
                "level": payload.says.level,
                **payload.says.model_dump(mode="json"),
            }
        )
    return shown


def name_subject(bundle: Bundle | None, verification: Verification) -> tuple[str, dict[str, str]]:
    """The product of the declaration that was verified, and its supplier's names; empty for a result."""
    return ("", NOBODY) if bundle is None else _about(verification, _shelve(bundle))


def _about(verification: Verification, shelf: _Shelf) -> tuple[str, dict[str, str]]:
    found = shelf.statements.get(verification.subject)
    if found is None or not isinstance(found.payload, Declaration):
        return "", NOBODY
    return found.payload.product_name, shelf.names(found.payload.by)
