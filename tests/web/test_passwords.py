"""The password of a node's pages: asked for once, and told apart from the passphrase of its folder."""

from __future__ import annotations

import httpx

from tests.node.village import SUPPLIES, Village
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

ASKED = "请设置网页的密码"


def test_a_password_is_asked_for_until_there_is_one(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert ASKED in client.get("/live").text
        data = {"csrf": token_of(client.get("/account")), "password": "several words make one"}
        client.post("/account/password", data=data)
        assert "等您处理" in client.get("/live").text and ASKED not in client.get("/live").text


def test_who_signs_in_reads_which_account_and_what_to_do_without_a_password(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        client.post("/logout", data={"csrf": token_of(client.get("/"))})
        page = client.get("/login").text
    assert 'name="name" value="owner"' in page
    assert "关闭本程序再启动一次" in page and "口令与网页的密码是两回事" in page


def test_who_has_just_set_the_password_can_sign_out(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        data = {"csrf": token_of(client.get("/account")), "password": "several words make one"}
        page = client.post("/account/password", data=data, follow_redirects=True)
        assert "密码已设置" in page.text
        assert client.post("/logout", data={"csrf": token_of(page)}).headers["location"] == "/login"


def test_a_used_link_of_one_s_own_node_says_where_the_next_one_comes_from(village: Village) -> None:
    with open_pages(village.folder / "not-joined", village.town.clock) as pages:
        entry = pages.desk.entry_link().partition("#")[2]
        headers = {"accept-language": "zh"}
        with httpx.Client(base_url=pages.url, trust_env=False, headers=headers) as client:
            assert client.post("/enter", data={"secret": entry}).status_code == 200
            used = client.post("/enter", data={"secret": entry})
    assert used.status_code == 403
    assert "按 Ctrl-C 结束，再启动一次" in used.json()["problem"]
