"""Correctly signed statements with anything in them: each is logged or refused by a named check, nothing stops."""

from __future__ import annotations

import base64
import copy
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from coordinator.limits import Allowance
from crypto.canonical import encode_canonical
from crypto.envelope import encode_envelope, sign_envelope
from crypto.errors import BadEncoding
from protocol.payloads import AnyPayload
from protos.values import Receipt, Refusal
from tests.coordinator.town import Chain, Member, Town

ROUNDS = 60
FIXED = ("type", "by", "protocol", "saw", "nonce")
POINT = "02" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
ODD: list[Any] = [
    None, True, 0, 1, -1, 2**53 - 1, "", "0", "-1", "9" * 90, "-" + "9" * 90, "1/3", "0.000000000000000001",
    [], {}, "0" * 64, POINT, "a" * 400, base64.b64encode(bytes(64)).decode(), "2025-13-45", "NaN", "\u0000",
]  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("coordinator")).start()
    with (
        pytest.MonkeyPatch.context() as patch
    ):  # a clock that stands still gives no pause to whoever is refused
        for name in ("PARTY", "PUBLISHER"):
            patch.setattr(f"coordinator.limits.{name}", Allowance(10**6, 10**6, 10**12, 10**6))
        yield town
    town.stop()


@pytest.fixture(scope="module")
def chain(town: Town) -> Chain:
    chain = town.chain()
    for step in (town.declare, town.request, town.consent):
        step(chain)
    return chain


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, as a path."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def change(fields: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """The same fields with one to three of them replaced, removed, doubled or taken from elsewhere."""
    changed = copy.deepcopy(fields)
    for _ in range(draw.randint(1, 3)):
        spots = [path for path in places(changed) if path[0] not in FIXED]
        path = draw.choice(spots)
        target = changed
        for step in path[:-1]:
            target = target[step]
        match draw.randint(0, 3):
            case 0:
                target[path[-1]] = draw.choice(ODD)
            case 1 if isinstance(target, list):
                target.append(copy.deepcopy(target[path[-1]]))
            case 2 if isinstance(target, list):
                del target[path[-1]]
            case _:
                donor: Any = changed
                for step in draw.choice(spots):
                    donor = donor[step] if isinstance(donor, dict) and step in donor else donor
                target[path[-1]] = copy.deepcopy(donor) if donor is not changed else draw.choice(ODD)
    return changed


def hand_in(town: Town, member: Member, fields: dict[str, Any]) -> Receipt | Refusal | None:
    try:
        payload = encode_canonical(fields)
    except (BadEncoding, RecursionError):
        return None
    return town.hand_in(member, [encode_envelope(sign_envelope(payload, member.key))])[0]


def samples(town: Town, chain: Chain) -> list[tuple[Member, AnyPayload]]:
    """A good statement of every kind that a member or the requester signs, and what the library consists of."""
    log, record, everyone = town.service.stores.log, town.record, {}
    for kind in ("category", "factor", "review", "publication", "declaration", "request", "consent"):
        everyone[kind] = record.get(log.of_kind(kind, 0, 1)[0].id).payload
    operator, supplier, maker = town.operator, chain.suppliers[0], chain.maker
    contribution, ciphertext = town.contribution(chain, 0)
    town.upload(supplier, ciphertext)
    signers = {"declaration": supplier, "consent": supplier, "request": maker}
    found = [(signers.get(kind, operator), payload) for kind, payload in everyone.items()]
    return [*found, (supplier, contribution)]


@pytest.mark.parametrize("kind", range(8))
def test_whatever_a_signed_statement_holds_it_is_answered(
    town: Town, chain: Chain, kind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coordinator.admission.FAILED_PROOFS_A_DAY", 10**6)
    member, payload = samples(town, chain)[kind]
    draw, refused = random.Random(f"{kind}"), 0
    fields = {**payload.model_dump(mode="json"), "by": member.id}
    for _ in range(ROUNDS):
        outcome = hand_in(town, member, change({**fields, "nonce": os.urandom(16).hex()}, draw))
        if outcome is not None:
            assert isinstance(outcome, Receipt) or outcome.check
            refused += isinstance(outcome, Refusal)
    assert town.service.sequencer.is_running
    assert refused > ROUNDS // 3


def test_changed_results_are_refused_and_the_good_one_is_taken(
    town: Town, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coordinator.admission.FAILED_PROOFS_A_DAY", 10**6)
    done = len(town.calculation(chain.request).contributions)
    town.contribute(chain, only=range(done, len(chain.suppliers)))
    payload, draw = town.result_payload(chain), random.Random("result")
    fields = payload.model_dump(mode="json")
    for _ in range(ROUNDS):
        changed = change(fields, draw)
        if changed == fields:
            continue
        outcome = hand_in(town, chain.maker, changed)
        assert outcome is None or isinstance(outcome, Refusal), f"logged: {changed['models']}"
    assert town.service.sequencer.is_running
    town.log_it(chain.maker, payload)
    town.settle()
    assert town.calculation(chain.request).certificate is not None
