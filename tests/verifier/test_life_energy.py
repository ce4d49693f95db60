"""How the energy over the pack's life comes about is told so that a reader with a calculator gets it, wherever a result
is told: in the report of both forms and on the certificate page, in both languages."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from exchange.report.content import make_content
from exchange.report.html import make_html
from exchange.report.pdf import make_pdf
from method.functional_unit import make_functional_unit_fields, parse_functional_unit
from method.rules import RULES
from operation.phrases import Language
from protocol.bundle import encode_bundle, parse_bundle
from protocol.certificate import verify_bundle
from protocol.payloads import FunctionalUnit, Request
from protocol.statements import sign_statement
from tests.support.circular import MEASURED_UNIT
from tests.support.example import UNIT
from tests.support.page import hand_in, served
from tests.support.scene import Chain, Scene, make_scene, play
from tests.verifier.test_report import LANGUAGES, flat, text_of
from tests.web.browser import reading

BY_BOTH = {"usable_energy_kwh": "59.525", "warranty_km": "150000", "cycles_per_year": None}
CASES: dict[str, tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = {
    "the mileage ends first": (
        BY_BOTH,
        (
            "60 (the rule set's default)",
            "8 years; 150 000 km ÷ 20 000 km a year = 7.5 years",
            "7.5 years: the mileage ends first",
            "26 786.2 kWh = 59.525 kWh × 60 × 7.5 years",
        ),
        (
            "60（规则集默认值）",
            "8 年; 150 000 km ÷ 每年 20 000 km = 7.5 年",
            "7.5 年：里程先到",
            "26 786.2 kWh = 59.525 kWh × 60 × 7.5 年",
        ),
    ),
    "the years end first": (
        {"warranty_km": "250000", "cycles_per_year": "70"},
        ("70", "8 years: the years end first", "56 000 kWh = 100 kWh × 70 × 8 years"),
        ("70", "8 年：年数先到", "56 000 kWh = 100 kWh × 70 × 8 年"),
    ),
    "one limit alone": (
        {"warranty_years": None, "warranty_km": "150000"},
        ("150 000 km ÷ 20 000 km a year = 7.5 years", "45 000 kWh = 100 kWh × 60 × 7.5 years"),
        ("150 000 km ÷ 每年 20 000 km = 7.5 年", "45 000 kWh = 100 kWh × 60 × 7.5 年"),
    ),
}


@cache
def scene_of(case: str) -> Scene:
    """A certificate of a pack with this warranty."""
    record = UNIT.model_dump(mode="json", exclude={"total_energy_kwh"}) | CASES[case][0]
    fields = make_functional_unit_fields(parse_functional_unit(record), RULES[Chain().method])
    return play(make_scene(Chain(units=(FunctionalUnit.model_validate(fields),))), "certify")


def content_of(scene: Scene, language: Language) -> dict[str, Any]:
    content = make_content(scene.verify(), scene.bundle(), language)
    assert content is not None
    return content


def told(content: dict[str, Any]) -> list[tuple[str, str]]:
    """The rows of the functional unit, spaces plain."""
    return [(label, plain(value)) for label, value in content["models"][0]["functional_unit"]]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_the_report_tells_what_the_energy_is_the_product_of(
    case: str, language: Language, tmp_path: Path
) -> None:
    content = content_of(scene_of(case), language)
    wanted = CASES[case][1 + LANGUAGES.index(language)]
    assert [one for one in wanted if one not in [value for _, value in told(content)]] == []
    label = "计算年限" if language == "zh" else "Years counted"
    assert (label in dict(told(content))) == ("first" in case)
    html, pdf = make_html(content).decode(), flat(text_of(make_pdf(content), tmp_path))
    assert [one for one in wanted if one not in plain(html) or flat(one) not in pdf] == []


def test_where_measured_cycles_count_no_cycles_a_year_are_claimed() -> None:
    fields = MEASURED_UNIT.model_dump(mode="json") | {"cycles_per_year": None, "total_energy_kwh": "150000"}
    chain = Chain(units=(FunctionalUnit.model_validate(fields),), method="miit-551")
    rows = dict(told(content_of(play(make_scene(chain), "certify"), "en")))
    assert rows["Equivalent full cycles a year"] == "—" and rows["Warranty"] == "8 years"
    assert rows["Energy over the pack's life"] == "150 000 kWh = 100 kWh × 1 500"


def test_an_energy_that_is_not_the_rule_sets_is_no_product() -> None:
    scene = play(make_scene(), "certify")
    asked, bundle = scene.request, parse_bundle(scene.bundle())
    assert asked is not None and isinstance(asked.payload, Request)
    more = UNIT.model_copy(update={"total_energy_kwh": "99000"})
    signed = sign_statement(asked.payload.model_copy(update={"models": (more,)}), scene.maker.key)
    statements = tuple(
        replace(one, logged=replace(one.logged, signed=signed)) if one.logged.id == asked.id else one
        for one in bundle.statements
    )
    data = encode_bundle(replace(bundle, statements=statements))
    content = make_content(verify_bundle(data, scene.world.pins, os.urandom), data, "en")
    assert content is not None and not content["is_good"]
    assert dict(told(content))["Energy over the pack's life"] == "99 000 kWh"


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_certificate_page_tells_the_same_as_the_report(browser: Browser, case: str) -> None:
    scene = scene_of(case)
    with served() as base, reading(browser, base) as one:
        page = one.go("/index.html")
        hand_in(page, scene.bundle(), scene.world.pins)
        for language in LANGUAGES:
            shown = page.eval_on_selector_all(
                "#result dt", "all => all.map(dt => [dt.textContent, dt.nextElementSibling.textContent])"
            )
            rows = [(label, plain(value)) for label, value in shown]
            assert [row for row in told(content_of(scene, language)) if row not in rows] == []
            page.click("#language")
