"""The report as one HTML file: no script, no address of another host, accessible, printable.

The one fact: it is a tree of elements whose texts are the content's; nothing is read as markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any
from xml.etree import ElementTree as tree

from exchange.report.code import draw_code

_SVG = "http://www.w3.org/2000/svg"
_WIDTH, _BAR, _HEIGHT, _NARROW = 720, 34, 56, 3


def make_html(content: dict[str, Any]) -> bytes:
    """The whole file."""
    style = resources.files("exchange.report.files").joinpath("report.css").read_text("utf-8")
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = tree.Element("html", lang=content["lang"])
    head = tree.SubElement(page, "head")
    tree.SubElement(head, "meta", charset="utf-8")
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; img-src data:; base-uri 'none'; form-action 'none'"
    tree.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    tree.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _text(head, "title", content["title"])
    tree.SubElement(head, "link", rel="icon", href="data:,")
    _text(head, "style", style)
    _fill(tree.SubElement(tree.SubElement(page, "body"), "main"), content)
    return f"<!doctype html>\n{tree.tostring(page, encoding='unicode', method='html')}".encode()


def _fill(main: tree.Element, content: dict[str, Any]) -> None:
    labels = content["labels"]
    _text(main, "p", "Sealsum", "brand")
    _text(main, "h1", content["title"])
    _text(main, "p", content["subtitle"], "soft")
    _text(main, "p", content["verdict"], "verdict good" if content["is_good"] else "verdict bad")
    if content["reserved"]:
        box = tree.SubElement(main, "div", {"class": "reserved"})
        _text(box, "p", labels["reserved"], "bad")
        _opinions(box, content["reserved"])
    if content["beside"]:
        _text(main, "p", content["beside"], "soft")
    for model in content["models"]:
        _model(main, model, labels)
    _text(main, "h2", labels["method"])
    _pairs(main, content["method"])
    _bullets(main, labels["exclusions"], "h3", content["exclusions"])
    if content["unknown"]:
        _bullets(main, labels["unknown"], "h3", content["unknown"])
    _text(main, "h2", labels["participants"])
    people = content["participants"]
    if people["rows"]:
        _table(main, labels["participants"], people["heads"], people["rows"], ())
    else:
        _text(main, "p", labels["hidden_parties"])
    _verifications(main, content["verifications"], labels)
    _text(main, "h2", labels["check_how"])
    _text(main, "p", labels["check_steps"])
    if content["check_page"]:
        _text(main, "p", content["check_page"])
    for model in content["models"]:
        _code(main, model["code"], labels["qr"])
    _table(main, labels["checks"], (), content["checks"], ())
    _bullets(main, labels["not_proven"], "h2", content["not_proven"])
    for model in content["models"]:
        _text(main, "h2", f"{labels['exact']}: {model['name']}")
        _table(main, labels["exact"], (), model["exact"], (1,))


def _model(main: tree.Element, model: dict[str, Any], labels: dict[str, str]) -> None:
    _text(main, "h2", model["name"])
    headline = tree.SubElement(main, "p", {"class": "headline"})
    number = _text(headline, "span", model["per_kwh"], "large")
    number.tail = f" {labels['unit_per_kwh']}"
    _text(main, "p", labels["per_kwh"], "soft")
    _text(main, "p", model["bound"])
    _text(main, "h3", labels["stages"])
    _bar(main, model["bar"], labels["stages"])
    _table(main, labels["stages"], model["stage_heads"], model["stage_rows"], (1, 2))
    if model["has_credit"]:
        _text(main, "p", labels["credit"], "soft")
    if model["maybe_declared"]:
        _text(main, "p", model["maybe_declared"], "soft")
    for name in ("identification", "functional_unit", "quality"):
        _text(main, "h3", labels[name])
        _pairs(main, model[name])


def _bar(main: tree.Element, segments: Iterable[dict[str, Any]], title: str) -> None:
    view = f"0 0 {_WIDTH} {_HEIGHT}"
    drawn = tree.SubElement(main, "svg", {"xmlns": _SVG, "viewBox": view, "role": "img", "aria-label": title})
    for one in segments:
        x, width, number = one["start"] * _WIDTH / 100, one["width"] * _WIDTH / 100, one["number"]
        is_narrow = one["width"] < _NARROW
        box = {"x": f"{x:.2f}", "y": "0", "width": f"{max(1, width - 1):.2f}", "height": str(_BAR)}
        tree.SubElement(drawn, "rect", {**box, "class": f"stage-{number}"})
        middle = {
            "x": f"{x + width / 2:.2f}",
            "y": str(_HEIGHT - 6 if is_narrow else 22),
            "text-anchor": "middle",
        }
        _text(drawn, "text", str(number), "outside" if is_narrow else f"inside-{number}").attrib.update(
            middle
        )


def _code(main: tree.Element, code: str, words: str) -> None:
    figure = tree.SubElement(main, "figure")
    picture = base64.b64encode(draw_code(code).encode()).decode()
    tree.SubElement(
        figure, "img", src=f"data:image/svg+xml;base64,{picture}", alt=code, width="176", height="176"
    )
    caption = tree.SubElement(figure, "figcaption")
    _text(caption, "p", words, "soft")
    _text(caption, "pre", code)


def _verifications(main: tree.Element, found: Sequence[dict[str, Any]], labels: dict[str, str]) -> None:
    _text(main, "h2", labels["verification"])
    if not found:
        _text(main, "p", labels["no_verification"])
    else:
        _opinions(main, found)


def _opinions(main: tree.Element, found: Sequence[dict[str, Any]]) -> None:
    listed = tree.SubElement(main, "ul")
    for one in found:
        item = tree.SubElement(listed, "li")
        _text(item, "strong", one["finding"], "good" if one["is_plain"] else "bad").tail = f" — {one['text']}"
        if one["opinion"]:
            _text(item, "p", one["opinion"])


def _bullets(main: tree.Element, heading: str, level: str, items: Iterable[str]) -> None:
    _text(main, level, heading)
    listed = tree.SubElement(main, "ul")
    for item in items:
        _text(listed, "li", item)


def _pairs(main: tree.Element, pairs: Iterable[Sequence[str]]) -> None:
    listed = tree.SubElement(main, "dl")
    for label, value in pairs:
        _text(listed, "dt", label)
        _text(listed, "dd", value)


def _table(
    main: tree.Element,
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Sequence[int],
) -> None:
    region = tree.SubElement(
        main, "div", {"class": "table", "role": "region", "aria-label": caption, "tabindex": "0"}
    )
    table = tree.SubElement(region, "table")
    _text(table, "caption", caption)
    if heads:
        row = tree.SubElement(tree.SubElement(table, "thead"), "tr")
        for column, text in enumerate(heads):
            _text(row, "th", text, "number" if column in numeric else "").set("scope", "col")
    body = tree.SubElement(table, "tbody")
    for cells in rows:
        row = tree.SubElement(body, "tr")
        for column, text in enumerate(cells):
            cell = _text(row, "td" if column else "th", text, "number" if column in numeric else "")
            if not column:
                cell.set("scope", "row")


def _text(parent: tree.Element, tag: str, text: str, kind: str = "") -> tree.Element:
    made = tree.SubElement(parent, tag, {"class": kind} if kind else {})
    made.text = text
    return made
