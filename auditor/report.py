"""How an audit is told, and how a certificate is held against an audited log. Protocol section 7.

The one fact: what could not be read is said before the verdict: a log of which only leaves were seen is not
vouched for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from auditor.running import Report
from crypto.merkle import leaf_hash
from exchange.report.words import KINDS, Words
from node.commands.output import show_lines, show_table
from operation.phrases import Phrase
from protocol.bundle import MAX_BUNDLE, Bundle, parse_bundle
from protocol.errors import Refused
from protocol.statements import encode_leaf

SHOWN = 50
"""Findings shown to people; --json has all."""
PHASES = {
    "consenting": Phrase("waiting for consents", "等待同意"),
    "contributing": Phrase("waiting for contributions", "等待贡献"),
    "computing": Phrase("waiting for the result", "等待结果"),
    "disputing": Phrase("in dispute", "争议中"),
    "published": Phrase("published without a certificate", "结果已公布，未出证书"),
    "certified": Phrase("certified", "已出证书"),
    "ended": Phrase("ended", "已终止"),
}
"""By the phase of a calculation what is said of it."""
_KINDS = {kind: Phrase(words.en, words.zh) for kind, words in KINDS.items()} | {
    "key_opening": Phrase("opening of a key", "打开一把密钥"),
    "mask_opening": Phrase("opening of masks", "打开掩码"),
    "opening_answer": Phrase("answer to a verifier", "对核查方的答复"),
    "opening_request": Phrase("verifier's question", "核查方的提问"),
    "refusal": Phrase("refusal to take part", "供应商不参加"),
    "retirement": Phrase("withdrawal of what was published", "撤回发布"),
    "return": Phrase("return to the provider", "退回提供方"),
    "revocation": Phrase("revocation", "吊销"),
    "seal_opening": Phrase("opening of a seal", "打开一份密封"),
    "void": Phrase("void", "作废"),
    "withdrawal": Phrase("withdrawal", "退出声明"),
}
_MISPLACED = Phrase(
    "{} {} is not what this log holds at {}: it was changed, or never logged",
    "{} {} 与本日志第 {} 条不符：它被改动过，或者从未入日志",
)
_UNREAD_HERE = Phrase(
    "its calculation could not be read: read as its party, a verifier or the operator",
    "读不到它所属的核算：请以其参与方、核查方或运营方的身份读取",
)
_OTHER_PHASE = Phrase("by the log its calculation is {}", "按日志，它所属的核算{}")
_LEFT_OUT = Phrase(
    "the log holds an opinion of {} at {} that the file does not have: fetch the certificate anew, "
    "perhaps it was left out",
    "日志第 {1} 条是 {0} 的核查意见，文件里没有：请重新取回证书，它也可能被人去掉了",
)
_UNREAD = Phrase(
    "{} statements could not be read: of these only place, time and hash were checked, not "
    "who signed them, what they say, or which rules they follow",
    "有 {} 条声明读不到：只核对了它们的位置、时间和哈希，没有核对由谁签名、说了什么、是否合乎规则",
)
_HALF_JUDGED = Phrase(
    "{} answers to verifiers and findings of theirs rest on statements that could not be "
    "read: who signed them was checked, not what they rest on",
    "有 {} 条对核查方的答复或核查意见以读不到的声明为依据：核对了由谁签名，没有核对其依据",
)
_NO_PROOFS = Phrase("proofs were not checked", "没有核对零知识证明")
_NO_WITNESS = Phrase(
    "no witness is pinned: this shows what the log showed here, not what it showed to others",
    "没有锁定见证方：这里看到的是日志向此处展示的内容，它向别人展示了什么不得而知",
)
_LABELS = {
    "log": Phrase("log", "日志"),
    "leaves": Phrase("leaves", "条数"),
    "root": Phrase("root", "根哈希"),
    "witnesses": Phrase("witnesses", "见证方"),
    "read": Phrase("read", "已读"),
    "calculations": Phrase("calculations", "核算"),
    "seconds": Phrase("seconds", "用时（秒）"),
}
_NONE = Phrase("none", "无")
_NOT_SEEN = Phrase("Not seen: {}.", "未核对：{}。")
_AGAINST = Phrase("Certificate: {}.", "证书：{}。")
_STANDS = Phrase(
    "Certificate: every statement of it stands in this log, and nothing in the log speaks against it.",
    "证书：其中每一条声明都在这份日志里，日志里没有不利于它的内容。",
)
_DOES_NOT_STAND = Phrase(
    "Do not rely on this certificate as it is; see above.", "请勿照原样采信这份证书，理由见上。"
)
_CONTRADICTS = Phrase(
    "The log contradicts itself; write the evidence to a file with --evidence.",
    "日志自相矛盾；请用 --evidence 把证据写入文件。",
)
_WRONG = Phrase("{} things are wrong with the log.", "日志有 {} 处不对。")
_WRONG_MANY = Phrase(
    "{} things are wrong with the log, {} of them shown.", "日志有 {} 处不对，以上列出 {} 处。"
)
_GOOD = Phrase("Nothing wrong was found in what was read of the log.", "所读到的日志内容没有发现问题。")
_GOOD_TREE = Phrase(
    "The log's tree holds. No statement could be read, so nothing is said of any: say as whom to read, by --node or "
    "--coordinator.",
    "日志的树结构没有问题。声明一条也读不到，因此对它们不作结论：请用 --node 或 --coordinator 指明以谁的身份读取。",
)


def hold_bundle(report: Report, path: Path) -> list[Phrase]:
    """What speaks against a certificate bundle, given its log; empty when nothing does.

    1. Each of its statements is the leaf it says. 2. The audit found nothing wrong with any of them.
    3. The log's own fold ends in this certificate: nothing that ended or changed the calculation was left out.
    4. So was no verifier's opinion, unless it is the public form, which has none.
    """
    try:
        with path.open("rb") as file:
            bundle = parse_bundle(file.read(MAX_BUNDLE + 1))
    except OSError as error:
        raise Refused("file", f"{path} cannot be read: {error.strerror}") from error
    return _misplaced(report, bundle) + _doubted(report, bundle) + _left_out(report, bundle)


def _misplaced(report: Report, bundle: Bundle) -> list[Phrase]:
    found = []
    for item in bundle.statements:
        logged, leaves = item.logged, report.audit.leaves
        leaf = leaf_hash(encode_leaf(logged.id, logged.signed.data, logged.logged_at))
        if logged.index >= report.audit.size or leaves.read(0, logged.index) != leaf:  # 1
            kind = KINDS.get(logged.payload.type, KINDS["unknown"])
            found.append(_fill(_MISPLACED, kind, logged.id, logged.index))
    return found


def _doubted(report: Report, bundle: Bundle) -> list[Phrase]:
    ids = {item.logged.id for item in bundle.statements}
    told = [
        f"{finding.statement} at {finding.index}: {finding.check}: {finding.message}"
        for finding in report.findings
        if finding.statement in ids  # 2
    ]
    found = [Phrase(one, one) for one in told]
    phase = report.audit.phases.get(bundle.request)
    if phase is None:
        found.append(_UNREAD_HERE)
    elif phase != "certified":  # 3
        found.append(_fill(_OTHER_PHASE, PHASES[phase]))
    return found


def _left_out(report: Report, bundle: Bundle) -> list[Phrase]:
    if bundle.is_redacted:  # 4
        return []
    held = {item.logged.id for item in bundle.statements}
    found = [
        (opinion.index, report.audit.names_of(opinion.payload.by))
        for item in bundle.statements
        if item.logged.payload.type in ("declaration", "result")
        for opinion in report.audit.opinions_on(item.logged.id)
        if opinion.id not in held
    ]
    return [_fill(_LEFT_OUT, Phrase(*names), index) for index, names in sorted(found)]


def _fill(phrase: Phrase, *values: Phrase | Words | str | int) -> Phrase:
    """The phrase with these values in its places, each in its language."""
    en = (value.en if isinstance(value, tuple) else value for value in values)
    zh = (value.zh if isinstance(value, tuple) else value for value in values)
    return Phrase(phrase.en.format(*en), phrase.zh.format(*zh))


def _not_seen(report: Report) -> list[Phrase]:
    counts = report.audit.counts
    said = []
    if counts.unread:
        said.append(_fill(_UNREAD, counts.unread))
    if counts.half_judged:
        said.append(_fill(_HALF_JUDGED, counts.half_judged))
    if not report.proofs:
        said.append(_NO_PROOFS)
    if not report.witnesses:
        said.append(_NO_WITNESS)
    return said


def as_fields(report: Report, held: list[Phrase] | None, seconds: float) -> dict[str, Any]:
    """Everything, for programs."""
    audit = report.audit
    return {
        "good": not report.findings and not held,
        "log": report.checkpoint.origin,
        "size": report.checkpoint.size,
        "root": report.checkpoint.root.hex(),
        "time": report.checkpoint.time,
        "witnesses": list(report.witnesses),
        "statements": dict(audit.counts.kinds),
        "unread": audit.counts.unread,
        "calculations": dict(audit.counts.phases),
        "proofs": report.proofs,
        "findings": [
            {"index": item.index, "statement": item.statement, "check": item.check, "message": item.message}
            for item in report.findings
        ],
        "certificate": None if held is None else [one.en for one in held],
        "evidence": report.evidence is not None,
        "not_seen": [one.en for one in _not_seen(report)],
        "seconds": round(seconds, 3),
    }


def show_report(report: Report, held: list[Phrase] | None, seconds: float) -> None:
    """The same for people, in the machine's language; what the certificate is worth is said last."""
    audit = report.audit
    told = {
        "log": report.checkpoint.origin,
        "leaves": str(report.checkpoint.size),
        "root": report.checkpoint.root.hex(),
        "witnesses": ", ".join(report.witnesses) or _NONE.here(),
        "read": _listed(audit.counts.kinds, _KINDS),
        "calculations": _listed(audit.counts.phases, PHASES),
        "seconds": f"{seconds:.1f}",
    }
    show_lines([(_LABELS[name].here(), value) for name, value in told.items()])
    for sentence in _not_seen(report):
        typer.echo(_NOT_SEEN.here(sentence.here()))
    if report.findings:
        rows = [
            (str(item.index), item.statement, item.check, item.message) for item in report.findings[:SHOWN]
        ]
        show_table(("index", "statement", "check", "what"), rows)
    if report.evidence is not None:
        typer.echo(_CONTRADICTS.here())
    typer.echo(_tell_log(report))
    if held is not None:
        _show_held(held)


def _tell_log(report: Report) -> str:
    count = len(report.findings)
    if count:
        return _WRONG_MANY.here(count, SHOWN) if count > SHOWN else _WRONG.here(count)
    return (_GOOD if report.audit.counts.kinds else _GOOD_TREE).here()


def _show_held(held: Sequence[Phrase]) -> None:
    for sentence in held:
        typer.echo(_AGAINST.here(sentence.here()))
    typer.echo((_DOES_NOT_STAND if held else _STANDS).here())


def _listed(counts: Counter[str], names: Mapping[str, Phrase]) -> str:
    told = (f"{names.get(name, Phrase(name, name)).here()} {count}" for name, count in sorted(counts.items()))
    return ", ".join(told) or _NONE.here()
