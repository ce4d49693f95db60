"""What a person's own slips at a terminal are told, in the language that the machine speaks."""

from __future__ import annotations

import ast
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from node.commands.output import say_unreached
from operation.refusals import PATTERNS
from sealsum.main import PARTS, load_part

ROOT = Path(__file__).parents[2]
ROOMS = (
    "authority", "coordinator", "witness", "auditor", "verifier", "operation", "node", "protocol", "protos", "exchange",
)  # fmt: skip
RAISED = frozenset({"Refused", "PeerError", "StoreError", "NetworkError"})
CJK = re.compile("[\u4e00-\u9fff]")


def ask(words: str, language: str = "zh") -> str:
    """What a command says on stderr where it refuses."""
    part, *arguments = words.split()
    done = CliRunner().invoke(load_part(PARTS[part]), arguments, env={"SEALSUM_LANG": language})
    assert done.exit_code in (1, 2, 3), done.output
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where an authority and a witness are; in it the name of a port that is taken."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").write_text("{")
    (tmp_path / "short").write_text("short\n")
    for words in ("authority init made --name Root", "witness init seen --name w.example.com"):
        part, *arguments = words.split()
        assert CliRunner().invoke(load_part(PARTS[part]), arguments).exit_code == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "port").write_text(str(taken.getsockname()[1]))
        yield tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("authority list none", "文件夹 none 里没有登记机构；新建：sealsum authority init none"),
        ("authority init made --name Root", "made/root.key 已经存在：登记机构不能覆盖，请换一个文件夹"),
        ("authority cancel made 7", "没有第 7 号邀请，或已使用、已取消；查看：sealsum authority list"),
        ("authority invite made --name A --legal-entity A --role supplier", "还不知道登记服务的地址"),
        ("authority lock-key made --new-passphrase-file short", "口令至少 12 个字符"),
        ("authority lock-key made --new-passphrase-file gone", "不能从 gone 读出口令：请核对路径和权限"),
        ("authority serve made --listen 127.0.0.1:PORT", "无法在 127.0.0.1:PORT 上监听：请确认"),
        ("coordinator list none", "文件夹 none 还没有登记；请用邀请码运行 sealsum coordinator init"),
        ("coordinator account close none A", "文件夹 none 还没有登记"),
        ("witness show none", "文件夹 none 里没有见证方（没有这个文件或文件夹）；新建：sealsum witness init none"),
        ("witness init seen --name w.example.com", "文件夹 seen 里已有见证方：不能覆盖"),
        ("witness serve seen --listen 127.0.0.1:PORT", "端口已被占用"),
        ("witness add-log seen --log-key broken", "--log-key：broken 既不是公钥"),
        ("log evidence gone --pins pins.json", "读不了 gone（没有这个文件或文件夹）"),
        ("log audit http://127.0.0.1:PORT --pins gone", "读不了 gone（没有这个文件或文件夹）"),
        ("node status none 0", "文件夹 none 里没有节点（缺 node.sqlite）。先登记：sealsum node enrol none"),
        ("node enrol new --token x --coordinator a:1 --log-key broken --no-passphrase", "填写：应为“名称+校验+公钥”"),
        ("verify short --export pact", "导出要同时写明 --export 格式 和 --out 文件\nto export, name both"),
        ("verify short --lang fr", "报告的语言应为 zh 或 en，写的是 fr\n"),
    ],
)  # fmt: skip
def test_a_persons_own_slip_is_said_in_chinese(folder: Path, words: str, said: str) -> None:
    port = (folder / "port").read_text()
    found = ask(words.replace("PORT", port))
    assert said.replace("PORT", port) in found


def test_who_reads_english_is_told_as_before(folder: Path) -> None:
    assert ask("authority list none", "en").startswith("folder: none holds no authority; make one: ")
    assert not CJK.search(ask("witness show none", "en"))


def test_what_no_pattern_knows_is_told_by_its_check_with_the_words_behind_it(folder: Path) -> None:
    said = ask("authority invite made --name A --legal-entity A --role king --address a.example:1")
    assert said.startswith("受邀方的信息不符合要求：请逐项更正（原文：")


def test_why_an_older_state_is_shown_is_said_in_chinese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    say_unreached("no answer from the coordinator (Connection refused)")
    say_unreached()
    told = "；以下是本节点上次所知的内容\n"
    assert capsys.readouterr().err == f"协调方没有应答（对方拒绝连接）{told}协调方没有应答{told}"


def raised() -> Iterator[str]:
    """Every message that a room raises, each value in it as a 7."""
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED and node.args:
                    for part in ast.walk(node.args[-1]):
                        if isinstance(part, ast.Constant):
                            yield str(part.value)
                        elif isinstance(part, ast.JoinedStr):
                            yield "".join(map(_fill, part.values))


def _fill(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "'7'" if getattr(part, "conversion", -1) == ord("r") else "7"


def test_every_pattern_is_of_a_message_that_is_raised_and_no_value_in_it_is_lost() -> None:
    messages = list(raised())
    unknown = [one for one, _ in PATTERNS if not any(re.fullmatch(one, text) for text in messages)]
    assert not unknown
    for pattern, chinese in PATTERNS:
        assert CJK.search(chinese)
        assert {int(one) for one in re.findall(r"\\(\d)", chinese)} <= set(
            range(re.compile(pattern).groups + 1)
        )
