"""Steps 7 and 8 at a pack maker: decrypt, check, publish; then fetch the certificate and verify it. Protocol 6 and 7.

The one fact: nothing is published that does not open the sum of everyone's commitments, and no certificate is
believed before this node's own pins have verified it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.sqlite import insert

from crypto.batch import EquationBatch
from crypto.errors import CryptoError
from node.disputing import dispute_result
from node.organisation import Node
from node.outbox import find_statement, keep_statement
from node.store.settings import set_value
from node.store.tables import BLOBS, CERTIFICATES, REQUESTS, SETTINGS, STANDINGS, STATEMENTS
from node.store.vault import find_secret, forget_secret, secret_names
from protocol.bundle import Bundle, encode_bundle, parse_bundle, redact
from protocol.calculation import Calculation, Phase
from protocol.certificate import Pins, Report, verify_bundle
from protocol.errors import PeerError, Refused
from protocol.payloads import AnyPayload, Declaration, Result, Verification
from protocol.rules import check_proofs, check_state, queue_proofs
from protocol.statements import Before, Logged, sign_statement

LAST_DAY_SECONDS = 24 * 3600
EARLY_STATEMENTS = 16
"""Proofs are checked early when so many wait: each batch has a cost of its own."""
_CARRIED = "opinions/"
_HE = "he/"


def publish_result(node: Node, calculation: Calculation) -> str | None:
    """Sign and store the result once every contribution is in; returns its id, None while there is nothing to do."""
    key = f"result:{calculation.request.id}"
    # A dispute or an opened seal that is on its way comes before anything else.
    last_word = f"seal_opening:{calculation.request.id}"
    if calculation.dispute is None:
        last_word = f"dispute:{calculation.request.id}"
    with node.store.read() as connection:
        kept = find_statement(connection, key) or find_statement(connection, last_word)
    if kept is not None or calculation.phase is not Phase.COMPUTING:
        return None if kept is None else kept.id
    check_members(node, calculation)
    if calculation.dispute is not None:
        return _recover(node, calculation, key)
    try:
        payload = _decrypt(node, calculation)
    except (PeerError, CryptoError) as error:
        # The commitments tell who lied, or what the ciphertexts should have held.
        check = error.check if isinstance(error, PeerError) else "totals"
        if check not in ("totals", "masks"):
            raise
        node.note_anomaly(PeerError(check, str(error)), calculation.request.id)
        return dispute_result(node, calculation)
    return None if payload is None else _keep(node, key, payload)


def _decrypt(node: Node, calculation: Calculation) -> Result | None:
    from crypto.bfv import CIPHERTEXT_LENGTH, decrypt, parse_bfv_secret
    from protocol.resulting import make_result

    aggregate = node.egress.aggregate(calculation.request.id)
    ciphertext = node.egress.get_blob(aggregate.sha256, CIPHERTEXT_LENGTH)
    with node.store.read() as connection:
        kept_secret = find_secret(connection, f"{_HE}{calculation.request.id}")
    if kept_secret is None:
        return None  # lost with a restore: this node withdraws
    secret = parse_bfv_secret(kept_secret)
    slots = decrypt(secret, ciphertext)
    return make_result(calculation, slots, node.header(), node.record)


def name_before_deadline(node: Node, calculation: Calculation) -> str | None:
    """On the last day of a dispute about totals: open a seal that is broken, also when another member is silent.

    Otherwise an accomplice's silence would end the dispute before the liar is named. Returns the statement's id.
    """
    dispute = calculation.dispute
    if dispute is None or dispute.terms.cause != "totals" or calculation.phase is not Phase.DISPUTING:
        return None
    if node.clock() < dispute.answer_by - LAST_DAY_SECONDS:
        return None
    from protocol.opening import make_seal_opening, open_vectors

    key = f"seal_opening:{calculation.request.id}"
    with node.store.read() as connection:
        kept = find_statement(connection, key)
    if kept is not None:
        return kept.id
    secret = node.identity.sealing_secret_of(calculation.terms.by)
    broken = open_vectors(calculation, secret, node.random).broken
    if broken is None:
        return None
    return _keep(node, key, make_seal_opening(calculation, broken, secret, node.header(), node.random))


def _recover(node: Node, calculation: Calculation, key: str) -> str:
    """The result from the vectors that every member sent, or the one seal that shows who lied. Protocol section 8."""
    from protocol.opening import make_seal_opening, open_vectors
    from protocol.resulting import make_result_of

    secret = node.identity.sealing_secret_of(calculation.terms.by)
    found = open_vectors(calculation, secret, node.random)
    if found.broken is not None:
        opening = make_seal_opening(calculation, found.broken, secret, node.header(), node.random)
        return _keep(node, f"seal_opening:{calculation.request.id}", opening)
    result = make_result_of(calculation, found.residues, node.header(), node.record)
    return _keep(node, key, result)


def _keep(node: Node, key: str, payload: AnyPayload) -> str:
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        return keep_statement(connection, key, signed, node.clock()).id


def check_members(node: Node, calculation: Calculation) -> None:
    """Raise PeerError unless every declaration and contribution proves what it must; it names the first that does not.

    The coordinator has checked the same; but who signs a total does not take its word for what the total is of.
    """
    named = [entry.declaration for entry in calculation.terms.entries]
    node.record.need(named, deep=True)
    declarations = [logged for logged in map(node.record.get, named) if logged is not None]
    cited = {cited for logged in declarations for cited in _citations(logged)}
    context = node.context(calculation)
    for logged in (*filter(None, map(node.record.get, sorted(cited))), *declarations):
        before = replace(context, record=Before(node.record, logged.index))
        check_state(logged.signed, before, logged.logged_at)
    waiting = _unproven(node, [*declarations, *calculation.contributions.values()])
    if not _hold(node, calculation, waiting):
        for logged in waiting:
            check_proofs(logged.signed, node.context(calculation), node.random)


def check_early(node: Node, calculation: Calculation) -> None:
    """Check the proofs of what is in while the rest is awaited, so that less is left for when all are.

    A proof that does not hold is no news yet: `check_members` finds it again and says whose it is.
    """
    named = [entry.declaration for entry in calculation.terms.entries]
    node.record.need(named)
    declarations = filter(None, map(node.record.get, named))
    waiting = _unproven(node, [calculation.request, *declarations, *calculation.contributions.values()])
    if len(waiting) < EARLY_STATEMENTS:
        return
    try:
        _hold(node, calculation, waiting)
    except PeerError:
        return  # malformed


def _unproven(node: Node, statements: Iterable[Logged]) -> list[Logged]:
    return [logged for logged in statements if logged.id not in node.proven]


def _hold(node: Node, calculation: Calculation, statements: Sequence[Logged]) -> bool:
    """Whether every proof of these holds; those that do are remembered while this process runs."""
    context, batch = node.context(calculation), EquationBatch(node.random)
    for logged in statements:
        queue_proofs(batch, logged.signed, context)
    if not batch.holds():
        return False
    node.proven.update(logged.id for logged in statements)
    return True


def _citations(declaration: Logged) -> tuple[str, ...]:
    payload = declaration.payload
    assert isinstance(payload, Declaration)
    return (payload.category, *(line.factor for line in payload.lines))


def list_unconcluded(node: Node) -> list[str]:
    """Own requests in the log of which something may be left to do: no certificate that holds is stored, nor did they
    end and were tidied up."""
    held = select(CERTIFICATES.c.request).where(CERTIFICATES.c.holds)
    ended = select(STANDINGS.c.request).where(STANDINGS.c.phase == Phase.ENDED.value)
    logged = select(STATEMENTS.c.id).where(STATEMENTS.c.id == REQUESTS.c.id).exists()
    query = select(REQUESTS.c.id).where(REQUESTS.c.id.not_in(held), logged).order_by(REQUESTS.c.sequence)
    with node.store.read() as connection:
        over = set(connection.execute(ended).scalars())
        over -= {name.removeprefix(_HE) for name in secret_names(connection, _HE)}
        return [request for request in connection.execute(query).scalars() if request not in over]


def forget_he_key(node: Node, request: str) -> None:
    """Delete the BFV secret key of a calculation that is over, and the public key's bytes."""
    name = f"{_HE}{request}"
    with node.store.read() as connection:
        if find_secret(connection, name) is None:
            return
    with node.store.write() as connection:
        forget_secret(connection, name)
        connection.execute(delete(BLOBS).where(BLOBS.c.owner == f"request:{request}"))
    node.store.scrub()


def result_of(calculation: Calculation) -> Result:
    """The published result; Refused("result") says what is awaited instead."""
    logged: Logged | None = calculation.result
    if logged is None:
        raise Refused("result", f"there is no result yet: the calculation is {calculation.phase.value}")
    assert isinstance(logged.payload, Result)
    return logged.payload


def figures_of(calculation: Calculation) -> list[dict[str, Any]]:
    """The published figures of each model under its code, decimals as texts; Refused("result") before that."""
    published = result_of(calculation)
    return [
        {"model": unit.model, **found.figures.model_dump(mode="json")}
        for unit, found in zip(calculation.terms.models, published.models, strict=True)
    ]


# --- the certificate -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SavedCertificate:
    """A certificate bundle with the outcome of every numbered check under this node's own pins."""

    request: str
    bundle: bytes
    checks: tuple[dict[str, Any], ...]
    holds: bool


def fetch_certificate(node: Node, calculation: Calculation, newest: bool = False) -> SavedCertificate:
    """Fetch, verify and store the certificate of a finished calculation; Refused("certificate") before its time.

    One that holds is fetched once, unless the `newest` is wanted, with what verifiers have said since.
    """
    request = calculation.request.id
    saved = find_certificate(node, request)
    if saved is not None and saved.holds and not newest:
        return saved
    if calculation.phase is not Phase.CERTIFIED:
        raise Refused(
            "certificate", f"there is no certificate yet: the calculation is {calculation.phase.value}"
        )
    bundle = node.egress.bundle(request)
    report = verify_own(node, bundle)
    failed = [check.name for check in report.checks if check.status != "passed"]
    if failed == ["witnesses"]:
        raise Refused(
            "witnesses", "too few of your witnesses have seen this certificate's log yet; try again later"
        )
    row = {
        "request": request,
        "at": node.clock(),
        "bundle": bundle,
        "checks": json.dumps([asdict(check) for check in report.checks], ensure_ascii=False),
        "holds": report.is_good,
    }
    with node.store.write() as connection:
        statement = insert(CERTIFICATES).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=["request"], set_=row))
        set_value(connection, f"{_CARRIED}{request}", " ".join(_opinions_in(report.bundle)))
    found = find_certificate(node, request)
    assert found is not None, "the row was just written"
    return found


def find_carried(node: Node, requests: Collection[str]) -> dict[str, frozenset[str]]:
    """By request with a stored certificate, the ids of the opinions in it."""
    named = SETTINGS.c.name == literal(_CARRIED).concat(CERTIFICATES.c.request)
    query = select(CERTIFICATES.c.request, SETTINGS.c.value).outerjoin(SETTINGS, named)
    with node.store.read() as connection:
        rows = connection.execute(query.where(CERTIFICATES.c.request.in_(requests))).all()
    return {row.request: frozenset((row.value or "").split()) for row in rows}


def _opinions_in(bundle: Bundle | None) -> list[str]:
    statements = () if bundle is None else bundle.statements
    return [one.logged.id for one in statements if isinstance(one.logged.payload, Verification)]


def verify_own(node: Node, bundle: bytes) -> Report:
    """Every numbered check of a bundle under this node's pins."""
    pins = node.identity.pins
    wanted = Pins(pins.log_key, pins.root_pem, pins.witnesses, pins.threshold)
    return verify_bundle(bundle, wanted, node.random, proven=node.proven)


def find_unasked(node: Node, saved: SavedCertificate) -> list[str]:
    """The checks of a stored certificate that had nothing to check, by name: of witnesses where the pins require none,
    of verifications where it carries none."""
    carried = find_carried(node, [saved.request]).get(saved.request)
    unasked = {"witnesses": not node.identity.pins.threshold, "verifications": not carried}
    return [name for name, is_so in unasked.items() if is_so]


def redact_certificate(bundle: bytes) -> bytes:
    """The public form of a bundle: totals only, bound to the full one."""
    return encode_bundle(redact(parse_bundle(bundle)))


def find_certificate(node: Node, request: str) -> SavedCertificate | None:
    """The stored certificate of a request, or None."""
    with node.store.read() as connection:
        row = connection.execute(select(CERTIFICATES).where(CERTIFICATES.c.request == request)).first()
    if row is None:
        return None
    return SavedCertificate(row.request, bytes(row.bundle), tuple(json.loads(row.checks)), bool(row.holds))
