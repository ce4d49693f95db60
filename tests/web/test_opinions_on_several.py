"""One opinion on several submissions: ticked in the list, named before the signature, signed as one statement."""

from __future__ import annotations

import re

from node.reviewing import review
from node.web.knowledge.submissions import read_known
from tests.node.village import Village
from tests.web.test_entering import token_of
from tests.web.test_knowledge_pages import made, opened, submit
from tests.web.test_verifier_pages import shown_on


def test_several_are_ticked_named_and_signed_at_once(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    steel, iron, tin = submit(provider, made("steel"), made("iron"), made("tin"))
    village.settle("Expert Li", "expert").deliver()
    with opened(village, "Expert Li", "zh") as (client, desk):
        page = client.get("/reviews").text
        assert set(
            re.findall(r'type="checkbox" name="chosen" value="([0-9a-f]{64})" form="ticked"', page)
        ) == {
            steel,
            iron,
            tin,
        }
        csrf = {"csrf": token_of(client.get("/account"))}
        nothing = client.post("/reviews", data=csrf | {"step": "choose"})
        assert nothing.status_code == 303 and "请先勾选" in client.get("/reviews").text
        form = {**csrf, "chosen": [steel, iron, steel]}
        asked = client.post("/reviews", data=form | {"step": "choose"})
        assert asked.status_code == 200 and 'id="preview"' not in asked.text
        assert asked.text.count('name="chosen"') == 2 and "tin" not in asked.text
        assert client.post("/reviews", data=form | {"verdict": "accept"}).status_code == 422
        said = form | {"verdict": "accept", "opinion": "sources were read"}
        shown = client.post("/reviews", data=said)
        preview = shown.text.partition('id="preview"')[2].partition("</dl>")[0]
        assert ">steel 1</a>" in preview and ">iron 1</a>" in preview and "sources were read" in preview
        sign = said | {"step": "sign", "shown": shown_on(shown)}
        for changed in ({"chosen": [steel, iron, tin]}, {"opinion": "other"}, {"verdict": "return"}):
            assert client.post("/reviews", data=sign | changed).status_code == 422
        client.get("/reviews")
        assert not [one for one in (steel, iron, tin) if read_known(desk.node).by_id[one].reviews]
        assert client.post("/reviews", data=sign).status_code == 303
        page = client.get("/reviews").text
        assert "steel、iron" in page and 'name="chosen"' not in page  # one is left to review
        known = read_known(desk.node).by_id
        (first,), (second,) = known[steel].reviews, known[iron].reviews
        assert first.id == second.id and not known[tin].reviews


def test_what_waits_no_more_is_named_and_left_out(village: Village) -> None:
    provider = village.settle("Factor house", "provider")
    steel, iron, tin = submit(provider, made("steel"), made("iron"), made("tin"))
    expert = village.settle("Expert Li", "expert")
    expert.deliver()
    expert.settle(review(expert, [tin], "accept", "read before"))
    with opened(village, "Expert Li") as (client, _):
        data = {"csrf": token_of(client.get("/account")), "step": "choose", "chosen": [steel, iron, tin]}
        page = client.post("/reviews", data=data).text
        assert "waits for no opinion of yours any more: tin" in page and page.count('name="chosen"') == 2
        again = {**data, "step": "look", "verdict": "return", "opinion": "on second thoughts"}
        refused = client.post(f"/reviews/{tin}", data=again)
        assert refused.status_code == 409 and "you judged it already, accept: read before" in refused.text
