"""What every test shares.

Messages are compared in English, whatever language the machine speaks. Properties are about values, never about how
long an example took on a busy machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

os.environ["SEALSUM_LANG"] = "en"
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module's browser tests; while it is open its event loop runs, and asyncio.run is refused."""
    from playwright.sync_api import sync_playwright

    from tests.web.browser import CHROMIUM, FLAGS

    if not os.path.exists(CHROMIUM):
        pytest.fail(f"these tests need {CHROMIUM}: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield opened
        opened.close()
