"""`python -m benchmarks.program real|plain [wait] WORDS...`: `sealsum WORDS...`, or the baseline's way of it.

The one fact: with `wait` everything is imported first, and the command starts at a line on standard input, so a
measurement does not begin with an interpreter's start.
"""

from __future__ import annotations

import importlib
import sys

from sealsum.main import main as run_sealsum


def main() -> None:
    """Install the baseline when asked to, then be `sealsum`."""
    mode, *words = sys.argv[1:]
    if mode == "plain":
        from benchmarks.plain import install

        install()
    elif mode != "real":
        raise SystemExit(f"expected real or plain, found {mode}")
    if words[0] == "wait":
        words = words[1:]
        for name in ("crypto.bfv", "node.cli", "node.requesting", "protocol.rules"):
            importlib.import_module(name)
        print("ready", flush=True)
        sys.stdin.readline()
    run_sealsum(words)


if __name__ == "__main__":
    main()
