"""A verifier's visit to a declaration with evidence behind it, in memory."""

from dataclasses import dataclass, field
from typing import Any

from crypto.merkle import record_leaf, root_of
from protocol.declaring import DeclarationSecrets
from protocol.library import enrolment_of
from protocol.payloads import OpeningAnswer, OpeningRequest, Verification
from protocol.run import Party, enrol
from protocol.statements import Logged
from protocol.verification_payloads import Statement
from protocol.verifying import Asked, Evidence, make_opening_answer, open_answer
from tests.support.scene import Scene, shared

RECORDS = tuple(f'{{"amount":"{n}","line":"power"}}'.encode() for n in range(5))
SALTS = tuple(bytes([n]) * 16 for n in range(5))
SAYS = Statement(scope="lines 0 and 1", assurance="limited", finding="unmodified", opinion="As declared.")


@dataclass
class Visit:
    """A declaration with evidence behind it, its owner, and a verifier at the door."""

    scene: Scene
    owner: Party
    verifier: Party
    declaration: Logged
    secrets: DeclarationSecrets
    evidence: Evidence = field(default_factory=lambda: Evidence(RECORDS, SALTS))

    def request(self, lines: tuple[int, ...] = (0, 1), records: tuple[int, ...] = (1, 3)) -> OpeningRequest:
        header = self.scene.header(self.verifier).fields()
        return OpeningRequest(
            **header, declaration=self.declaration.id, lines=lines, records=records, reason="visit"
        )

    def ask(self, **asked: tuple[int, ...]) -> Logged:
        return self.scene.submit(self.request(**asked), self.verifier)

    def answer(self, asked: Logged, **changes: Any) -> OpeningAnswer:
        assert isinstance(asked.payload, OpeningRequest)
        point = enrolment_of(self.verifier.enrolment, self.scene.record).sealing_key
        secrets, evidence = changes.pop("secrets", self.secrets), changes.pop("evidence", self.evidence)
        made = make_opening_answer(
            Asked(asked.id, asked.payload, point),
            secrets,
            evidence,
            self.scene.header(self.owner),
            self.scene.random,
        )
        return made.model_copy(update=changes)

    def open(self, answer: OpeningAnswer, party: Party | None = None) -> Any:
        secret = (party or self.verifier).sealing_secret
        return open_answer(answer, secret, self.scene.record, self.scene.random)

    def say(self, subject: str, *openings: str) -> Verification:
        header = self.scene.header(self.verifier).fields()
        return Verification(**header, subject=subject, says=SAYS, rests_on=openings)


def visit(steps: str = "") -> Visit:
    scene = shared(steps)
    root = root_of([record_leaf(salt, record) for salt, record in zip(SALTS, RECORDS, strict=True)]).hex()
    payload, secrets = scene.make_declaration(0, evidence_root=root)
    owner = scene.suppliers[0]
    return Visit(
        scene,
        owner,
        enrol(scene.world, "Verifying body", ["verifier"]),
        scene.submit(payload, owner),
        secrets,
    )
