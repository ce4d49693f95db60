"""How long an audit takes: a log of whole calculations, replayed without and with proofs; single proofs of the log.

The one fact: what is said of a year with proofs is the measured time of whole calculations times a thousand. Without
proofs one of them is made again hundreds of times, signed anew, so that the start of the command decides nothing.
`sealsum log audit` is measured itself, from its first question to its last answer, with the CPU of all its processes.
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
from auditor.tiles import TILE
from benchmarks.audit_command import laid_out
from benchmarks.chain import UNIT, Chain, make_chain
from benchmarks.clocks import Spans, rounded
from benchmarks.figures import Figure
from benchmarks.long_log import LongLog, make_long_log
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

MEMBERS, CALCULATIONS, AGAIN, YEAR = 20, 80, 500, 1000
"""Calculations with proofs of their own, enough that the command takes two processes; repeated ones without."""
DAY = 24 * 3600
CPU_MS, YEAR_MINUTES, PROOF_MS, STATEMENTS_A_SECOND = 1, 10, 1, 2000
TREE = 50_000
PROOFS = 1000


def measure_audit(_members: int) -> Sequence[Figure]:
    """Replay a log of whole calculations of 20 members."""
    chain = make_chain(MEMBERS, Spans())
    requests = [add_calculation(chain) for _ in range(CALCULATIONS)]
    whole, long = make_long_log(chain, requests[0], 0), make_long_log(chain, requests[0], AGAIN)
    report, plain_s = _audit(long, Options(proofs=False))
    _, proven_s = _audit(whole, Options(proofs=True))
    count = report.audit.size
    year = YEAR * (len(whole.rows) // CALCULATIONS)
    return [
        Figure(
            "audit, a statement, without proofs", rounded(1000 * plain_s / count), "ms", CPU_MS,
            {"statements a second": rounded(count / plain_s)},
            f"CPU of one process over {count} statements; the limit is {STATEMENTS_A_SECOND} a second on two cores",
        ),
        Figure(
            f"audit of a year, {YEAR} calculations of {MEMBERS}, with proofs",
            rounded(proven_s * YEAR / CALCULATIONS / 60), "minutes", YEAR_MINUTES,
            {"measured, s": rounded(proven_s), "calculations measured": CALCULATIONS, "statements a year": year},
            "CPU of one process, extrapolated: time grows with the number of calculations; two share the work",
        ),
        *_without_proofs(long),
        _with_proofs(whole),
        *_single_proofs(),
    ]  # fmt: skip


def _without_proofs(log: LongLog) -> list[Figure]:
    with laid_out(log) as place:
        plain = place.audit("--no-proofs")
    rate = plain.size / plain.wall_s
    return [
        Figure(
            "the command, a statement, without proofs", rounded(1000 / rate), "ms", 1000 / STATEMENTS_A_SECOND,
            {"statements a second": rounded(rate), "measured, s": rounded(plain.wall_s)},
            f"wall time of its own clock over {plain.size} statements, on a machine that may have other work",
        ),
        Figure(
            "its CPU, a statement, without proofs", rounded(1000 * plain.cpu_s / plain.size), "ms", CPU_MS,
            {"CPU of all its processes, s": rounded(plain.cpu_s)},
            f"the start of both processes included; {STATEMENTS_A_SECOND} a second on two cores are {CPU_MS} ms each",
        ),
    ]  # fmt: skip


def _with_proofs(log: LongLog) -> Figure:
    with laid_out(log) as place:
        proven = place.audit()
    return Figure(
        "the command, with proofs",
        rounded(proven.wall_s * YEAR / CALCULATIONS / 60), "minutes a year", YEAR_MINUTES,
        {"measured, s": rounded(proven.wall_s), "CPU of all its processes, s": rounded(proven.cpu_s)},
        f"wall time of its own clock, {CALCULATIONS} calculations",
    )  # fmt: skip


def _audit(held: LongLog, options: Options) -> tuple[Report, float]:
    log, pins = _MemoryLog(held), held.chain.world.pins
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder) / "state", pins.log_key, "benchmark")
        auditor = Auditor(log, log, state, pins, lambda step, done, total: None)
        started = time.process_time()
        report = auditor.run(options)
        seconds = time.process_time() - started
        state.close()
    if report.findings:
        raise AssertionError(report.findings[:3])
    return report, seconds


class _MemoryLog:
    """A log as an auditor reads it: what is measured is the audit, not a network."""

    def __init__(self, log: LongLog) -> None:
        self._log = log
        self._data = {logged.id: logged.signed.data for logged in log.rows}

    def checkpoint(self) -> str:
        return self._log.checkpoint()

    def tile(self, level: int, index: int, width: int) -> bytes:
        return self._log.tree.tile(level, index, width)

    def leaves(self, index: int, width: int) -> list[bytes]:
        rows = self._log.rows[TILE * index : TILE * index + width]
        return [encode_leaf(row.id, row.signed.data, row.logged_at) for row in rows]

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
    _log(chain, make_result(calculation, slots, header, notary.record), chain.maker)
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
