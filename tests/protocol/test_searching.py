"""Search over the library: words in either language, properties, states, and what comes first."""

import pytest

from protocol import searching
from protocol.payloads import Factor
from protocol.run import Party, enrol
from protocol.searching import MAX_QUERY, Query, search
from protocol.shelf import Shelf
from tests.protocol.test_declaring import publish
from tests.protocol.test_publishing import give_back, published, retire, reviews, submit
from tests.support.example import factor
from tests.support.scene import Scene, shared


def offer(scene: Scene, provider: Party, code: str, **changes: object) -> str:
    fields = {**scene.header(provider).fields(), **factor(code, "2", "kg"), **changes}
    return scene.submit(Factor.model_validate(fields), provider).id


def shelf_of(scene: Scene) -> Shelf:
    shelf = Shelf()
    for logged in reversed(scene.record.in_order()):  # the order of taking in must not matter
        shelf.add(logged)
    return shelf


@pytest.fixture
def scene() -> Scene:
    scene = shared("")
    provider = enrol(scene.world, "Provider of many", ["provider"])
    offer(
        scene, provider, "electricity-cn-2024", name_zh="全国平均电力碳足迹", name_en="Grid electricity, China average",
        unit="kWh", classification="energy", grade="country", source="MEE notice",
    )  # fmt: skip
    offer(
        scene, provider, "electricity-sichuan", name_zh="四川电力", name_en="Grid electricity, Sichuan", unit="kWh",
        classification="energy", region="CN-SC", grade="province", year=2022,
    )  # fmt: skip
    offer(scene, provider, "aluminium-primary", name_zh="原铝", name_en="Primary aluminium", region="GLO")
    offer(scene, provider, "aluminium-recycled", name_zh="再生铝", name_en="Recycled aluminium", region="GLO")
    return scene


def found(scene: Scene, text: str = "", **named: object) -> list[str]:
    query = Query(text, **named)  # type: ignore[arg-type]
    return [item.payload.code for item in search(shelf_of(scene).items(), query)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("电力", ["electricity-cn-2024", "electricity-sichuan"]),
        ("平均电力", ["electricity-cn-2024"]),
        ("四川 电力", ["electricity-sichuan"]),
        ("SICHUAN electricity", ["electricity-sichuan"]),
        ("ＧＲＩＤ average", ["electricity-cn-2024"]),
        ("再生", ["aluminium-recycled"]),
        ("mee", ["electricity-cn-2024"]),
        ("steel", []),
        ("electricity aluminium", []),
    ],
)
def test_words_are_found_in_either_language(scene: Scene, text: str, codes: list[str]) -> None:
    assert found(scene, text) == codes


@pytest.mark.parametrize(
    ("named", "codes"),
    [
        ({"region": "CN", "unit": "kWh"}, ["grid", "electricity-cn-2024", "electricity-sichuan"]),
        ({"region": "cn-sc"}, ["electricity-sichuan"]),
        ({"region": "C"}, []),
        ({"year": 2022}, ["electricity-sichuan"]),
        ({"grade": "province"}, ["electricity-sichuan"]),
        ({"classification": "energy", "grade": "country"}, ["electricity-cn-2024"]),
        ({"kind": "category", "unit": "kg"}, ["assembly", "cathode"]),
        ({"kind": "category", "grade": "country"}, []),
        ({"kind": "factor", "state": "published"}, ["grid", "salt"]),
    ],
)
def test_properties_narrow_a_search(scene: Scene, named: dict[str, object], codes: list[str]) -> None:
    assert found(scene, **named) == codes


def test_the_closest_find_comes_first(scene: Scene) -> None:
    provider = enrol(scene.world, "Another", ["provider"])
    offer(scene, provider, "aluminium", name_zh="铝", name_en="Aluminium")
    offer(scene, provider, "foil", name_zh="箔", name_en="Foil of aluminium")
    offer(scene, provider, "scrap", name_zh="废料", name_en="Scrap", source="aluminium institute")
    assert found(scene, "aluminium") == [
        "aluminium", "aluminium-primary", "aluminium-recycled", "foil", "scrap",
    ]  # fmt: skip


def test_the_published_newest_version_comes_before_what_it_superseded() -> None:
    scene = shared("")
    provider = enrol(scene.world, "Steel maker", ["provider"])
    first, second = published(scene, provider), published(scene, provider, version=2)
    scene.submit(retire(scene, scene.operator, first, second), scene.operator)
    items = search(shelf_of(scene).items(), Query("steel"))
    assert [(item.payload.version, item.state) for item in items] == [(2, "published"), (1, "superseded")]


def test_each_step_of_its_life_gives_a_submission_its_state() -> None:
    scene = shared("")
    provider = enrol(scene.world, "Steel maker", ["provider"])
    subject = submit(scene, provider)

    def state() -> tuple[str, str]:
        (item,) = (item for item in shelf_of(scene).items() if item.id == subject)
        return item.state, item.reason

    assert state() == ("submitted", "")
    accepted = reviews(scene, subject)
    assert state() == ("in_review", "")
    publication = publish(scene, subject, accepted)
    assert state() == ("published", "")
    scene.submit(retire(scene, provider, publication), provider)
    assert state() == ("withdrawn", "an error was found")
    other = submit(scene, provider, "iron")
    scene.submit(give_back(scene, other, reviews(scene, other, "ar")), scene.operator)
    assert [item.state for item in shelf_of(scene).items() if item.id == other] == ["returned"]


def test_a_query_of_characters_that_unfold_into_many_words_costs_no_more_than_another(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ligature is a sentence of four words; whoever asks is anybody, so what a search costs is bounded."""
    items, folded, compared = shelf_of(scene).items(), [], []
    fold, distance = searching.fold_text, searching._distance
    monkeypatch.setattr(searching, "fold_text", lambda text: folded.append(text) or fold(text))
    monkeypatch.setattr(
        searching, "_distance", lambda word, texts: compared.append(word) or distance(word, texts)
    )
    search(items, Query("电力"))
    usual = len(folded)
    for text in (
        "电力 " * 60,
        "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200,
        "\N{SQUARE GURAMU}" * 200,
    ):
        folded.clear()
        compared.clear()
        search(items, Query(text))
        assert len(folded) == usual and len(compared) <= len(items)
        assert max(map(len, compared)) <= MAX_QUERY
