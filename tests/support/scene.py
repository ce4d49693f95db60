"""The protocol step by step, for tests that lie, stop or look between steps.

`protocol.run` plays every party honestly to the end. A Scene plays the same steps with the same functions, one at a
time, and lets any party hand in something else: through the rules (`submit`), or past them (`force`), as a
coordinator that accepts everything would.
"""

import copy
import hashlib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from crypto.bfv import Aggregate, BfvSecret, decrypt, make_key_pair
from crypto.group import Random, random_scalar
from crypto.merkle import leaf_hash
from protocol.calculation import Calculation
from protocol.certificate import Report, verify_bundle
from protocol.consenting import ConsentDraft, make_consent, make_roster
from protocol.contributing import MemberSecrets, Membership, make_contribution
from protocol.declaring import DeclarationDraft, DeclarationSecrets, make_declaration
from protocol.errors import PeerError
from protocol.notary import Notary
from protocol.payloads import (
    AnyPayload,
    Approval,
    Blob,
    Consent,
    Contribution,
    Deadlines,
    Declaration,
    FunctionalUnit,
    Period,
    Request,
    Result,
)
from protocol.requesting import (
    EntryDraft,
    QuantityOpening,
    Recipient,
    RequestDraft,
    make_request,
    open_quantities,
)
from protocol.resulting import make_certificate, make_result
from protocol.run import DAY, METHOD, Library, Party, Supply, World, enrol, make_world, publish
from protocol.statements import Header, Logged, MemoryRecord, encode_leaf, sign_statement
from tests.support.example import LIBRARY, NOW, SUPPLIES, UNIT, category, factor, line, seeded

APPROVAL = Approval(decided_by="policy", asked=(), answer="")


@dataclass(frozen=True)
class Chain:
    """What a scene is about: suppliers, pack models, library, rules; `scale[m]` multiplies quantities for model m."""

    supplies: tuple[Supply, ...] = SUPPLIES
    units: tuple[FunctionalUnit, ...] = (UNIT,)
    library: Library = LIBRARY
    scale: tuple[int, ...] = (1,)
    method: str = METHOD
    boundary: str = "partial"


def with_free_delivery() -> Chain:
    """One more company than in the example: its delivery counts, and comes to 0 kg by a factor of 0."""
    power = line("power", "kWh", False, "free")
    return Chain(
        supplies=(
            *SUPPLIES,
            Supply("Carrier", "delivery", "distribution", (("free", 1_000_000),), 523_000),
        ),
        library=Library(
            {**LIBRARY.categories, "delivery": category("delivery", ["distribution"], [power])},
            {**LIBRARY.factors, "free": factor("free", "0", "kWh")},
        ),
    )


@dataclass
class Scene:
    """Everybody's secrets in one place, and what is logged so far."""

    chain: Chain
    random: Random
    world: World
    operator: Party
    maker: Party
    suppliers: list[Party]
    published: dict[str, str]
    declarations: list[Logged] = field(default_factory=list)
    declared: list[DeclarationSecrets] = field(default_factory=list)
    he: tuple[BfvSecret, bytes] | None = None
    request: Logged | None = None
    openings: tuple[tuple[QuantityOpening, ...], ...] = ()
    ephemerals: list[int] = field(default_factory=list)
    ciphertexts: dict[int, bytes] = field(default_factory=dict)

    # --- handing in ---

    @property
    def record(self) -> MemoryRecord:
        return self.world.notary.record

    @property
    def calculation(self) -> Calculation:
        return self.world.notary.calculations[self.request_id]

    @property
    def request_id(self) -> str:
        assert self.request is not None
        return self.request.id

    def header(self, party: Party) -> Header:
        return self.world.header(party)

    def submit(self, payload: AnyPayload, party: Party) -> Logged:
        """Through every rule."""
        return self.world.submit(payload, party)

    def force(self, payload: AnyPayload, party: Party) -> Logged:
        """Into the log without asking the rules; the fold still runs."""
        return self.world.notary.append(sign_statement(payload, party.key))

    def plant(self, payload: AnyPayload, party: Party, field_name: str = "") -> Logged:
        """Into the log past the rules and the fold; `field_name` is the calculation's field that takes it."""
        notary, before = self.world.notary, self.calculation
        signed = sign_statement(payload, party.key)
        logged = Logged(signed, len(notary.leaves), notary.now)
        notary.record.add(logged)
        notary.leaves.append(leaf_hash(encode_leaf(signed.id, signed.data, notary.now)))
        if field_name:
            notary.calculations[self.request_id] = replace(before, **{field_name: logged})  # type: ignore[arg-type]
        return logged

    # --- 1. declare ---

    def declaration_draft(self, index: int, **changes: Any) -> DeclarationDraft:
        supply = self.chain.supplies[index]
        draft = DeclarationDraft(
            product=supply.category,
            product_name=supply.name,
            category=self.published[supply.category],
            plant="CN",
            period=Period(start="2025-01-01", end="2025-12-31"),
            method=self.chain.method,
            evidence_root=hashlib.sha256(b"").hexdigest(),
            lines=tuple((self.published[factor], amount) for factor, amount in supply.lines),
        )
        return replace(draft, **changes)

    def make_declaration(self, index: int, **changes: Any) -> tuple[Declaration, DeclarationSecrets]:
        draft = self.declaration_draft(index, **changes)
        return make_declaration(draft, self.header(self.suppliers[index]), self.random)

    def declare(self) -> None:
        for index in range(len(self.declarations), len(self.suppliers)):
            payload, secrets = self.make_declaration(index)
            self.declarations.append(self.submit(payload, self.suppliers[index]))
            self.declared.append(secrets)

    # --- 2. request ---

    def request_draft(self, **changes: Any) -> RequestDraft:
        if self.he is None:
            self.he = make_key_pair()
        now, he_key = self.world.notary.now, self.he[1]
        entries = tuple(
            EntryDraft(supply.stage, declaration.id, tuple(supply.quantity * k for k in self.chain.scale))
            for supply, declaration in zip(self.chain.supplies, self.declarations, strict=True)
        )
        draft = RequestDraft(
            models=self.chain.units,
            method=self.chain.method,
            boundary=self.chain.boundary,
            entries=entries,
            he_key=Blob(sha256=hashlib.sha256(he_key).hexdigest(), length=len(he_key)),
            deadlines=Deadlines(consent_by=now + DAY, contribute_by=now + 2 * DAY, result_by=now + 3 * DAY),
        )
        return replace(draft, **changes)

    def make_request(self, **changes: Any) -> Request:
        draft = self.request_draft(**changes)
        payload, self.openings = make_request(draft, self.header(self.maker), self.record, self.random)
        return payload

    def ask(self, payload: Request | None = None) -> Logged:
        self.request = self.submit(payload or self.make_request(), self.maker)
        return self.request

    # --- 3. consent, 4. roster ---

    def open_seals(self, index: int) -> tuple[QuantityOpening, ...]:
        assert self.request is not None
        supplier = self.suppliers[index]
        recipient = Recipient(supplier.enrolment, supplier.sealing_secret)
        return open_quantities(self.request.signed, index, recipient, self.random)

    def make_consent(self, index: int, secret: int | None = None) -> Consent:
        secret = secret or random_scalar(self.random)
        while len(self.ephemerals) <= index:
            self.ephemerals.append(0)
        self.ephemerals[index] = secret
        draft = ConsentDraft(self.request_id, index, APPROVAL, secret)
        return make_consent(draft, self.header(self.suppliers[index]), self.random)

    def consent(self, index: int) -> Logged:
        return self.submit(self.make_consent(index), self.suppliers[index])

    def consent_all(self) -> None:
        for index in range(len(self.suppliers)):
            if index not in self.calculation.consents:
                self.consent(index)

    def close(self) -> Logged:
        return self.submit(make_roster(self.calculation, self.header(self.operator)), self.operator)

    # --- 5. contribute, 6. aggregate ---

    def membership(self, index: int) -> Membership:
        return Membership(self.calculation, index, self.record)

    def secrets(self, index: int) -> MemberSecrets:
        node = self.suppliers[index].node_secret
        return MemberSecrets(self.declared[index], self.openings[index], self.ephemerals[index], node)

    @property
    def he_key(self) -> bytes:
        assert self.he is not None
        return self.he[1]

    def make_contribution(self, index: int) -> tuple[Contribution, bytes]:
        header = self.header(self.suppliers[index])
        return make_contribution(
            self.membership(index), self.secrets(index), self.he_key, header, self.random
        )

    def contribute(self, index: int) -> Logged:
        payload, ciphertext = self.make_contribution(index)
        logged = self.submit(payload, self.suppliers[index])
        self.ciphertexts[index] = ciphertext
        return logged

    def contribute_all(self) -> None:
        for index in range(len(self.suppliers)):
            if index not in self.ciphertexts:
                self.contribute(index)

    def decrypted(self) -> list[int]:
        """What the requester decrypts: the sum of the ciphertexts that the coordinator kept."""
        assert self.he is not None
        aggregate = Aggregate()
        for ciphertext in self.ciphertexts.values():
            aggregate.add(ciphertext)
        return decrypt(self.he[0], aggregate.encode())

    # --- 7. result, 8. certificate ---

    def make_result(self) -> Result:
        header = self.header(self.maker)
        return make_result(self.calculation, self.decrypted(), header, self.record)

    def publish_result(self) -> Logged:
        return self.submit(self.make_result(), self.maker)

    def certify(self) -> Logged:
        return self.submit(make_certificate(self.calculation, self.header(self.operator)), self.operator)

    def bundle(self) -> bytes:
        return self.world.notary.bundle(self.request_id)

    def verify(self) -> Report:
        return verify_bundle(self.bundle(), self.world.pins, self.random)


def make_scene(chain: Chain | None = None, seed: str = "scene") -> Scene:
    """Everybody enrolled, the library published, nothing declared."""
    chain, random = chain or Chain(), seeded(seed)
    world = make_world(NOW, random)
    operator = enrol(world, "Coordinator", ["operator"])
    maker = enrol(world, "Pack maker", ["requester"])
    suppliers = [enrol(world, supply.name, ["supplier"]) for supply in chain.supplies]
    return Scene(chain, random, world, operator, maker, suppliers, publish(world, operator, chain.library))


STEPS = ("declare", "ask", "consent_all", "close", "contribute_all", "publish_result", "certify")


def play(scene: Scene, upto: str) -> Scene:
    """Play honest steps from where the scene stands, up to and including `upto`."""
    for step in STEPS[_next(scene) : STEPS.index(upto) + 1]:
        getattr(scene, step)()
    return scene


def _next(scene: Scene) -> int:
    if len(scene.declarations) < len(scene.suppliers):
        return 0
    if scene.request is None:
        return 1
    done = scene.calculation
    marks = (
        len(done.consents) == len(scene.suppliers),
        done.roster is not None,
        len(done.contributions) == len(scene.suppliers),
        done.result is not None,
        done.certificate is not None,
    )
    return 2 + sum(marks)


def scene_at(step: str, chain: Chain | None = None, seed: str = "scene") -> Scene:
    """A fresh scene with every step up to and including `step` played honestly."""
    return play(make_scene(chain, seed), step)


# --- many small tests from one scene ---


def fork(scene: Scene) -> Scene:
    """A scene that goes on from here by itself: log, record and lists are copied, keys are shared."""
    old, record = scene.world.notary, MemoryRecord()
    for logged in old.record.in_order():
        record.add(logged)
    notary = Notary(
        old.root, old.root_pem, old.log_key, old.now, record, dict(old.calculations), list(old.leaves)
    )
    forked = copy.copy(scene)
    forked.world = replace(scene.world, notary=notary)
    forked.suppliers = list(scene.suppliers)
    forked.declarations, forked.declared = list(scene.declarations), list(scene.declared)
    forked.ephemerals, forked.ciphertexts = list(scene.ephemerals), dict(scene.ciphertexts)
    return forked


@cache
def _played(step: str) -> Scene:
    """Each step grows from the one before, so all shared scenes have the same parties."""
    if not step:
        return make_scene(seed="shared")
    at = STEPS.index(step)
    return play(fork(_played(STEPS[at - 1] if at else "")), step)


def shared(step: str) -> Scene:
    """A fork of the one honest scene played up to `step` ("" for nothing but the library)."""
    return fork(_played(step))


def check_that_refuses(scene: Scene, payload: AnyPayload, party: Party) -> str:
    """The name of the check that refuses the statement; a refusal must leave the log as it was."""
    before = (list(scene.world.notary.leaves), dict(scene.world.notary.calculations))
    try:
        scene.submit(payload, party)
    except PeerError as error:
        assert (scene.world.notary.leaves, scene.world.notary.calculations) == before
        return error.check
    raise AssertionError(f"the {payload.type} was accepted")
