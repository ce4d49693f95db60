"""Pins that name witnesses: what they may say, and what `sealsum verify` makes of them."""

import hashlib
import json

import pytest

from crypto.cosignature import make_witness_key
from protocol.errors import Refused
from protocol.pins import parse_pins
from tests.support.example import run_example

PINS = run_example("verifier").pins


def key(name: str, seed: str) -> str:
    return make_witness_key(name, lambda length: hashlib.shake_256(seed.encode()).digest(length))[1]


W1, W2 = key("w1.example", "1"), key("w2.example", "2")


def pins(witnesses: object, threshold: object) -> bytes:
    fields = {"log_key": PINS.log_key, "authority_root": PINS.authority_root}
    return json.dumps({**fields, "witnesses": witnesses, "threshold": threshold}).encode()


def entry(vkey: str) -> dict[str, str]:
    return {"name": vkey.partition("+")[0], "key": vkey}


def test_pins_may_name_witnesses_and_how_many_are_wanted() -> None:
    found = parse_pins(pins([entry(W1), entry(W2)], 2))
    assert (found.witnesses, found.threshold) == ((W1, W2), 2)


def test_pins_without_witnesses_want_none() -> None:
    plain = json.dumps({"log_key": PINS.log_key, "authority_root": PINS.authority_root}).encode()
    assert (parse_pins(plain).witnesses, parse_pins(plain).threshold) == ((), 0)


REFUSED = {
    "1 a log key for a witness": ([entry(PINS.log_key)], 1),
    "2 one witness twice": ([entry(W1), entry(W1)], 1),
    "2 one key under two names": ([entry(W1), entry(key("w3.example", "1"))], 2),
    "3 more than there are": ([entry(W1)], 2),
    "a name of another": ([{"name": "w2.example", "key": W1}], 1),
    "less than nothing": ([entry(W1)], -1),
    "a threshold in words": ([entry(W1)], "1"),
    "something unknown": ([{**entry(W1), "url": "x"}], 1),
}


@pytest.mark.parametrize(("witnesses", "threshold"), REFUSED.values(), ids=REFUSED)
def test_pins_that_would_weaken_themselves_are_refused(witnesses: object, threshold: object) -> None:
    with pytest.raises(Refused) as refused:
        parse_pins(pins(witnesses, threshold))
    assert refused.value.check == "pins"
