"""What the demo shows at the end: the result, what each party learned, where the files are."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import node.web.supplier.egress
from method.exact import encode_at_most
from method.rules import STAGE_NAMES, STAGES, find_rules
from node.supplier.answers import say_answer
from node.web.supplier.egress import KINDS
from operation.phrases import Language, Phrase
from web.languages import load_texts

BOUNDARIES = {"partial": "部分生命周期", "full": "全生命周期"}
RESULT_FIELDS = ("stages", "total_kg", "total_energy_kwh", "per_kwh", "overstated_by_at_most")


def write_result(out: Path, figures: dict[str, Any]) -> None:
    """Write result.json: the published figures, decimals as strings."""
    chosen = {name: figures[name] for name in RESULT_FIELDS}
    chosen["stages"] = {stage: figures["stages"][stage] for stage in STAGES}
    text = json.dumps(chosen, ensure_ascii=False, indent=2) + "\n"
    (out / "result.json").write_text(text, encoding="utf-8")


def show_result(console: Console, model: str, figures: dict[str, Any], language: Language) -> None:
    """Stages, total, per kWh, bound."""

    def say(english: str, chinese: str) -> str:
        return Phrase(english, chinese).say(language)

    title = say(f"Carbon footprint of pack {model}", f"动力电池包 {model} 的碳足迹")
    table = Table(say("stage", "阶段"), title=title, title_justify="left")
    table.add_column("kgCO2e", justify="right")
    table.add_column(say("share", "占比"), justify="right")
    for stage in find_rules(figures["method"], figures["boundary"]).stages_of(figures["boundary"]):
        name_zh, name_en = STAGE_NAMES[stage]
        value, share = float(figures["stages"][stage]), float(figures["shares"][stage])
        table.add_row(say(name_en, name_zh), f"{value:.3f}", f"{share:.1%}")
    table.add_section()
    table.add_row(say("Total", "合计"), f"{float(figures['total_kg']):.3f}", "100.0%")
    console.print(table)
    per_kwh = f"{float(figures['per_kwh']):.6f}"
    bound = f"{float(encode_at_most(Fraction(figures['overstated_by_at_most']), 3)):.3f}"
    energy = figures["total_energy_kwh"]
    console.print(
        say(
            f"{per_kwh} kgCO2e per kWh delivered, over {energy} kWh. "
            f"Overstated by at most {bound} kg, never understated.",
            f"每提供 1 kWh 为 {per_kwh} kgCO2e，按全程 {energy} kWh 计。最多偏高 {bound} kg，绝不偏低。",
        )
    )
    variant, boundary = figures["variant"], figures["boundary"]
    english = f": {variant['en']}" if variant["en"] else "."
    chinese = f"：{variant['zh']}" if variant["zh"] else "。"
    console.print(
        say(
            f"Rule set {figures['method']}, {boundary}{english}",
            f"规则集 {figures['method']}，{BOUNDARIES.get(boundary, boundary)}{chinese}",
        ),
        markup=False,
    )


def show_parties(
    console: Console, companies: int, ledgers: dict[str, list[dict[str, Any]]], language: Language
) -> None:
    """Who learned what, and what left the nodes by their own ledgers."""
    title = Phrase("What each party learned", "各方知道了什么").say(language)
    table = Table(title=title, title_justify="left")
    for column in (Phrase("party", "谁"), Phrase("learned", "知道了"), Phrase("did not learn", "不知道")):
        table.add_column(column.say(language), overflow="fold")
    for row in _list_learned(companies):
        table.add_row(*(one.say(language) for one in row))
    console.print(table)
    sizes = [sum(row["size"] for row in rows) for rows in ledgers.values()]
    kinds = Counter(row["kind"] for rows in ledgers.values() for row in rows)
    counted = [(_name_kind(kind, language), count) for kind, count in sorted(kinds.items())]
    listed = Phrase(
        ", ".join(f"{count} {kind}" for kind, count in counted),
        "、".join(f"{kind} {count} 次" for kind, count in counted),
    ).say(language)
    everything, most = f"{sum(sizes) / 1024:.0f} KiB", f"{max(sizes) / 1024:.0f} KiB"
    said = Phrase(
        f"Left the {companies} companies' nodes, by their own ledgers: {everything}, at most {most} from one "
        f"({listed}).",
        f"按各家自己的出门记录，{companies} 家的节点一共送出 {everything}，最多的一家 {most}（{listed}）。",
    )
    console.print(said.say(language))


def _name_kind(kind: str, language: Language) -> str:
    """What left a node, in Chinese as its own page calls it; in English by the name of its kind."""
    if language == "en" or kind not in KINDS:
        return kind
    return load_texts((Path(node.web.supplier.egress.__file__).parent,))[language].gettext(KINDS[kind])


def _list_learned(companies: int) -> list[tuple[Phrase, Phrase, Phrase]]:
    """Each party, what it learned, what it did not."""
    others = companies - 1
    return [
        (
            Phrase(f"each of {companies} suppliers", f"{companies} 家供应商，每一家"),
            Phrase(
                "the request, its own quantity, who else took part",
                "请求本身、问到自己的数量、还有谁参加",
            ),
            Phrase(f"any number of the other {others}", f"另外 {others} 家的任何数字"),
        ),
        (
            Phrase("pack maker", "电池企业"),
            Phrase("the totals above", "上面的合计"),
            Phrase("any supplier's amounts or unit footprint", "任何供应商的用量和单位碳足迹"),
        ),
        (
            Phrase("coordinator", "协调方"),
            Phrase(
                "who took part, when, which factors were cited, the published totals",
                "谁参加、何时、引用了哪些因子、公布的合计",
            ),
            Phrase("any amount, unit footprint or quantity", "任何用量、单位碳足迹和数量"),
        ),
        (
            Phrase("authority", "登记机构"),
            Phrase("who is a legal entity", "谁是哪个法人"),
            Phrase("anything else", "其他一切"),
        ),
        (
            Phrase("anyone with certificate.json", "拿到 certificate.json 的任何人"),
            Phrase(
                "the totals, and that they are the sum of what was declared",
                "合计，以及合计确实是各家申报之和",
            ),
            Phrase("the inputs", "各家的输入"),
        ),
    ]


def show_answers(console: Console, answers: list[str], language: Language) -> None:
    """What each owner was asked about its disclosure and had answered in advance, as its consent records it."""
    for answer, count in sorted(Counter(answers).items()):
        words = say_answer(answer)
        said = Phrase(
            f"{count} of {len(answers)} owners: {words.en}.",
            f"{len(answers)} 家中有 {count} 家的答复：{words.zh}。",
        )
        console.print(said.say(language), markup=False)


def show_files(console: Console, out: Path, language: Language) -> None:
    """Where everything is."""
    table = Table(show_header=False, box=None)
    for name, what in (
        ("certificate.json", Phrase("everything a verifier needs", "验证所需的全部内容")),
        (
            "pins.json",
            Phrase("log key and authority root to verify it with", "验证要用的日志公钥和登记机构根密钥"),
        ),
        ("result.json", Phrase("the figures", "数字")),
        (
            "nodes/",
            Phrase(
                "each company's own data folder, which only it would have",
                "每家企业自己的数据文件夹，实际只在各家手里",
            ),
        ),
        ("logs/", Phrase("each process's log", "各进程的运行日志")),
    ):
        table.add_row(str(out / name), what.say(language))
    console.print(table)
    certificate, pins = (shlex.quote(str(out / name)) for name in ("certificate.json", "pins.json"))
    command = f"{program()} verify {certificate} --pins {pins}"
    # Not folded: it is there to be copied.
    console.print(
        Phrase(f"Check it yourself: {command}", f"自己验证：{command}").say(language),
        soft_wrap=True,
        markup=False,
    )


def say_further_links(slugs: Sequence[str]) -> tuple[str, str]:
    """What stands above the commands for another link, English and Chinese; the first of these is in the command."""
    first, *others = slugs
    return (
        "Everything keeps running; Ctrl-C ends it. Another link, in another terminal; for another node write "
        f"{', '.join(others[:-1])} or {others[-1]} in place of {first}:",
        "各进程一直在运行，按 Ctrl-C 结束。要新的链接，在另一个终端里运行；要别的节点的，"
        f"把 {first} 换成 {'、'.join(others[:-1])} 或 {others[-1]}：",
    )


def program() -> str:
    """How whoever started this calls `sealsum` again."""
    return shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "sealsum" else "sealsum"
