"""The certificate page and the reference verifier judge alike: good files, each alteration, flipped bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from crypto.canonical import encode_canonical
from exchange.report.labels import LABELS
from exchange.report.meanings import MEANINGS
from exchange.report.summary import make_summary
from exchange.report.telling import tell_beside, tell_checks
from exchange.report.words import NOT_VERIFIED
from protocol.bundle import encode_bundle, parse_bundle, redact
from protocol.certificate import REDACTED_CHECKS, CheckResult, Report, verify_bundle
from tests.support.alterations import (
    ALTERATIONS,
    NAMES,
    good,
    reserved,
    under_other_pins,
    with_forged_opinion,
)
from tests.support.disputes import certified, dispute, publish_recovered, send_vectors
from tests.support.page import FROM_DISK, expected_checks, hand_in, served, shown_checks
from tests.support.scene import make_scene, play, shared, with_free_delivery
from tests.web.browser import Reader, reading


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Reader]:
    with served() as base, reading(browser, base) as one:
        one.go("/index.html")
        yield one


@pytest.fixture
def page(reader: Reader) -> Page:
    return reader.page


def test_a_good_certificate_passes_every_check(page: Page) -> None:
    scene, _ = good()
    hand_in(page, scene.bundle(), scene.world.pins)
    assert shown_checks(page) == dict.fromkeys(NAMES, "passed")
    assert "this certificate is good" in page.inner_text("#verdict")
    assert LABELS["outside_boundary"].en in page.inner_text("main")


def test_the_page_tells_a_stage_that_nobody_declared_from_one_that_comes_to_zero(page: Page) -> None:
    scene, _ = good()
    row = "#result tbody tr:nth-child(3)"
    hand_in(page, scene.bundle(), scene.world.pins)
    assert page.inner_text(row).split("\t") == ["3 Distribution", LABELS["not_declared"].en, "—"]
    assert page.locator("td, th", has_text="Distribution, kgCO₂e (not declared)").count() == 1
    assert page.locator("#result li", has_text="Distribution (not declared)").count() == 1
    maybe = LABELS["maybe_declared"].en
    assert maybe not in page.inner_text("main")
    hand_in(page, encode_bundle(redact(parse_bundle(scene.bundle()))), scene.world.pins)
    assert page.inner_text(row).split("\t") == ["3 Distribution", "0", "0"] and maybe in page.inner_text(
        "main"
    )
    free = play(make_scene(with_free_delivery(), "free delivery"), "certify")
    hand_in(page, free.bundle(), free.world.pins)
    assert page.inner_text(row).split("\t") == ["3 Distribution", "0", "0"]
    assert maybe not in page.inner_text("main")


def test_a_page_from_disk_checks_without_a_worker(browser: Browser) -> None:
    scene, _ = good()
    with reading(browser, FROM_DISK) as one:
        one.go("/index.html")
        workers: list[object] = []
        one.page.on("worker", lambda worker: workers.append(worker))
        hand_in(one.page, scene.bundle(), scene.world.pins)
        assert shown_checks(one.page) == dict.fromkeys(NAMES, "passed")
        assert workers == []
        one.check()


def test_a_page_that_is_served_checks_in_a_worker(browser: Browser) -> None:
    scene, _ = good()
    with served() as base, reading(browser, base) as one:
        workers: list[object] = []
        one.page.on("worker", lambda worker: workers.append(worker))
        one.go("/index.html")
        hand_in(one.page, scene.bundle(), scene.world.pins)
        assert len(workers) == 1


@pytest.mark.parametrize("name", NAMES)
def test_each_altered_part_fails_the_same_check_as_in_the_reference(page: Page, name: str) -> None:
    altered = ALTERATIONS[name]()
    hand_in(page, altered.data, altered.pins)
    shown = shown_checks(page)
    assert shown == expected_checks(altered.report())
    assert shown[name] == "failed"
    assert MEANINGS[name].en in page.inner_text(f"#check-{name}")
    assert page.inner_text(f"#check-{name} .detail").startswith(f"{LABELS['found'].en}: ")
    assert "does NOT hold" in page.inner_text("#verdict")
    assert tells_as_the_reference(page, altered.report())


def test_a_file_that_fails_says_what_to_do_and_one_that_holds_does_not(page: Page) -> None:
    altered = ALTERATIONS["totals"]()
    hand_in(page, altered.data, altered.pins)
    next_ = page.inner_text("#next")
    assert LABELS["bad_next"].en in next_ and hashlib.sha256(altered.data).hexdigest() in next_
    colours = page.eval_on_selector_all(
        "#verdict, #verdict a", "all => all.map(one => getComputedStyle(one).color)"
    )
    assert len(colours) == 2 and len(set(colours)) == 1
    scene, _ = good()
    hand_in(page, scene.bundle(), scene.world.pins)
    assert page.is_hidden("#next") and page.inner_text("#next") == ""


def tells_as_the_reference(page: Page, report: Report) -> bool:
    """Whether each check is worded as the command words it: how it ended, what that means, which statement it is."""
    for told in tell_checks(report):
        row = page.inner_text(f"#check-{told['name']}")
        words = [told["said"], *filter(None, (told["meaning"], told["named"]))]
        if not all(word.en in row for word in words) or (told["named"] is None and "The first one" in row):
            return False
    return True


def test_a_forged_opinion_is_marked_and_no_check_vouches_for_it(page: Page) -> None:
    forged = with_forged_opinion()
    hand_in(page, forged.data, forged.pins)
    assert shown_checks(page) == expected_checks(forged.report())
    assert tells_as_the_reference(page, forged.report())
    row = page.inner_text("#check-verifications")
    assert LABELS["proves_nothing"].en in row and "It rests on what fails: 4, 6." in row and "✓" not in row
    opinion = page.locator("#result li.unmodified")
    heading = opinion.locator("xpath=ancestor::section").locator(".standing")
    assert opinion.count() == 1 and heading.inner_text() == NOT_VERIFIED.en.replace("as", "As", 1)
    assert page.inner_text("#beside") == ""
    scene = reserved()
    hand_in(page, scene.bundle(), scene.world.pins)
    assert page.locator("#result section:has(li.modified) .standing").count() == 0


def test_pins_of_another_platform_are_supposed_to_be_and_nothing_is_called_forged(page: Page) -> None:
    other = under_other_pins()
    hand_in(page, other.data, other.pins)
    assert shown_checks(page) == expected_checks(other.report())
    assert tells_as_the_reference(page, other.report())
    assert page.inner_text("#beside") == LABELS["other_platform"].en
    for name in ("signatures", "library"):
        assert MEANINGS[name].en not in page.inner_text(f"#check-{name}")
    for name in ("authority", "checkpoint"):
        altered = ALTERATIONS[name]()
        hand_in(page, altered.data, altered.pins)
        beside = tell_beside(altered.report())
        assert beside is not None and page.inner_text("#beside") == beside.en


def test_a_redacted_certificate_passes_the_checks_it_allows(page: Page) -> None:
    scene, bundle = good()
    hand_in(page, encode_bundle(redact(bundle)), scene.world.pins)
    shown = shown_checks(page)
    allowed = {NAMES[number - 1] for number in REDACTED_CHECKS}
    assert shown == {name: "passed" if name in allowed else "hidden" for name in NAMES}
    assert LABELS["good_redacted"].en in page.inner_text("#verdict")
    # Pins that require no witness say so, and claim none.
    assert LABELS["no_witnesses"].en in page.inner_text("#check-witnesses")
    assert "✓" not in page.inner_text("#check-witnesses")


def test_a_result_that_was_recovered_in_a_dispute_passes(page: Page) -> None:
    scene = shared("contribute_all")
    del scene.ciphertexts[2]
    dispute(scene, scene.maker)
    send_vectors(scene)
    publish_recovered(scene)
    assert certified(scene)
    hand_in(page, scene.bundle(), scene.world.pins)
    assert shown_checks(page) == dict.fromkeys(NAMES, "passed")


def test_the_page_and_the_report_gather_the_same(page: Page) -> None:
    scene, _ = good()
    data = scene.bundle()
    script = """async ([data, pins]) => {
      const bytes = Uint8Array.from(data, (letter) => letter.charCodeAt(0));
      const report = await sealsum.verifyBundle(bytes, sealsum.parsePins(pins), new sealsum.Pace(true), () => {});
      const summary = sealsum.makeSummary(report.bundle, bytes);
      const form = sealsum.makePublicForm(report.bundle, bytes);
      return [JSON.stringify(summary), [...form]];
    }"""
    pins = json.dumps(
        {"log_key": scene.world.pins.log_key, "authority_root": scene.world.pins.authority_root}
    )
    summary, form = page.evaluate(script, [data.decode("latin-1"), pins])
    assert json.loads(summary) == make_summary(scene.verify(), data)
    assert bytes(form) == encode_bundle(redact(parse_bundle(data)))


def test_a_certificate_for_other_pins_fails_under_them(page: Page) -> None:
    scene, _ = good()
    other = ALTERATIONS["witnesses"]()
    hand_in(page, scene.bundle(), other.pins)
    assert shown_checks(page)["witnesses"] == "failed"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_byte_is_refused_as_the_reference_refuses_it(page: Page, seed: int) -> None:
    scene, _ = good()
    data, chosen = bytearray(scene.bundle()), random.Random(f"flip {seed}")
    data[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
    hand_in(page, bytes(data), scene.world.pins)
    shown = shown_checks(page)
    assert "failed" in shown.values()
    assert shown == expected_checks(verify_bundle(bytes(data), scene.world.pins, scene.random))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_a_changed_payload_is_refused_as_the_reference_refuses_it(page: Page, seed: int) -> None:
    """A digit somewhere in a signed payload: the form stays good, so deeper checks must find it."""
    scene, _ = good()
    changed = with_changed_payload(json.loads(scene.bundle()), random.Random(f"payload {seed}"))
    heard: list[CheckResult] = []
    expected = verify_bundle(changed, scene.world.pins, scene.random, heard.append)
    hand_in(page, changed, scene.world.pins)
    assert shown_checks(page) == expected_checks(expected)
    assert not expected.is_good


def with_changed_payload(fields: dict[str, object], chosen: random.Random) -> bytes:
    statements = fields["statements"]
    assert isinstance(statements, list)
    envelope = chosen.choice(statements)["envelope"]
    payload = bytearray(base64.b64decode(envelope["payload"]))
    places = [at for at, byte in enumerate(payload) if chr(byte).isdigit()]
    at = chosen.choice(places)
    payload[at] = ord(str((int(chr(payload[at])) + 1) % 10))
    envelope["payload"] = base64.b64encode(payload).decode()
    return encode_canonical(fields)


def test_the_page_names_the_file_by_its_hash(page: Page) -> None:
    scene, _ = good()
    hand_in(page, scene.bundle(), scene.world.pins)
    assert hashlib.sha256(scene.bundle()).hexdigest() in page.inner_text("#result")
