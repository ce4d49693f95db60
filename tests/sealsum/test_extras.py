"""A part whose libraries are not installed says which extra brings them."""

import builtins
import sys
from pathlib import Path
from typing import Any

import pytest

from sealsum.main import main


@pytest.fixture
def without_grpc(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the node's extra: grpc and sqlalchemy are not there."""
    gone = ("grpc", "sqlalchemy")
    for name in list(sys.modules):
        if name.split(".")[0] in (*gone, "authority", "protos", "node"):
            monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def refusing(name: str, *rest: Any, **named: Any) -> Any:
        if name.split(".")[0] in gone:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refusing)


def test_a_missing_library_names_the_extra_to_install(
    without_grpc: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["authority", "--help"])
    assert caught.value.code == 2
    assert "sealsum[authority]" in capsys.readouterr().err


def test_a_library_that_a_command_misses_while_it_runs_is_named_as_well(
    without_grpc: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["node", "whoami", str(tmp_path)])
    assert caught.value.code == 2
    assert "sealsum[node]" in capsys.readouterr().err


def test_version_and_help_need_nothing(without_grpc: None, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--version"], ["--help"]):
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("sealsum ")
