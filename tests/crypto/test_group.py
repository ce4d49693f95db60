import hashlib
import json
import pickle
from itertools import count
from pathlib import Path

import pytest
from coincurve import PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import group
from crypto.errors import BadEncoding
from crypto.group import (
    ORDER,
    B,
    G,
    H,
    Point,
    add,
    encode_scalar,
    hash_multiple,
    make_generator,
    multi_multiply,
    multi_multiply_secret,
    multiply,
    multiply_base,
    multiply_secret,
    negate,
    parse_point,
    parse_scalar,
    random_scalar,
    random_scalars,
    sum_points,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "group.json").read_text())
scalars = st.integers(min_value=-(2**260), max_value=2**260) | st.sampled_from(
    [0, 1, 2, -1, ORDER, ORDER - 1]
)


def seeded(seed: bytes):
    counter = count()
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(8)).digest(length)


def scripted(*draws: bytes):
    remaining = list(draws)
    return lambda length: remaining.pop(0)


def test_generators_are_the_published_ones():
    for name, data in VECTORS["generators"].items():
        assert make_generator(name).encode().hex() == data
    assert (make_generator("G"), make_generator("H")) == (G, H)


def test_generators_follow_try_and_increment():
    for name in ("G", "H", "range/G/0", "range/H/7"):
        digests = (
            hashlib.sha256(b"sealsum/v1/generator/" + name.encode() + counter.to_bytes(4, "big")).digest()
            for counter in count()
        )
        for digest in digests:
            x = int.from_bytes(digest, "big")
            square = (x**3 + 7) % (2**256 - 2**32 - 977)
            if (
                x < 2**256 - 2**32 - 977
                and pow(square, (2**256 - 2**32 - 978) // 2, 2**256 - 2**32 - 977) == 1
            ):
                assert make_generator(name).encode() == b"\x02" + digest
                break


def test_generators_differ_and_so_do_their_names():
    names = ["G", "H", "range/anchor", *(f"range/{side}/{index}" for side in "GH" for index in range(64))]
    assert len({make_generator(name) for name in names} | {B}) == len(names) + 1


def test_multiples_of_the_base_point_are_those_of_sec2():
    for scalar, data in VECTORS["base_multiples"].items():
        assert multiply_base(int(scalar)).encode().hex() == data
        assert multiply(B, int(scalar)).encode().hex() == data


@pytest.mark.parametrize("case", VECTORS["refused_points"], ids=lambda case: case["lie"])
def test_a_point_in_another_encoding_is_refused(case):
    with pytest.raises(BadEncoding):
        parse_point(bytes.fromhex(case["data"]))


def test_the_library_alone_would_take_the_long_forms():
    taken = [case for case in VECTORS["refused_points"] if case["library_takes_it"]]
    assert len(taken) == 2
    for case in taken:
        assert PublicKey(bytes.fromhex(case["data"])).format() == B.encode()


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33), ORDER.to_bytes(32, "big"), b"\xff" * 32])
def test_a_scalar_in_another_encoding_is_refused(data):
    with pytest.raises(BadEncoding):
        parse_scalar(data)


@given(st.integers(min_value=0, max_value=ORDER - 1))
def test_scalars_survive_a_round_trip(value):
    assert parse_scalar(encode_scalar(value)) == value


@given(st.integers())
def test_encoding_a_scalar_reduces_it(value):
    assert parse_scalar(encode_scalar(value)) == value % ORDER


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=1, max_value=ORDER - 1))
def test_points_survive_a_round_trip(scalar):
    point = multiply_base(scalar)
    again = parse_point(point.encode())
    assert again == point
    assert hash(again) == hash(point)
    assert pickle.loads(pickle.dumps(point)) == point


@settings(max_examples=50, deadline=None)
@given(scalars, scalars)
def test_multiplication_is_linear_for_every_scalar(a, b):
    assert add(multiply(B, a), multiply(B, b)) == multiply(B, a + b) == multiply_base(a + b)
    assert multiply(multiply(B, a), b) == multiply_base(a * b)
    assert multi_multiply([(a, B), (b, G), (-b, G)]) == multiply_base(a)
    assert multi_multiply([(1, B), (a, B), (-1, B), (-1, B)]) == multiply_base(a - 1)


@settings(max_examples=30, deadline=None)
@given(scalars, scalars, st.binary(max_size=8))
def test_secret_multiplication_gives_what_public_multiplication_gives(a, b, seed):
    random = seeded(seed)
    assert multiply_secret(G, a, random) == multiply(G, a)
    assert multi_multiply_secret([(a, G), (b, None), (b, H)], random) == multi_multiply([(a, G), (b, H)])


def test_a_secret_scalar_never_reaches_the_library_unsplit(monkeypatch):
    seen = []
    multiplied = PublicKey.multiply
    monkeypatch.setattr(
        PublicKey,
        "multiply",
        lambda key, data: (seen.append(int.from_bytes(data, "big")), multiplied(key, data))[1],
    )
    for secret in (1, 2, ORDER - 1, 5 << 100):
        multi_multiply_secret([(secret, G), (secret, H)], seeded(b"split"))
    assert len(seen) == 16
    assert len(set(seen[:4])) == 4
    assert min(seen) > 2**200


def test_infinity_never_reaches_the_library():
    assert add() is None
    assert sum_points([]) is None
    assert sum_points([None, None]) is None
    assert add(B, negate(B)) is None
    assert add(B, G, negate(B), negate(G)) is None
    assert add(None, B) == B
    assert negate(None) is None
    for scalar in (0, ORDER, -ORDER, 5 * ORDER):
        assert multiply(B, scalar) is None
        assert multiply_base(scalar) is None
        assert multiply_secret(B, scalar, seeded(b"zero")) is None
    assert multiply(None, 5) is None
    assert multiply_secret(None, 5, seeded(b"none")) is None
    assert multi_multiply([]) is None
    assert multi_multiply([(0, B), (5, None)]) is None
    assert multi_multiply([(5, B), (-5, B)]) is None
    assert multi_multiply([(1, B), (-1, B)]) is multi_multiply([(1, B), (1, G), (-1, G), (-1, B)]) is None
    assert multi_multiply_secret([], seeded(b"empty")) is None
    assert multi_multiply_secret([(0, B)], seeded(b"zero")) is None


def test_a_sum_that_passes_through_infinity_is_right():
    assert add(B, negate(B), G) == G


def test_a_share_that_equals_the_secret_is_no_trouble():
    share = (7).to_bytes(32, "big")
    assert multiply_secret(B, 7, scripted(share)) == multiply_base(7)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(scalars, scalars | st.none()), max_size=12))
def test_many_terms_are_summed_in_buckets_to_the_same_point(pairs):
    terms = [(scalar, None if log is None else multiply_base(log)) for scalar, log in pairs]
    wanted = multi_multiply(terms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "BUCKETS_PAY_FROM", 0)
        assert multi_multiply(terms) == wanted


def test_a_sum_long_enough_for_buckets_is_right():
    logs = random_scalars(group.BUCKETS_PAY_FROM, seeded(b"long"))
    terms = [(log, point) for log, point in zip(logs, [B, G] * len(logs), strict=False)]
    assert multi_multiply(terms) == add(multiply(B, sum(logs[::2])), multiply(G, sum(logs[1::2])))


def test_negation_flips_the_sign_only():
    assert negate(B) == multiply(B, -1)
    assert negate(negate(G)) == G


def test_random_scalars_are_drawn_again_rather_than_reduced():
    zero, order, large = bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32
    wanted = (9).to_bytes(32, "big")
    assert random_scalar(scripted(zero, order, large, wanted)) == 9
    assert random_scalars(2, scripted(wanted + order, zero, wanted)) == [9, 9]
    assert random_scalars(0, scripted(b"")) == []


def test_points_of_one_place_are_one_key_of_a_dictionary():
    assert {B: "first", parse_point(B.encode()): "second"} == {B: "second"}
    assert B != G
    assert B.encode() != B


def test_points_are_immutable_and_show_a_prefix_only():
    with pytest.raises(AttributeError):
        B._data = G.encode()
    assert repr(B) == "Point(0279be667ef9…)"
    assert isinstance(B, Point)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, ORDER - 1), st.integers(1, ORDER - 1))
def test_the_hash_of_a_multiple_is_that_of_its_33_bytes(log, scalar):
    point = multiply_base(log)
    wanted = hashlib.sha256(multiply(point, scalar).encode()).digest()
    assert hash_multiple(point, scalar) == hash_multiple(point, scalar - ORDER) == wanted


@pytest.mark.parametrize("nothing", [0, ORDER, -ORDER])
def test_a_multiple_that_is_infinity_has_no_hash(nothing):
    with pytest.raises(ValueError):
        hash_multiple(B, nothing)
