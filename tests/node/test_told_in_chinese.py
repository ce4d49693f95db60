"""What a supplier's and a pack maker's commands print for who reads Chinese, beside names and codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from node.cli import app
from node.commands.footprint import _CUT_OFF, _DEFAULT, footprint
from tests.node.test_batch import two_models
from tests.node.test_cli import Run
from tests.node.village import SUPPLIES, UNIT, Village, ask

EXAMPLES = Path(__file__).parents[2] / "examples"
SUPPLIER, MAKER = SUPPLIES[0].name, "Pack maker"


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "600")


@pytest.mark.parametrize(
    "words", [(), ("--method", "eu-cfb-2024-draft", "--boundary", "full"), ("--compare",)]
)
def test_a_footprint_in_the_clear_says_nothing_in_english_alone(words: tuple[str, ...]) -> None:
    alone = typer.Typer()
    alone.command()(footprint)
    told = CliRunner().invoke(alone, [str(EXAMPLES / "ncm-pack"), *words]).stdout
    assert "初级数据占碳足迹的 " in told and "（良好）" in told and "个字段，见 --json；申报还缺：" in told
    assert re.search(r"HY-N100：[a-z0-9-]+，(部分|全)生命周期", told) and "占比" in told
    english = [line for line in told.splitlines() if re.search("[A-Za-z]{2} [a-z]{2}", line)]
    assert [line for line in english if not re.search("[一-鿿]", line)] == []


def test_defaults_and_cut_offs_of_a_footprint_are_said_in_chinese() -> None:
    assert _DEFAULT.here("cell", "3", "f") == "默认因子：cell：3 kg，按 f 计，属次级数据"
    assert _CUT_OFF.here("cell", "3", "line", "小") == "截断：cell：3 kg，计入项目 line；小"


def test_what_a_supplier_is_asked_and_how_its_node_stands_is_said_in_chinese(
    village: Village, run: Run
) -> None:
    village.suppliers(policy=False)
    ask(village.settle(MAKER, "requester"))
    _, told, _ = run(SUPPLIER, "inbox")
    assert re.search(rf"数量 +每个 {UNIT.model} 用 [0-9.]+ kg\n", told) and "in one" not in told
    run(SUPPLIER, "reconcile")
    assert run(SUPPLIER, "reconcile")[1] == "没有要做的：日志里有关本节点的，这里都有。"
    folder = str(village.folder / SUPPLIER.replace(" ", "-"))
    assert "的密钥保管方式：文件" in CliRunner().invoke(app, ["passphrase", "status", folder]).stdout
    assert re.search(r"log_level +info +默认", run(SUPPLIER, "config")[1])
    assert "类别，每 kg" in run(SUPPLIER, "find", "library", "cathode")[1]
    assert "每 kWh" in run(SUPPLIER, "find", "factors")[1]


def test_a_model_is_checked_in_chinese(village: Village, run: Run, tmp_path: Path) -> None:
    village.suppliers(policy=False)
    village.settle(MAKER, "requester")
    (tmp_path / "pack.toml").write_text(two_models([f"item-{one}" for one in range(len(SUPPLIES))]), "utf-8")
    run(MAKER, "model", "import", str(tmp_path))
    _, told, doubts = run(MAKER, "model", "check", "T-100")
    assert told.count("就绪") == len(SUPPLIES) and "\n型号：" in f"\n{doubts}"
    run(MAKER, "model", "set", "T-80", "mass_kg=28x")
    assert "mass_kg：应为数字" in run(MAKER, "model", "check", "T-80")[2]
