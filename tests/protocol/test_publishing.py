"""The life of a factor: submitted, reviewed, published or returned, superseded or withdrawn; one refusal per rule."""

from typing import Any

import pytest

from protocol.payloads import Factor, Retirement, Return
from protocol.publishing import published_as, retirement_of
from protocol.run import Party, enrol
from protocol.statements import Before
from tests.protocol.test_declaring import publication, publish, refused_declaration, review
from tests.support.example import factor
from tests.support.scene import Scene, check_that_refuses, shared


def submit(scene: Scene, provider: Party, code: str = "steel", version: int = 1) -> str:
    fields = {**scene.header(provider).fields(), **factor(code, "2", "kg"), "version": version}
    return scene.submit(Factor.model_validate(fields), provider).id


def reviews(scene: Scene, subject: str, verdicts: str = "aa") -> list[str]:
    return [
        review(scene, subject, f"{subject[:6]} {number}", "accept" if letter == "a" else "return")
        for number, letter in enumerate(verdicts)
    ]


def published(scene: Scene, provider: Party, code: str = "steel", version: int = 1) -> str:
    subject = submit(scene, provider, code, version)
    return publish(scene, subject, reviews(scene, subject))


def give_back(scene: Scene, subject: str, opinions: list[str]) -> Return:
    fields = scene.header(scene.operator).fields()
    return Return(**fields, subject=subject, reviews=tuple(opinions), reason="no source")


def retire(scene: Scene, party: Party, of: str, successor: str | None = None, **changes: Any) -> Retirement:
    cause = "withdrawn" if successor is None else "superseded"
    fields = {"publication": of, "cause": cause, "successor": successor, "reason": "an error was found"}
    return Retirement.model_validate({**scene.header(party).fields(), **fields, **changes})


def provider_of(scene: Scene, name: str = "Steel maker") -> Party:
    return enrol(scene.world, name, ["provider"])


# --- published or returned, once -------------------------------------------------------------------


def test_what_is_published_is_not_published_again_on_other_reviews() -> None:
    scene = shared("")
    subject = submit(scene, provider_of(scene))
    publish(scene, subject, reviews(scene, subject))
    again = publication(scene, subject, reviews(scene, subject))
    assert check_that_refuses(scene, again, scene.operator) == "publication"


def test_two_opinions_with_one_that_returns_it_give_a_submission_back() -> None:
    scene = shared("")
    subject = submit(scene, provider_of(scene))
    scene.submit(give_back(scene, subject, reviews(scene, subject, "ar")), scene.operator)
    assert [logged.payload.type for logged in scene.record.about("return", subject)] == ["return"]


def test_what_was_returned_is_neither_published_nor_returned_again() -> None:
    scene = shared("")
    subject = submit(scene, provider_of(scene))
    scene.submit(give_back(scene, subject, reviews(scene, subject, "rr")), scene.operator)
    late = reviews(scene, subject)
    assert check_that_refuses(scene, publication(scene, subject, late), scene.operator) == "publication"
    again = give_back(scene, subject, reviews(scene, subject, "rr"))
    assert check_that_refuses(scene, again, scene.operator) == "return"


def test_what_is_published_cannot_be_returned() -> None:
    scene = shared("")
    subject = submit(scene, provider_of(scene))
    publish(scene, subject, reviews(scene, subject))
    payload = give_back(scene, subject, reviews(scene, subject, "rr"))
    assert check_that_refuses(scene, payload, scene.operator) == "return"


@pytest.mark.parametrize("verdicts", ["aa", "r"])
def test_a_return_needs_two_opinions_and_one_of_them_against(verdicts: str) -> None:
    scene = shared("")
    subject = submit(scene, provider_of(scene))
    opinions = reviews(scene, subject, verdicts)
    payload = give_back(scene, subject, (opinions * 2)[:2])
    assert check_that_refuses(scene, payload, scene.operator) == "return"


def test_a_return_on_opinions_about_something_else_is_refused() -> None:
    scene = shared("")
    provider = provider_of(scene)
    subject, other = submit(scene, provider), submit(scene, provider, "iron")
    payload = give_back(scene, subject, reviews(scene, other, "rr"))
    assert check_that_refuses(scene, payload, scene.operator) == "return"


def test_a_return_of_no_submission_is_refused() -> None:
    scene = shared("")
    payload = give_back(scene, scene.published["grid"], ["ab" * 32, "cd" * 32])
    assert check_that_refuses(scene, payload, scene.operator) == "return"


# --- codes and versions ----------------------------------------------------------------------------


def test_a_code_belongs_to_whoever_published_it_first() -> None:
    scene = shared("")
    published(scene, provider_of(scene))
    subject = submit(scene, provider_of(scene, "Squatter"), version=2)
    payload = publication(scene, subject, reviews(scene, subject))
    assert check_that_refuses(scene, payload, scene.operator) == "publication"


def test_submitting_a_code_reserves_nothing() -> None:
    scene = shared("")
    submit(scene, provider_of(scene, "Squatter"), version=9)
    provider = provider_of(scene)
    published(scene, provider)
    assert [item.version for item in published_as(factor_payload(scene, provider), scene.record)] == [1]


def factor_payload(scene: Scene, provider: Party) -> Factor:
    return Factor.model_validate({**scene.header(provider).fields(), **factor("steel", "2", "kg")})


@pytest.mark.parametrize("version", [1, 2])
def test_a_publication_of_a_code_raises_its_version(version: int) -> None:
    scene = shared("")
    provider = provider_of(scene)
    published(scene, provider, version=2)
    subject = submit(scene, provider, version=version)
    payload = publication(scene, subject, reviews(scene, subject))
    assert check_that_refuses(scene, payload, scene.operator) == "publication"
    published(scene, provider, version=3)


def test_a_publication_stays_good_when_a_higher_version_follows() -> None:
    scene = shared("")
    provider = provider_of(scene)
    first = published(scene, provider)
    published(scene, provider, version=2)
    logged = scene.record.get(first)
    assert logged is not None
    before = Before(scene.record, logged.index)
    assert before.get(first) is None and scene.record.get(first) == logged
    assert published_as(factor_payload(scene, provider), before) == []


# --- retirement ------------------------------------------------------------------------------------


def test_a_new_declaration_does_not_cite_what_was_withdrawn() -> None:
    scene = shared("")
    (_, amount), *rest = scene.declaration_draft(0).lines
    provider = provider_of(scene)
    subject = scene.submit(
        Factor.model_validate({**scene.header(provider).fields(), **factor("power", "1", "kWh")}), provider
    ).id
    cited = publish(scene, subject, reviews(scene, subject))
    changes: dict[str, Any] = {"lines": ((cited, amount), *rest)}
    scene.submit(scene.make_declaration(0, **changes)[0], scene.suppliers[0])
    scene.submit(retire(scene, provider, cited), provider)
    assert retirement_of(cited, scene.record) is not None
    assert refused_declaration(scene, **changes) == "retired"


def test_a_new_declaration_does_not_cite_a_category_that_was_withdrawn() -> None:
    scene = shared("")
    scene.submit(retire(scene, scene.operator, scene.published["cathode"]), scene.operator)
    assert refused_declaration(scene) == "retired"


def test_a_calculation_over_declarations_made_before_still_ends_in_a_certificate() -> None:
    scene = shared("consent_all")
    scene.submit(retire(scene, scene.operator, scene.published["grid"]), scene.operator)
    for step in ("close", "contribute_all", "publish_result", "certify"):
        getattr(scene, step)()
    assert scene.verify().is_good


def test_an_operator_says_what_a_newer_version_supersedes() -> None:
    scene = shared("")
    provider = provider_of(scene)
    first, second = published(scene, provider), published(scene, provider, version=2)
    scene.submit(retire(scene, scene.operator, first, second), scene.operator)
    assert check_that_refuses(scene, retire(scene, scene.operator, first), scene.operator) == "retirement"


def test_only_its_owner_and_operators_withdraw_a_publication() -> None:
    scene = shared("")
    provider = provider_of(scene)
    mine = published(scene, provider)
    stranger = provider_of(scene, "Rival")
    assert check_that_refuses(scene, retire(scene, stranger, mine), stranger) == "retirement"
    supplier = scene.suppliers[0]
    assert check_that_refuses(scene, retire(scene, supplier, mine), supplier) == "role"
    newer = published(scene, provider, version=2)
    assert check_that_refuses(scene, retire(scene, provider, mine, newer), provider) == "retirement"


def test_the_successor_is_a_higher_version_of_the_same_code() -> None:
    scene = shared("")
    provider = provider_of(scene)
    first, second = published(scene, provider), published(scene, provider, version=2)
    other = published(scene, provider, "iron", 3)
    for of, successor in ((first, other), (second, first), (first, first), (first, "ab" * 32)):
        payload = retire(scene, scene.operator, of, successor)
        assert check_that_refuses(scene, payload, scene.operator) == "retirement"


def test_a_successor_is_named_exactly_where_something_is_superseded() -> None:
    scene = shared("")
    provider = provider_of(scene)
    first, second = published(scene, provider), published(scene, provider, version=2)
    for payload in (
        retire(scene, scene.operator, first, second, cause="withdrawn"),
        retire(scene, scene.operator, first, None, cause="superseded"),
    ):
        assert check_that_refuses(scene, payload, scene.operator) == "retirement"


def test_what_is_no_publication_cannot_be_retired() -> None:
    scene = shared("")
    subject = submit(scene, provider_of(scene))
    for of in (subject, "ab" * 32):
        assert check_that_refuses(scene, retire(scene, scene.operator, of), scene.operator) == "retirement"
