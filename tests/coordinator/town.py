"""A coordinator with everyone around it, for tests: parties, a clock one can turn, a store that can fail."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from coordinator.folder import LOG_KEY, PINS, Folder
from coordinator.gateway import Caller
from coordinator.party import KEY_FILES, SIGNING, Party
from coordinator.service import Service, make_service, open_stores
from coordinator.store.contract import Append
from coordinator.store.database import sqlite_url
from coordinator.store.log import SqlLog
from crypto.bfv import BfvSecret, decrypt, make_key_pair
from crypto.certificates import Grant, Issuer, Subject, Usage, Validity, encode_certificate, issue, make_root
from crypto.group import random_scalar
from crypto.note import make_log_key
from crypto.sealing import make_sealing_key
from crypto.signing import encode_signing_key, key_id, make_signing_key
from protocol.calculation import Calculation
from protocol.consenting import ConsentDraft, make_consent
from protocol.contributing import MemberSecrets, Membership, make_contribution
from protocol.declaring import DeclarationDraft, DeclarationSecrets, make_declaration
from protocol.errors import StoreError
from protocol.payloads import (
    AnyPayload,
    Approval,
    Blob,
    Category,
    Deadlines,
    Enrolment,
    EnrolmentProofs,
    Factor,
    Period,
    Publication,
    Review,
    Revocation,
    Role,
    Saw,
)  # fmt: skip
from protocol.requesting import (
    EntryDraft,
    QuantityOpening,
    Recipient,
    RequestDraft,
    make_request,
    open_quantities,
)
from protocol.resulting import make_result
from protocol.run import METHOD, Supply
from protocol.statements import EMPTY_ROOT, Header, Signed, sign_statement
from protos.values import BlobPart, Outcome, Receipt
from tests.support.example import LIBRARY, NOW, SUPPLIES, UNIT

DAY = 24 * 3600


class FailingLog(SqlLog):
    """A log that fails its next append, before or after it persists, or its next one of a kind of statement."""

    fail_before = False
    fail_after = False
    fail_kind = ""

    def append(self, batch: Append) -> None:
        if any(item.kind == self.fail_kind for item in batch.statements):
            self.fail_kind = ""
            raise StoreError("the disk fails")
        if self.fail_before:
            self.fail_before = False
            raise StoreError("the disk is full")
        super().append(batch)
        if self.fail_after:
            self.fail_after = False
            raise StoreError("the connection broke")


@dataclass(slots=True)
class Clock:
    """Unix seconds, turned by hand."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation with its keys."""

    enrolment: Signed
    certificate_pem: bytes
    key: ec.EllipticCurvePrivateKey
    sealing_secret: int
    node_secret: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def id(self) -> str:
        return self.enrolment.id


@dataclass(slots=True)
class Chain:
    """One calculation under way: who takes part and what they keep to themselves."""

    maker: Member
    suppliers: list[Member]
    supplies: Sequence[Supply]
    published: dict[str, str]
    declarations: list[str] = field(default_factory=list)
    secrets: list[DeclarationSecrets] = field(default_factory=list)
    request: str = ""
    he_secret: BfvSecret | None = None
    he_key: bytes = b""
    quantities: list[list[QuantityOpening]] = field(default_factory=list)
    ephemerals: list[int] = field(default_factory=list)


class Town:
    """The authority, the coordinator's folder and service, and whoever was enrolled."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.clock = Clock()
        key = make_signing_key()
        validity = Validity(NOW - DAY, NOW + 3650 * DAY)
        root = make_root(key, "Authority", "Authority", 1, validity)
        self.issuer = Issuer(key, root)
        self.root_pem = encode_certificate(root)
        self.operator = self.enrol("Operator", ["operator"])
        self.log_key, self.log_vkey = make_log_key("log.example", os.urandom)
        entity = self.operator.enrolment.payload
        assert isinstance(entity, Enrolment)
        party = Party(
            self.operator.enrolment, entity, self.root_pem.decode(),
            self.operator.certificate_pem.decode(), self.operator.key,
        )  # fmt: skip
        self.url = url or sqlite_url(folder / "coordinator.db")
        self.folder = Folder(folder, party, self.log_key)
        pins = {"log_key": self.log_vkey, "authority_root": self.root_pem.decode()}
        (folder / PINS).write_text(json.dumps(pins))
        KEY_FILES.write(folder / LOG_KEY, self.log_key.encode())
        KEY_FILES.write(folder / SIGNING, encode_signing_key(self.operator.key))
        self.service = self.build()

    def build(self) -> Service:
        """A service over the folder, as after a restart."""
        stores = open_stores(self.url)
        assert isinstance(stores.log, SqlLog)
        self.log = FailingLog(stores.log._database)
        return make_service(self.folder, replace(stores, log=self.log), self.clock, os.urandom)

    def start(self) -> Town:
        self.service.start()
        return self

    def stop(self) -> None:
        self.service.stop()

    def restart(self) -> None:
        """What memory held is gone."""
        self.service.stop()
        self.service = self.build()
        self.service.start()

    # --- parties

    def enrol(self, name: str, roles: Sequence[Role], parent: str | None = None) -> Member:
        """Certificate and signed enrolment; not yet submitted."""
        key = make_signing_key()
        secret, point = make_sealing_key(os.urandom)
        usage = Usage(client=True, server="operator" in roles)
        grant = Grant(int.from_bytes(os.urandom(8)) + 1, Validity(NOW - DAY, NOW + 365 * DAY), usage)
        subject = Subject(name[:60], name[:60], dns=("localhost",), ip=("127.0.0.1",))
        certificate = encode_certificate(issue(self.issuer, key.public_key(), subject, grant))
        payload = Enrolment(
            **self.authority_header().fields(), certificate=certificate.decode(), sealing_key=point,
            legal_entity=name, parent=parent or name, name_zh=name, name_en=name, entity_roles=tuple(roles),
            replaces=None, proofs=EnrolmentProofs(),
        )  # fmt: skip
        return Member(sign_statement(payload, self.issuer.key), certificate, key, secret)

    def authority_header(self) -> Header:
        by = key_id(self.issuer.key.public_key()).hex()
        return Header(by, Saw(size=0, root=EMPTY_ROOT), os.urandom(16).hex())

    def revocation(self, member: Member) -> Signed:
        payload = Revocation(**self.authority_header().fields(), enrolment=member.id, reason="ended")
        return sign_statement(payload, self.issuer.key)

    def member(self, name: str, *roles: Role, parent: str | None = None) -> Member:
        """An enrolled party whose enrolment is logged; its own parent unless one is named."""
        member = self.enrol(name, roles, parent)
        assert isinstance(self.hand_in(member, [member.enrolment.data])[0], Receipt)
        return member

    def caller(self, member: Member) -> Caller:
        return self.service.gateway.identify(member.certificate_pem)

    # --- statements

    def header(self, member: Member) -> Header:
        return Header(member.id, self.service.journal.saw(), os.urandom(16).hex())

    def hand_in(self, member: Member, envelopes: Sequence[bytes]) -> tuple[Outcome, ...]:
        future = self.service.gateway.submit(self.caller(member), tuple(envelopes))
        return future.result(timeout=60)

    def submit(self, member: Member, payload: AnyPayload) -> Outcome:
        return self.hand_in(member, [sign_statement(payload, member.key).data])[0]

    def log_it(self, member: Member, payload: AnyPayload) -> str:
        outcome = self.submit(member, payload)
        assert isinstance(outcome, Receipt), outcome
        return outcome.id

    def upload(self, member: Member, data: bytes) -> Blob:
        sha256 = hashlib.sha256(data).hexdigest()
        for offset in range(0, len(data), 65536):
            part = BlobPart(sha256, len(data), offset, data[offset : offset + 65536])
            self.service.gateway.put_part(self.caller(member), part)
        return Blob(sha256=sha256, length=len(data))

    def calculation(self, request: str) -> Calculation:
        found = self.service.sequencer._parts.desk.folds.read(request)
        assert found is not None
        return found

    @property
    def record(self):
        return self.service.sequencer._parts.record

    def settle(self) -> None:
        """Return once the sequencer has nothing more to do."""
        self.hand_in(self.operator, [self.operator.enrolment.data])

    # --- the steps of a calculation

    def publish(self) -> dict[str, str]:
        """The example library, reviewed and published."""
        provider = self.member("Provider", "provider")
        subjects = {}
        for code, fields in LIBRARY.factors.items():
            payload = Factor.model_validate({**self.header(provider).fields(), **fields})
            subjects[code] = self.log_it(provider, payload)
        for code, fields in LIBRARY.categories.items():
            payload = Category.model_validate({**self.header(self.operator).fields(), **fields})
            subjects[code] = self.log_it(self.operator, payload)
        reviews = []
        for name in ("First expert", "Second expert"):
            expert = self.member(name, "expert")
            review = Review(
                **self.header(expert).fields(),
                subjects=tuple(subjects.values()),
                verdict="accept",
                opinion="ok",
            )
            reviews.append(self.log_it(expert, review))
        published = {}
        for code, subject in subjects.items():
            fields = self.header(self.operator).fields()
            payload = Publication(**fields, subject=subject, reviews=tuple(reviews))
            published[code] = self.log_it(self.operator, payload)
        return published

    def chain(self, supplies: Sequence[Supply] = SUPPLIES) -> Chain:
        """Library, pack maker, suppliers."""
        published = self.publish()
        maker = self.member("Pack maker", "requester")
        return Chain(maker, [self.member(item.name, "supplier") for item in supplies], supplies, published)

    def declare(self, chain: Chain) -> None:
        for supply, supplier in zip(chain.supplies, chain.suppliers, strict=True):
            payload, secrets = make_declaration(
                declaration_draft(supply, chain.published), self.header(supplier), os.urandom
            )
            chain.declarations.append(self.log_it(supplier, payload))
            chain.secrets.append(secrets)

    def request_payload(self, chain: Chain, he_key: bytes, sequence: int = 0) -> AnyPayload:
        blob = Blob(sha256=hashlib.sha256(he_key).hexdigest(), length=len(he_key))
        now = self.clock.now
        draft = RequestDraft(
            models=(UNIT,), method=METHOD, boundary="partial",
            entries=tuple(
                EntryDraft(supply.stage, declaration, (supply.quantity,))
                for supply, declaration in zip(chain.supplies, chain.declarations, strict=True)
            ),
            he_key=blob,
            deadlines=Deadlines(consent_by=now + DAY, contribute_by=now + 2 * DAY, result_by=now + 3 * DAY),
            sequence=sequence,
        )  # fmt: skip
        payload, _ = make_request(draft, self.header(chain.maker), self.record, os.urandom)
        return payload

    def request(self, chain: Chain) -> None:
        chain.he_secret, chain.he_key = make_key_pair()
        self.upload(chain.maker, chain.he_key)
        chain.request = self.log_it(chain.maker, self.request_payload(chain, chain.he_key))

    def consent_payload(self, chain: Chain, entry: int) -> AnyPayload:
        supplier = chain.suppliers[entry]
        logged = self.record.get(chain.request)
        recipient = Recipient(supplier.id, supplier.sealing_secret)
        chain.quantities.append(open_quantities(logged.signed, entry, recipient, os.urandom))
        chain.ephemerals.append(random_scalar(os.urandom))
        approval = Approval(decided_by="policy", asked=(), answer="")
        draft = ConsentDraft(chain.request, entry, approval, chain.ephemerals[-1])
        return make_consent(draft, self.header(supplier), os.urandom)

    def consent(self, chain: Chain) -> None:
        for entry, supplier in enumerate(chain.suppliers):
            self.log_it(supplier, self.consent_payload(chain, entry))
        self.settle()

    def contribution(self, chain: Chain, entry: int) -> tuple[AnyPayload, bytes]:
        supplier = chain.suppliers[entry]
        member = Membership(self.calculation(chain.request), entry, self.record)
        secrets = MemberSecrets(
            chain.secrets[entry], chain.quantities[entry], chain.ephemerals[entry], supplier.node_secret
        )
        return make_contribution(member, secrets, chain.he_key, self.header(supplier), os.urandom)

    def contribute(self, chain: Chain, only: Sequence[int] | None = None) -> None:
        for entry in range(len(chain.suppliers)) if only is None else only:
            payload, ciphertext = self.contribution(chain, entry)
            self.upload(chain.suppliers[entry], ciphertext)
            self.log_it(chain.suppliers[entry], payload)
        self.settle()

    def fetch_aggregate(self, chain: Chain) -> bytes:
        caller = self.caller(chain.maker)
        where = self.service.gateway.aggregate(caller, chain.request)
        data = b""
        while len(data) < where.length:
            data += self.service.gateway.read_part(caller, where.sha256, len(data)).data
        return data

    def result_payload(self, chain: Chain) -> AnyPayload:
        assert chain.he_secret is not None
        slots = decrypt(chain.he_secret, self.fetch_aggregate(chain))
        calculation = self.calculation(chain.request)
        return make_result(calculation, slots, self.header(chain.maker), self.record)

    def run(self, supplies: Sequence[Supply] = SUPPLIES) -> Chain:
        """Everything, up to the certificate."""
        chain = self.chain(supplies)
        for step in (self.declare, self.request, self.consent, self.contribute):
            step(chain)
        self.log_it(chain.maker, self.result_payload(chain))
        self.settle()
        return chain


def declaration_draft(supply: Supply, published: dict[str, str]) -> DeclarationDraft:
    return DeclarationDraft(
        product=supply.category, product_name=supply.name, category=published[supply.category], plant="CN",
        period=Period(start="2025-01-01", end="2025-12-31"), method=METHOD,
        evidence_root=hashlib.sha256(b"").hexdigest(),
        lines=tuple((published[factor], amount) for factor, amount in supply.lines),
    )  # fmt: skip


StartTown = Callable[[], Town]
