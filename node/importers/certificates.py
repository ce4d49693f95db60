"""The template's sheet of green certificates: serial, registry, energy, and when each was cancelled.

Serial numbers stay in the node. What leaves is a keyed digest of each, so that nobody cites one twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from method.activity import ActivityRecord
from method.category import Category
from method.conversions import convert_for
from method.exact import encode_decimal
from node.importers.cells import BadCell, read_day
from node.importers.checks import name_row
from node.importers.columns import make_columns
from node.importers.hints import Hint, list_places
from node.importers.problem import ProblemList
from node.importers.sheets import Sheet
from node.importers.tables import CERTIFICATES_SHEET, find_further
from node.importers.views import RowView, open_rows, read_name, read_positive
from node.language import Phrase

COLUMNS = make_columns(
    serial=("序列号 Serial number", "序列号", "证书编号", "绿证编号", "serial number", "serial"),
    registry=("登记系统 Registry", "登记系统", "核发机构", "registry"),
    kwh=("电量(kWh) Energy (kWh)", "电量(kwh)", "energy (kwh)"),
    cancelled=("核销日期 Cancelled on", "核销日期", "注销日期", "cancelled on"),
)
SPECIFIC_SUPPLY = "specific_supply"


@dataclass(frozen=True, slots=True, repr=False)
class GreenCertificate:
    """One cancelled certificate: `cancelled` is an ISO date, `kwh` the energy that it stands for.

    `row`: of the sheet of certificates; 0 where that was not kept.
    """

    serial: str
    registry: str
    kwh: Fraction
    cancelled: str
    row: int = 0

    def __repr__(self) -> str:
        return "GreenCertificate(<redacted>)"


def read_certificates(sheets: Sequence[Sheet], problems: ProblemList) -> tuple[GreenCertificate, ...]:
    """Every certificate of the sheet, or problems.

    1. Each has a serial number, a registry, an energy above zero and the day of its cancellation.
    2. None occurs twice.
    """
    found = find_further(sheets, CERTIFICATES_SHEET, COLUMNS, problems)
    if found is None:
        return ()
    sheet, header = found
    seen: dict[tuple[str, str], int] = {}
    certificates = []
    for view in open_rows(sheet, header, COLUMNS, problems):
        certificate = _read_certificate(view)  # 1.
        if certificate is None:
            continue
        number = view.row.number
        first = seen.setdefault((certificate.registry.casefold(), certificate.serial.casefold()), number)
        if first != number:  # 2.
            view.note("serial", "certificate-twice", first=name_row(sheet.name, first))
        certificates.append(certificate)
    return tuple(certificates)


def _read_certificate(view: RowView) -> GreenCertificate | None:
    texts = [read_name(view, name) for name in ("serial", "registry")]
    kwh = read_positive(view, "kwh")
    cancelled = _read_cancelled(view)
    if None in texts or kwh is None or cancelled is None:
        return None
    return GreenCertificate(str(texts[0]), str(texts[1]), kwh, cancelled, view.row.number)


def _read_cancelled(view: RowView) -> str | None:
    try:
        return read_day(view.cell("cancelled")).isoformat()
    except BadCell as error:
        view.note("cancelled", "period-unreadable", cell=view.found("cancelled"), expected=error.expected)
        return None


def find_uncovered(
    records: Sequence[ActivityRecord], category: Category, certificates: Sequence[GreenCertificate]
) -> tuple[Hint, ...]:
    """A warning when energy under specific supply and the energy of the certificates differ, or one is missing."""
    lines = {line.code: line for line in category.lines if line.model == SPECIFIC_SUPPLY}
    supplied = [record for record in records if record.line in lines]
    used = sum(
        (
            convert_for(record.amount * record.share, record.unit, "kWh", lines[record.line].kind)
            for record in supplied
        ),
        Fraction(0),
    )
    covered = sum((certificate.kwh for certificate in certificates), Fraction(0))
    if used > covered:
        text = Phrase(
            f"specific supply: {_show(used - covered)} kWh of {_show(used)} kWh are without certificates; fill in "
            "the sheet of certificates, or move the rest to another electricity line",
            f"特定供电：{_show(used)} kWh 里有 {_show(used - covered)} kWh 没有绿证；补填“绿证”表，"
            "或把这部分填到别的电力项目",
        )
        return (Hint(text, list_places(supplied)),)
    if certificates and not used:
        text = Phrase(
            "certificates are given, but no electricity under specific supply: they change nothing",
            "填了绿证，但没有特定供电的用电量：绿证没有起作用",
        )
        return (Hint(text, _rows_of(certificates)),)
    return ()


def find_early(certificates: Sequence[GreenCertificate], first_day: str) -> tuple[Hint, ...]:
    """A warning when certificates were cancelled before the period's first day (ISO date), for earlier energy."""
    early = [certificate for certificate in certificates if certificate.cancelled < first_day]
    if not early:
        return ()
    text = Phrase(
        f"certificates: {len(early)} cancelled before the period began on {first_day}; what was cancelled for earlier "
        "electricity covers none of this",
        f"绿证：有 {len(early)} 张在本期开始（{first_day}）之前就已核销；为以前的用电核销的绿证不能用在本期",
    )
    return (Hint(text, _rows_of(early)),)


def _rows_of(certificates: Sequence[GreenCertificate]) -> tuple[tuple[str, int], ...]:
    return tuple((CERTIFICATES_SHEET, certificate.row) for certificate in certificates if certificate.row)


def _show(kwh: Fraction) -> str:
    return encode_decimal(kwh, 0)
