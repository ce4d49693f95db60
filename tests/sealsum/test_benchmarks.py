"""The measuring programs still run: what is measured is not judged here, a busy machine tells nothing."""

import sys
from pathlib import Path

import pytest

from benchmarks import auditing, doors
from benchmarks.disputes import measure_disputes
from benchmarks.peers import VDAF, run_ckks, run_prio3

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_disputes_and_section_9_are_measured() -> None:
    figures = measure_disputes(5)
    assert [figure.limit for figure in figures] == [10, 10, 0.5]
    assert all(figure.value > 0 for figure in figures)


def test_an_audit_is_measured_in_one_process_and_as_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MEMBERS", 3), ("CALCULATIONS", 2), ("TREE", 100), ("PROOFS", 10)):
        monkeypatch.setattr(auditing, name, value)
    names = [figure.name for figure in auditing.measure_audit(0)]
    assert {"audit, a statement, without proofs", "the command, with proofs", "inclusion proof"} <= set(names)


def test_the_product_and_its_plaintext_baseline_run_over_real_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "TURNS", 1)
    assert all(figure.value > 0 for figure in doors.measure_doors(6))


def test_what_stands_beside_ours_adds_up() -> None:
    costs = run_ckks(3)  # SystemExit when it does not
    assert costs.upload > 0


def test_a_named_checkout_that_cannot_be_measured_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VDAF, str(tmp_path))
    with pytest.raises(SystemExit, match="expected the folder poc"):
        run_prio3(3)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    with pytest.raises(SystemExit, match="No module named 'vdaf_poc'"):
        run_prio3(3)
