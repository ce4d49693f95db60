"""A category with a vanishing reference for one indicator switched that indicator's guard off: exact digits for all."""

from pathlib import Path

import pytest

from node.supplier.inbox import list_inquiries
from tests.node.village import Village, ask, open_village


@pytest.mark.parametrize("indicator", [2, 3], ids=["secondary", "quality"])
def test_a_guard_that_hides_no_digits_of_any_indicator_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, indicator: int
) -> None:
    with open_village(tmp_path) as village:
        state, finding = answer_under_widths(village, monkeypatch, indicator)
    assert state == "unfit" and "reference footprint" in finding


def answer_under_widths(village: Village, monkeypatch: pytest.MonkeyPatch, indicator: int) -> tuple[str, str]:
    from protocol.fixed_point import guard_bits

    village.suppliers()
    request = ask(village.settle("Pack maker", "requester"))

    def bared(*sizes: object) -> tuple[int, ...]:
        widths = guard_bits(*sizes)  # type: ignore[arg-type]
        return (*widths[:indicator], 0, *widths[indicator + 1 :])

    monkeypatch.setattr("node.supplier.consenting.guard_bits", bared)
    village.step()
    (inquiry,) = list_inquiries(village.nodes["North Cathode"], request)
    return inquiry.state, inquiry.findings[0]
