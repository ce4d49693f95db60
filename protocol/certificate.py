"""Verification of a certificate bundle: numbered checks that anyone can run offline. Protocol section 7.

The one fact: the pins (log key, authority root) are the only trust. Every check below is recomputed from the
statements; the coordinator's countersignature proves nothing and is only recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from crypto.batch import EquationBatch
from crypto.certificates import Certificate as X509
from crypto.certificates import fingerprint, parse_certificate
from crypto.cosignature import check_cosignatures
from crypto.errors import CryptoError
from crypto.group import Random
from crypto.merkle import check_inclusion, leaf_hash
from crypto.note import check_checkpoint, parse_checkpoint
from protocol.bundle import Bundle, Proven, is_resaved, parse_bundle, verifiable_in
from protocol.calculation import Calculation, Phase, advance, open_calculation
from protocol.errors import PeerError
from protocol.payloads import Enrolment, ModelResult, Result, Verification
from protocol.rules import Context, check_signature, check_state, parse_pem, queue_proofs
from protocol.statements import Before, Logged, MemoryRecord, encode_leaf
from protocol.totals import check_figures, equations_hold, mask_equations, openings_of, total_equations
from protocol.verifying import check_subject


@dataclass(frozen=True, slots=True)
class Pins:
    """What a verifier trusts: the log's verifier key (note format) and the authority's root certificate (PEM).

    At least `threshold` of `witnesses` (keys as C2SP writes them) must have cosigned a bundle's checkpoint.
    """

    log_key: str
    authority_root: str
    witnesses: tuple[str, ...] = ()
    threshold: int = 0


class Status(StrEnum):
    """How a check ended; `not_reached` when it rests on one that failed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One numbered check in words; what was found when it failed, and at which statement's index if at one."""

    number: int
    name: str
    title_en: str
    title_zh: str
    status: Status
    detail: str
    statement: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All checks in order, and the bundle as far as it could be read: what it says is true only if all passed.

    `threshold`: how many witnesses the pins required; of none, the check of witnesses says nothing. `is_resaved`: it
    could not be read, though it reads like a bundle that some program wrote anew.
    """

    checks: tuple[CheckResult, ...]
    bundle: Bundle | None
    threshold: int
    is_resaved: bool = False

    @property
    def result(self) -> Result | None:
        """The result, None when the bundle could not be read or holds none."""
        statements = () if self.bundle is None else self.bundle.statements
        payloads = (item.logged.payload for item in statements)
        return next((payload for payload in payloads if isinstance(payload, Result)), None)

    @property
    def models(self) -> tuple[ModelResult, ...]:
        """The models' results, empty when there is no result."""
        return () if self.result is None else self.result.models

    @property
    def verifications(self) -> tuple[tuple[Verification, str, str], ...]:
        """What verifiers said: the statement, its verifier's name, and the kind of its subject."""
        known = (
            {item.logged.id: item.logged.payload for item in self.bundle.statements} if self.bundle else {}
        )
        found = []
        for payload in known.values():
            if isinstance(payload, Verification):
                signer, subject = known.get(payload.by), known.get(payload.subject)
                name = signer.name_en if isinstance(signer, Enrolment) else payload.by
                found.append((payload, name, subject.type if subject is not None else "unknown"))
        return tuple(found)

    @property
    def redacted(self) -> bool:
        """Whether this is the public form, on which REDACTED_CHECKS run."""
        return self.bundle is not None and self.bundle.is_redacted

    @property
    def is_good(self) -> bool:
        """Whether every check passed. For display and exit codes."""
        return all(check.status is Status.PASSED for check in self.checks)


class _NotReached(Exception):
    """An earlier check failed, so this one has nothing to work on."""


class _Verification:
    """The state that the checks of one bundle share; each method is one numbered check and raises PeerError."""

    def __init__(self, data: bytes, pins: Pins, random: Random, proven: Set[str]) -> None:
        self._data, self._pins, self._random, self._proven = data, pins, random, proven
        self.bundle: Bundle | None = None
        self.calculation: Calculation | None = None
        self.statement: int | None = None  # the index of the one that a check looks at by itself
        self._record = MemoryRecord()
        self._reached = 0  # the log index up to which the calculation is folded

    # Each property refuses to go on without what an earlier check established.
    @property
    def _read(self) -> Bundle:
        if self.bundle is None:
            raise _NotReached
        return self.bundle

    @property
    def _folded(self) -> Calculation:
        if self.calculation is None:
            raise _NotReached
        return self.calculation

    @property
    def _root(self) -> X509:
        return parse_pem(self._pins.authority_root)

    def _context(self, logged: Logged) -> Context:
        return Context(Before(self._record, logged.index), self._root, self.calculation)

    def _of_kind(self, *kinds: str) -> list[Logged]:
        return [item.logged for item in self._read.statements if item.logged.payload.type in kinds]

    def check_format(self) -> None:
        self.bundle = parse_bundle(self._data)
        for item in self.bundle.statements:
            self._record.add(item.logged)

    def check_authority(self) -> None:
        found = parse_certificate(self._read.authority_root.encode())
        if fingerprint(found) != fingerprint(self._root):
            raise PeerError("authority", "the bundle names another authority than the pinned one")

    def check_checkpoint(self) -> None:
        check_checkpoint(self._read.checkpoint, self._pins.log_key)

    def check_inclusion(self) -> None:
        # The root is read from the checkpoint's text; that its signature holds is the check before this one.
        checkpoint = parse_checkpoint(self._read.checkpoint.rpartition("\n\n")[0] + "\n")
        for item in self._each():
            logged = item.logged
            leaf = leaf_hash(encode_leaf(logged.id, logged.signed.data, logged.logged_at))
            check_inclusion(leaf, logged.index, checkpoint.size, item.inclusion, checkpoint.root)

    def check_order(self) -> None:
        times = [item.logged.logged_at for item in self._read.statements]
        if times != sorted(times):
            raise PeerError("order", "a later statement carries an earlier time")

    def check_signatures(self) -> None:
        for item in self._each():
            check_signature(item.logged.signed, self._context(item.logged), item.logged.logged_at)

    def check_library(self) -> None:
        # A review may cover submissions that this certificate does not cite; the publications judge what counts.
        self._check_all("category", "factor", "publication", "enrolment")

    def check_declarations(self) -> None:
        self._check_all("declaration")
        self._check_proofs(self._of_kind("declaration"))

    def check_request(self) -> None:
        requests = self._of_kind("request")
        if len(requests) != 1 or requests[0].id != self._read.request:
            raise PeerError("request", "expected exactly the request that the bundle names")
        self._check_all("request")
        self._check_proofs(requests)
        self.calculation = open_calculation(requests[0], self._record)
        self._reached = requests[0].index

    def check_consents(self) -> None:
        self._advance("consent")
        self._check_proofs(self._of_kind("consent"))

    def check_roster(self) -> None:
        self._advance("roster")
        if self._folded.phase is not Phase.CONTRIBUTING:
            raise PeerError("roster", "expected exactly one roster")

    def check_contributions(self) -> None:
        self._needs(Phase.CONTRIBUTING)
        self._advance("contribution")
        self._check_proofs(self._of_kind("contribution"))
        if self._folded.phase is not Phase.COMPUTING:
            raise PeerError("contribution", "expected a contribution of every member")

    def check_masks(self) -> None:
        self._needs(Phase.COMPUTING)
        if not equations_hold(mask_equations(self._folded)):
            raise PeerError("masks", "the masked commitments do not add up to the subtotals")

    def check_totals(self) -> None:
        self._needs(Phase.COMPUTING)
        self._advance("dispute")
        self._advance("vector_opening")
        self._advance("result")
        openings = openings_of(self._result())
        if not equations_hold(total_equations(self._folded, openings)):
            raise PeerError("totals", "a published total does not open the sum of the commitments")

    def check_figures(self) -> None:
        self._needs(Phase.PUBLISHED)
        check_figures(self._folded, self._result(), self._record)

    def check_certificate(self) -> None:
        self._needs(Phase.PUBLISHED)
        self._advance("certificate")
        if self._folded.phase is not Phase.CERTIFIED:
            raise PeerError("certificate", "the bundle holds no certificate")
        if self._of_kind(*_NOT_IN_A_CERTIFICATE):
            raise PeerError("certificate", "the bundle holds a statement that ends the calculation")

    def check_witnesses(self) -> None:
        check_cosignatures(self._read.checkpoint, self._pins.witnesses, self._pins.threshold)

    def check_verifications(self) -> None:
        subjects = verifiable_in(self._folded)
        for logged in self._of_kind("verification"):
            assert isinstance(logged.payload, Verification)
            if logged.payload.subject not in subjects:
                raise PeerError("verification", f"{logged.id} is about no statement of this calculation")
            check_subject(logged.payload, Before(self._record, logged.index))

    def _each(self) -> Iterator[Proven]:
        for item in self._read.statements:
            self.statement = item.logged.index
            yield item
        self.statement = None

    def _result(self) -> Result:
        result = self._folded.result
        if result is None:
            raise PeerError("totals", "the bundle holds no result")
        assert isinstance(result.payload, Result)
        return result.payload

    def _needs(self, phase: Phase) -> None:
        if self._folded.phase is not phase:
            raise _NotReached

    def _check_all(self, *kinds: str) -> None:
        for logged in self._of_kind(*kinds):
            check_state(logged.signed, self._context(logged), logged.logged_at)

    def _advance(self, kind: str) -> None:
        # A fold that was refused half-way is no state to go on from: what rests on it is not reached.
        calculation, self.calculation = self._folded, None
        for logged in self._of_kind(kind):
            # Kind by kind is log order only when it is checked: every kind rests on all that come before it.
            if logged.index < self._reached:
                raise PeerError("order", f"a {kind} is logged at {logged.index}, before what it rests on")
            self._reached = logged.index
            calculation = advance(calculation, logged, Before(self._record, logged.index))
        self.calculation = calculation

    def _check_proofs(self, statements: Iterable[Logged]) -> None:
        """All proofs of these statements in one batch; singly when it fails, to name the bad one."""
        chosen = [logged for logged in statements if logged.id not in self._proven]
        if self._hold(chosen):
            return
        for logged in chosen:
            if not self._hold([logged]):
                raise PeerError("proof", f"a proof of {logged.payload.type} {logged.id} does not hold")

    def _hold(self, statements: Iterable[Logged]) -> bool:
        batch = EquationBatch(self._random)
        for logged in statements:
            queue_proofs(batch, logged.signed, self._context(logged))
        return batch.holds()


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    title_en: str
    title_zh: str
    run: Callable[[_Verification], None]


_CHECKS = (
    _Check("format", "The file is one certificate bundle, in the form that is prescribed",
           "文件是一份证书包，格式符合规定", _Verification.check_format),
    _Check("authority", "It names the enrolment authority that you pinned",
           "登记机构与您锁定的一致", _Verification.check_authority),
    _Check("checkpoint", "The log's checkpoint is signed by the log key that you pinned",
           "日志检查点由您锁定的日志密钥签名", _Verification.check_checkpoint),
    _Check("inclusion", "Every statement stands in that log",
           "每一条声明都记录在该日志中", _Verification.check_inclusion),
    _Check("order", "Times in the log never go backwards",
           "日志时间从不倒退", _Verification.check_order),
    _Check("signatures", "Every statement is signed by an enrolled party, in its role, under a valid certificate",
           "每一条声明都由已注册方以其角色、在证书有效期内签名", _Verification.check_signatures),
    _Check("library", "Every category and factor was published on two expert reviews",
           "每个产品类别和因子都经两位专家评议后发布", _Verification.check_library),
    _Check("declarations", "Every declaration fits its template and every amount is in range",
           "每份申报符合模板，且每个数值都在允许范围内", _Verification.check_declarations),
    _Check("request", "The request is well formed, its total energy is right, its quantities are in range",
           "请求格式正确，总能量计算正确，数量在允许范围内", _Verification.check_request),
    _Check("consents", "Every supplier consented to its own entry, under a key of its own",
           "每个供应商都以自己的密钥同意了自己的条目", _Verification.check_consents),
    _Check("roster", "The roster names exactly these consents",
           "参与名单与这些同意书完全一致", _Verification.check_roster),
    _Check("contributions", "Every contribution is quantity times declared unit footprint plus a small guard",
           "每份贡献都等于数量乘以申报的单位碳足迹再加一个小的保护量", _Verification.check_contributions),
    _Check("masks", "The masks cancel: what was added up is what was contributed",
           "掩码相互抵消：汇总的正是各方所贡献的", _Verification.check_masks),
    _Check("totals", "Every published total is the sum of the contributions",
           "每个公布的总量都等于各项贡献之和", _Verification.check_totals),
    _Check("figures", "Stages, total, per kWh, bound and data quality follow from the totals",
           "各阶段、总量、每千瓦时、误差界和数据质量均由总量推出", _Verification.check_figures),
    _Check("certificate", "The coordinator marked this result, and nothing ended the calculation",
           "协调方已标记该结果，且计算未被终止", _Verification.check_certificate),
    _Check("witnesses", "As many of your pinned witnesses as you require saw this same log",
           "您要求数量的见证方（由您锁定）看到的是同一份日志", _Verification.check_witnesses),
    _Check("verifications", "Whatever a third party verified here, it is accredited and belongs to another group",
           "文件中的第三方核查均由经认可且不属于同一集团的核查方作出", _Verification.check_verifications),
)  # fmt: skip
REDACTED_CHECKS = frozenset({1, 2, 3, 4, 5, 6, 17})
"""A redacted bundle holds enough for these checks only."""
_NOT_IN_A_CERTIFICATE = (
    "withdrawal", "void", "refusal", "revocation", "mask_opening", "key_opening", "seal_opening",
)  # fmt: skip
CHECK_TITLES = tuple(
    (number, check.title_en, check.title_zh) for number, check in enumerate(_CHECKS, start=1)
)
"""Every check in words, for whoever says what a redacted bundle cannot show."""
CHECK_NAMES = tuple(check.name for check in _CHECKS)


def _ignore(check: CheckResult) -> None:
    pass


def verify_bundle(
    data: bytes,
    pins: Pins,
    random: Random,
    hear: Callable[[CheckResult], None] = _ignore,
    proven: Set[str] = frozenset(),
) -> Report:
    """Run every numbered check on untrusted bytes; `hear` is told of each as it ends.

    `proven` are ids of statements whose proofs the caller has checked itself: those are not checked again. An id is
    the hash of all that a statement says, the ids of all that its proofs are about included.
    Never raises on a bad bundle: the report says what failed.
    """
    verification = _Verification(data, pins, random, proven)
    results: list[CheckResult] = []
    for number, check in enumerate(_CHECKS, start=1):
        if (
            verification.bundle is not None
            and verification.bundle.is_redacted
            and number not in REDACTED_CHECKS
        ):
            continue
        status, detail = _run(check, verification)
        at, verification.statement = verification.statement, None
        results.append(CheckResult(number, check.name, check.title_en, check.title_zh, status, detail, at))
        hear(results[-1])
    bundle = verification.bundle
    return Report(tuple(results), bundle, pins.threshold, bundle is None and is_resaved(data))


def _run(check: _Check, verification: _Verification) -> tuple[Status, str]:
    try:
        check.run(verification)
    except _NotReached:
        return Status.NOT_REACHED, "an earlier check failed"
    except (PeerError, CryptoError) as error:
        return Status.FAILED, str(error)
    return Status.PASSED, ""
