"""`sealsum verify --export`: another format from the file alone, and only from one that is good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from tests.support.example import run_example
from verifier.cli import verify

APP = typer.Typer()
APP.command()(verify)
OUTCOME = run_example("verifier")
STATED = """mass_kg = "350"
fossil_carbon_kg = "90"
geography = "CN"
standards = ["ISO14067"]
gwp_reports = ["AR6"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "certificate.json").write_bytes(OUTCOME.bundle)
    pins = {"log_key": OUTCOME.pins.log_key, "authority_root": OUTCOME.pins.authority_root}
    (tmp_path / "pins.json").write_text(json.dumps(pins), "utf-8")
    (tmp_path / "particulars.toml").write_text(STATED, "utf-8")
    return tmp_path


def run(folder: Path, *words: str, file: str = "certificate.json") -> Result:
    pins = ["--pins", str(folder / "pins.json"), "--json"]
    return CliRunner().invoke(APP, [str(folder / file), *pins, *words])


def test_a_good_certificate_is_exported_with_its_figures(folder: Path) -> None:
    out = folder / "pact.json"
    words = ("--export", "pact", "--out", str(out), "--particulars", str(folder / "particulars.toml"))
    done = run(folder, *words)
    assert done.exit_code == 0, done.output
    footprint = json.loads(out.read_text("utf-8"))
    figures = OUTCOME.report.models[0].figures
    assert footprint["extensions"][0]["data"]["totalKg"] == figures.total_kg
    assert len(json.loads(done.stdout)["exported_sha256"]) == 64
    again = run(folder, *words)
    assert again.exit_code == 2 and "exists already" in again.output


def test_what_a_battery_pass_lacks_is_told_in_both_languages(folder: Path) -> None:
    stated = folder / "particulars.toml"
    stated.write_text('public_study_link = "https://example.org/study.pdf"\n', "utf-8")
    for format, is_told in (("battery-pass", True), ("csv", False)):
        done = run(folder, "--export", format, "--out", str(folder / format), "--particulars", str(stated))
        assert done.exit_code == 0, done.output
        assert ("回收利用（不在系统边界内）" in done.stderr) == is_told
        assert ("End of life and recycling (outside the boundary)" in done.stderr) == is_told


def test_a_certificate_that_fails_is_never_exported(folder: Path) -> None:
    changed = OUTCOME.bundle.replace(b'"logged_at":1795', b'"logged_at":1794', 1)
    assert changed != OUTCOME.bundle
    (folder / "changed.json").write_bytes(changed)
    out = folder / "table.csv"
    done = run(folder, "--export", "csv", "--out", str(out), file="changed.json")
    assert done.exit_code == 1 and not out.exists()


def test_the_public_form_is_refused_with_what_to_do(folder: Path) -> None:
    public = folder / "public.json"
    assert run(folder, "--redact", str(public)).exit_code == 0
    done = run(folder, "--export", "csv", "--out", str(folder / "t.csv"), file="public.json")
    assert done.exit_code == 2 and "export from the full one" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--export", "pact"), "name both"),
        (("--out", "x"), "name both"),
        (("--export", "ilcd", "--out", "x"), "expected one of pact, battery-pass, catena-x, csv"),
    ],
)
def test_half_an_order_is_told(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = run(folder, *words)
    assert done.exit_code == 2 and said in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [("mass_kg = 5", "mass_kg"), ("mass_kg", "no TOML"), ("", "fossil_carbon_kg: fossil carbon")],
)
def test_slips_in_the_particulars_are_told(folder: Path, text: str, said: str) -> None:
    (folder / "particulars.toml").write_text(text, "utf-8")
    words = ("--export", "pact", "--out", str(folder / "p.json"))
    done = run(folder, *words, "--particulars", str(folder / "particulars.toml"))
    assert done.exit_code == 2 and said in done.output
    assert not (folder / "p.json").exists()
