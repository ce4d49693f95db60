"""Pictures of the certificate page for the guides, with the example pack's certificate in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.example_chain import certified_scene
from tests.support.page import hand_in, served
from tests.web.browser import reading

pytestmark = pytest.mark.slow
SIZE = (860, 1100)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_screenshot_of_the_certificate_page(browser: Browser, language: str) -> None:
    scene = certified_scene("ncm-pack", "mee-2025-cff", "full")
    with served() as base, reading(browser, base, language, "light", SIZE) as one:
        hand_in(one.go("/index.html"), scene.bundle(), scene.world.pins)
        one.page.evaluate("document.querySelector('#verdict').blur()")
        one.check()
        one.picture(f"certificate-page-{language}")
