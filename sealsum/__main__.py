"""`python -m sealsum`."""

from __future__ import annotations

from sealsum.main import main

main()
