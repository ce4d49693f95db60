"""The report for people: PDF and HTML say what the certificate says, in both languages, and nothing of a bad one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser
from typer.testing import CliRunner

from exchange.report.content import Wording, make_bar, make_content, make_quality
from exchange.report.font import has_missing, kept_characters
from exchange.report.html import make_html
from exchange.report.labels import LABELS
from exchange.report.making import make_report
from exchange.report.meanings import NOT_PROVEN
from exchange.report.numbers import show_number
from exchange.report.pdf import make_pdf
from exchange.report.summary import make_summary
from exchange.report.words import FIGURE_WORDS
from method.rules import RULES, STAGE_NAMES
from operation.moments import tell_day
from operation.phrases import Language
from protocol.bundle import encode_bundle, parse_bundle, redact
from protocol.certificate import verify_bundle
from protocol.errors import Refused
from tests.support.alterations import (
    ALTERATIONS,
    RESERVATION,
    good,
    reserved,
    without_opinions,
)
from tests.support.page import pins_bytes
from tests.support.scene import play, shared
from tests.verifier.test_cli import APP
from tests.web.browser import NARROW, reading

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def content_of(language: Language) -> dict[str, Any]:
    scene, _ = good()
    content = make_content(scene.verify(), scene.bundle(), language)
    assert content is not None
    return content


def text_of(pdf: bytes, folder: Path) -> str:
    """The PDF's text as another program reads it, without line breaks."""
    reader = shutil.which("pdftotext")
    assert reader is not None, "this test needs pdftotext: apt-get install poppler-utils"
    place = folder / "report.pdf"
    place.write_bytes(pdf)
    made = subprocess.run([reader, "-layout", str(place), "-"], capture_output=True, check=True, timeout=60)
    return made.stdout.decode("utf-8")


def flat(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_holds_each_figure_exactly_as_the_certificate_says(
    language: Language, tmp_path: Path
) -> None:
    scene, _ = good()
    figures = scene.verify().models[0].figures.model_dump(mode="json")
    lines = text_of(make_pdf(content_of(language)), tmp_path).splitlines()
    last_words = [line.split()[-1] for line in lines if line.split()]
    signed = [*figures["stages"].values(), *(figures[name] for name in EXACT)]
    assert [value for value in signed if value not in last_words] == []


@pytest.mark.parametrize("language,band", [*zip(LANGUAGES, ("very good", "很好 (very good)"), strict=True)])
def test_the_band_among_the_exact_figures_is_in_the_readers_words(language: Language, band: str) -> None:
    (model,) = content_of(language)["models"]
    said = FIGURE_WORDS["quality_band"][LANGUAGES.index(language)]
    assert dict(model["exact"])[said] == band


def test_a_stage_outside_the_boundary_is_said_to_be_and_is_no_zero() -> None:
    *counted, last = content_of("zh")["models"][0]["stage_rows"][:4]
    assert last == ("4 " + STAGE_NAMES["end_of_life"][0], "不在系统边界内", "—")
    assert not any("不在系统边界内" in row for row in counted)


EXACT = (
    "total_kg", "total_energy_kwh", "per_kwh", "per_kwh_capacity", "overstated_by_at_most", "biogenic_kg",
    "secondary_kg", "quality_rating", "primary_data_share",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_tells_everything_a_reader_asks_for(language: Language, tmp_path: Path) -> None:
    scene, _ = good()
    summary = make_summary(scene.verify(), scene.bundle())
    assert summary is not None
    said = flat(text_of(make_pdf(content_of(language)), tmp_path))
    rules, number = RULES[scene.chain.method], LANGUAGES.index(language)
    figures = summary["models"][0]["figures"]
    wanted = [
        summary["sha256"], summary["public_sha256"], summary["request"], summary["log"],
        show_number(figures["per_kwh"], 3), rules.name_zh if number else rules.name_en,
        *(supply.name for supply in scene.chain.supplies),
        *(names[1 - number] for names in STAGE_NAMES.values()),
        *(one.text_zh if number else one.text_en for one in rules.unknown_of(scene.chain.boundary)),
        *(one[1 - 1 + number] for one in NOT_PROVEN),
        *(LABELS[name][number] for name in ("exclusions", "functional_unit", "quality", "check_how", "verification")),
    ]  # fmt: skip
    assert [one for one in wanted if flat(one) not in said] == []
    assert flat((rules.recycling_en, rules.recycling_zh)[number]) not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_day_of_the_certificate_names_its_clock(language: Language, tmp_path: Path) -> None:
    scene, _ = good()
    report = scene.verify()
    summary = make_summary(report, scene.bundle())
    assert summary is not None
    day = tell_day(summary["certified_at"], language)
    content = content_of(language)
    assert (LABELS["certified"][LANGUAGES.index(language)], day) in content["models"][0]["identification"]
    assert day in make_html(content).decode() and flat(day) in flat(text_of(make_pdf(content), tmp_path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_marked_with_the_hash_of_the_file_that_was_checked(
    language: Language, tmp_path: Path
) -> None:
    """Whoever compares the foot of a page with the file in hand finds the same, named as what it is."""
    scene, _ = good()
    pages = text_of(make_pdf(content_of(language)), tmp_path).split("\f")[:-1]
    digest = hashlib.sha256(scene.bundle()).hexdigest()
    mark = flat(f"Sealsum · {LABELS['file'][LANGUAGES.index(language)]} {digest[:16]}…")
    assert len(pages) > 1 and all(mark in flat(page) for page in pages)


def test_a_bound_is_rounded_to_its_own_side() -> None:
    scene, _ = good()
    figures = scene.verify().models[0].figures
    shares = {**figures.model_dump(mode="json"), "primary_data_share": "0.35999"}
    assert ("Share of primary data, at least", "35.9 %") in make_quality(
        shares, scene.chain.method, Wording("en")
    )
    assert show_number(figures.overstated_by_at_most, 1, "up") in content_of("en")["models"][0]["bound"]
    assert show_number("0.359996", 1, "down") == "0.359" and show_number("9.001", 2, "up") == "9.01"


def test_the_pdf_carries_its_fonts_and_is_the_same_each_time(tmp_path: Path) -> None:
    first = make_pdf(content_of("zh"))
    assert first == make_pdf(content_of("zh"))
    (tmp_path / "report.pdf").write_bytes(first)
    fonts = subprocess.run(
        ["pdffonts", str(tmp_path / "report.pdf")], capture_output=True, check=True, timeout=60
    ).stdout.decode()
    rows = fonts.splitlines()[2:]
    assert rows and any("NotoSansSC" in row for row in rows)
    # The 2 of CO₂ is in no Chinese typeface of ours; typst brings one that has it.
    assert all("NotoSansSC" in row or "Libertinus" in row for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_report_needs_nothing_and_holds_every_rule_for_pages(
    browser: Browser, language: Language, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_bytes(make_html(content_of(language)))
    scene, _ = good()
    figures = scene.verify().models[0].figures
    for size in (NARROW, (1440, 900)):
        with reading(browser, tmp_path.as_uri(), language, "dark", size) as one:
            page = one.go("/report.html")
            one.check()
            cells = page.eval_on_selector_all("td", "cells => cells.map(cell => cell.textContent)")
            assert {*figures.stages.values(), figures.total_kg, figures.per_kwh} <= set(cells)
            assert page.locator("script").count() == 0
            assert page.get_attribute("html", "lang") == ("zh-CN" if language == "zh" else "en")
            assert page.evaluate("document.querySelector('.headline .large').textContent") == show_number(
                figures.per_kwh, 3
            )


def test_what_a_file_says_is_set_as_text(tmp_path: Path) -> None:
    """Neither markup of HTML nor code of typst in a name does anything."""
    lures = ("#panic(1)", "<script>", "*b*", "$x$")
    scene = shared("")
    payload, secrets = scene.make_declaration(0, product_name=" ".join(lures))
    scene.declarations.append(scene.submit(payload, scene.suppliers[0]))
    scene.declared.append(secrets)
    play(scene, "certify")
    content = make_content(scene.verify(), scene.bundle(), "en")
    assert content is not None
    said = flat(text_of(make_pdf(content), tmp_path))
    assert [lure for lure in lures if lure not in said] == []
    html = make_html(content).decode()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_a_credit_stands_left_of_zero() -> None:
    segments = make_bar(["60", "20", "0", "-20"])
    assert [(one["number"], one["start"], one["width"]) for one in segments] == [
        (1, 20.0, 60.0), (2, 80.0, 20.0), (4, 0.0, 20.0),
    ]  # fmt: skip


def test_a_name_outside_the_font_is_said() -> None:
    assert not has_missing(content_of("zh")) and content_of("zh")["font_note"] == ""
    assert has_missing({"name": ["plain", "𠮷野"]}) and has_missing("ไทย")
    assert ord("碳") in kept_characters() and ord("₂") in kept_characters()


def test_the_code_holds_what_the_public_form_is() -> None:
    scene, bundle = good()
    content = content_of("en")
    lines = dict(line.split(" ", 1) for line in content["models"][0]["code"].splitlines())
    figures = scene.verify().models[0].figures
    assert lines == {
        "sealsum": "1", "sha256": hashlib.sha256(encode_bundle(redact(bundle))).hexdigest(), "model": "1",
        "total_kg": figures.total_kg, "per_kwh": figures.per_kwh, "log": "log.example",
    }  # fmt: skip
    assert segno.make(content["models"][0]["code"], error="m").version <= 15


# --- the command -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report.pdf", "report.html"])
def test_the_command_writes_a_report_once(tmp_path: Path, name: str) -> None:
    more = ["--report", str(tmp_path / name), "--lang", "zh", "--json"]
    arguments = [*written(tmp_path, good()[0].bundle()), *more]
    result = CliRunner().invoke(APP, arguments)
    assert result.exit_code == 0, result.output
    digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert json.loads(result.stdout)["report_sha256"] == digest
    again = CliRunner().invoke(APP, arguments)
    assert again.exit_code == 2 and "name a new file" in again.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_opinion_other_than_unmodified_stands_beside_the_verdict(
    language: Language, tmp_path: Path
) -> None:
    scene = reserved()
    content = make_content(scene.verify(), scene.bundle(), language)
    assert content is not None and [one["opinion"] for one in content["reserved"]] == [RESERVATION]
    for told in (make_html(content).decode(), text_of(make_pdf(content), tmp_path)):
        beside = (
            flat(told)
            .partition(flat(content["verdict"]))[2]
            .partition(flat(content["models"][0]["bound"]))[0]
        )
        assert flat(LABELS["reserved"][LANGUAGES.index(language)]) in beside and flat(RESERVATION) in beside
        owner = scene.chain.supplies[0].name
        assert flat(owner) in beside  # two suppliers may sell what is called the same
    assert content_of(language)["reserved"] == []
    assert LABELS["reserved"][LANGUAGES.index(language)] not in make_html(content_of(language)).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_whether_there_are_opinions_stands_beside_the_verdict_whoever_cut_them_out(
    language: Language, tmp_path: Path
) -> None:
    scene, number = reserved(), LANGUAGES.index(language)
    for data, label in (
        (scene.bundle(), LABELS["opinions_some"][number].format(count=1)),
        (without_opinions(scene), LABELS["opinions_none"][number]),
    ):
        report = verify_bundle(data, scene.world.pins, os.urandom)
        content = make_content(report, data, language)
        assert report.is_good and content is not None
        for told in (make_html(content).decode(), text_of(make_pdf(content), tmp_path)):
            beside = flat(told).partition(flat(content["verdict"]))[2]
            assert flat(label) in beside.partition(flat(content["models"][0]["bound"]))[0]
    said = {row[0]: row[2] for row in content["checks"]}
    assert said["18"] == LABELS["no_opinions"][number]


def test_the_command_says_an_opinion_other_than_unmodified_with_the_verdict(tmp_path: Path) -> None:
    result = CliRunner().invoke(APP, written(tmp_path, reserved().bundle()))
    beside = flat(result.output).partition(flat(LABELS["good"].en))[2]
    assert result.exit_code == 0 and flat(RESERVATION) in beside and flat(LABELS["reserved"].zh) in beside
    assert flat(reserved().chain.supplies[0].name) in beside
    plain = CliRunner().invoke(APP, written(tmp_path, good()[0].bundle()))
    assert flat(LABELS["reserved"].en) not in flat(plain.output)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_form_does_not_pass_for_one_without_opinions(language: Language, tmp_path: Path) -> None:
    scene, number = reserved(), LANGUAGES.index(language)
    data = encode_bundle(redact(parse_bundle(scene.bundle())))
    content = make_content(verify_bundle(data, scene.world.pins, os.urandom), data, language)
    assert content is not None
    for told in (make_html(content).decode(), text_of(make_pdf(content), tmp_path)):
        assert flat(LABELS["hidden_verification"][number]) in flat(told)
        assert flat(LABELS["no_verification"][number]) not in flat(told)
    beside = ("有没有核查意见" if number else "whether verifiers gave opinions").replace(" ", "")
    assert beside in flat(content["verdict"])
    assert beside in flat(CliRunner().invoke(APP, written(tmp_path, data)).output)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_form_says_that_it_withholds_the_models_name(language: Language, tmp_path: Path) -> None:
    scene, bundle = good()
    data = encode_bundle(redact(bundle))
    content = make_content(verify_bundle(data, scene.world.pins, os.urandom), data, language)
    said = LABELS["withheld_model"][LANGUAGES.index(language)].format(number=1)
    assert content is not None and content["models"][0]["name"] == said
    assert flat(said) in flat(CliRunner().invoke(APP, written(tmp_path, data)).output)


@pytest.mark.parametrize("ending", ["html", "pdf"])
def test_report_and_code_carry_the_address_of_the_certificate_page_where_it_is_known(
    ending: str, tmp_path: Path
) -> None:
    address, out = "https://log.example/verify/", tmp_path / f"report.{ending}"
    (tmp_path / "read").mkdir()
    arguments = [*written(tmp_path, good()[0].bundle()), "--report", str(out), "--lang", "en"]
    assert CliRunner().invoke(APP, [*arguments, "--verify-page", address]).exit_code == 0
    said = out.read_text("utf-8") if ending == "html" else text_of(out.read_bytes(), tmp_path / "read")
    assert f"The certificate page is at {address}" in said and f"page {address}" in said
    out.unlink()
    assert CliRunner().invoke(APP, arguments).exit_code == 0
    plain = out.read_text("utf-8") if ending == "html" else text_of(out.read_bytes(), tmp_path / "read")
    assert "The certificate page is at" not in plain
    out.unlink()
    wrong = CliRunner().invoke(APP, [*arguments, "--verify-page", "javascript:alert(1)"])
    assert wrong.exit_code == 2 and "https://HOST/verify/" in wrong.output and not out.exists()


def test_there_is_no_report_of_a_bad_certificate(tmp_path: Path) -> None:
    altered = ALTERATIONS["totals"]()
    out = tmp_path / "report.html"
    result = CliRunner().invoke(APP, [*written(tmp_path, altered.data), "--report", str(out)])
    assert result.exit_code == 1 and not out.exists()
    assert f"nothing written to {out}" in result.output.replace("\n", "")


def test_whoever_asks_for_bytes_gets_no_report_of_a_bad_certificate_either() -> None:
    altered = ALTERATIONS["totals"]()
    report = altered.report()
    assert make_content(report, altered.data, "en") is not None  # there would be something to write
    with pytest.raises(Refused, match="does not hold"):
        make_report(report, altered.data, "html", "en")


@pytest.mark.parametrize(("option", "said"), [("report.docx", "ends in .pdf or .html"), ("fr", "zh or en")])
def test_wrong_usage_is_explained(tmp_path: Path, option: str, said: str) -> None:
    more = ["--report", str(tmp_path / option)] if "." in option else ["--lang", option]
    result = CliRunner().invoke(APP, written(tmp_path, good()[0].bundle()) + more)
    assert result.exit_code == 2 and said in result.output


def written(folder: Path, data: bytes) -> list[str]:
    certificate, pins = folder / "certificate.json", folder / "pins.json"
    certificate.write_bytes(data)
    pins.write_bytes(pins_bytes(good()[0].world.pins))
    return [str(certificate), "--pins", str(pins)]
