"""A stage that nobody declared anything for is said to be that; one whose entries come to 0 kg is 0. Decision 0025."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchange.report.content import make_content
from exchange.report.html import make_html
from exchange.report.labels import LABELS
from exchange.report.pdf import make_pdf
from operation.phrases import Language
from protocol.bundle import encode_bundle, parse_bundle, redact
from protocol.certificate import verify_bundle
from tests.support.alterations import good
from tests.support.page import pins_bytes
from tests.support.scene import Scene, make_scene, play, with_free_delivery
from tests.verifier.test_cli import APP
from tests.verifier.test_report import LANGUAGES, content_of, flat, text_of, written


@cache
def free() -> Scene:
    """A certificate whose distribution was declared and comes to 0 kg."""
    return play(make_scene(with_free_delivery(), "free delivery"), "certify")


def test_a_stage_that_nobody_declared_is_said_to_be_and_is_no_zero() -> None:
    content = content_of("zh")
    assert "分销 (未申报)" in content["exclusions"]
    (model,) = content["models"]
    assert model["stage_rows"][2] == ("3 分销", "未申报", "—") and model["maybe_declared"] == ""
    assert ("分销, kgCO₂e (未申报)", "0") in model["exact"], "as signed, and said beside it"
    assert ("电池生产, kgCO₂e", model["exact"][1][1]) == model["exact"][1]


def test_a_declared_stage_that_comes_to_zero_is_zero() -> None:
    scene = free()
    content = make_content(scene.verify(), scene.bundle(), "en")
    assert content is not None
    assert not any(one.startswith("Distribution") for one in content["exclusions"])
    (model,) = content["models"]
    assert model["stage_rows"][2] == ("3 Distribution", "0", "0")
    assert ("Distribution, kgCO₂e", "0") in model["exact"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_form_says_that_it_does_not_tell_an_undeclared_stage_from_a_zero(
    language: Language, tmp_path: Path
) -> None:
    for scene in (good()[0], free()):
        data = encode_bundle(redact(parse_bundle(scene.bundle())))
        content = make_content(verify_bundle(data, scene.world.pins, os.urandom), data, language)
        assert content is not None and content["models"][0]["stage_rows"][2][1] == "0"
        said = flat(LABELS["maybe_declared"][LANGUAGES.index(language)])
        for told in (make_html(content).decode(), text_of(make_pdf(content), tmp_path)):
            assert said in flat(told)


def test_the_command_tells_an_undeclared_stage_from_a_zero(tmp_path: Path) -> None:
    for scene, declared, said in (
        (good()[0], ["raw_material_and_parts", "battery_production"], "未申报 / not declared"),
        (free(), ["raw_material_and_parts", "battery_production", "distribution"], "0.0"),
    ):
        arguments = written(tmp_path, scene.bundle())
        (tmp_path / "pins.json").write_bytes(pins_bytes(scene.world.pins))
        output = CliRunner().invoke(APP, arguments).output
        assert said in next(line for line in output.splitlines() if "Distribution" in line)
        told = json.loads(CliRunner().invoke(APP, [*arguments, "--json"]).stdout)
        assert told["good"] and told["declared_stages"] == declared
    public = written(tmp_path, encode_bundle(redact(parse_bundle(good()[0].bundle()))))
    assert json.loads(CliRunner().invoke(APP, [*public, "--json"]).stdout)["declared_stages"] is None
    assert flat(LABELS["maybe_declared"].zh) in flat(CliRunner().invoke(APP, public).output)
