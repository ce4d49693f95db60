"""The suite catches every bug that tests/mutations knows, and every patch still applies."""

from pathlib import Path

import pytest

from tests.mutations.run import HERE, apply, copy_tree, main, read_mutants


def test_every_patch_applies_to_the_tree_as_it_is(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path / "tree")
    mutants = read_mutants()
    assert len(mutants) >= 25
    assert [mutant.name for mutant in mutants if apply(tree, mutant.patch, "--check")] == []


def test_every_patch_is_one_small_bug() -> None:
    for path in HERE.glob("*.patch"):
        changed = [
            line
            for line in path.read_text("utf-8").splitlines()
            if line[:1] in "+-" and line[:4] not in ("--- ", "+++ ")
        ]
        assert 1 <= len(changed) <= 8, path.name


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_suite_catches_every_mutant() -> None:
    """`make test` is what shows that the tests pass without a mutant."""
    assert main(["--known-sound"]) == 0
