import hashlib
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import batch as batch_module
from crypto.batch import EquationBatch
from crypto.group import ORDER, B, G, H, multi_multiply, multiply
from crypto.vector_bases import vector_terms


def seeded(seed: bytes):
    counter = count()
    return lambda length: hashlib.shake_256(seed + next(counter).to_bytes(8)).digest(length)


def zeros(length: int) -> bytes:
    return bytes(length)


def test_an_empty_batch_holds():
    assert EquationBatch(seeded(b"")).holds()


def test_an_equation_of_no_terms_holds():
    batch = EquationBatch(seeded(b""))
    batch.add([])
    batch.add([(5, None), (0, B), (ORDER, G)])
    assert batch.holds()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(min_value=-(2**257), max_value=2**257), max_size=6), st.binary(max_size=4))
def test_true_equations_hold_together(scalars, seed):
    batch = EquationBatch(seeded(seed))
    for scalar in scalars:
        batch.add([(scalar, G), (-1, multiply(G, scalar)), (scalar, H), (-scalar, H)])
    assert batch.holds()


def test_one_false_equation_among_many_is_found_wherever_it_stands():
    for bad in range(10):
        batch = EquationBatch(seeded(b"one"))
        for index in range(10):
            batch.add([(index + 1, G), (-1, multiply(G, index + 1)), (int(index == bad), H)])
        assert not batch.holds()


def test_errors_that_cancel_are_caught_by_the_weights():
    def with_errors(random):
        batch = EquationBatch(random)
        batch.add([(1, G)])
        batch.add([(-1, G)])
        return batch

    assert with_errors(zeros).holds()  # one weight for both: the lie would pass
    assert not with_errors(seeded(b"weights")).holds()


def test_no_weight_is_zero():
    batch = EquationBatch(zeros)
    batch.add([(1, G)])
    assert not batch.holds()


def test_a_batch_can_be_asked_again_after_more_was_added():
    batch = EquationBatch(seeded(b"more"))
    batch.add([(1, G), (-1, G)])
    assert batch.holds()
    batch.add([(1, H)])
    assert not batch.holds()
    assert not batch.holds()


def test_generators_are_multiplied_once_for_the_whole_batch():
    batch = EquationBatch(seeded(b"once"))
    for index in range(50):
        batch.add([(index, G), (-index, multiply(G, 1)), (3, H), (-3, H)])
    assert len(batch._scalars) == 2


@pytest.mark.parametrize("buckets_from", [1, 10**6], ids=["in buckets", "by the table"])
def test_scalars_of_vector_generators_count_whatever_their_number(monkeypatch, buckets_from):
    monkeypatch.setattr(batch_module, "BUCKETS_PAY_FROM", buckets_from)
    for lie in (0, 1):
        batch = EquationBatch(seeded(b"vectors"))
        for length in (2, 8, 4):
            g, h = list(range(5, 5 + length)), [-(3**index) for index in range(length)]
            total = multi_multiply(vector_terms(g, h))
            batch.add([(-1, total), (lie, G)], g, h)
        assert batch.holds() is (lie == 0)


def test_a_wrong_scalar_of_any_vector_generator_fails_the_batch():
    g, h = [1, 2, 3, 4], [5, 6, 7, 8]
    total = multi_multiply(vector_terms(g, h))
    for place in range(4):
        for side in (g, h):
            side[place] += 1
            batch = EquationBatch(seeded(b"one"))
            batch.add([(-1, total)], g, h)
            assert not batch.holds()
            side[place] -= 1
