"""Known answers of tests/vectors, in the certificate page's own mathematics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from crypto.group import H, make_generator, multi_multiply
from crypto.linear import LinearRelation
from exchange.report.numbers import Rounding, show_number, show_percent
from operation.moments import tell_day, tell_moment
from tests.crypto.test_linear import contribution
from tests.support.page import FROM_DISK
from tests.web.browser import reading

VECTORS = Path(__file__).parents[1] / "vectors"
REFUSED = "refused"
ROUNDINGS: tuple[Rounding, ...] = ("even", "down", "up")


def known(name: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return fields


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with reading(browser, FROM_DISK) as one:
        yield one.go("/index.html")


def ask(page: Page, body: str, argument: Any) -> Any:
    """What an expression over `x` says in the page; "refused" where it refuses."""
    script = f"""async (x) => {{
      try {{ return await (async () => {{ {body} }})(); }}
      catch (error) {{ if (error.check === undefined) throw error; return "{REFUSED}"; }}
    }}"""
    return page.evaluate(script, argument)


@pytest.mark.parametrize("case", known("canonical")["accepted"], ids=lambda case: case["name"])
def test_canonical_json_is_read_and_written_back(page: Page, case: dict[str, str]) -> None:
    body = "return sealsum.encodeCanonical(sealsum.parseCanonical(sealsum.utf8(x)));"
    assert ask(page, body, case["text"]) == case["text"]


@pytest.mark.parametrize("case", known("canonical")["refused"], ids=lambda case: case["name"])
def test_what_is_not_canonical_is_refused(page: Page, case: dict[str, Any]) -> None:
    text = case["repeat"][0] * int(case["repeat"][1]) if "repeat" in case else case.get("text", "")
    data = case.get("hex") or text.encode("utf-8", "surrogatepass").hex()
    assert ask(page, "sealsum.parseCanonical(sealsum.hexToBytes(x), 32768); return 'taken';", data) == REFUSED


def test_the_generators_are_the_published_ones(page: Page) -> None:
    for name, expected in known("group")["generators"].items():
        assert ask(page, "return sealsum.makeGenerator(x).hex;", name) == expected


@pytest.mark.parametrize("case", known("group")["refused_points"], ids=lambda case: case["lie"])
def test_what_is_no_point_is_refused(page: Page, case: dict[str, str]) -> None:
    assert ask(page, "return sealsum.parsePoint(x).hex;", case["data"]) == REFUSED


def test_multiples_of_the_base_point_are_the_published_ones(page: Page) -> None:
    body = """const terms = [[BigInt(x[1]), sealsum.parsePoint(x[0])]];
      return sealsum.wrap(await sealsum.multiMultiply(terms, new sealsum.Pace(true))).hex;"""
    multiples = known("group")["base_multiples"]
    for scalar, expected in multiples.items():
        assert ask(page, body, [multiples["1"], scalar]) == expected


def test_sums_of_many_points_are_those_of_the_library(page: Page) -> None:
    """Both ways of adding many points, with repeated ones, opposites and a sum of nothing."""
    points = [make_generator(f"test/{index % 50}") for index in range(500)]
    scalars = [(index * 2**200 + index**9 + 1) * (-1) ** index for index in range(500)]
    expected = multi_multiply(zip(scalars, points, strict=True))
    assert expected is not None
    terms = [[str(scalar), point.encode().hex()] for scalar, point in zip(scalars, points, strict=True)]
    body = """const terms = x.map(([s, p]) => [BigInt(s), sealsum.parsePoint(p)]);
      const pace = new sealsum.Pace(true);
      const sum = async (some) => sealsum.wrap(await sealsum.multiMultiply(some, pace))?.hex ?? null;
      return [await sum(terms), await sum(terms.slice(0, 99))];"""
    few = multi_multiply(zip(scalars[:99], points[:99], strict=True))
    assert few is not None
    assert ask(page, body, terms) == [expected.encode().hex(), few.encode().hex()]
    mirrored = terms + [[str(-int(scalar)), point] for scalar, point in terms]
    assert ask(page, body, mirrored)[0] is None


@pytest.mark.parametrize("case", known("transcript")["cases"], ids=lambda case: case["kind"] or "empty")
def test_challenges_are_the_published_ones(page: Page, case: dict[str, Any]) -> None:
    body = """const t = new sealsum.Transcript(x.kind);
      for (const { label, data } of x.absorbed) t.absorb(label, sealsum.hexToBytes(data));
      return x.labels.map((label) => t.challenge(label).toString(16).padStart(64, '0'));"""
    assert ask(page, body, case) == case["challenges"]


RANGE = """const t = new sealsum.Transcript('range'); t.absorb('context', sealsum.utf8('declaration'));
  const batch = new sealsum.EquationBatch();
  const proof = sealsum.parseRangeProof(sealsum.hexToBytes(x.proof), x.widths);
  sealsum.queueRange(batch, x.commitments.map(sealsum.parsePoint), x.widths, proof, t);
  return batch.holds(new sealsum.Pace(false));"""


@pytest.mark.parametrize("case", known("range_proof")["cases"], ids=lambda case: case["name"])
def test_the_published_range_proofs_hold_and_no_others(page: Page, case: dict[str, Any]) -> None:
    assert ask(page, RANGE, case) is True
    other = {**case, "commitments": [H.encode().hex(), *case["commitments"][1:]]}
    assert ask(page, RANGE, other) is False
    assert ask(page, RANGE, {**case, "proof": case["proof"] + "00"}) == REFUSED


LINEAR = """const t = new sealsum.Transcript('contribution'); t.absorb('context', sealsum.utf8('roster'));
  const point = (hex) => (hex === null ? null : sealsum.parsePoint(hex));
  const relation = { matrix: x.matrix.map((row) => row.map(point)), images: x.images.map(point) };
  const batch = new sealsum.EquationBatch();
  const proof = sealsum.parseLinearProof(sealsum.hexToBytes(x.proof), x.matrix.length, x.matrix[0].length);
  sealsum.queueLinear(batch, relation, proof, t);
  return batch.holds(new sealsum.Pace(false));"""


def test_the_published_linear_proof_holds_and_no_other(page: Page) -> None:
    case, relation = known("linear")["contribution"], contribution()
    assert isinstance(relation, LinearRelation)
    matrix = [[None if one is None else one.encode().hex() for one in row] for row in relation.matrix]
    asked = {"matrix": matrix, "images": case["images"], "proof": case["proof"]}
    assert ask(page, LINEAR, asked) is True
    assert ask(page, LINEAR, {**asked, "images": [case["images"][1], *case["images"][1:]]}) is False


@pytest.mark.parametrize("kind", [one["type"] for one in known("statements")["statements"]])
def test_a_known_statement_is_read_and_identified(page: Page, kind: str) -> None:
    case = next(one for one in known("statements")["statements"] if one["type"] == kind)
    body = """const { id, coreId, payload } = sealsum.parseStatement(JSON.parse(x), 0, 0);
      return [id, coreId, payload.type];"""
    assert ask(page, body, case["envelope"]) == [case["id"], case["core_id"], kind]


@pytest.mark.parametrize(
    "case", known("merkle")["inclusion"], ids=lambda case: f"{case['index']} of {case['size']}"
)
def test_the_published_inclusion_proofs_hold_for_their_leaf_only(page: Page, case: dict[str, Any]) -> None:
    fields = known("merkle")
    body = """const [leaf, index, size, proof, root] = x, bytes = sealsum.hexToBytes;
      const hash = sealsum.leafHash(bytes(leaf));
      sealsum.checkInclusion(hash, index, BigInt(size), proof.map(bytes), bytes(root));
      return 'held';"""
    asked = [
        fields["leaves"][case["index"]],
        case["index"],
        case["size"],
        case["proof"],
        fields["roots"][case["size"] - 1],
    ]
    assert ask(page, body, asked) == "held"
    assert ask(page, body, ["ff", *asked[1:]]) == REFUSED
    assert ask(page, body, [*asked[:1], case["size"], *asked[2:]]) == REFUSED


def test_the_published_cosignature_counts_once(page: Page) -> None:
    case = known("cosignature")
    body = "sealsum.checkCosignatures(x[0], x[1], x[2]); return 'held';"
    note = case["note"] + case["line"]
    assert ask(page, body, [note, [case["vkey"]], 1]) == "held"
    assert ask(page, body, [note, [case["vkey"], case["vkey"]], 2]) == REFUSED
    assert ask(page, body, [case["note"], [case["vkey"]], 1]) == REFUSED
    assert (
        ask(page, "sealsum.checkCheckpoint(x[0], x[1]); return 'held';", [note, case["log_vkey"]]) == "held"
    )


def test_the_higher_of_two_signatures_is_refused(page: Page) -> None:
    case = known("envelope")["sample"]
    key, order = (
        known("envelope")["envelope"]["public_key"][-130:],
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    )
    body = "await sealsum.checkSignature(...x.map((hex) => sealsum.hexToBytes(hex))); return 'held';"
    message, low = case["message"].encode().hex(), f"{order - int(case['s'], 16):064x}"
    assert ask(page, body, [key, message, case["r"].lower() + low]) == "held"
    assert ask(page, body, [key, message, (case["r"] + case["s"]).lower()]) == REFUSED


@pytest.mark.parametrize(
    "text",
    ["0", "7392.125", "-12.5", "0.154012345678901", "0.0004999", "1234567.05", "-0.000000000000001", "99.96"],
)
def test_numbers_look_the_same_in_page_and_report(page: Page, text: str) -> None:
    for places in (0, 1, 3):
        for rounding in ROUNDINGS:
            asked = ask(page, "return sealsum.showNumber(...x);", [text, places, rounding])
            assert asked == show_number(text, places, rounding)
    assert ask(page, "return sealsum.showPercent(x);", text) == show_percent(text)


def test_a_day_and_a_moment_are_told_by_the_same_clock_in_page_and_report(page: Page) -> None:
    evening = 1_796_148_000  # 2026-12-01 18:00 UTC
    for name, tell in (("tellDay", tell_day), ("tellMoment", tell_moment)):
        told = ask(page, f"return sealsum.{name}(x);", evening)
        assert told == {"en": tell(evening, "en"), "zh": tell(evening, "zh")}
