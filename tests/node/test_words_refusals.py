"""Refusals between a sheet and its declaration, in the language of who reads them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exchange.certified import find_pack
from exchange.particular_fields import FIELDS, FORMAT_NAMES, needed_fields
from exchange.particulars import Particulars, check_stated
from method.errors import WrongFactor
from method.factor import check_valid_on, parse_factor
from method.pack import PackDefinition, check_mass_balance, find_empty_stages
from node.exporting import make_particulars
from node.guard import serving
from node.identity import parse_log_key
from node.language import Phrase
from node.library import Library
from node.maker.joint import join_models
from node.maker.pack_drafts import PackDraft, find_draft, keep_draft, undo_draft
from node.maker.requesting import Terms, request_calculation, resolve_request
from node.organisation import Node
from node.restoring import REASON
from node.supplier.activities import find_activity
from node.supplier.answers import make_policy_answer, say_answer
from node.supplier.mappings import find_mapping
from node.supplier.products import find_product
from node.supplier.questions import word_question
from node.words.endings import say_ending
from node.words.refusals import MEND, say_message, say_refusal
from operation.checks import CHECKS, OF_COMMANDS
from operation.passphrases import check_new
from protocol.citing import LENGTHS, fill_digests
from protocol.disclosure import Finding, Question
from protocol.errors import PeerError, Refused
from protos.enrolment import parse_token
from tests.exchange.test_content import PARTIAL
from tests.node.village import Village, pack
from tests.support.example import factor
from tests.support.footprints import read_pack
from web.site import say_plainly

ROOT = Path(__file__).parents[2]
RAISED = frozenset({"PeerError", "Refused", "Refusal"})
CJK = re.compile("[\u4e00-\u9fff]")
DIGESTS = [f"{number:064x}" for number in range(LENGTHS[-1] + 1)]
EMPTY = Library({}, {})


def refusal_of(action: Callable[[], object]) -> Refused | PeerError:
    with pytest.raises((Refused, PeerError)) as caught:
        action()
    return caught.value


def outside_validity() -> None:
    old = replace(parse_factor(factor("grid", "0.5", "kWh")), valid_from=None, valid_to="2019-12-31")
    try:
        check_valid_on(old, "2025-01-01", "2025-12-31")
    except WrongFactor as error:
        raise Refused("activity", f"{error}{MEND}") from error


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda node: fill_digests(DIGESTS[:1] * 2, bytes), "绿证：同一张绿证"),
        (lambda node: fill_digests(DIGESTS, bytes), "绿证：一份申报最多引用 200 张绿证，这里有 201 张"),
        (lambda node: find_product(node, "salt"), "产品：本节点没有产品 salt，还没有任何产品"),
        (lambda node: find_activity(node, "salt"), "活动数据：产品 salt 还没有导入活动数据；先执行：sealsum"),
        (lambda node: find_mapping(node, "ledger"), "列对应：本节点没有列对应 ledger"),
        (lambda node: EMPTY.category("salt"), "类别：没有发布过产品类别 salt"),
        (lambda node: EMPTY.factor("salt"), "因子：没有发布过因子 salt"),
        (lambda node: outside_validity(), "活动数据：因子 grid 的有效期是 （不限）至 2019-12-31，不含 2025-01-01 至"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_in_both_languages(
    village: Village, action: Callable[[Any], object], said: str
) -> None:
    node = village.settle("Salt works", "supplier")
    error = refusal_of(lambda: action(node))
    phrase = say_refusal(error)
    assert phrase.en == f"{error.check}: {error.message}" and not CJK.search(phrase.en)
    assert phrase.zh.startswith(said)


def named(*models: str) -> list[PackDefinition]:
    first = pack()
    return [replace(first, functional_unit=replace(first.functional_unit, model=model)) for model in models]


def asked(node: Node, boundary: str) -> None:
    """Nobody declares under another rule set, and miit-551 wants measured cycles first."""
    method = "miit-551" if boundary == "full" else "mee-2025-literal"
    request_calculation(node, named("A"), Terms(method=method, boundary=boundary))


def joint_of_other_suppliers() -> None:
    first, other = named("A", "B")
    entries = (replace(other.entries[0], legal_entity="Nobody"), *other.entries[1:-1])
    join_models([first, replace(other, entries=entries)])


def nameless(node: Node) -> None:
    (first,) = named("A")
    entries = (replace(first.entries[0], legal_entity=""), *first.entries[1:])
    request_calculation(node, [replace(first, entries=entries)], Terms())


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda node: asked(node, "partial"), "申报：按这份物料清单无法发起请求：\n  item-0：没有查到"),
        (nameless, "申报：按这份物料清单无法发起请求：\n  item-0：请写明是哪家供应商的产品"),
        (lambda node: asked(node, "full"), "功能单位：型号 A："),
        (lambda node: joint_of_other_suppliers(), "型号：B 与 A 的供应商或产品不同，不能合为一次核算；请分别发起"),
        (lambda node: join_models(named("A", "A")), "型号：一次核算最多 29 个型号，代码各不相同；重复的是 A"),
        (lambda node: join_models(named(*map(str, range(30)))), "型号：一次核算应有 1 到 29 个型号，这里有 30 个"),
        (lambda node: find_draft(node, "beef"), "查无此项：没有这个型号"),
        (lambda node: undo_draft(node, "beef"), "查无此项：没有可撤销的改动"),
        (lambda node: keep_draft(node, PackDraft("beef", rows=({},) * 1025)), "行数：有 1025 行，最多 1024 行"),
        (lambda node: resolve_request(node, "beef"), "查无此项：没有以 beef 开头的请求"),
        (lambda node: node.calculation("0" * 64), "查无此项：这里没有请求 0000"),
        (lambda node: check_new("short"), "口令：至少 12 个字符"),
        (lambda node: twice_served(node), "占用：文件夹"),
        (lambda node: parse_token("sealsum-enrol-1/a.example:1"), "邀请码：应为以 sealsum-enrol-1/ 开头的一行"),
        (lambda node: parse_token("sealsum-enrol-1/a.example:1/AA/AA"), "邀请码：邀请码不完整或有多余的字"),
        (lambda node: parse_log_key('{"log_key'), "填写：应为“名称+校验+公钥”这样的一行，或 pins.json"),
    ],
)  # fmt: skip
def test_what_a_page_refuses_is_said_in_both_languages(
    village: Village, action: Callable[[Node], object], said: str
) -> None:
    village.suppliers()
    error = refusal_of(lambda: action(village.settle("Pack maker", "requester")))
    phrase = say_refusal(error)
    assert not CJK.search(phrase.en.replace("示例", ""))
    assert phrase.zh.startswith(said)
    # Each line of a list is said.
    assert all(CJK.search(line) for line in phrase.zh.split("\n")[1:])


def twice_served(node: Node) -> None:
    with serving(node.store.folder), serving(node.store.folder):
        pass


def test_where_a_delivery_stands_is_said_in_both_languages() -> None:
    assert say_message("waiting: not delivered yet; it will be sent").zh == "还没有送出；连上协调方后自动发送"
    assert say_message("in the log at 12").zh == "已登记，位置 12"
    role = "the signer of a review needs the role expert; ask the enrolment authority for a new enrolment"
    assert say_message(role).zh.startswith("只有登记为专家的企业才能签署")
    revoked = (
        "this enrolment was revoked on 2026-11-18 10:05 UTC (reason: {}); ask the authority for a new token"
    )
    replaced = say_message(revoked.format("its keys were replaced, see enrolment 1a2b"))
    assert replaced.zh == "这次登记已于 2026-11-18 10:05 UTC 吊销（原因：更换了密钥，新的登记编号为 1a2b）"
    assert say_message(revoked.format("企业注销")).zh.endswith(
        "吊销（原因：企业注销），请向登记机构索取新的邀请码"
    )
    assert say_message("it rains") == ("it rains", "it rains")


def test_a_connection_that_was_ended_for_another_is_said_in_both_languages() -> None:
    assert say_message("this connection was ended here; try again").zh == "本机已换用另一条连接，请再试一次"


@pytest.mark.parametrize(
    "english,chinese",
    [
        ("no answer from the coordinator (Connection refused)", "协调方没有应答（对方拒绝连接）"),
        (
            "host:1 cannot be reached: [Errno 111] Connection refused; try again",
            "连不上 host:1（对方拒绝连接），",
        ),
        ("host:1 cannot be reached: [Errno -2] Name or service not known; try again", "（查不到这个主机名）"),
        (
            "cannot listen on 127.0.0.1:7450: Address already in use (while attempting to bind on address "
            "('127.0.0.1', 7450)); choose another with --listen HOST:PORT",
            "无法在 127.0.0.1:7450 打开网页（端口已被占用）；请用 --listen",
        ),
    ],
)
def test_what_a_network_says_itself_is_said_in_chinese(english: str, chinese: str) -> None:
    said = say_message(english)
    assert chinese in said.zh and said.en == english


def test_a_refusal_that_no_pattern_knows_is_shown_as_it_is() -> None:
    assert say_refusal(Refused("weather", "it rains")) == ("weather: it rains",) * 2


def checks_of(*rooms: str, commands: bool = False) -> set[str]:
    """Every check that a rule or a door of these rooms names; with `commands`, those of a person's machine too."""
    found = set()
    for room in rooms:
        for file in (ROOT / room).rglob("*.py"):
            if not commands and {"commands", "console", "cli.py"} & set(file.parts):
                continue
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED and node.args:
                    first = node.args[0]
                    found |= {first.value} if isinstance(first, ast.Constant) else set()
    return found


def test_every_check_of_a_rule_or_a_door_has_words_in_both_languages() -> None:
    assert checks_of("protocol", "coordinator", "authority", "protos") == set(CHECKS)
    for said in CHECKS.values():
        assert CJK.search(said.zh) and said.en and not CJK.search(said.en)


def test_every_check_of_a_command_has_chinese_words() -> None:
    rooms = ("authority", "coordinator", "witness", "auditor", "verifier", "operation")
    assert checks_of(*rooms, commands=True) - set(CHECKS) == set(OF_COMMANDS)
    assert all(CJK.search(said) for said in OF_COMMANDS.values())


def test_a_refusal_of_the_log_is_told_by_its_check_where_no_pattern_knows_it() -> None:
    message = "expected accepting reviews by 2 experts, found 1"
    phrase = say_refusal(Refused("publication", message))
    assert phrase.en == f"publication: {message}"
    assert phrase.zh.startswith("不能发布：") and phrase.zh.endswith(f"（原文：{message}）")
    assert say_message(f"publication: {message}").zh == phrase.zh
    assert say_plainly(PeerError("publication", message), "zh") == phrase.zh
    assert say_plainly(PeerError("publication", message), "en") == message


def test_what_a_restored_node_gives_as_its_reason_is_said_in_both_languages() -> None:
    assert say_ending(REASON) == Phrase(REASON, "有节点由备份恢复，本次核算的一次性密钥已作废")
    own_words = "the deadline of the phase 'never' has passed, nothing was logged"
    assert say_ending(own_words) == Phrase(own_words, own_words)


def test_which_option_names_one_of_several_models_is_told() -> None:
    several = replace(PARTIAL, packs=PARTIAL.packs * 2)
    told = say_refusal(refusal_of(lambda: find_pack(several)))
    assert "name one with --model: " in told.en and "请用 --model 写明要哪一个" in told.zh


@pytest.mark.parametrize("format", FORMAT_NAMES)
def test_what_an_export_misses_is_said_in_chinese_with_the_lines_to_write(format: str) -> None:
    lines = say_refusal(refusal_of(lambda: check_stated(format, Particulars()))).zh.splitlines()
    assert (
        "再用 --particulars 指明" in lines[0] and "本页" not in lines[0] and FORMAT_NAMES[format] in lines[0]
    )
    for field, line in zip(needed_fields(format), lines[1:], strict=True):
        assert line.strip().startswith(field.title.zh) and f"{field.name} = {field.example}" in line


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"mass_kg": 523}, "mass_kg 填写不对，数字也要加英文双引号"),
        ({"region": "Asien"}, "region 应为下列之一：Africa"),
        ({"public_study_link": "example.org"}, "public_study_link 不能是 example.org"),
        ({"mass": "523"}, f"没有 mass 这一项，可写的有：{FIELDS[0].name}"),
        ({"packaging_included": "no"}, "packaging_included 应为 true 或 false"),
        ({"mass_kg": "-1", "valid_from": "2025"}, "valid_from 应为日期"),
    ],
)
def test_a_slip_in_the_owners_file_is_said_in_chinese(stated: dict[str, object], said: str) -> None:
    assert said in say_refusal(refusal_of(lambda: make_particulars(stated))).zh


def test_what_a_policy_answers_is_said_in_chinese_and_a_persons_words_stay() -> None:
    assert say_answer(make_policy_answer(1, [])).zh == "按预先同意的第 1 条规则同意"
    although = say_answer(make_policy_answer(12, ["few-peers", "dominance"]))
    assert although.zh.startswith("按预先同意的第 12 条规则同意，事先接受：同行太少")
    assert "few-peers" in although.en and not re.search("[a-z]", although.zh)
    assert say_answer("approved by hand").zh == "approved by hand"


def test_what_a_request_would_reveal_is_told_without_mathematics_and_with_nobody_as_nobody() -> None:
    alone = word_question(Finding(Question.FEW_PEERS, "total", 0), "salt")
    assert "除您之外没有别的企业" in alone.zh and "0" not in alone.zh
    same = word_question(Finding(Question.DIFFERENCING, "total", 0, other="a" * 64), "salt")
    assert "参加的企业与本次相同" in same.zh and "0" not in same.zh and "the same groups" in same.en
    one, few = (
        word_question(Finding(Question.DIFFERENCING, "total", n, other="a" * 64), "salt") for n in (1, 2)
    )
    assert "能算出这一家的数字" in one.zh and "compute what that one has" in one.en
    assert "能算出这几家合在一起的数字" in few.zh and "what those few have together" in few.en
    further = word_question(Finding(Question.FURTHER_TOTAL, "total", 3, 2), "salt")
    assert "包含您的 salt 的合计有 2 个" in further.zh and "共有 3 个产品" in further.zh
    assert "方程" not in further.zh and "未知数" not in further.zh


def test_what_a_maker_is_warned_of_is_said_in_chinese() -> None:
    pack = read_pack(ROOT / "examples/ncm-pack")
    empty = replace(pack, entries=tuple(one for one in pack.entries if one.stage != "distribution"))
    lacking = find_empty_stages(empty)
    assert lacking and all("该阶段会没有申报" in say_message(one).zh for one in lacking)
    apart = check_mass_balance(replace(pack, mass_kg=2 * pack.mass_kg))
    assert apart and all("的组成部分合计" in say_message(one.describe()).zh for one in apart)
