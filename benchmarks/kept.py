"""Where what a benchmark of pages asks stays between its runs.

The one fact: SEALSUM_BENCH_PAGES names the folder, for runs of one day, since certificates and deadlines in it end;
without it everything is made anew and goes away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "SEALSUM_BENCH_PAGES"


@contextmanager
def kept_folder() -> Iterator[Path]:
    """The folder that was named, or one that is gone afterwards."""
    if FOLDER in os.environ:
        yield Path(os.environ[FOLDER])
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
