"""A withdrawal on a provider's pages: what it means is shown before it is signed, and it holds until it is undone."""

from __future__ import annotations

from coordinator.exporting import encode_factors
from node.library import fetch_submissions
from node.reviewing import withdraw_factor
from tests.coordinator.test_console_paging import rows_of
from tests.node.test_library import publish
from tests.node.village import Village
from tests.web.test_knowledge_pages import give, made, opened, submit


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
