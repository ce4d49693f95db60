"""Well-formed bundles with hostile values in any field: verification says what failed and never crashes.

A forger without keys cannot sign them, but every later check still looks at them, as doors look at what enrolled
parties sign; so this walks the rules with values that no honest party would send.
"""

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from protocol.certificate import Pins, Report, verify_bundle
from protocol.run import run_protocol
from tests.protocol.test_flipped_bytes import LIBRARY, SUPPLIES
from tests.support.example import NOW, UNIT, seeded
from tests.support.payload_strategies import POINTS

Path = tuple[Any, ...]
HUGE = 2**53 - 1


def decoded() -> tuple[dict[str, Any], Pins]:
    """The small bundle with its payloads as objects."""
    outcome = run_protocol(SUPPLIES, UNIT, LIBRARY, NOW, seeded("hostile"))
    bundle = json.loads(outcome.bundle)
    for item in bundle["statements"]:
        item["envelope"]["payload"] = json.loads(base64.b64decode(item["envelope"]["payload"]))
    return bundle, outcome.pins


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def encoded(bundle: dict[str, Any]) -> bytes:
    bundle = copy.deepcopy(bundle)
    for item in bundle["statements"]:
        envelope = item.get("envelope")
        if isinstance(envelope, dict) and isinstance(envelope.get("payload"), dict):
            envelope["payload"] = base64.b64encode(canonical(envelope["payload"])).decode()
    return canonical(bundle)


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below the top, with its path."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in steps:
        yield (*path, step), part
        yield from places(part, (*path, step))


def hostile(value: Any) -> list[Any]:
    """Values of the same JSON type that nobody honest would write there."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [0, value + 1, HUGE]
    if isinstance(value, list):
        return [[], value * 2, value[::-1]]
    if not isinstance(value, str):
        return [{}] if isinstance(value, dict) else ["2025-01-01"]
    if len(value) == 66 and value[:2] in ("02", "03"):
        return [POINTS[0].encode().hex()]
    if value.lstrip("-").replace(".", "", 1).isdigit():
        return ["0", "-1", "999999999999999999", "0.000000000000000001", "9" * 80]
    return ["x", "ab" * 32, "", "99999-99-99"]


def changed(bundle: dict[str, Any], path: Path, value: Any) -> bytes:
    altered = copy.deepcopy(bundle)
    place = altered
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return encoded(altered)


def try_every(start: int, step: int) -> int:
    bundle, pins = decoded()
    assert verify_bundle(encoded(bundle), pins, seeded("hostile")).is_good
    cases = [(path, bad) for path, value in places(bundle) for bad in hostile(value) if bad != value]
    tried = cases[start::step]
    for path, bad in tried:
        report: Report = verify_bundle(changed(bundle, path, bad), pins, seeded("hostile"))
        assert not report.is_good, (path, bad)
    return len(tried)


def test_hostile_values_are_refused_and_crash_nothing() -> None:
    assert try_every(0, 29) > 50


def test_a_time_beyond_every_calendar_is_refused_and_crashes_nothing() -> None:
    bundle, pins = decoded()
    for at in range(len(bundle["statements"])):
        report = verify_bundle(changed(bundle, ("statements", at, "logged_at"), HUGE), pins, seeded("t"))
        assert not report.is_good


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_hostile_value_is_refused_and_crashes_nothing() -> None:
    assert try_every(0, 1) > 1000
