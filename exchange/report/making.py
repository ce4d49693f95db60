"""The report for people, from a certificate that holds to the bytes of a file. docs/certificate.md.

The one fact: of a certificate that does not hold there is no report.
"""

from __future__ import annotations

import re
from importlib.util import find_spec

from exchange.report.content import make_content
from exchange.report.html import make_html
from exchange.report.pdf import make_pdf
from operation.phrases import Language
from protocol.certificate import Report
from protocol.errors import Refused

REPORT_FORMATS = ("pdf", "html")
PAGE = "SEALSUM_VERIFY_PAGE"
"""The environment's name for the address of the certificate page, which the operator gives out."""
_ADDRESS = re.compile(r"https?://[^\s]{1,200}")


def formats_here() -> tuple[str, ...]:
    """The formats that this installation makes: a PDF needs typst, which a node's image leaves out."""
    return REPORT_FORMATS if find_spec("typst") is not None else REPORT_FORMATS[1:]


def make_report(report: Report, data: bytes, format: str, language: Language, page: str = "") -> bytes:
    """The report in one of REPORT_FORMATS, of the certificate `data` and what its checks gave.

    `page`: the address of a certificate page, which report and code then carry. Refused("report") for a certificate
    that does not hold, for a PDF where typst is not installed, and for an address that is none.
    """
    if page and not _ADDRESS.fullmatch(page):
        raise Refused("report", f"expected the certificate page as https://HOST/verify/, found {page!r}")
    if format not in REPORT_FORMATS:
        raise Refused("report", f"expected a report as {' or '.join(REPORT_FORMATS)}, found {format!r}")
    content = make_content(report, data, language, page) if report.is_good else None
    if content is None:
        raise Refused("report", "the certificate does not hold, so there is no report of it")
    return make_html(content) if format == "html" else make_pdf(content)
