"""Every rule set and boundary on both example packs: the page recomputes every coefficient, guard and figure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from playwright.sync_api import Browser

from exchange.report.content import make_content
from exchange.report.html import make_html
from exchange.report.summary import make_summary
from method.functional_unit import make_functional_unit_fields
from method.rules import DEFAULT_METHOD, END_OF_LIFE, FULL, RULES
from protocol.payloads import FunctionalUnit
from tests.support.alterations import NAMES
from tests.support.example_chain import certified_scene, chain_of, files_of
from tests.support.page import hand_in, pins_bytes, served, shown_checks
from tests.support.scene import make_scene, play
from tests.web.browser import Reader, reading

pytestmark = pytest.mark.slow
CASES = [
    (pack, method, boundary)
    for pack in ("ncm-pack", "lfp-pack")
    for method, rules in RULES.items()
    for boundary in rules.boundaries
]


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Reader]:
    with served() as base, reading(browser, base) as one:
        one.go("/index.html")
        yield one


@pytest.mark.parametrize(("pack", "method", "boundary"), CASES)
def test_a_certificate_of_the_rule_set_holds_in_the_page(
    reader: Reader, pack: str, method: str, boundary: str
) -> None:
    scene = certified_scene(pack, method, boundary)
    hand_in(reader.page, scene.bundle(), scene.world.pins)
    assert shown_checks(reader.page) == dict.fromkeys(NAMES, "passed")
    shown = reader.page.inner_text("#result")
    rules = RULES[method]
    assert rules.name_en in shown and all(one.text_en in shown for one in rules.unknown_of(boundary))
    assert (rules.recycling_en in shown) == (END_OF_LIFE in rules.stages_of(boundary))
    assert ("for comparison only" in shown) == (boundary not in rules.declared_boundaries)


@pytest.mark.parametrize("energy", ["2", "11"])
def test_a_certificate_of_a_small_pack_holds_in_the_page(reader: Reader, energy: str) -> None:
    """Its assembly is guarded by the pack, not by its few kWh."""
    pack, chain = files_of("ncm-pack").pack, chain_of("ncm-pack", DEFAULT_METHOD, FULL)
    size = {"pack_energy_kwh": Fraction(energy), "usable_energy_kwh": Fraction(energy)}
    fields = make_functional_unit_fields(replace(pack.functional_unit, **size), RULES[DEFAULT_METHOD])
    small = replace(chain, units=(FunctionalUnit.model_validate(fields),))
    scene = play(make_scene(small, energy), "certify")
    hand_in(reader.page, scene.bundle(), scene.world.pins)
    assert shown_checks(reader.page) == dict.fromkeys(NAMES, "passed")


@pytest.mark.parametrize("pack", ["ncm-pack", "lfp-pack"])
def test_the_page_gathers_the_same_of_a_whole_pack(reader: Reader, pack: str) -> None:
    scene = certified_scene(pack, "eu-cfb-2024-draft", "full")
    data = scene.bundle()
    script = """async ([data, pins]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const report = await sealsum.verifyBundle(bytes, sealsum.parsePins(pins), new sealsum.Pace(true), () => {});
      return JSON.stringify(sealsum.makeSummary(report.bundle, bytes));
    }"""
    told = reader.page.evaluate(
        script, [base64.b64encode(data).decode(), pins_bytes(scene.world.pins).decode()]
    )
    assert json.loads(told) == make_summary(scene.verify(), data)


def test_a_credit_is_told_with_its_sign(reader: Reader) -> None:
    """A full life cycle whose recycling saves more than it costs."""
    scene = certified_scene("ncm-pack", "eu-cfb-2024-draft", "full")
    kg = scene.verify().models[0].figures.stages["end_of_life"]
    assert Fraction(kg) < 0
    hand_in(reader.page, scene.bundle(), scene.world.pins)
    assert "A negative stage is a credit." in reader.page.inner_text("#result")
    assert "\N{MINUS SIGN}" in reader.page.inner_text("#result tbody tr:nth-child(4)")
    content = make_content(scene.verify(), scene.bundle(), "en")
    assert content is not None and content["models"][0]["has_credit"]
    assert "A negative stage is a credit." in make_html(content).decode()
