"""Certificates cited once: the digest, what fills a list up, and what the log refuses."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.citing import LENGTHS, certificate_digest, fill_digests
from protocol.errors import Refused
from protocol.payloads import Period
from tests.support.example import seeded
from tests.support.scene import Scene, check_that_refuses, shared

KEY = bytes(range(32))
DIGESTS = fill_digests([certificate_digest(KEY, "GEC", f"GD-{n}") for n in range(3)], seeded("fill"))


def declare(scene: Scene, index: int, **changes: Any) -> None:
    payload, _ = scene.make_declaration(index, **changes)
    scene.submit(payload, scene.suppliers[index])


def refused(scene: Scene, index: int, **changes: Any) -> str:
    payload, _ = scene.make_declaration(index, **changes)
    return check_that_refuses(scene, payload, scene.suppliers[index])


def test_a_digest_is_an_hmac_of_registry_and_serial_each_after_its_length() -> None:
    message = b"sealsum/v1/certificate" + b"\0\0\0\x03gec" + b"\0\0\0\x04gd-1"
    assert certificate_digest(KEY, "GEC", "GD-1") == hmac.new(KEY, message, hashlib.sha256).hexdigest()
    assert certificate_digest(KEY, "GEC", "GD-1") == (
        "c24fc09eca69a44807eaba81c1c458d8f73caa1b4eb620f2007ec27cb19352a6"
    )


def test_one_certificate_has_one_digest_however_it_is_typed() -> None:
    plain = certificate_digest(KEY, "GEC", "GD-2025-001")
    assert certificate_digest(KEY, " gec", "ＧＤ-2025- 001 ") == plain
    others = {
        certificate_digest(KEY, "GEC", "GD-2025-002"),
        certificate_digest(KEY, "GECG", "D-2025-001"),
        certificate_digest(bytes(32), "GEC", "GD-2025-001"),
    }
    assert len(others | {plain}) == 4


@given(st.integers(0, 200))
def test_a_list_is_filled_to_one_of_few_lengths_and_keeps_what_is_real(count: int) -> None:
    real = [certificate_digest(KEY, "GEC", str(n)) for n in range(count)]
    filled = fill_digests(real, seeded(str(count)))
    assert set(real) <= set(filled) and list(filled) == sorted(set(filled))
    assert len(filled) in LENGTHS and (count == 0) == (filled == ())


def test_too_many_certificates_or_one_twice_are_refused_before_anything_is_sent() -> None:
    digest = certificate_digest(KEY, "GEC", "1")
    with pytest.raises(Refused, match="twice"):
        fill_digests([digest, digest], seeded("x"))
    with pytest.raises(Refused, match="at most 200"):
        fill_digests([certificate_digest(KEY, "GEC", str(n)) for n in range(201)], seeded("x"))


def test_a_certificate_cited_by_another_supplier_is_refused() -> None:
    scene = shared("")
    declare(scene, 0, certificates=DIGESTS)
    other = fill_digests([certificate_digest(KEY, "gec", "gd-2")], seeded("other"))
    assert refused(scene, 1, certificates=other) == "certificates"
    declare(scene, 1, certificates=fill_digests([certificate_digest(KEY, "GEC", "GD-9")], seeded("own")))


def test_a_certificate_is_cited_again_for_the_same_product_and_period_only() -> None:
    scene = shared("")
    declare(scene, 0, certificates=DIGESTS)
    declare(scene, 0, certificates=DIGESTS, plant="CN-GD")
    assert refused(scene, 0, certificates=DIGESTS, product="another") == "certificates"
    period = Period(start="2025-01-01", end="2025-06-30")
    assert refused(scene, 0, certificates=DIGESTS, period=period) == "certificates"


@pytest.mark.parametrize(
    "digests",
    [DIGESTS[::-1], (DIGESTS[0], *DIGESTS[:7]), DIGESTS[:7], (*DIGESTS, "f" * 64)],
    ids=["descending", "twice", "seven", "nine"],
)
def test_a_list_of_another_order_or_length_is_refused(digests: tuple[str, ...]) -> None:
    assert refused(shared(""), 0, certificates=digests) == "certificates"
