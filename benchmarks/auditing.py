"""How long an audit takes: a log of whole calculations, replayed without and with proofs; single proofs of the log.

The one fact: the log is made here, shorter than a year's, and every statement in it is whole: what is said of a year is
the measured time of a calculation times a thousand. It is the CPU time of one process; `sealsum log audit` uses two,
and is measured itself, from its first question to its last answer.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from auditor.running import Auditor, Options, Report
from auditor.state import State
from benchmarks.audit_command import laid_out
from benchmarks.chain import UNIT, Chain, make_chain
from benchmarks.clocks import Spans, rounded
from benchmarks.figures import Figure
from crypto.bfv import Aggregate, decrypt, make_key_pair
from crypto.group import random_scalar
from crypto.merkle import check_consistency, check_inclusion, consistency_proof, inclusion_proof, leaf_hash
from protocol.auditing import Leaves
from protocol.consenting import ConsentDraft, make_consent, make_roster
from protocol.contributing import MemberSecrets, Membership, make_contribution
from protocol.payloads import AnyPayload, Approval, Blob, Deadlines
from protocol.requesting import EntryDraft, Recipient, RequestDraft, make_request, open_quantities
from protocol.resulting import make_certificate, make_result
from protocol.run import METHOD, Party
from protocol.statements import Logged, encode_leaf, sign_statement

MEMBERS, CALCULATIONS, YEAR = 20, 80, 1000
"""Calculations enough that the command takes two processes by itself."""
DAY = 24 * 3600
STATEMENT_MS, YEAR_MINUTES, PROOF_MS, STATEMENTS_A_SECOND = 1, 10, 1, 2000
TREE = 50_000
PROOFS = 1000


def measure_audit(_members: int) -> Sequence[Figure]:
    """Replay a log of whole calculations of 20 members."""
    chain = make_chain(MEMBERS, Spans())
    for _ in range(CALCULATIONS):
        add_calculation(chain)
    report, plain_s = _audit(chain, Options(proofs=False))
    _, proven_s = _audit(chain, Options(proofs=True))
    count = report.audit.size
    year = YEAR * (count // CALCULATIONS)
    return [
        Figure(
            "audit, a statement, without proofs", rounded(1000 * plain_s / count), "ms", STATEMENT_MS,
            {"statements a second": rounded(count / plain_s)},
            f"CPU of one process over {count} statements; the limit is 2000 a second on two cores",
        ),
        Figure(
            f"audit of a year, {YEAR} calculations of {MEMBERS}, with proofs",
            rounded(proven_s * YEAR / CALCULATIONS / 60), "minutes", YEAR_MINUTES,
            {"measured, s": rounded(proven_s), "calculations measured": CALCULATIONS, "statements a year": year},
            "CPU of one process, extrapolated: time grows with the number of calculations; two share the work",
        ),
        *_command(chain),
        *_single_proofs(),
    ]  # fmt: skip


def _command(chain: Chain) -> list[Figure]:
    with laid_out(chain) as place:
        plain, proven = place.audit("--no-proofs"), place.audit()
    rate = plain.size / plain.wall_s
    return [
        Figure(
            "the command, a statement, without proofs", rounded(1000 / rate), "ms", 1000 / STATEMENTS_A_SECOND,
            {"statements a second": rounded(rate), "CPU of all its processes, s": rounded(plain.cpu_s)},
            f"wall time of its own clock over {plain.size} statements, the start of two processes included",
        ),
        Figure(
            "the command, with proofs",
            rounded(proven.wall_s * YEAR / CALCULATIONS / 60), "minutes a year", YEAR_MINUTES,
            {"measured, s": rounded(proven.wall_s), "CPU of all its processes, s": rounded(proven.cpu_s)},
            f"wall time of its own clock, {CALCULATIONS} calculations",
        ),
    ]  # fmt: skip


def _audit(chain: Chain, options: Options) -> tuple[Report, float]:
    log = _MemoryLog(chain)
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder) / "state", chain.world.pins.log_key, "benchmark")
        auditor = Auditor(log, log, state, chain.world.pins, lambda step, done, total: None)
        started = time.process_time()
        report = auditor.run(options)
        seconds = time.process_time() - started
        state.close()
    if report.findings:
        raise AssertionError(report.findings[:3])
    return report, seconds


class _MemoryLog:
    """The chain's log as an auditor reads it: what is measured is the audit, not a network."""

    def __init__(self, chain: Chain) -> None:
        self._notary = chain.world.notary
        self._rows = self._notary.record.in_order()
        self._data = {logged.id: logged.signed.data for logged in self._rows}
        self._tree = Leaves()
        for logged in self._rows:
            self._tree.append(self._leaf(logged))

    def _leaf(self, logged: Logged) -> bytes:
        return encode_leaf(logged.id, logged.signed.data, logged.logged_at)

    def checkpoint(self) -> str:
        return self._notary.checkpoint()

    def tile(self, level: int, index: int, width: int) -> bytes:
        return self._tree.tile(level, index, width)

    def leaves(self, index: int, width: int) -> list[bytes]:
        return [self._leaf(logged) for logged in self._rows[256 * index : 256 * index + width]]

    def envelopes(self, start: int, ids: Sequence[str]) -> list[bytes | None]:
        return [self._data[one] for one in ids]

    def close(self) -> None:
        return None


def _single_proofs() -> list[Figure]:
    tree = Leaves()
    hashes = []
    for number in range(TREE):
        tree.append(b"%d" % number)
        hashes.append(leaf_hash(b"%d" % number))
    root = tree.frontier.root()
    places = [int.from_bytes(os.urandom(4)) % TREE for _ in range(PROOFS)]
    spans = Spans()
    with spans.measure("inclusion"):
        for place in places:
            check_inclusion(hashes[place], place, TREE, inclusion_proof(place, TREE, tree.read), root)
    sizes = [(size + 1, bytes.fromhex(tree.root(size + 1))) for size in places]
    with spans.measure("consistency"):
        for size, old in sizes:
            check_consistency(size, TREE, old, root, consistency_proof(size, TREE, tree.read))
    note = f"made and checked, mean of {PROOFS}, in a tree of {TREE}"
    return [
        Figure(f"{name} proof", rounded(spans.total(name) / PROOFS), "ms", PROOF_MS, note=note)
        for name in ("inclusion", "consistency")
    ]


# --- one whole calculation -------------------------------------------------------------------------


def add_calculation(chain: Chain) -> str:
    """From request to certificate, honest, into the log without being judged on the way."""
    notary = chain.world.notary
    secret, he_key = make_key_pair()
    now = notary.now
    draft = RequestDraft(
        models=(UNIT,),
        method=METHOD,
        boundary="partial",
        entries=tuple(EntryDraft(m.stage, m.declaration.id, (m.quantity,)) for m in chain.members),
        he_key=Blob(sha256=hashlib.sha256(he_key).hexdigest(), length=len(he_key)),
        deadlines=Deadlines(consent_by=now + DAY, contribute_by=now + 2 * DAY, result_by=now + 3 * DAY),
    )
    payload, _ = make_request(draft, chain.world.header(chain.maker), notary.record, os.urandom)
    request = _log(chain, payload, chain.maker)
    ephemerals = [_consent(chain, request, entry) for entry in range(len(chain.members))]
    roster = make_roster(notary.calculations[request.id], chain.world.header(chain.operator))
    _log(chain, roster, chain.operator)
    total = Aggregate()
    for entry, ephemeral in enumerate(ephemerals):
        total.add(_contribute(chain, request, (entry, ephemeral), he_key))
    slots = decrypt(secret, total.encode())
    calculation, header = notary.calculations[request.id], chain.world.header(chain.maker)
    _log(chain, make_result(calculation, slots, header, notary.record, os.urandom), chain.maker)
    done = notary.calculations[request.id]
    _log(chain, make_certificate(done, chain.world.header(chain.operator)), chain.operator)
    return request.id


def _log(chain: Chain, payload: AnyPayload, party: Party) -> Logged:
    return chain.world.notary.append(sign_statement(payload, party.key))


def _consent(chain: Chain, request: Logged, entry: int) -> int:
    party, ephemeral = chain.members[entry].party, random_scalar(os.urandom)
    draft = ConsentDraft(request.id, entry, Approval(decided_by="policy", asked=(), answer=""), ephemeral)
    _log(chain, make_consent(draft, chain.world.header(party), os.urandom), party)
    return ephemeral


def _contribute(chain: Chain, request: Logged, seat: tuple[int, int], he_key: bytes) -> bytes:
    entry, ephemeral = seat
    member, notary = chain.members[entry], chain.world.notary
    recipient = Recipient(member.party.enrolment, member.party.sealing_secret)
    quantities = open_quantities(request.signed, entry, recipient, os.urandom)
    secrets = MemberSecrets(member.secrets, quantities, ephemeral, member.party.node_secret)
    membership = Membership(notary.calculations[request.id], entry, notary.record)
    header = chain.world.header(member.party)
    payload, ciphertext = make_contribution(membership, secrets, he_key, header, os.urandom)
    _log(chain, payload, member.party)
    return ciphertext
