from coincurve import PublicKey

from crypto import inner_product
from crypto.group import (
    ORDER,
    G,
    H,
    multi_multiply,
    multiply,
    multiply_base,
    random_scalar,
    sum_points,
)
from crypto.inner_product import Bases, Witness, vector_generators
from crypto.range_proof import (
    prove_range,
)
from crypto.secret_vector import BitRow, BitVector, Residues
from tests.support.range_proofs import context, prove, seeded


def library_calls(monkeypatch, values, widths) -> tuple[int, list[int]]:
    multiplied, combined = PublicKey.multiply, PublicKey.combine_keys
    scalars, sizes = [], []
    with monkeypatch.context() as patch:
        patch.setattr(
            PublicKey,
            "multiply",
            lambda key, data: (scalars.append(int.from_bytes(data, "big")), multiplied(key, data))[1],
        )
        patch.setattr(PublicKey, "combine_keys", lambda keys: (sizes.append(len(keys)), combined(keys))[1])
        prove(values, [3] * len(values), widths)
    return scalars, sizes


def test_the_work_of_proving_does_not_depend_on_the_values(monkeypatch):
    widths = (40,) * 3 + (8,)
    results = [
        library_calls(monkeypatch, values, widths)
        for values in ((0, 0, 0, 0), (2**40 - 1,) * 3 + (255,), (1, 0, 2**39, 77), (0, 2**40 - 1, 0, 0))
    ]
    assert len({len(scalars) for scalars, _ in results}) == 1
    # The two sides of a choice add up to the same work, whichever is larger.
    assert len({sum(sizes) for _, sizes in results}) == 1
    assert len({len(sizes) for _, sizes in results}) == 1


def test_a_secret_vector_gives_the_same_sum_whichever_way_it_is_held():
    random = seeded(b"vector")
    points = vector_generators("G", 16)
    bits = tuple(bool(byte & 1) for byte in random(16))
    public = tuple(random_scalar(random) for _ in range(16))
    vector = BitVector((BitRow(5, bits), BitRow(7, bits[::-1])), 9, public)
    plain = Residues(tuple(vector.residues()))
    assert plain.values == tuple(
        (5 * b + 7 * c + 9 + p) % ORDER for b, c, p in zip(bits, bits[::-1], public, strict=True)
    )
    while len(points) > 1:
        wanted = multiply(multi_multiply(zip(plain.residues(), points, strict=True)), 3)
        assert multi_multiply(vector.safe_terms(3, points, random)) == wanted
        assert multi_multiply(plain.safe_terms(3, points, random)) == wanted
        low, high = random_scalar(random), random_scalar(random)
        vector, plain, points = vector.fold(low, high), plain.fold(low, high), points[: len(points) // 2]
        assert vector.residues() == plain.residues()
    assert isinstance(vector, Residues)


def test_no_secret_of_a_round_reaches_the_library_unsplit(monkeypatch):
    random = seeded(b"round")
    g, h = vector_generators("G", 4), vector_generators("H", 4)
    a, b = (tuple(random_scalar(random) for _ in range(4)) for _ in range(2))
    left = (a[0] * b[2] * 3 + a[1] * b[3] * 9) % ORDER
    right = (a[2] * b[0] * 27 + a[3] * b[1] * 81) % ORDER
    seen, multiplied = set(), PublicKey.multiply
    witness, bases = Witness(Residues(a), Residues(b), 1), Bases(g, h, 1, 1, 3)
    with monkeypatch.context() as patch:
        patch.setattr(
            PublicKey,
            "multiply",
            lambda key, data: (seen.add(int.from_bytes(data, "big")), multiplied(key, data))[1],
        )
        pair = inner_product._cross_terms(witness, bases, (515151, 616161), random)
    factor = pow(9, -1, ORDER)
    wanted = [
        (a[0] * factor, g[2]),
        (a[1] * factor, g[3]),
        (b[2], h[0]),
        (b[3], h[1]),
        (left, G),
        (515151, H),
    ]
    assert multi_multiply(wanted) == pair[0]
    opposite = [(a[2] * 9, g[0]), (a[3] * 9, g[1]), (b[0], h[2]), (b[1], h[3]), (right, G), (616161, H)]
    assert multi_multiply(opposite) == pair[1]
    assert len(seen) == 2 * len(wanted + opposite)
    assert not seen & {scalar % ORDER for scalar, _ in wanted + opposite}


def test_a_prover_whose_randomness_is_stuck_does_not_repeat_its_blindings():
    def stuck(length: int) -> bytes:
        return b"\x01" * length

    proofs = [prove_range((5,), (7,), (4,), context(name), stuck) for name in (b"1", b"2")]
    assert proofs[0].bits != proofs[1].bits


def test_secrets_do_not_show_in_a_representation():
    row = BitRow(1, (True, False))
    shown = [repr(row), repr(BitVector((row,), 1, (2, 3))), repr(Residues((424242,)))]
    shown.append(repr(Witness(Residues((424242,)), Residues((424242,)), 424242)))
    assert not any("424242" in text or "True" in text for text in shown)


def test_proofs_of_the_same_values_differ():
    assert prove(seed=b"1").bits != prove(seed=b"2").bits


def test_the_generators_of_the_proof_are_unrelated_to_the_others():
    points = {*vector_generators("G", 64), *vector_generators("H", 64), G, H}
    assert len(points) == 130
    assert sum_points(points) is not None
    assert multiply_base(1) not in points
