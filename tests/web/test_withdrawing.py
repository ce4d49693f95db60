"""A withdrawal on a provider's pages: what it means is shown before it is signed, and it holds until it is undone."""

from __future__ import annotations

from coordinator.exporting import encode_factors
from node.library import fetch_submissions, read_submissions
from node.reviewing import withdraw_factor
from tests.coordinator.test_console_paging import rows_of
from tests.node.test_library import publish
from tests.node.village import Village
from tests.web.test_entering import token_of
from tests.web.test_knowledge_pages import give, made, opened, submit
from tests.web.test_verifier_pages import shown_on
from web.visits import ROWS


def test_a_withdrawn_factor_is_put_forward_again_only_where_it_is_changed(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    publish(village, submit(provider, made("steel"))[0])
    fetch_submissions(provider)
    provider.settle(withdraw_factor(provider, "steel", "a meter was wrong"))
    with opened(village, "Factor house") as (client, _):
        sheet = client.get("/factors/template.csv").content
        page = give(client, sheet).text
        assert 'id="sign"' not in page and "is left out: steel (withdrawn)" in page
        page = give(client, encode_factors([made("steel", "3", 2)], "csv")).text
        (row,) = rows_of(page, "given")
        assert "put forward again" in row and 'id="sign"' in page


def test_what_a_withdrawal_says_and_means_is_shown_before_it_is_signed(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    for version, value in ((1, "2"), (2, "3")):
        publish(village, submit(provider, made("steel", value, version))[0])
    with opened(village, "Factor house", "zh") as (client, desk):
        path = "/factors/steel/withdraw"
        page = client.get(path).text
        assert "版本 1 又可以引用" in page and 'id="sign"' not in page
        assert "理由（所有人都会看到）" in page
        form = {"csrf": token_of(client.get("/account")), "reason": "the meter was wrong"}
        shown = client.post(path, data=form)
        assert shown.status_code == 200 and "<dt>理由</dt><dd>the meter was wrong</dd>" in shown.text
        assert "steel 2 · " in shown.text and "版本 1 又可以引用" in shown.text
        client.get("/factors")
        assert [one.state for one in read_submissions(desk.node) if one.payload.code == "steel"] == [
            "published",
            "published",
        ]
        sign = form | {"step": "sign", "shown": shown_on(shown)}
        for changed in ({"reason": "another"}, {"shown": ""}):
            assert client.post(path, data=sign | changed).status_code == 422
        assert client.post(path, data=sign).status_code == 303
        client.get("/factors")
        assert [one.state for one in read_submissions(desk.node) if one.payload.code == "steel"] == [
            "published",
            "withdrawn",
        ]
        assert "此后这个代码没有可以引用的版本" in client.get(path).text
        assert client.post(path, data=sign).status_code == 422  # the version is another now


def test_every_published_factor_of_ones_own_can_be_withdrawn_from_the_list_and_from_its_page(
    village: Village,
) -> None:
    provider = village.settle("Factor house", "provider")
    older, steel = (submit(provider, made("steel", version=one))[0] for one in (1, 2))
    publish(village, older)
    publish(village, steel)
    submit(provider, *(made(f"later-{number:02}") for number in range(ROWS + 1)))
    with opened(village, "Factor house") as (client, _):
        page = client.get("/factors").text
        (row,) = rows_of(page, "published")
        assert 'class="number">2<' in row  # the version that counts
        assert 'href="/factors/steel/withdraw"' in row
        assert not [one for one in rows_of(page, "own") if ">steel<" in one]  # on a further page of the list
        assert 'id="table-published"' not in client.get("/factors?q=later-01").text
        assert 'href="/factors/steel/withdraw"' in client.get(f"/reviews/{steel}").text
        assert "/withdraw" not in client.get(f"/reviews/{older}").text
        assert client.get("/factors/later-01/withdraw").status_code != 200
