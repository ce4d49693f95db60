"""Bundles that somebody rearranged: the certificate page and the reference verifier judge each check alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser

from crypto.canonical import encode_canonical
from protocol.bundle import Bundle, encode_bundle, redact
from protocol.certificate import verify_bundle
from protocol.payloads import KINDS
from tests.support.alterations import good
from tests.support.page import expected_checks, hand_in, served, shown_checks
from tests.web.browser import Reader, reading

pytestmark = pytest.mark.slow
HELD = sorted({item.logged.payload.type for item in good()[1].statements})


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Reader]:
    with served() as base, reading(browser, base) as one:
        one.go("/index.html")
        yield one


def judged_alike(reader: Reader, data: bytes) -> dict[str, str]:
    scene, _ = good()
    hand_in(reader.page, data, scene.world.pins)
    # A redacted bundle's other checks stand there as what needs the full one.
    shown = {name: status for name, status in shown_checks(reader.page).items() if status != "hidden"}
    assert shown == expected_checks(verify_bundle(data, scene.world.pins, scene.random))
    return shown


@pytest.mark.parametrize("kind", HELD)
def test_without_the_statements_of_a_kind(reader: Reader, kind: str) -> None:
    _, bundle = good()
    kept = tuple(item for item in bundle.statements if item.logged.payload.type != kind)
    shown = judged_alike(reader, encode_bundle(replace(bundle, statements=kept)))
    # Of reviews and categories, too, something else rests on every one.
    assert "failed" in shown.values()


@pytest.mark.parametrize("kind", HELD)
def test_with_the_last_statement_of_a_kind_logged_first(reader: Reader, kind: str) -> None:
    _, bundle = good()
    chosen = [item for item in bundle.statements if item.logged.payload.type == kind][-1]
    others = [item for item in bundle.statements if item is not chosen]
    moved = [chosen, *others]
    placed = tuple(
        replace(item, logged=replace(item.logged, index=index)) for index, item in enumerate(moved)
    )
    assert "failed" in judged_alike(reader, encode_bundle(replace(bundle, statements=placed))).values()


@pytest.mark.parametrize("kind", HELD)
def test_with_a_statement_of_a_kind_twice(reader: Reader, kind: str) -> None:
    _, bundle = good()
    chosen = next(item for item in bundle.statements if item.logged.payload.type == kind)
    last = bundle.statements[-1].logged.index
    again = replace(chosen, logged=replace(chosen.logged, index=last + 1))
    judged_alike(reader, encode_bundle(replace(bundle, statements=(*bundle.statements, again))))


def with_times(bundle: Bundle, change: Callable[[int], int]) -> bytes:
    statements = tuple(
        replace(item, logged=replace(item.logged, logged_at=change(item.logged.logged_at)))
        for item in bundle.statements
    )
    return encode_bundle(replace(bundle, statements=statements))


@pytest.mark.parametrize("years", [-200, -1, 1, 200, 10_000_000])
def test_with_other_times(reader: Reader, years: int) -> None:
    shown = judged_alike(reader, with_times(good()[1], lambda at: max(0, at + years * 366 * 24 * 3600)))
    assert shown["inclusion"] == "failed"


def reshaped(change: Callable[[dict[str, Any]], object]) -> bytes:
    fields: dict[str, Any] = json.loads(good()[0].bundle())
    change(fields)
    return encode_canonical(fields)


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.update(more=1),
        lambda fields: fields.pop("full"),
        lambda fields: fields.update(request="0" * 64),
        lambda fields: fields.update(request=""),
        lambda fields: fields.update(statements={}),
        lambda fields: fields.update(statements=[]),
        lambda fields: fields.update(hashes=[*fields["hashes"], "0" * 64]),
        lambda fields: fields["hashes"].reverse(),
        lambda fields: fields["statements"][0].update(inclusion=[10**9]),
        lambda fields: fields["statements"][0].update(inclusion=[]),
        lambda fields: fields["statements"][0].update(index=-1),
        lambda fields: fields["statements"][0].update(index=True),
        lambda fields: fields["statements"][0]["envelope"].update(payloadType="text/plain"),
        lambda fields: fields["statements"][0]["envelope"]["signatures"].append({}),
        lambda fields: fields["statements"][0]["envelope"].update(payload="####"),
        lambda fields: fields.update(authority_root=fields["authority_root"] + "\n"),
        lambda fields: fields.update(authority_root=""),
        lambda fields: fields.update(checkpoint=fields["checkpoint"] + "— other.example AAAAAAAA\n"),
        lambda fields: fields.update(checkpoint=fields["checkpoint"] + "x"),
        lambda fields: fields.update(checkpoint=fields["checkpoint"].replace("log.example", "log.examp1e")),
        lambda fields: fields.update(checkpoint=fields["checkpoint"].replace("\n\n", "\nmore\n\n")),
        lambda fields: fields.update(checkpoint="\n\n"),
        lambda fields: fields.update(checkpoint=""),
        lambda fields: fields.update(format="sealsum-certificate-redacted/1"),
        lambda fields: fields.update(format="sealsum-certificate/2"),
    ],
)
def test_reshaped(reader: Reader, change: Callable[[dict[str, Any]], object]) -> None:
    judged_alike(reader, reshaped(change))


def test_with_the_signature_of_another_statement(reader: Reader) -> None:
    """Same signer and key, well-formed, and not over these bytes."""

    def swap(fields: dict[str, Any]) -> None:
        by_key: dict[str, list[dict[str, Any]]] = {}
        for item in fields["statements"]:
            by_key.setdefault(item["envelope"]["signatures"][0]["keyid"], []).append(item["envelope"])
        one, other = next(found for found in by_key.values() if len(found) > 1)[:2]
        one["signatures"], other["signatures"] = other["signatures"], one["signatures"]

    assert judged_alike(reader, reshaped(swap))["signatures"] == "failed"


def test_with_a_checkpoint_whose_signature_is_over_something_else(reader: Reader) -> None:
    def change(fields: dict[str, Any]) -> None:
        note = fields["checkpoint"]
        at = len(note) - 20
        fields["checkpoint"] = note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]

    shown = judged_alike(reader, reshaped(change))
    assert (shown["checkpoint"], shown["inclusion"]) == ("failed", "passed")


@pytest.mark.parametrize("kind", ["result", "certificate", "enrolment"])
def test_a_redacted_one_without_the_statements_of_a_kind(reader: Reader, kind: str) -> None:
    public = redact(good()[1])
    kept = tuple(item for item in public.statements if item.logged.payload.type != kind)
    assert "failed" in judged_alike(reader, encode_bundle(replace(public, statements=kept))).values()


@pytest.mark.parametrize("change", [{"request": "0" * 64}, {"full": "AB" * 32}, {"full": "ab"}])
def test_a_redacted_one_that_names_something_else(reader: Reader, change: dict[str, str]) -> None:
    changed = encode_bundle(replace(redact(good()[1]), **change))
    assert judged_alike(reader, changed)["format"] == "failed"


def test_a_redacted_one_with_more_than_it_may_hold(reader: Reader) -> None:
    public, full = redact(good()[1]), good()[1]
    more = replace(public, statements=full.statements)
    assert judged_alike(reader, encode_bundle(more))["format"] == "failed"


def test_every_kind_has_a_statement_to_rearrange() -> None:
    assert set(HELD) < set(KINDS) and {"request", "consent", "roster", "contribution", "result"} < set(HELD)
