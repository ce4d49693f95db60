"""A real Chromium for tests, and what every page must hold: no console error, no other host, no serious fault of axe.

Pictures go to the folder that SEALSUM_SCREENSHOTS names, and nowhere without it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request

from web.visits import LANGUAGE_COOKIE

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NARROW, WIDE = (360, 740), (1440, 900)
LOOPBACK = ("127.0.0.1", "localhost")
PICTURED, TALLEST, COLOURS, REDRAWN_MS = (1080, 760), 1000, 64, 600
"""A picture is as wide as a guide shows it, and not much higher than a screen; few colours keep it below 60 kB. A chart
needs a moment to be drawn in another look."""
_NAME_FOLDERS = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode;
    one.data = one.data.replace(/\\/\\S*pytest-\\S*\\/([\\w-]+)/g, "/srv/$1");
  }
}"""
"""A test's own folders have names that tell a reader nothing."""
Theme = Literal["light", "dark"]
LOOKS: tuple[tuple[str, Theme, tuple[int, int]], ...] = (("en", "light", WIDE), ("zh", "dark", NARROW))
in_every_look = pytest.mark.parametrize(
    "language,theme,size", [LOOKS[0], pytest.param(*LOOKS[1], marks=pytest.mark.slow)]
)
"""Every language, theme and size once; the second look among the slow tests."""
_SERIOUS = ("serious", "critical")


@dataclass
class Reader:
    """One person at a browser: a context with its language, theme and size, and what went wrong on its pages."""

    context: BrowserContext
    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    expected: list[str] = field(default_factory=list)
    """Parts of console messages that a test provokes on purpose."""

    def go(self, path: str) -> Page:
        """Open a page of the application."""
        self.page.goto(f"{self.base}{path}")
        return self.page

    def check(self) -> None:
        """Raise AssertionError unless what is shown holds every rule for pages.

        1. The console has no error, and no script failed.
        2. Nothing was asked from another host.
        3. Axe finds nothing serious or critical.
        4. Nothing makes the page wider than the window.
        5. In a narrow window the rows of a list are cards, and none is wider than it.
        6. Among facts each value stands beside its own label.
        """
        problems = [one for one in self.errors if not any(part in one for part in self.expected)]
        assert not problems, problems  # 1
        assert self.hosts <= set(LOOPBACK), self.hosts  # 2
        found = Axe().run(self.page).response["violations"]
        serious = [
            (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in _SERIOUS
        ]
        assert not serious, serious  # 3
        width = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert width <= 1, f"{self.page.url} is {width} px wider than its window"  # 4
        wide = self.page.evaluate(
            "innerWidth > 640 ? [] : [...document.querySelectorAll('.scrolled:has(> table.stacks)')]"
            ".filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.ariaLabel)"
        )
        assert not wide, f"{self.page.url} has lists wider than its window: {wide}"  # 5
        alone = self.page.evaluate(
            "[...document.querySelectorAll('dl.facts > dd')]"
            ".filter(one => one.previousElementSibling?.tagName !== 'DT').map(one => one.textContent)"
        )
        assert not alone, f"{self.page.url} has values without a label: {alone}"  # 6

    def picture(self, name: str) -> None:
        """Keep a small picture of the page, in its language, as a desk sees it, when pictures are asked for.

        The page looks afterwards as it did before.
        """
        folder = os.environ.get("SEALSUM_SCREENSHOTS")
        if not folder:
            return
        from PIL import Image

        size = self.page.viewport_size
        dark = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        self._look(PICTURED, "light")
        self.page.evaluate(_NAME_FOLDERS)
        data = self.page.screenshot(full_page=True, animations="disabled")
        assert size is not None
        self._look((size["width"], size["height"]), "dark" if dark else "light")
        target = Path(folder) / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shown = Image.open(io.BytesIO(data)).convert("RGB")
        upper = shown.crop((0, 0, shown.width, min(shown.height, TALLEST)))
        upper.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)

    def _look(self, size: tuple[int, int], theme: Theme) -> None:
        self.page.emulate_media(color_scheme=theme)
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.wait_for_timeout(REDRAWN_MS)

    def pictures(self, name: str) -> None:
        """`picture` in the other language and then in the reader's own, of a page that can be asked for again."""
        if not os.environ.get("SEALSUM_SCREENSHOTS"):
            return
        own = str(self.page.evaluate("document.documentElement.lang"))[:2]
        for language in ("en" if own == "zh" else "zh", own):
            self.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": self.page.url}])
            self.page.reload()
            self.picture(f"{name}-{language}")


@contextmanager
def reading(
    browser: Browser,
    base: str,
    language: str = "en",
    theme: Theme = "light",
    size: tuple[int, int] = WIDE,
    **options: Any,
) -> Iterator[Reader]:
    """Open a browser window of its own; every error of its pages is kept in `errors`."""
    context = browser.new_context(
        locale="zh-CN" if language == "zh" else "en-GB",
        color_scheme=theme,
        viewport={"width": size[0], "height": size[1]},
        **options,
    )
    page = context.new_page()
    reader = Reader(context, page, base)
    page.on("pageerror", lambda error: reader.errors.append(f"script: {error}"))
    page.on("console", lambda line: reader.errors.append(line.text) if line.type == "error" else None)

    def note(request: Request) -> None:
        if request.url.startswith("http"):
            reader.hosts.add(urlsplit(request.url).hostname or "")

    page.on("request", note)
    try:
        yield reader
    finally:
        context.close()
