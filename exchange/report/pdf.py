"""The report as PDF, set by typst from a template that is shipped; the content goes in as JSON and never as code.

The one fact: fonts come with the program and no others are looked for, so the same certificate gives the same pages
everywhere; nothing is fetched.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from exchange.report.code import draw_code
from protocol.errors import Refused


def make_pdf(content: dict[str, Any]) -> bytes:
    """The PDF, tagged, dated by the certificate. Refused where typst is not installed."""
    try:
        import typst
    except ImportError as error:
        raise Refused(
            "report", "a PDF needs typst: pip install 'sealsum[report]'; or name a .html file"
        ) from error
    models = [model | {"svg": draw_code(model["code"])} for model in content["models"]]
    inputs = {"report": json.dumps(content | {"models": models}, ensure_ascii=False)}
    with resources.as_file(resources.files("exchange.report.files")) as folder:
        made = typst.compile(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=[str(folder / "fonts")],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=inputs,
            timestamp=content["certified_at"],
        )
    assert isinstance(made, bytes)
    return made
