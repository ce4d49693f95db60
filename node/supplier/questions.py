"""What an owner is asked before taking part: plain words with numbers, English and Chinese. Protocol section 9.

The one fact: these texts go into the consent as they were shown, so what was asked and what was answered stay together.
"""

from __future__ import annotations

from collections.abc import Sequence

from method.rules import STAGE_NAMES
from node.words.leaving import Words
from protocol.disclosure import LINES_PER_TOTAL, Finding, Question
from protocol.payloads import Request

SHOWN_DIGITS = 16
"""Of another request's id, in a question about it."""
VIEW_WORDS: dict[str, Words] = {
    "total": Words("your stage", "您所在的阶段"),
    "biogenic": Words("biogenic carbon", "生物源碳"),
    "secondary": Words("what rests on secondary data", "次级数据部分"),
    "quality": Words("data quality", "数据质量"),
    "primary": Words("what rests on primary data", "初级数据部分"),
}

ACCEPT_WORDS: dict[str, Words] = {
    Question.FEW_PEERS: Words(
        "that so few others stand beside you that the customer, and whoever sees the certificate and knows the "
        "quantity, can compute your footprint",
        "同行太少，客户以及看到证书又知道用量的人可以算出您的碳足迹",
    ),
    Question.FEW_LINES: Words(
        "that the others declare so few lines that amounts can be narrowed down from the totals",
        "其他方申报的数据行太少，用量可能从合计中被推算出大致范围",
    ),
    Question.DOMINANCE: Words(
        "that most of a total is yours, so it shows your footprint approximately",
        "合计的大部分来自您，等于大致公开了您的碳足迹",
    ),
    Question.FURTHER_TOTAL: Words(
        "that each further total tells the same customer more, in the end your unit footprint",
        "每多给同一客户一个合计，对方就多知道一些，最终能算出您的单位碳足迹",
    ),
    Question.DIFFERENCING: Words(
        "that the difference to an earlier total shows what a few of you have",
        "与先前合计相减，会露出其中少数几家的数字",
    ),
}
"""What a policy that accepts a question says yes to."""
BOUNDARY_NAMES = {"partial": "部分生命周期（不含回收利用）", "full": "全生命周期（含回收利用）"}


def _lines(words: Words) -> str:
    return f"{words.en}\n{words.zh}"


def describe_request(
    request: Request, customer: tuple[str, str], known: Words, questions: Sequence[Words]
) -> list[str]:
    """Everything the owner reads, one text a matter, English line first. `known`: as `word_cells` says it."""
    name, entity = customer
    models = ", ".join(model.model for model in request.models)
    asked = Words(
        f"{name} ({entity}) asks for the footprint of {models}, method {request.method}, "
        f"{request.boundary} life cycle.",
        f"{name}（{entity}）请求核算 {models} 的碳足迹，方法 {request.method}，"
        f"{BOUNDARY_NAMES[request.boundary]}。",
    )
    never = Words(
        "The buyer chose the quantities and may know or control other suppliers. Buyers may pool results. Results of "
        "other periods narrow yours. That you take part, when, and which factors you cite is visible.",
        "数量由买方选定，买方可能了解或控制其他供应商；买方之间可能合并结果；其他期间的结果会缩小您数字的范围。"
        "您参与了、何时参与、引用了哪些因子，都是可见的。",
    )
    return [_lines(words) for words in (asked, known, *questions, never)]


def word_cells(cells: Sequence[tuple[str, int]], stage: str, models: int) -> Words:
    """What the customer gets: each total that includes the owner's share, with how many others; then their number."""
    zh, en = STAGE_NAMES[stage]
    parts = []
    for view, others in cells:
        companies = "1 other company" if others == 1 else f"{others} other companies"
        if view == "total":
            said_en, said_zh = f"your stage, {en.lower()}", f"您所在的阶段（{zh}）"
        else:
            said_en, said_zh = f"{VIEW_WORDS[view].en} over all stages", f"各阶段的{VIEW_WORDS[view].zh}"
        parts.append(Words(f"{said_en} (you and {companies})", f"{said_zh}：您与另外 {others} 家"))
    each = Words("", "") if models == 1 else Words(" for each model", "每个型号")
    count = len(cells) * models
    totals = "1 total that includes" if count == 1 else f"{count} totals that include"
    return Words(
        f"This customer and the certificate get one total{each.en} of {'; of '.join(one.en for one in parts)}. That "
        f"makes {totals} your share. Totals of the other stages do not include it.",
        f"该客户得到、证书写明的是合计，{each.zh}各一个：{'；'.join(one.zh for one in parts)}。"
        f"包含您份额的合计共 {count} 个；其他阶段的合计不含您的份额。",
    )


def word_question(finding: Finding, product: str) -> Words:
    """One question of section 9 with its numbers."""
    match finding.question:
        case Question.FEW_PEERS:
            return _word_few_peers(finding)
        case Question.FEW_LINES:
            return _word_few_lines(finding)
        case Question.DOMINANCE:
            return _word_dominance(finding)
        case Question.FURTHER_TOTAL:
            return _word_further_total(finding, product)
        case Question.DIFFERENCING:
            return _word_differencing(finding)


def _word_few_peers(finding: Finding) -> Words:
    view = VIEW_WORDS[finding.view]
    beside = {0: "No other group of companies stands", 1: "Only 1 other group of companies stands"}.get(
        finding.found, f"Only {finding.found} other groups of companies stand"
    )
    others_zh = f"只有 {finding.found} 家（同一集团的算一家）" if finding.found else "没有别的企业"
    if finding.view == "total":
        where_en, what_en, where_zh, what_zh = "in your stage", "your footprint", view.zh, "您的碳足迹"
    else:
        where_en, what_en = f"in the total of {view.en}", "that part of your footprint"
        where_zh, what_zh = f"“{view.zh}”的合计里", "您碳足迹的这一部分"
    return Words(
        f"{beside} beside you {where_en}: this customer will be able to compute {what_en}, and so will "
        "whoever sees the certificate and knows the quantity.",
        f"{where_zh}除您之外{others_zh}：该客户能算出{what_zh}，看到证书又知道用量的人也能。",
    )


def _word_few_lines(finding: Finding) -> Words:
    needed = LINES_PER_TOTAL * finding.totals
    return Words(
        f"The others in your stage declare {finding.found} lines. With what it got of this product in the last 12 "
        f"months, this customer will hold {finding.totals} totals of every kind that include your share; {needed} "
        "lines are needed so that amounts cannot be narrowed down from them.",
        f"您所在阶段的其他方共申报 {finding.found} 行数据。连同近 12 个月里已得到的，该客户将持有的各类合计中，包含您"
        f"份额的共 {finding.totals} 个；至少要有 {needed} 行，用量才不易从合计中被推算出来。",
    )


def _word_dominance(finding: Finding) -> Words:
    view = VIEW_WORDS[finding.view]
    return Words(
        f"By the published reference values about {finding.found} % of the total of {view.en} is yours: it shows your "
        "footprint approximately.",
        f"按公布的参考值，“{view.zh}”合计中约 {finding.found} % 来自您：它大致等于公开了您的碳足迹。",
    )


def _word_further_total(finding: Finding, product: str) -> Words:
    view = VIEW_WORDS[finding.view]
    known = (
        Words(" This customer will know your unit footprint.", "该客户将知道您的单位碳足迹。")
        if finding.is_known
        else Words("", "")
    )
    return Words(
        f"After this, this customer holds {finding.totals} totals of the same kind ({view.en}) that include your "
        f"{product}, over {finding.found} products in all. The more totals over the same few products, the nearer it "
        f"comes to the footprint of each.{known.en}",
        f"这次之后，该客户手里同一类（{view.zh}）、包含您的 {product} 的合计有 {finding.totals} 个，"
        f"里面共有 {finding.found} "
        f"个产品。合计越多、产品越少，越容易算出每个产品各自的碳足迹。{known.zh}",
    )


def _word_differencing(finding: Finding) -> Words:
    view, other = VIEW_WORDS[finding.view], finding.other[:SHOWN_DIGITS]
    if finding.found == 0:
        return Words(
            f"Another request that you took part in ({other}) has the same groups of companies in {view.en} as this "
            "one: whoever holds both totals sees what changed between them, and computes more of each of you from it.",
            f"您参加过的另一个请求（{other}）在“{view.zh}”上参加的企业与本次相同：同时持有两个合计的人，能看出两次之间"
            "变了什么，由此多算出一些各家的数字。",
        )
    is_one = finding.found == 1
    groups = "1 group" if is_one else f"{finding.found} groups"
    learned = "what that one has" if is_one else "what those few have together"
    return Words(
        f"Another request that you took part in ({other}) differs from this one by {groups} of companies in {view.en}: "
        f"whoever holds both totals can compute {learned}.",
        f"您参加过的另一个请求（{other}）在“{view.zh}”上与本次只差 {finding.found} 家（同一集团的算一家）："
        f"同时持有两个合计的人，能算出这{'一家的' if is_one else '几家合在一起的'}数字。",
    )
