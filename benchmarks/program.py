"""`python -m benchmarks.program real|plain [wait] WORDS...`: `sealsum WORDS...`, or the baseline's way of it.

The one fact: a node imports the heavy libraries when it first needs them; here every process has them before the
clock starts, in both modes. With `wait` the command starts at a line on standard input.
"""

from __future__ import annotations

import importlib
import sys

from sealsum.main import main as run_sealsum

NEEDED = (
    "crypto.bfv",
    "node.cli",
    "node.maker.requesting",
    "protocol.certificate",
    "protocol.contributing",
    "protocol.resulting",
)


def main() -> None:
    """Install the baseline when asked to, then be `sealsum`."""
    mode, *words = sys.argv[1:]
    if mode == "plain":
        from benchmarks.plain import install

        install()
    elif mode != "real":
        raise SystemExit(f"expected real or plain, found {mode}")
    for name in NEEDED:
        importlib.import_module(name)
    if words[0] == "wait":
        words = words[1:]
        print("ready", flush=True)
        sys.stdin.readline()
    run_sealsum(words)


if __name__ == "__main__":
    main()
