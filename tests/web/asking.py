"""One who asks a node's pages without a browser: signed in by a one-time link, for what a page says and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.web.doors import Pages


@contextmanager
def asking(pages: Pages, language: str = "en") -> Iterator[httpx.Client]:
    """A client of these pages, signed in as the owner."""
    headers = {"accept-language": language}
    with httpx.Client(base_url=pages.url, trust_env=False, headers=headers, timeout=60) as client:
        secret = pages.desk.entry_link().partition("#")[2]
        assert client.post("/enter", data={"secret": secret}).status_code == 200
        yield client
