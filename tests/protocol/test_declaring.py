"""Declarations and the library they cite: one refusal per rule, and the arithmetic of unit footprints."""

from collections.abc import Mapping
from typing import Any

import pytest

from crypto.commitment import check_opening
from crypto.group import ORDER, multi_multiply
from protocol.declaring import DeclarationSecrets, template_of, unit_footprint, unit_points
from protocol.errors import PeerError, Refused
from protocol.library import Weighing, make_template, published_category, subjects_of
from protocol.payloads import Category, Declaration, DeclarationLine, Factor, Period, Publication, Review
from protocol.run import Party, enrol
from tests.support.example import LIBRARY, category, factor, line
from tests.support.scene import Scene, check_that_refuses, shared


def refused_declaration(scene: Scene, **changes: Any) -> str:
    payload, _ = scene.make_declaration(0, **changes)
    return check_that_refuses(scene, payload, scene.suppliers[0])


def add_factor(scene: Scene, fields: Mapping[str, object]) -> str:
    """Publish one more factor on two reviews; its publication id."""
    provider = enrol(scene.world, f"Provider of {fields['code']}", ["provider"])
    subject = scene.submit(Factor.model_validate({**scene.header(provider).fields(), **fields}), provider).id
    return publish(scene, subject, [review(scene, subject, f"Expert {n} {subject[:4]}") for n in (1, 2)])


def review(scene: Scene, subject: str, name: str, verdict: str = "accept", party: Party | None = None) -> str:
    expert = party or enrol(scene.world, name, ["expert"])
    header = scene.header(expert).fields()
    payload = Review.model_validate({**header, "subjects": (subject,), "verdict": verdict, "opinion": "read"})
    return scene.submit(payload, expert).id


def publication(scene: Scene, subject: str, reviews: list[str]) -> Publication:
    return Publication(**scene.header(scene.operator).fields(), subject=subject, reviews=tuple(reviews))


def publish(scene: Scene, subject: str, reviews: list[str]) -> str:
    return scene.submit(publication(scene, subject, reviews), scene.operator).id


def new_subject(scene: Scene, code: str = "steel") -> str:
    provider = enrol(scene.world, "Steel maker", ["provider", "expert"])
    fields = {**scene.header(provider).fields(), **factor(code, "2", "kg")}
    return scene.submit(Factor.model_validate(fields), provider).id


# --- check_declaration -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-12-31", "2025-01-01"),
        ("2025-01-01", "2026-01-02"),
        ("2025-02-30", "2025-12-31"),
        ("2025-13-01", "2025-13-02"),
    ],
)
def test_a_period_out_of_order_too_long_or_of_no_calendar_is_refused(start: str, end: str) -> None:
    assert refused_declaration(shared(""), period=Period(start=start, end=end)) == "period"


@pytest.mark.parametrize(("start", "end"), [("2024-01-01", "2024-12-31"), ("2025-06-30", "2025-06-30")])
def test_a_period_of_one_day_or_a_leap_year_is_taken(start: str, end: str) -> None:
    scene = shared("")
    payload, _ = scene.make_declaration(0, period=Period(start=start, end=end))
    scene.submit(payload, scene.suppliers[0])


def test_an_unknown_method_is_refused() -> None:
    assert refused_declaration(shared(""), method="guesswork") == "method"


def test_a_category_that_is_not_published_is_refused() -> None:
    scene = shared("")
    assert refused_declaration(scene, category="ab" * 32) == "publication"
    draft = next(item.id for item in scene.record.in_order() if item.payload.type == "category")
    assert refused_declaration(scene, category=draft) == "publication"


def test_a_factor_publication_in_place_of_a_category_is_refused() -> None:
    scene = shared("")
    assert refused_declaration(scene, category=scene.published["grid"]) == "publication"


def test_an_unpublished_factor_is_refused() -> None:
    scene = shared("")
    draft = next(item.id for item in scene.record.in_order() if item.payload.type == "factor")
    lines = scene.declaration_draft(0).lines
    for factor_id in (draft, "ab" * 32, scene.published["cathode"]):
        assert refused_declaration(scene, lines=((factor_id, 1), lines[1])) == "publication"


def test_a_factor_of_another_unit_is_refused() -> None:
    scene = shared("")
    salt = scene.published["salt"]
    assert refused_declaration(scene, lines=((salt, 1), (salt, 1))) == "factor"


def test_lines_missing_added_or_out_of_order_are_refused() -> None:
    scene = shared("")
    lines = scene.declaration_draft(0).lines
    assert refused_declaration(scene, lines=lines[:1]) == "template"
    assert refused_declaration(scene, lines=(*lines, lines[0])) == "template"
    assert refused_declaration(scene, lines=lines[::-1]) == "factor"


def test_a_factor_that_the_line_does_not_accept_is_refused() -> None:
    scene = shared("")
    only_grid = {**line("power", "kWh", False, "grid"), "accepts": ["grid"]}
    fields = category("strict", ["battery_production"], [only_grid])
    subject = scene.submit(
        Category.model_validate({**scene.header(scene.operator).fields(), **fields}), scene.operator
    ).id
    strict = publish(scene, subject, [review(scene, subject, f"Strict {n}") for n in (1, 2)])
    coal = add_factor(scene, factor("coal", "1", "kWh"))
    assert refused_declaration(scene, category=strict, lines=((coal, 1),)) == "factor"
    payload, _ = scene.make_declaration(0, category=strict, lines=((scene.published["grid"], 1),))
    scene.submit(payload, scene.suppliers[0])


def test_direct_emissions_by_the_potentials_of_two_reports_are_refused() -> None:
    scene = shared("")
    gases = [{**line(code, "kg", False, code), "kind": "direct_emission"} for code in ("ch4", "sf6")]
    fields = category("etching", ["battery_production"], gases)
    subject = scene.submit(
        Category.model_validate({**scene.header(scene.operator).fields(), **fields}), scene.operator
    ).id
    etching = publish(scene, subject, [review(scene, subject, f"Gas {n}") for n in (1, 2)])
    fifth = add_factor(scene, {**factor("ch4", "28", "kg"), "gwp_set": "AR5"})
    sixth = add_factor(scene, {**factor("sf6", "25200", "kg"), "gwp_set": "AR6"})
    assert refused_declaration(scene, category=etching, lines=((fifth, 1), (sixth, 1))) == "factor"
    payload, _ = scene.make_declaration(0, category=etching, lines=((sixth, 1), (sixth, 1)))
    scene.submit(payload, scene.suppliers[0])


@pytest.mark.parametrize(
    ("valid_from", "valid_to"), [("2026-01-01", None), (None, "2024-12-31"), ("2023-01-01", "2023-12-31")]
)
def test_a_factor_that_is_not_valid_in_the_period_is_refused(
    valid_from: str | None, valid_to: str | None
) -> None:
    scene = shared("")
    fields = {**factor("old", "1", "kWh"), "valid_from": valid_from, "valid_to": valid_to}
    old = add_factor(scene, fields)
    lines = scene.declaration_draft(0).lines
    assert refused_declaration(scene, lines=((old, 1), lines[1])) == "method"


@pytest.mark.parametrize("amount", [-1, 2**40])
def test_a_node_refuses_to_declare_an_amount_out_of_range(amount: int) -> None:
    scene = shared("")
    lines = scene.declaration_draft(0).lines
    with pytest.raises(Refused) as caught:
        scene.make_declaration(0, lines=((lines[0][0], amount), lines[1]))
    assert str(amount) not in str(caught.value)


@pytest.mark.parametrize("amount", [0, 2**40 - 1])
def test_the_ends_of_the_range_can_be_declared(amount: int) -> None:
    scene = shared("")
    lines = scene.declaration_draft(0).lines
    payload, _ = scene.make_declaration(0, lines=((lines[0][0], amount), lines[1]))
    scene.submit(payload, scene.suppliers[0])


# --- arithmetic ------------------------------------------------------------------------------------


def test_coefficients_follow_from_the_published_factors() -> None:
    scene = shared("declare")
    payload = scene.declarations[0].payload
    assert isinstance(payload, Declaration)
    template = template_of(payload, scene.record, "partial")
    # grid: 0.5777 kg/kWh, not secondary; salt: 5.479 kg/kg, secondary, scores 2 + 1 + 2.
    assert template.coefficients == ((577_700, 0, 0, 0), (5_479_000, 0, 5_479_000, 27_395_000))


def test_the_unit_footprint_opens_the_recomputed_points() -> None:
    scene = shared("declare")
    payload = scene.declarations[0].payload
    assert isinstance(payload, Declaration)
    template = template_of(payload, scene.record, "partial")
    points = unit_points(payload, template)
    values, blindings = unit_footprint(scene.declared[0], template)
    # 6 kWh/kg and 1.1 kg/kg in millionths, by the coefficients above.
    assert values == (6_000_000 * 577_700 + 1_100_000 * 5_479_000, 0, 6_026_900_000_000, 30_134_500_000_000)
    for point, value, blinding in zip(points, values, blindings, strict=True):
        check_opening(point, value, blinding)
    assert points[1] is None  # no factor is biogenic, so P[1] is infinity
    amounts = [item.amount for item in payload.lines]
    assert points[0] == multi_multiply(zip((577_700, 5_479_000), amounts, strict=True))


def test_a_unit_footprint_of_2_to_the_64_is_refused_by_the_node() -> None:
    scene = shared("declare")
    payload = scene.declarations[0].payload
    assert isinstance(payload, Declaration)
    template = template_of(payload, scene.record, "partial")
    with pytest.raises(Refused, match="check units"):
        unit_footprint(DeclarationSecrets((0, 2**42), (1, 1)), template)


def test_secrets_survive_the_store_and_stay_out_of_repr() -> None:
    secrets = DeclarationSecrets((0, 2**40 - 1), (1, ORDER - 1))
    assert DeclarationSecrets.parse(secrets.encode()) == secrets
    assert str(ORDER - 1) not in repr(secrets) and str(2**40 - 1) not in repr(secrets)
    assert str(6_000_000) not in repr(shared("").declaration_draft(0))


# --- the library -----------------------------------------------------------------------------------


def test_a_publication_on_reviews_of_two_experts_is_taken() -> None:
    scene = shared("")
    subject = new_subject(scene)
    published = publish(scene, subject, [review(scene, subject, "One"), review(scene, subject, "Two")])
    assert subjects_of(published, scene.record)[0] == subject
    assert subjects_of(subject, scene.record) == ()


def test_a_publication_on_two_reviews_of_one_parent_is_refused() -> None:
    scene = shared("")
    subject = new_subject(scene)
    expert = enrol(scene.world, "Same house", ["expert"])
    reviews = [review(scene, subject, "", party=expert) for _ in range(2)]
    assert check_that_refuses(scene, publication(scene, subject, reviews), scene.operator) == "publication"


def test_a_publication_on_one_review_named_twice_is_refused() -> None:
    scene = shared("")
    subject = new_subject(scene)
    reviews = [review(scene, subject, "One")] * 2
    assert check_that_refuses(scene, publication(scene, subject, reviews), scene.operator) == "publication"


def test_a_publication_over_a_review_that_returned_it_is_refused() -> None:
    scene = shared("")
    subject = new_subject(scene)
    reviews = [review(scene, subject, "One"), review(scene, subject, "Two", verdict="return")]
    assert check_that_refuses(scene, publication(scene, subject, reviews), scene.operator) == "publication"


def test_a_publication_on_reviews_of_something_else_is_refused() -> None:
    scene = shared("")
    subject, other = new_subject(scene), new_subject(scene, "iron")
    reviews = [review(scene, subject, "One"), review(scene, other, "Two")]
    assert check_that_refuses(scene, publication(scene, subject, reviews), scene.operator) == "publication"


def test_a_publication_that_names_no_review_or_no_subject_is_refused() -> None:
    scene = shared("")
    subject = new_subject(scene)
    good = [review(scene, subject, "One"), review(scene, subject, "Two")]
    for bad in (
        publication(scene, subject, [good[0], "ab" * 32]),
        publication(scene, subject, [good[0], subject]),
        publication(scene, "ab" * 32, good),
        publication(scene, good[0], good),
    ):
        assert check_that_refuses(scene, bad, scene.operator) == "publication"


def test_an_expert_cannot_review_what_it_submitted_itself() -> None:
    scene = shared("")
    party = enrol(scene.world, "Both at once", ["provider", "expert"])
    fields = {**scene.header(party).fields(), **factor("own", "1", "kg")}
    subject = scene.submit(Factor.model_validate(fields), party).id
    header = scene.header(party).fields()
    payload = Review(**header, subjects=(subject,), verdict="accept", opinion="excellent")
    assert check_that_refuses(scene, payload, party) == "review"


def test_a_review_of_nothing_that_is_logged_is_refused() -> None:
    scene = shared("")
    expert = enrol(scene.world, "Expert", ["expert"])
    for subject in ("ab" * 32, scene.published["grid"]):
        payload = Review(
            **scene.header(expert).fields(), subjects=(subject,), verdict="accept", opinion="read"
        )
        assert check_that_refuses(scene, payload, expert) == "review"


@pytest.mark.parametrize(
    "changes",
    [
        {"declared_unit": "furlong"},
        {"quantity_low": "0"},
        {"quantity_high": "40000"},
        {"reference": ["0", "0", "0", "0"]},
        {"reference": ["1", "0", "-1", "0"]},
        {"stages": ["battery_production", "battery_production"]},
    ],
    ids=str,
)
def test_a_category_that_the_method_refuses_is_refused(changes: dict[str, object]) -> None:
    scene = shared("")
    fields = {**scene.header(scene.operator).fields(), **LIBRARY.categories["assembly"], **changes}
    assert check_that_refuses(scene, Category.model_validate(fields), scene.operator) == "category"


@pytest.mark.parametrize(
    "changes", [{"unit": "furlong"}, {"version": 0}, {"classification": "magic"}], ids=str
)
def test_a_factor_that_the_method_refuses_is_refused(changes: dict[str, object]) -> None:
    scene = shared("")
    fields = {**scene.header(scene.operator).fields(), **LIBRARY.factors["grid"], **changes}
    assert check_that_refuses(scene, Factor.model_validate(fields), scene.operator) == "factor"


def test_a_factor_too_large_for_a_coefficient_is_refused() -> None:
    scene = shared("")
    huge = add_factor(scene, factor("huge", "1099512", "kWh"))
    lines = scene.declaration_draft(0).lines
    assert refused_declaration(scene, lines=((huge, 1), lines[1])) == "factor"


def test_the_published_category_is_what_was_submitted() -> None:
    scene = shared("")
    assert published_category(scene.published["assembly"], scene.record).code == "assembly"
    with pytest.raises(PeerError, match="expected 2 lines"):
        make_template(scene.published["cathode"], (), Weighing("mee-2025-cff", "partial"), scene.record)


def test_a_range_proof_cut_short_or_moved_to_other_lines_is_refused() -> None:
    scene = shared("")
    payload, _ = scene.make_declaration(0)
    proofs = payload.proofs.model_copy(update={"range": payload.proofs.range[:-1]})
    short = payload.model_copy(update={"proofs": proofs})
    assert check_that_refuses(scene, short, scene.suppliers[0]) == "proof"
    swapped = tuple(
        DeclarationLine(factor=one.factor, amount=other.amount)
        for one, other in zip(payload.lines, payload.lines[::-1], strict=True)
    )
    moved = payload.model_copy(update={"lines": swapped})
    assert check_that_refuses(scene, moved, scene.suppliers[0]) == "proof"


def test_the_declaration_of_another_supplier_cannot_be_signed_as_ones_own() -> None:
    scene = shared("")
    payload, _ = scene.make_declaration(0)
    stolen = payload.model_copy(update={"by": scene.suppliers[1].enrolment})
    assert check_that_refuses(scene, stolen, scene.suppliers[1]) == "proof"
