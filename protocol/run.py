"""The whole protocol, all parties in memory, in one function: read this first. Protocol section 6.

The one fact: `run_protocol` calls the same functions as the processes do; only sockets, stores and people are
missing. docs/protocol.md quotes the regions below, and a test compares them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from crypto.bfv import Aggregate, decrypt, make_key_pair
from crypto.certificates import (
    Certificate,
    Grant,
    Issuer,
    Subject,
    Usage,
    Validity,
    encode_certificate,
    issue,
    make_root,
)
from crypto.group import Random, random_scalar
from crypto.note import make_log_key
from crypto.sealing import make_sealing_key
from crypto.signing import key_id, make_signing_key
from protocol.certificate import Pins, Report, verify_bundle
from protocol.consenting import ConsentDraft, make_consent, make_roster
from protocol.contributing import MemberSecrets, Membership, make_contribution
from protocol.declaring import DeclarationDraft, DeclarationSecrets, make_declaration
from protocol.notary import Notary
from protocol.payloads import (
    AnyPayload,
    Approval,
    Blob,
    Category,
    Deadlines,
    Enrolment,
    EnrolmentProofs,
    Factor,
    FunctionalUnit,
    Period,
    Publication,
    Review,
    Role,
    Stage,
)
from protocol.requesting import EntryDraft, Recipient, RequestDraft, make_request, open_quantities
from protocol.resulting import make_certificate, make_result
from protocol.statements import Header, Logged, sign_statement

DAY = 24 * 3600
METHOD = "mee-2025-cff"


@dataclass(frozen=True, slots=True)
class Library:
    """Fields of the categories and factors to publish, each by its code (method.make_*_fields)."""

    categories: Mapping[str, Mapping[str, object]]
    factors: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Supply:
    """One member's private input: a factor code and an amount (1e-6 unit) per template line; the pack maker's
    quantity of its product (1e-3 declared units)."""

    name: str
    category: str
    stage: Stage
    lines: tuple[tuple[str, int], ...] = field(repr=False)
    quantity: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Party:
    """Keys of one organisation; everything but the enrolment id is secret."""

    enrolment: str
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    sealing_secret: int = field(repr=False)
    node_secret: bytes = field(repr=False)


@dataclass(slots=True)
class World:
    """The notary, the authority's issuer, the party that operates the log, and the pins everybody holds."""

    notary: Notary
    issuer: Issuer = field(repr=False)
    pins: Pins
    random: Random = field(repr=False)

    def header(self, party: Party) -> Header:
        """A header for the party's next statement."""
        return self.notary.header(party.enrolment, self.random)

    def submit(self, payload: AnyPayload, party: Party) -> Logged:
        """Sign as the party and hand the bytes to the notary."""
        return self.notary.submit(sign_statement(payload, party.key).data, self.random)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The certificate bundle, the pins to verify it with, and the verifier's report."""

    bundle: bytes
    pins: Pins
    report: Report


def make_world(now: int, random: Random) -> World:
    """An authority with its root key, and an empty log under a key of its own."""
    key = make_signing_key()
    validity = Validity(now - DAY, now + 3650 * DAY)
    root = make_root(key, "Example Authority", "Example Authority", _serial(random), validity)
    root_pem = encode_certificate(root).decode()
    private, public = make_log_key("log.example", random)
    notary = Notary(root, root_pem, private, now)
    return World(notary, Issuer(key, root), Pins(public, root_pem), random)


def _serial(random: Random) -> int:
    return int.from_bytes(random(16)) + 1


def enrol(world: World, name: str, roles: Sequence[Role]) -> Party:
    """The authority certifies a signing key and a sealing key, and says so in a logged statement."""
    key, random, issuer = make_signing_key(), world.random, world.issuer
    secret, point = make_sealing_key(random)
    validity = Validity(world.notary.now - 60, world.notary.now + 365 * DAY)
    grant = Grant(_serial(random), validity, Usage(client=True))
    certificate: Certificate = issue(issuer, key.public_key(), Subject(name, name), grant)
    authority = key_id(issuer.key.public_key()).hex()
    payload = Enrolment(
        **world.notary.header(authority, random).fields(),
        certificate=encode_certificate(certificate).decode(),
        sealing_key=point,
        legal_entity=name,
        parent=name,
        name_zh=name,
        name_en=name,
        entity_roles=tuple(roles),
        replaces=None,
        proofs=EnrolmentProofs(),
    )
    logged = world.notary.submit(sign_statement(payload, issuer.key).data, random)
    return Party(logged.id, key, secret, random(32))


def publish(world: World, operator: Party, library: Library) -> dict[str, str]:
    """Categories and factors, two reviews, one publication each. Returns publication ids by code."""
    provider, experts = enrol(world, "Factor provider", ["provider"]), []
    subjects: dict[str, str] = {}
    for code, fields in library.factors.items():
        factor = Factor.model_validate({**world.header(provider).fields(), **fields})
        subjects[code] = world.submit(factor, provider).id
    for code, fields in library.categories.items():
        category = Category.model_validate({**world.header(operator).fields(), **fields})
        subjects[code] = world.submit(category, operator).id
    for name in ("First expert", "Second expert"):
        expert = enrol(world, name, ["expert"])
        review = Review(
            **world.header(expert).fields(),
            subjects=tuple(subjects.values()),
            verdict="accept",
            opinion="Sources and arithmetic checked.",
        )
        experts.append(world.submit(review, expert).id)
    return {
        code: world.submit(
            Publication(**world.header(operator).fields(), subject=subject, reviews=tuple(experts)), operator
        ).id
        for code, subject in subjects.items()
    }


def run_protocol(
    supplies: Sequence[Supply], unit: FunctionalUnit, library: Library, now: int, random: Random
) -> Outcome:
    """One calculation from enrolment to a verified certificate, every party played in turn."""
    world = make_world(now, random)
    operator = enrol(world, "Coordinator", ["operator"])
    maker = enrol(world, "Pack maker", ["requester"])
    suppliers = [enrol(world, supply.name, ["supplier"]) for supply in supplies]
    published = publish(world, operator, library)

    # region declare
    # 1. Each supplier commits to its activity amounts, once per product and period.
    declarations: list[Logged] = []
    declaration_secrets: list[DeclarationSecrets] = []
    for supply, supplier in zip(supplies, suppliers, strict=True):
        draft = DeclarationDraft(
            product=supply.category,
            product_name=supply.name,
            category=published[supply.category],
            plant="CN",
            period=Period(start="2025-01-01", end="2025-12-31"),
            method=METHOD,
            evidence_root=hashlib.sha256(b"").hexdigest(),
            lines=tuple((published[factor], amount) for factor, amount in supply.lines),
        )
        declaration, opening = make_declaration(draft, world.header(supplier), random)
        declarations.append(world.submit(declaration, supplier))
        declaration_secrets.append(opening)
    # endregion

    # region request
    # 2. The pack maker draws a BFV key pair, commits to quantities, and seals each to its supplier.
    he_secret, he_key = make_key_pair()
    request_draft = RequestDraft(
        models=(unit,),
        method=METHOD,
        boundary="partial",
        entries=tuple(
            EntryDraft(supply.stage, declaration.id, (supply.quantity,))
            for supply, declaration in zip(supplies, declarations, strict=True)
        ),
        he_key=Blob(sha256=hashlib.sha256(he_key).hexdigest(), length=len(he_key)),
        deadlines=Deadlines(consent_by=now + DAY, contribute_by=now + 2 * DAY, result_by=now + 3 * DAY),
    )
    payload, _ = make_request(request_draft, world.header(maker), world.notary.record, random)
    request = world.submit(payload, maker)
    # endregion

    # region consent
    # 3. Each supplier opens its own quantity, and agrees under a point that is fresh for this request.
    quantities, ephemerals = [], []
    for entry, supplier in enumerate(suppliers):
        recipient = Recipient(supplier.enrolment, supplier.sealing_secret)
        quantities.append(open_quantities(request.signed, entry, recipient, random))
        ephemerals.append(random_scalar(random))
        approval = Approval(decided_by="policy", asked=(), answer="")
        consent = ConsentDraft(request.id, entry, approval, ephemerals[-1])
        world.submit(make_consent(consent, world.header(supplier), random), supplier)
    # endregion

    # region roster
    # 4. All members consented: the coordinator closes the calculation.
    roster = make_roster(world.notary.calculations[request.id], world.header(operator))
    world.submit(roster, operator)
    # endregion

    # region contribute
    # 5. Each member guards, masks, commits, encrypts and proves. 6. The coordinator adds ciphertexts.
    aggregate = Aggregate()
    closed = world.notary.calculations[request.id]
    for entry, supplier in enumerate(suppliers):
        secrets = MemberSecrets(
            declaration_secrets[entry], quantities[entry], ephemerals[entry], supplier.node_secret
        )
        member = Membership(closed, entry, world.notary.record)
        contribution, ciphertext = make_contribution(member, secrets, he_key, world.header(supplier), random)
        world.submit(contribution, supplier)
        aggregate.add(ciphertext)
    # endregion

    # region result
    # 7. The pack maker decrypts the sum, which opens the sum of the commitments or is not published.
    computing = world.notary.calculations[request.id]
    slots = decrypt(he_secret, aggregate.encode())
    world.submit(make_result(computing, slots, world.header(maker), world.notary.record), maker)
    # endregion

    # region certificate
    # 8. The coordinator countersigns; anyone with the bundle and two pins checks everything, offline.
    world.submit(make_certificate(world.notary.calculations[request.id], world.header(operator)), operator)
    bundle = world.notary.bundle(request.id)
    report = verify_bundle(bundle, world.pins, random)
    # endregion
    return Outcome(bundle, world.pins, report)
