from crypto import fixed_base, group
from crypto.group import G, H, multiply_base, sum_points
from crypto.inner_product import Witness
from crypto.range_proof import prove_range
from crypto.vector_bases import vector_generators
from tests.support.range_proofs import context, prove


def library_calls(monkeypatch, values, widths) -> tuple[list[int], list[int]]:
    """What reaches the library: scalars that it multiplies by, and how many points each of its sums has."""
    multiplied, combined, raw = group._multiplied, group._combined, fixed_base._combine
    scalars, sizes = [], []
    with monkeypatch.context() as patch:
        patch.setattr(group, "_multiplied", lambda key, by: (scalars.append(by), multiplied(key, by))[1])
        patch.setattr(group, "_combined", lambda keys: (sizes.append(len(keys)), combined(keys))[1])
        patch.setattr(fixed_base, "_combine", lambda out, at: (sizes.append(len(at)), raw(out, at))[1])
        prove(values, [3] * len(values), widths)
    return scalars, sizes


def test_the_work_of_proving_does_not_depend_on_the_values(monkeypatch):
    widths = (40,) * 3 + (8,)
    choices = ((0, 0, 0, 0), (2**40 - 1,) * 3 + (255,), (1, 0, 2**39, 77), (0, 2**40 - 1, 0, 0))
    prove(choices[0], [3] * 4, widths)  # the first one makes the tables
    results = [library_calls(monkeypatch, values, widths) for values in choices]
    assert len({len(scalars) for scalars, _ in results}) == 1
    # Which bucket a point goes to depends on the values; how many sums of how many points in all does not.
    assert len({sum(sizes) for _, sizes in results}) == 1
    assert len({len(sizes) for _, sizes in results}) == 1


def test_no_secret_multiplies_unsplit(monkeypatch):
    """Values and blindings meet the library as shares; everything else goes through the tables."""
    scalars, _ = library_calls(monkeypatch, (5, 6), (40, 24))
    assert scalars
    assert not set(scalars) & {3, 5, 6}


def test_a_prover_whose_randomness_is_stuck_does_not_repeat_its_blindings():
    def stuck(length: int) -> bytes:
        return b"\x01" * length

    proofs = [prove_range((5,), (7,), (4,), context(name), stuck) for name in (b"1", b"2")]
    assert proofs[0].parts[0].bits != proofs[1].parts[0].bits


def test_secrets_do_not_show_in_a_representation():
    assert "424242" not in repr(Witness((424242,), (424242,), 424242))


def test_proofs_of_the_same_values_differ():
    assert prove(seed=b"1").parts[0].bits != prove(seed=b"2").parts[0].bits


def test_the_generators_of_the_proof_are_unrelated_to_the_others():
    points = {*vector_generators("G", 64), *vector_generators("H", 64), G, H}
    assert len(points) == 130
    assert sum_points(points) is not None
    assert multiply_base(1) not in points
