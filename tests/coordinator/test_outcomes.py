"""What is counted of what was handed in: appended, handed in again, and what is no statement."""

from __future__ import annotations

import html
from pathlib import Path

from coordinator.console.overview import read_status
from protocol.payloads import Factor
from protocol.statements import sign_statement
from protos.values import Receipt, Refusal
from tests.coordinator.test_console_paging import reader_of
from tests.coordinator.town import Town
from tests.support.example import factor


def test_what_was_appended_repeated_and_malformed_is_counted_as_such(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    provider = town.member("Factor house", "provider")

    def count() -> tuple[int, ...]:
        found = read_status(town.service, town.clock())
        return tuple(found[name] for name in ("size", "logged", "repeated", "refused", "malformed"))

    before = count()
    fields = {**town.header(provider).fields(), **factor("steel", "2", "kg")}
    signed = sign_statement(Factor.model_validate(fields), provider.key).data
    first, second = town.hand_in(provider, [signed, signed])
    (third,) = town.hand_in(provider, [signed])
    assert isinstance(first, Receipt) and first == second == third
    broken, again = town.hand_in(provider, [b"no statement", signed])
    (alone,) = town.hand_in(provider, [b"none either"])
    assert isinstance(broken, Refusal) and isinstance(alone, Refusal) and again == first
    grown = tuple(after - earlier for after, earlier in zip(count(), before, strict=True))
    assert grown == (1, 1, 3, 2, 2)
    reader = reader_of(town, "operator")
    page = html.unescape(reader.get("/console/").text)
    assert "2 of those not accepted are no statement: wrong format" in page
    assert "3 handed in again though logged before, nothing appended" in page
    listed = reader.get("/console/refusals").text
    assert "2 not accepted that are no statement (wrong format)" in listed
    assert "what is no statement (wrong format)" in listed and "If a company asks, tell it" in listed
    reader._headers["accept-language"] = "zh"
    assert "未被接受的当中有 2 条格式不对" in reader.get("/console/").text
    assert "有 2 条格式不对、不是声明，只计数" in reader.get("/console/refusals").text
    town.stop()
