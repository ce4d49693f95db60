"""`sealsum demo`, as a newcomer runs it: real processes, one command, one file that anyone verifies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from node.guard import is_served
from tests.support.small_pack import COMPANIES, EXAMPLES, MAKER, write_small_pack

RESULT_FIELDS = {"stages", "total_kg", "total_energy_kwh", "per_kwh", "overstated_by_at_most"}
STAGES = ("raw_material_and_parts", "battery_production", "distribution", "end_of_life")
SLACK = Decimal("0.01")
"""Amounts are committed to six decimals, rounded so that a total is never understated."""


def sealsum(*words: str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own."""
    command = [sys.executable, "-m", "sealsum", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)


def clear_figures(pack: Path, *rules: str) -> dict[str, Any]:
    """The same sum by someone who owns all the data."""
    found = sealsum("footprint", str(pack), *rules, "--json")
    assert found.returncode == 0, found.stderr
    figures: dict[str, Any] = json.loads(found.stdout)
    return figures


def run_demo(pack: str, out: Path, *rules: str) -> dict[str, Any]:
    """The demo's result.json."""
    done = sealsum("demo", "--pack", pack, *rules, "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads((out / "result.json").read_text())
    return figures


def check_against_clear(sealed: dict[str, Any], clear: dict[str, Any]) -> None:
    """result.json has its shape, and its figures are at or above the clear ones, by at most the bound it shows."""
    assert set(sealed) == RESULT_FIELDS <= set(clear)
    assert tuple(sealed["stages"]) == STAGES
    figures = [*sealed["stages"].values(), *(sealed[name] for name in RESULT_FIELDS - {"stages"})]
    assert all(isinstance(figure, str) and Decimal(figure).is_finite() for figure in figures)
    over = Decimal(sealed["overstated_by_at_most"])
    total, exact = Decimal(sealed["total_kg"]), Decimal(clear["total_kg"])
    assert exact <= total <= exact + over + SLACK
    assert total <= exact * Decimal("1.002") and over > 0
    for stage in STAGES:
        assert Decimal(clear["stages"][stage]) <= Decimal(sealed["stages"][stage])
    assert sum(Decimal(figure) for figure in sealed["stages"].values()) == total
    assert sealed["total_energy_kwh"] == clear["total_energy_kwh"]
    assert abs(Decimal(sealed["per_kwh"]) - total / Decimal(sealed["total_energy_kwh"])) < Decimal("1e-12")


def check_certificate(out: Path, alter: int) -> None:
    """A stranger with two pins verifies the file; with one byte altered, or other pins, it is refused."""
    certificate, pins = out / "certificate.json", out / "pins.json"
    assert set(json.loads(pins.read_text())) == {"log_key", "authority_root"}
    assert sealsum("verify", str(certificate), "--pins", str(pins), "--json").returncode == 0
    data = certificate.read_bytes()
    altered = out / "altered.json"
    for number in range(alter):
        place = len(data) * (2 * number + 1) // (2 * alter)
        altered.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        found = sealsum("verify", str(altered), "--pins", str(pins))
        assert found.returncode == 1, f"byte {place} of {len(data)}: {found.stdout}"
    altered.unlink()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """The demo on four companies: the pack, what it left behind, its figures."""
    folder = tmp_path_factory.mktemp("demo")
    pack = write_small_pack(folder / "chain")
    return pack, folder / "out", run_demo(str(pack), folder / "out")


def test_the_demo_computes_what_the_clear_sum_says(small: tuple[Path, Path, dict[str, Any]]) -> None:
    pack, _, sealed = small
    check_against_clear(sealed, clear_figures(pack))


def test_the_demos_certificate_verifies_and_an_altered_one_does_not(
    small: tuple[Path, Path, dict[str, Any]],
) -> None:
    check_certificate(small[1], alter=3)


def test_a_certificate_is_refused_under_the_pins_of_another_log(
    small: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> None:
    _, out, _ = small
    pins = json.loads((out / "pins.json").read_text())
    name, number, key = pins["log_key"].split("+", 2)
    other = key[:-8] + ("A" if key[-8] != "A" else "B") + key[-7:]
    (tmp_path / "pins.json").write_text(json.dumps({**pins, "log_key": f"{name}+{number}+{other}"}))
    words = ("verify", str(out / "certificate.json"), "--pins", str(tmp_path / "pins.json"))
    assert sealsum(*words).returncode in (1, 2)


def test_the_demo_leaves_no_process_behind(small: tuple[Path, Path, dict[str, Any]]) -> None:
    _, out, _ = small
    assert sorted(path.name for path in out.iterdir()) == [
        "authority", "certificate.json", "coordinator", "logs", "nodes", "pins.json", "result.json",
    ]  # fmt: skip
    folders = {company.slug: out / "nodes" / company.slug for company in COMPANIES}
    assert all(folder.is_dir() and not is_served(folder) for folder in folders.values())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_demo_that_is_kept_leaves_the_model_to_ask_for_again(tmp_path: Path) -> None:
    """All but the guest, whose pages are open, answer a second request by a rule; then it ends in a result."""
    pack, out = write_small_pack(tmp_path / "chain"), tmp_path / "out"
    command = [sys.executable, "-m", "sealsum", "demo", "--pack", str(pack), "--out", str(out), "--keep"]
    unbuffered = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=unbuffered) as kept:
        assert kept.stdout is not None
        try:
            said = next((line for line in kept.stdout if "Everything keeps running" in line), "")
            assert (
                f"{COMPANIES[0].slug}, verifier, factor-provider, expert-1 or expert-2 in place of {MAKER}"
                in said
            )
            maker = str(out / "nodes" / MAKER)
            found = sealsum("node", "model", "list", maker, "--json")
            request = json.loads(sealsum("node", "request", maker, str(pack), "--json").stdout)["request"]
            others = wait_for(maker, request, "consented", len(COMPANIES) - 1)
            guest = str(out / "nodes" / COMPANIES[0].slug)
            asked = json.loads(sealsum("node", "inbox", guest, "--json").stdout)["inbox"]
            answered = sealsum("node", "consent", guest, request, "--json")
            ended = wait_for(maker, request, "phase", "certified")
        finally:
            kept.terminate()
            kept.communicate(timeout=60)
    models = json.loads(found.stdout)["models"]
    assert [one["to_mend"] for one in models] == [0]
    assert others["phase"] == "consenting" and [one["request"] for one in asked] == [request]
    assert answered.returncode == 0, answered.stderr
    assert ended["certificate"]


def wait_for(maker: str, request: str, field: str, expected: object) -> dict[str, Any]:
    """The request's state, once this field of it is as expected; the test's time limit ends the waiting."""
    while True:
        found: dict[str, Any] = json.loads(sealsum("node", "status", maker, request, "--json").stdout)
        if found[field] == expected:
            return found
        time.sleep(0.5)


def test_the_demo_touches_no_folder_that_it_did_not_write(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = sealsum("demo", "--pack", "ncm", "--out", str(tmp_path))
    assert done.returncode == 1 and "thesis.txt" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_ncm_pack_comes_to_the_figures_we_promise(tmp_path: Path) -> None:
    clear = clear_figures(EXAMPLES / "ncm-pack")
    assert f"{Decimal(clear['total_kg']):.3f}" == "7392.118"
    sealed = run_demo("ncm", tmp_path / "out")
    check_against_clear(sealed, clear)
    assert sealed["total_energy_kwh"] == "48000" and f"{Decimal(sealed['per_kwh']):.3f}" == "0.154"
    for figures in (sealed, clear):
        shares = [Decimal(figures["stages"][stage]) / Decimal(figures["total_kg"]) for stage in STAGES]
        assert [f"{share * 100:.1f}" for share in shares] == ["82.4", "14.3", "3.3", "0.0"]
    check_certificate(tmp_path / "out", alter=2)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("method", "stages", "total"),
    [
        # The figures that came with the example's data: circular footprint formula, A 0.5, and A 0.2 for metals.
        ("mee-2025-cff", ("6432.109", "1057.101", "243.917", "-1181.608"), "6551.519"),
        ("eu-cfb-2024-draft", ("6636.715", "1057.101", "243.917", "-1963.279"), "5974.454"),
    ],
)
def test_the_full_life_of_the_ncm_pack_comes_to_the_figures_we_promise(
    tmp_path: Path, method: str, stages: tuple[str, ...], total: str
) -> None:
    rules = ("--method", method, "--boundary", "full")
    clear = clear_figures(EXAMPLES / "ncm-pack", *rules)
    assert tuple(f"{Decimal(clear['stages'][stage]):.3f}" for stage in STAGES) == stages
    assert f"{Decimal(clear['total_kg']):.3f}" == total
    sealed = run_demo("ncm", tmp_path / "out", *rules)
    check_against_clear(sealed, clear)
    check_certificate(tmp_path / "out", alter=1)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_lfp_pack_comes_to_its_clear_sum(tmp_path: Path) -> None:
    sealed = run_demo("lfp", tmp_path / "out")
    check_against_clear(sealed, clear_figures(EXAMPLES / "lfp-pack"))
    check_certificate(tmp_path / "out", alter=2)
