"""Every byte of a small bundle matters: whichever is flipped, some check fails."""

import pytest

from protocol.certificate import CheckResult, Pins, Status, verify_bundle
from protocol.run import Library, Supply, run_protocol
from tests.support.example import NOW, UNIT, category, factor, line, seeded

LIBRARY = Library(
    categories={"a": category("a", ["battery_production"], [line("power", "kWh", False, "g")])},
    factors={"g": factor("g", "0.5777", "kWh")},
)
SUPPLIES = tuple(
    Supply(name, "a", "battery_production", (("g", 5_000_000),), 150_000) for name in ("One", "Two")
)
SAMPLED_EVERY = 47


class FailedCheck(Exception):
    """Stops a verification at the first check that fails."""


def stop_at_failure(check: CheckResult) -> None:
    if check.status is not Status.PASSED:
        raise FailedCheck(check.name)


def is_refused(data: bytes, pins: Pins) -> bool:
    try:
        return not verify_bundle(data, pins, seeded("flip"), stop_at_failure).is_good
    except FailedCheck:
        return True


def flip(data: bytes, at: int) -> bytes:
    """The bit differs from byte to byte, so that case, digits and separators are all tried."""
    return data[:at] + bytes((data[at] ^ (1 << at % 7),)) + data[at + 1 :]


def small_bundle() -> tuple[bytes, Pins]:
    outcome = run_protocol(SUPPLIES, UNIT, LIBRARY, NOW, seeded("small"))
    assert outcome.report.is_good
    return outcome.bundle, outcome.pins


def accepted(start: int, step: int) -> list[int]:
    data, pins = small_bundle()
    return [at for at in range(start, len(data), step) if not is_refused(flip(data, at), pins)]


def test_a_flipped_byte_is_refused_wherever_it_is_sampled() -> None:
    assert accepted(0, SAMPLED_EVERY) == []


def test_a_flipped_byte_outside_the_envelopes_is_refused() -> None:
    """Places, times and proofs of inclusion, which no signature covers."""
    data, pins = small_bundle()
    for name in (
        b'"checkpoint":',
        b'"format":',
        b'"full":',
        b'"request":',
        b'"index":',
        b'"logged_at":',
        b'"inclusion":',
    ):
        start = data.rindex(name)
        for at in range(start, min(start + len(name) + 24, len(data)), 3):
            assert is_refused(flip(data, at), pins), at


def test_a_bundle_cut_anywhere_is_refused() -> None:
    data, pins = small_bundle()
    for length in range(0, len(data), len(data) // 40):
        assert is_refused(data[:length], pins)


def test_anything_before_or_after_a_bundle_is_refused() -> None:
    data, pins = small_bundle()
    for junk in (b" ", b"\n", b"\0", b"{}"):
        assert is_refused(data + junk, pins) and is_refused(junk + data, pins)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_flipped_byte_is_refused() -> None:
    assert accepted(0, 1) == []
