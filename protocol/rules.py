"""The one place that answers: may this statement be logged? Protocol sections 5, 7 and 11.

The one fact: doors, nodes and the verifier call the same three questions in the same order (signature, state,
proofs), after size and schema were settled by parsing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crypto.batch import EquationBatch
from crypto.certificates import Certificate as X509
from crypto.certificates import check_issued, key_of, parse_certificate
from crypto.envelope import check_envelope
from crypto.errors import BadCertificate, BadSignature
from crypto.group import Random, multi_multiply
from crypto.signing import check_signature as check_ecdsa
from crypto.signing import key_id
from protocol.calculation import Calculation, advance
from protocol.consenting import queue_consent
from protocol.declaring import check_declaration, queue_declaration
from protocol.errors import PeerError
from protocol.library import category_of, enrolment_of, factor_of
from protocol.payloads import (
    CALCULATION_KINDS,
    Category,
    Declaration,
    Enrolment,
    Factor,
    OpeningAnswer,
    OpeningRequest,
    Publication,
    Request,
    Result,
    Retirement,
    Return,
    Review,
    Revocation,
    Verification,
    Void,
)
from protocol.publishing import check_publication, check_retirement, check_return, check_review
from protocol.relation import queue_contribution
from protocol.requesting import check_request, queue_request
from protocol.statements import Logged, Record, Signed, core_id_of
from protocol.totals import check_figures, equations_hold, mask_equations, openings_of, total_equations
from protocol.verifying import check_opening_answer, check_opening_request, check_verification


@dataclass(frozen=True, slots=True)
class Context:
    """What a statement is judged against: the record, its calculation (None for other kinds), the pinned root."""

    record: Record
    root: X509
    calculation: Calculation | None = None

    @property
    def root_id(self) -> str:
        """`by` of the authority's statements: SHA-256 of the root key's SubjectPublicKeyInfo, hex."""
        return key_id(key_of(self.root)).hex()


@lru_cache(maxsize=4096)
def parse_pem(pem: str) -> X509:
    """The certificate in this text, or BadCertificate; the same few are asked for again and again."""
    return parse_certificate(pem.encode())


# --- signature -------------------------------------------------------------------------------------


def check_signature(signed: Signed, context: Context, at: int) -> None:
    """Raise PeerError unless the signer may sign this kind of statement at time `at`, and did.

    1. signer: an enrolment that is logged and not revoked; for enrolments and revocations the pinned root.
    2. role: one of the signer's roles may sign this kind.
    3. certificate: issued by the root and valid at `at`.
    4. signature: over exactly this payload, under the certificate's key.
    """
    payload = signed.payload
    if isinstance(payload, Enrolment | Revocation):
        if payload.by != context.root_id:  # 1
            raise PeerError("signer", f"a {payload.type} is signed by the pinned authority only")
        return _check_envelope(signed, context.root)  # 4
    enrolment = enrolment_of(payload.by, context.record)  # 1
    revoked = context.record.revoked_at(payload.by)
    # Not in the same second: what was logged just before must not turn invalid for whoever looks later.
    if revoked is not None and revoked < at:
        raise PeerError("signer", f"enrolment {payload.by} was revoked at {revoked}")
    if not payload.roles & set(enrolment.entity_roles):  # 2
        wanted = " or ".join(sorted(payload.roles))
        raise PeerError(
            "role",
            f"the signer of a {payload.type} needs the role {wanted}; ask the enrolment authority for a new enrolment",
        )
    certificate = parse_pem(enrolment.certificate)
    try:  # 3
        check_issued(certificate, context.root, at)
    except BadCertificate as error:
        raise PeerError("certificate", str(error)) from error
    return _check_envelope(signed, certificate)  # 4


def _check_envelope(signed: Signed, certificate: X509) -> None:
    try:
        check_envelope(signed.envelope, key_of(certificate))
    except BadSignature as error:
        raise PeerError("signature", str(error)) from error


# --- state -----------------------------------------------------------------------------------------


def check_state(signed: Signed, context: Context, at: int) -> None:
    """Raise PeerError unless the record and the fold allow this statement at time `at`."""
    next_state(Logged(signed, 0, at), context)


def next_state(logged: Logged, context: Context) -> Calculation | None:
    """The calculation after this statement, or PeerError as `check_state`; None for what belongs to no calculation."""
    payload = logged.payload
    if payload.type not in CALCULATION_KINDS:
        _STATE_RULES[payload.type](payload, context, logged.logged_at)
        return None
    calculation = _calculation(context)
    moved = advance(calculation, logged, context.record)
    if isinstance(payload, Result):
        check_figures(calculation, payload, context.record)
    return moved


def _calculation(context: Context) -> Calculation:
    if context.calculation is None:
        raise PeerError("request", "the statement names a request that is not logged")
    return context.calculation


def _check_enrolment(payload: Enrolment, context: Context, at: int) -> None:
    try:
        check_issued(parse_pem(payload.certificate), context.root, at)
    except BadCertificate as error:
        raise PeerError("certificate", str(error)) from error
    _check_rotation(payload, context, at)


def _check_rotation(payload: Enrolment, context: Context, at: int) -> None:
    """A rotation carries the old key's signature over the core id, any other enrolment none. Section 5.

    The old enrolment is of the same legal entity, and has not ended: a stolen key that was revoked replaces nothing.
    """
    rotation = payload.proofs.rotation
    if payload.replaces is None:
        if rotation:
            raise PeerError("rotation", "expected no rotation signature where no enrolment is replaced")
        return
    replaced = enrolment_of(payload.replaces, context.record)
    if replaced.legal_entity != payload.legal_entity:
        raise PeerError("rotation", "expected the enrolment of the same legal entity to be replaced")
    revoked = context.record.revoked_at(payload.replaces)
    if revoked is not None and revoked < at:
        raise PeerError("rotation", f"the enrolment that is replaced was revoked at {revoked}")
    old_key = key_of(parse_pem(replaced.certificate))
    try:
        check_ecdsa(old_key, bytes.fromhex(core_id_of(payload)), rotation)
    except BadSignature as error:
        raise PeerError("rotation", f"the replaced key's signature over the core id: {error}") from error


def _check_revocation(payload: Revocation, context: Context, at: int) -> None:
    enrolment_of(payload.enrolment, context.record)


def _check_category(payload: Category, context: Context, at: int) -> None:
    category_of(payload)


def _check_factor(payload: Factor, context: Context, at: int) -> None:
    factor_of(payload)


def _check_review(payload: Review, context: Context, at: int) -> None:
    check_review(payload, context.record)


def _check_publication(payload: Publication, context: Context, at: int) -> None:
    check_publication(payload, context.record)


def _check_return(payload: Return, context: Context, at: int) -> None:
    check_return(payload, context.record)


def _check_retirement(payload: Retirement, context: Context, at: int) -> None:
    check_retirement(payload, context.record)


def _check_declaration(payload: Declaration, context: Context, at: int) -> None:
    check_declaration(payload, context.record)


def _check_request(payload: Request, context: Context, at: int) -> None:
    check_request(payload, context.record, at)


def _check_opening_request(payload: OpeningRequest, context: Context, at: int) -> None:
    check_opening_request(payload, context.record)


def _check_opening_answer(payload: OpeningAnswer, context: Context, at: int) -> None:
    check_opening_answer(payload, context.record)


def _check_verification(payload: Verification, context: Context, at: int) -> None:
    check_verification(payload, context.record)


_STATE_RULES: Mapping[str, Callable[[Any, Context, int], None]] = {
    "enrolment": _check_enrolment,
    "revocation": _check_revocation,
    "category": _check_category,
    "factor": _check_factor,
    "review": _check_review,
    "publication": _check_publication,
    "return": _check_return,
    "retirement": _check_retirement,
    "declaration": _check_declaration,
    "request": _check_request,
    "opening_request": _check_opening_request,
    "opening_answer": _check_opening_answer,
    "verification": _check_verification,
}


# --- proofs ----------------------------------------------------------------------------------------


def queue_proofs(batch: EquationBatch, signed: Signed, context: Context) -> None:
    """Queue every equation a statement must satisfy; PeerError("proof") when a proof is malformed."""
    match signed.payload.type:
        case "declaration":
            queue_declaration(batch, signed)
        case "request":
            queue_request(batch, signed)
        case "consent":
            queue_consent(batch, signed)
        case "contribution":
            queue_contribution(batch, signed, _calculation(context), context.record)
        case "result":
            assert isinstance(signed.payload, Result)
            calculation = _calculation(context)
            totals = total_equations(calculation, openings_of(signed.payload))
            for terms in (*mask_equations(calculation), *totals):
                batch.add([(1, multi_multiply(terms))])  # a sum of points as they are needs no weights


def check_proofs(signed: Signed, context: Context, random: Random) -> None:
    """Raise PeerError("proof") unless every proof of this one statement holds."""
    if isinstance(signed.payload, Void):
        return _check_void(signed.payload, context)
    batch = EquationBatch(random)
    queue_proofs(batch, signed, context)
    if not batch.holds():
        raise PeerError("proof", f"a proof of this {signed.payload.type} does not hold")
    return None


def _check_void(payload: Void, context: Context) -> None:
    """A void for a failed check is true only when the masks indeed do not cancel."""
    if payload.cause == "check_failed" and equations_hold(mask_equations(_calculation(context))):
        raise PeerError("void", "the cause check_failed does not hold: the masks cancel")


def check_statement(signed: Signed, context: Context, at: int, random: Random) -> None:
    """Signature, state, proofs: raise the first PeerError. Size and schema were checked by parsing."""
    check_signature(signed, context, at)
    check_state(signed, context, at)
    check_proofs(signed, context, random)
