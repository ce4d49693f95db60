"""Does the suite catch bugs? Apply each one-line bug in this folder to a copy of the tree and demand a failing test.

    python tests/mutations/run.py [--jobs N] [--known-sound] [NAME ...]

A patch names what it breaks and the tests that must notice, in its first lines:

    Bug: a log may go back in time
    Tests: tests/protocol/test_certificate.py
    Only: alone and order

`Only` is optional, a -k expression of pytest that spares the tests which have nothing to do with it.

Exit code 0 when every mutant was caught. A survivor, a patch that no longer applies, and a mutant whose tests cannot
even be collected are errors. Without a bug the tests that are named must pass, or a failure says nothing: they are run
once before, unless it is known, as after `make test`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "out", "*.egg-info", "build", "dist", "mutations", "node_modules"
)
SECONDS_PER_MUTANT = 300
SECONDS_WITHOUT_A_BUG = 1500  # every test that any patch names, in one go
CAUGHT, SURVIVED, BROKEN = "caught", "SURVIVED", "BROKEN"
TESTS_FAILED = 1  # pytest's exit code; 2 and above: interrupted, could not collect, wrong usage


@dataclass(frozen=True, slots=True)
class Mutant:
    """A one-line bug and the test files that must notice it."""

    patch: Path
    bug: str
    tests: tuple[str, ...]
    only: str

    @property
    def name(self) -> str:
        return self.patch.stem


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant, in how many seconds, and the output when it matters."""

    mutant: Mutant
    verdict: str
    seconds: float
    output: str


def read_mutants(names: Sequence[str] = ()) -> list[Mutant]:
    """Every patch of this folder, or those named; ValueError when a patch has no header or names no test."""
    mutants = [_read(path) for path in sorted(HERE.glob("*.patch")) if not names or path.stem in names]
    missing = set(names) - {mutant.name for mutant in mutants}
    if missing:
        raise ValueError(f"no such mutant: {', '.join(sorted(missing))}")
    return mutants


def _read(path: Path) -> Mutant:
    header: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("--- "):
            break
        name, _, value = line.partition(": ")
        header[name] = value
    tests = tuple(header.get("Tests", "").split())
    if "Bug" not in header or not tests or not all((ROOT / test).exists() for test in tests):
        raise ValueError(
            f"{path.name}: expected 'Bug: …' and 'Tests: …' with files that exist before the patch"
        )
    return Mutant(path, header["Bug"], tests, header.get("Only", ""))


def copy_tree(target: Path) -> Path:
    """A copy of the working tree to break."""
    shutil.copytree(ROOT, target, ignore=LEFT_OUT)
    return target


def run_tests(tree: Path, tests: Iterable[str], only: str = "", processes: int = 0) -> tuple[int, str]:
    """Run these tests in the copy until the first failure, in one process or several; pytest's exit code and output."""
    # Two versions of a file may share second and size, so no byte code is kept; the copy shadows the installed tree.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "--assert=plain",  # nobody reads why an assertion failed, and rewriting takes a quarter of a short run
        "--no-header",
        *(["-n", str(processes), "--dist", "loadfile"] if processes else []),
        "-k",
        only,
        *tests,
    ]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_WITHOUT_A_BUG if processes else SECONDS_PER_MUTANT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TESTS_FAILED, "the tests did not end"
    return done.returncode, done.stdout + done.stderr


def apply(tree: Path, patch: Path, *options: str) -> str:
    """Apply a patch to the copy; the empty text, or why it does not apply."""
    command = ["git", "apply", "--whitespace=nowarn", *options, str(patch)]
    # Outside a repository, git apply changes files and nothing else.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip() or "git apply failed"


def try_mutant(mutant: Mutant, tree: Path) -> Outcome:
    """Break the copy, run the mutant's tests, mend the copy."""
    started = time.monotonic()
    problem = apply(tree, mutant.patch)
    if problem:
        return Outcome(mutant, BROKEN, time.monotonic() - started, f"the patch does not apply: {problem}")
    try:
        code, output = run_tests(tree, mutant.tests, mutant.only)
    finally:
        unmended = apply(tree, mutant.patch, "--reverse")
    verdict = {0: SURVIVED, TESTS_FAILED: CAUGHT}.get(code, BROKEN)
    if unmended:
        verdict, output = BROKEN, f"the patch cannot be taken back: {unmended}"
    return Outcome(mutant, verdict, time.monotonic() - started, output)


def try_all(mutants: Sequence[Mutant], jobs: int, *, is_sound: bool) -> list[Outcome]:
    """Try every mutant, `jobs` at a time, each in a copy that no other uses meanwhile."""
    with tempfile.TemporaryDirectory(prefix="sealsum-mutations-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            trees.put(copy_tree(Path(folder) / f"tree{number}"))

        def attempt(mutant: Mutant) -> Outcome:
            tree = trees.get()
            try:
                outcome = try_mutant(mutant, tree)
            finally:
                trees.put(tree)
            print(f"{outcome.verdict:<8} {outcome.seconds:6.1f} s  {mutant.name}: {mutant.bug}", flush=True)
            return outcome

        if not is_sound:
            check_sound_tree(trees, {test for mutant in mutants for test in mutant.tests}, jobs)
        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(attempt, mutants))


def check_sound_tree(trees: SimpleQueue[Path], tests: Iterable[str], jobs: int) -> None:
    """Without a bug the same tests pass; otherwise a failure would say nothing."""
    tree = trees.get()
    code, output = run_tests(tree, sorted(tests), processes=jobs)
    trees.put(tree)
    if code != 0:
        raise SystemExit(f"the tests fail without any mutation:\n{output[-4000:]}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants that are named, or all; return the exit code."""
    parser = argparse.ArgumentParser(description="Break the code on purpose; the tests must notice.")
    parser.add_argument(
        "names", nargs="*", help="mutants to try, by file name without .patch; all by default"
    )
    parser.add_argument("--jobs", type=int, default=max(1, min(2, os.cpu_count() or 1)))
    parser.add_argument(
        "--known-sound", action="store_true", help="the tests passed without a bug: do not run them first"
    )
    options = parser.parse_args(arguments)
    mutants = read_mutants(options.names)
    outcomes = try_all(mutants, options.jobs, is_sound=options.known_sound)
    wrong = [outcome for outcome in outcomes if outcome.verdict != CAUGHT]
    for outcome in wrong:
        print(f"\n{outcome.verdict}: {outcome.mutant.name}: {outcome.mutant.bug}\n{outcome.output[-1500:]}")
    print(f"{len(outcomes) - len(wrong)} of {len(outcomes)} mutants caught")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
