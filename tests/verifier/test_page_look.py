"""The certificate page for people: both languages, both themes, narrow and wide, by keyboard, from disk, as written by
the program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from typer.testing import CliRunner

from exchange.report.labels import LABELS
from exchange.report.meanings import NOT_PROVEN
from exchange.report.numbers import show_number
from method.rules import RULES, STAGE_NAMES
from protocol.bundle import encode_bundle, parse_bundle, redact
from protocol.pins import parse_pins
from tests.support.alterations import (
    ALTERATIONS,
    RESERVATION,
    good,
    reserved,
    saved_again,
    without_opinions,
)
from tests.support.page import FROM_DISK, PAGE, PATIENCE_MS, hand_in, pins_bytes, served
from tests.support.scene import make_scene
from tests.verifier.test_cli import APP
from tests.web.browser import NARROW, WIDE, Theme, reading
from verifier.page_files import write_page

LOOKS: tuple[tuple[str, Theme, tuple[int, int]], ...] = (
    ("en", "light", WIDE), ("en", "light", NARROW), ("en", "dark", WIDE), ("en", "dark", NARROW),
    ("zh", "light", WIDE), ("zh", "light", NARROW), ("zh", "dark", WIDE), ("zh", "dark", NARROW),
)  # fmt: skip


@pytest.mark.parametrize(
    "language,theme,size", [LOOKS[0], *(pytest.param(*look, marks=pytest.mark.slow) for look in LOOKS[1:])]
)
def test_the_page_holds_every_rule_for_pages(
    browser: Browser, language: str, theme: Theme, size: tuple[int, int]
) -> None:
    scene, bundle = good()
    with served() as base, reading(browser, base, language, theme, size) as one:
        page = one.go("/index.html")
        one.check()
        hand_in(page, scene.bundle(), scene.world.pins)
        page.click("details summary >> nth=1")
        one.check()
        hand_in(page, encode_bundle(redact(bundle)), scene.world.pins)
        one.check()
        altered = ALTERATIONS["totals"]()
        hand_in(page, altered.data, altered.pins)
        one.check()


def test_the_result_is_told_in_both_languages(browser: Browser) -> None:
    scene, _ = good()
    figures, rules = scene.verify().models[0].figures, RULES[scene.chain.method]
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        hand_in(page, scene.bundle(), scene.world.pins)
        for language, number in (("en", 1), ("zh", 0)):
            shown = page.inner_text("#result")
            assert show_number(figures.per_kwh, 3) in page.inner_text(".large")
            assert all(show_number(kg, 1) in shown for kg in figures.stages.values())
            assert all(names[number] in shown for names in STAGE_NAMES.values())
            assert (rules.name_zh if language == "zh" else rules.name_en) in shown
            assert all((said.zh if language == "zh" else said.en) in shown for said in NOT_PROVEN)
            assert all(supply.name in shown for supply in scene.chain.supplies)
            assert page.get_attribute("html", "lang") == ("zh-CN" if language == "zh" else "en")
            page.click("#language")


def test_the_code_carries_the_address_of_a_page_that_is_served(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base) as one:
        hand_in(one.go("/index.html"), scene.bundle(), scene.world.pins)
        assert one.page.inner_text("figure.code pre").endswith(f"\npage {base}/index.html")
    with reading(browser, FROM_DISK) as one:
        hand_in(one.go("/index.html"), scene.bundle(), scene.world.pins)
        assert "\npage " not in one.page.inner_text("figure.code pre")


def test_who_came_from_a_page_of_the_same_host_finds_back(browser: Browser) -> None:
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        assert page.is_hidden("#back")
        for referrer, is_offered in (
            (f"{base}/console/calculations/1", True),
            ("http://elsewhere.example/", False),
        ):
            page.goto("about:blank")
            page.goto(f"{base}/index.html", referer=referrer)
            assert page.is_visible("#back") is is_offered
            assert page.get_attribute("#back", "href") == (referrer if is_offered else None)


def test_every_exact_figure_is_shown_as_signed(browser: Browser) -> None:
    scene, _ = good()
    figures = scene.verify().models[0].figures
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        hand_in(page, scene.bundle(), scene.world.pins)
        cells = page.eval_on_selector_all("details td", "cells => cells.map(cell => cell.textContent)")
        assert set(figures.stages.values()) | {figures.total_kg, figures.per_kwh} <= set(cells)


def test_the_page_works_by_keyboard(browser: Browser) -> None:
    with reading(browser, FROM_DISK) as one:
        page = one.go("/index.html")
        reached = []
        for _ in range(6):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        assert reached[:3] == ["language", "theme", "files"]
        page.focus("#language")
        page.keyboard.press("Enter")
        assert page.inner_text("h1") == "验证碳足迹证书"
        page.focus("#theme")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert page.get_attribute("html", "data-theme") == "dark"


def test_an_opinion_other_than_unmodified_stands_beside_the_verdict(browser: Browser) -> None:
    scene = reserved()
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        hand_in(page, scene.bundle(), scene.world.pins)
        said = page.inner_text("#reserved")
        assert RESERVATION in said and f"({scene.chain.supplies[0].name})" in said
        assert page.eval_on_selector("#reserved", "box => box.previousElementSibling.id") == "verdict"
        one.check()
        public = encode_bundle(redact(parse_bundle(scene.bundle())))
        hand_in(page, public, scene.world.pins)
        assert page.is_hidden("#reserved")
        assert "whether verifiers gave opinions" in page.inner_text("#verdict")
        assert LABELS["hidden_verification"].en in page.inner_text("#result")
        assert LABELS["no_verification"].en not in page.inner_text("#result")
        assert "the public form withholds its name" in page.inner_text("#result h2 >> nth=0")


def test_that_there_is_no_opinion_stands_beside_the_verdict_whoever_cut_it_out(browser: Browser) -> None:
    scene = reserved()
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        hand_in(page, scene.bundle(), scene.world.pins)
        assert page.inner_text("#beside") == LABELS["opinions_some"].en.format(count=1)
        hand_in(page, without_opinions(scene), scene.world.pins)
        assert "this certificate is good" in page.inner_text("#verdict") and page.is_hidden("#reserved")
        assert page.inner_text("#beside") == LABELS["opinions_none"].en
        assert LABELS["no_opinions"].en in page.inner_text("#check-verifications")
        one.check()
        page.click("#language")
        assert page.inner_text("#beside") == LABELS["opinions_none"].zh
        assert LABELS["no_opinions"].zh in page.inner_text("#check-verifications")
        hand_in(page, encode_bundle(redact(parse_bundle(scene.bundle()))), scene.world.pins)
        assert page.inner_text("#beside") == ""  # its verdict says it


def test_pins_that_came_with_the_certificate_are_never_taken_for_the_pages_own(
    browser: Browser, tmp_path: Path
) -> None:
    scene, _ = good()
    certificate, pins = ("c.json", scene.bundle()), ("pins.json", pins_bytes(scene.world.pins))
    write_page(tmp_path / "own", scene.world.pins, scene.bundle())
    write_page(tmp_path / "other", make_scene(seed="another log").world.pins, scene.bundle())
    for name, is_foreign in (("own", False), ("other", True)):
        with served(tmp_path / name) as base, reading(browser, base) as one:
            page = one.go("/index.html")
            page.wait_for_selector("#verdict:not([hidden])", timeout=PATIENCE_MS)
            assert "prove nothing against that operator" in page.inner_text("#pins .warning")
            with page.expect_download() as saved:
                page.click("#pins button")
            given = json.loads(pins_bytes(scene.world.pins)) if name == "own" else None
            read = saved.value.path().read_bytes()
            assert saved.value.suggested_filename == "pins.json"
            assert given in (None, json.loads(read)) and parse_pins(read).threshold == 0
            choose(page, pins, certificate)
            page.wait_for_selector("#verdict.good", timeout=PATIENCE_MS)
            said = page.inner_text("#pins .warning")
            assert ("are not those of this page" in said) is is_foreign
            assert "by another way than the certificate" in said
            one.check()
            page.click("#language")
            assert ("不是本页面所附的" in page.inner_text("#pins .warning")) is is_foreign


@pytest.mark.parametrize("way", range(4))
def test_a_certificate_that_an_editor_saved_again_is_told_to_be_one(browser: Browser, way: int) -> None:
    scene, _ = good()
    data = saved_again(scene.bundle())[way]
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        hand_in(page, data, scene.world.pins)
        assert page.inner_text("#error") == "" and page.is_visible("#verdict.bad")
        assert LABELS["resaved"].en in page.inner_text("#check-format")
        hand_in(page, data.replace(b'"hashes"', b'"hash"'), scene.world.pins)
        assert LABELS["resaved"].en not in page.inner_text("#check-format")


def test_a_certificate_that_does_not_hold_shows_no_large_figure_and_no_code(browser: Browser) -> None:
    altered = ALTERATIONS["totals"]()
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        hand_in(page, altered.data, altered.pins)
        assert page.locator(".standing").count() == 1  # what the file says is told as that
        assert page.locator(".large").count() == page.locator("figure.code").count() == 0
        assert "always overstates" not in page.inner_text("#result")  # nothing of it is proven


def test_the_stages_fit_into_a_narrow_window(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base, "en", "light", NARROW) as one:
        hand_in(one.go("/index.html"), scene.bundle(), scene.world.pins)
        assert one.page.eval_on_selector(".model .table", "of => of.scrollWidth - of.clientWidth") == 0


def test_the_verdict_takes_the_focus_when_it_is_there(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base) as one:
        hand_in(one.go("/index.html"), scene.bundle(), scene.world.pins)
        assert one.page.evaluate("document.activeElement.id") == "verdict"


def test_typed_pins_do_as_well(browser: Browser) -> None:
    scene, _ = good()
    pins = scene.world.pins
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        page.click("summary")
        type_pins(page, pins.log_key, "nonsense")
        assert "cannot be used" in page.inner_text("#error")
        type_pins(page, pins.log_key, pins.authority_root)
        assert page.inner_text("#error") == ""
        assert pins.log_key in page.inner_text("#pins")
        page.set_input_files("#files", [{"name": "c.json", "mimeType": "", "buffer": scene.bundle()}])
        page.wait_for_selector("#verdict:not([hidden])")
        assert "this certificate is good" in page.inner_text("#verdict")


def type_pins(page: Page, log_key: str, root: str) -> None:
    page.fill("#log-key", log_key)
    page.fill("#root", root)
    page.click("#typed button")


def test_nothing_is_called_verified_before_it_is(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        assert "Nothing has been checked" in page.inner_text("#status")
        page.set_input_files("#files", [{"name": "c.json", "mimeType": "", "buffer": scene.bundle()}])
        page.wait_for_selector("#checking:not([hidden])")
        assert "pins are still missing" in page.inner_text("#status")
        assert page.is_hidden("#verdict") and page.inner_text("#result") == ""


def test_a_file_that_is_no_certificate_is_named_and_not_judged(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        choose(page, ("pins.json", pins_bytes(scene.world.pins)), ("report.pdf", b"%PDF-1.7 \xff"))
        page.wait_for_selector("#error p")
        assert "report.pdf is not a certificate" in page.inner_text("#error")
        assert page.is_hidden("#verdict") and page.is_hidden("#checking")
        # The pins beside it were taken all the same.
        assert "Now the certificate" in page.inner_text("#status")
        one.check()


def test_what_is_no_certificate_is_set_aside_beside_a_good_one(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        files = ("certificate-94.json", scene.bundle()), ("notes.json", b'{"not": "one"}')
        choose(page, ("pins.json", pins_bytes(scene.world.pins)), *files)
        page.wait_for_selector("#verdict.good")
        assert page.inner_text("#status").startswith("certificate-94.json: Every check holds")
        assert "notes.json is not a certificate, so it was set aside" in page.inner_text("#error")
        choose(page, ("report.pdf", b"%PDF-1.7"))
        page.wait_for_selector("text=report.pdf")
        # What was found of the file before does not stand under a message about another.
        assert page.is_hidden("#verdict") and page.inner_text("#result") == ""
        assert "notes.json" not in page.inner_text("#error")
        page.click("#language")
        assert "report.pdf 不是证书，已放在一边" in page.inner_text("#error")


def test_of_two_certificates_the_first_is_checked_and_the_other_named(browser: Browser) -> None:
    scene, bundle = good()
    both = ("full.json", scene.bundle()), ("public.json", encode_bundle(redact(bundle)))
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        for first, second in (both, both[::-1]):
            choose(page, first, ("pins.json", pins_bytes(scene.world.pins)), second)
            page.wait_for_selector(f"#status:has-text('{first[0]}: Every check')")
            assert f"this is {first[0]}. {second[0]} was set aside" in page.inner_text("#error")
        choose(page, second)
        page.wait_for_selector(f"#status:has-text('{second[0]}: Every check')")
        assert page.inner_text("#error") == ""


@pytest.mark.parametrize("is_together", [True, False], ids=["together", "afterwards"])
def test_pins_that_cannot_be_used_give_no_verdict_though_the_page_has_its_own(
    browser: Browser, tmp_path: Path, is_together: bool
) -> None:
    scene, _ = good()
    pins = json.loads(pins_bytes(scene.world.pins))
    broken = "pins.json", json.dumps({**pins, "log_key": "log.example+00000000+AAAA"}).encode()
    cut = "pins (1).json", b'{"log_'
    certificate = "certificate.json", scene.bundle()
    write_page(tmp_path / "page", scene.world.pins, scene.bundle())
    with served(tmp_path / "page") as base, reading(browser, base) as one:
        page = one.go("/index.html")
        page.wait_for_selector("#verdict.good")
        for refused in (broken, cut):
            choose(page, refused, *([certificate] if is_together else []))
            page.wait_for_selector("#error p")
            assert "These pins cannot be used" in page.inner_text("#error")
            assert "There is no verdict" in page.inner_text("#status")
            assert page.is_hidden("#verdict") and page.inner_text("#result") == page.inner_text("#pins") == ""
        choose(page, ("pins.json", json.dumps(pins).encode()))
        page.wait_for_selector("#verdict.good")
        assert page.inner_text("#error") == ""


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    chosen = [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
    page.set_input_files("#files", chosen)  # type: ignore[arg-type]


def test_a_damaged_certificate_is_told_by_the_check_that_failed(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base) as one:
        hand_in(one.go("/index.html"), scene.bundle()[:-1], scene.world.pins)
        assert one.page.inner_text("#error") == ""
        link = one.page.locator("#verdict a")
        assert link.inner_text().startswith("1. The file is one certificate bundle")
        assert link.get_attribute("href") == "#check-" + one.page.locator(".failed").get_attribute("id")[6:]
        assert one.page.inner_text("#status").startswith("certificate.json: This certificate does NOT hold")


def test_what_a_file_says_never_becomes_markup(browser: Browser) -> None:
    """A product name that is HTML is shown as text."""
    from tests.support.scene import play, shared

    scene = shared("")
    lure = "<img src=x onerror=alert(1)>"
    payload, secrets = scene.make_declaration(0, product_name=lure)
    scene.declarations.append(scene.submit(payload, scene.suppliers[0]))
    scene.declared.append(secrets)
    play(scene, "certify")
    with served() as base, reading(browser, base) as one:
        hand_in(one.go("/index.html"), scene.bundle(), scene.world.pins)
        assert lure in one.page.inner_text("#result")
        assert one.page.locator("img").count() == 0
        one.check()


# --- as the program writes it ------------------------------------------------------------------------


def test_the_program_writes_a_page_that_checks_by_itself(browser: Browser, tmp_path: Path) -> None:
    scene, _ = good()
    certificate, pins = tmp_path / "pack <&\"'> 42.json", tmp_path / "pins.json"
    certificate.write_bytes(scene.bundle())
    pins.write_bytes(pins_bytes(scene.world.pins))
    folder = tmp_path / "page"
    arguments = [str(certificate), "--pins", str(pins), "--page", str(folder)]
    assert CliRunner().invoke(APP, arguments).exit_code == 0
    with reading(browser, folder.as_uri()) as one:
        page = one.go("/index.html")
        page.wait_for_selector("#verdict:not([hidden])", timeout=PATIENCE_MS)
        assert "this certificate is good" in page.inner_text("#verdict")
        assert page.inner_text("#status").startswith(f"{certificate.name}: ")
        assert "prove nothing against that operator" in page.inner_text("#pins")
        one.check()
    again = CliRunner().invoke(APP, arguments)
    assert again.exit_code == 2 and "name a new folder" in again.output


def test_the_page_is_bound_to_itself() -> None:
    """No inline script or style, no address of another host, a policy that lets nothing else in."""
    index = (PAGE / "index.html").read_text("utf-8")
    assert "default-src 'none'" in index and "unsafe" not in index
    assert re.findall(r"<script(?![^>]*application/json)[^>]*>", index) == [
        '<script src="sealsum-verify.js">'
    ]
    assert " style=" not in index and "<style" not in index
    for name in ("index.html", "sealsum-page.css"):
        assert "http" not in (PAGE / name).read_text("utf-8").replace("http-equiv", "")
    script = (PAGE / "sealsum-verify.js").read_text("utf-8")
    assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\beval\(", script)
