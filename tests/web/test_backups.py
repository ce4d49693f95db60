"""A backup that lacks something is a task until there is a new one, on the first page and in the look over."""

from __future__ import annotations

import re

import httpx

from node.backup import make_backup, note_backup, open_backup
from protocol.payloads import Revocation
from protocol.statements import sign_statement
from protos.values import Receipt
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_entering import token_of

PASSPHRASE = "another one for the file"
WORDS = "上次的备份里没有这之后的申报"


def test_what_was_declared_since_the_last_backup_asks_for_a_new_one(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    note_backup(node.store, node.clock())
    village.town.clock.now += 60
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, "zh") as client:
        assert "备份" not in tasks_of(client)
        declare_product(node, "item-0", SUPPLIES[0])
        assert WORDS in tasks_of(client) and WORDS in client.get("/keys").text
        health = client.get("/health-report").text
        assert "上次备份于 2026-11-18 " in health and "；上次备份之后又有申报" in health
        village.town.clock.now += 60
        made = {"csrf": token_of(client.get("/keys")), "passphrase": PASSPHRASE, "again": PASSPHRASE}
        mistyped = client.post("/keys/backup", data={**made, "again": "another one for the flie"})
        assert mistyped.status_code == 422 and "两次输入的口令不一样" in mistyped.text
        # The download leaves this page as it is: the script takes the old mistake away as the form is sent again.
        (form,) = re.findall(r"<form [^>]*/keys/backup[^>]*>", mistyped.text)
        assert form.endswith(" data-saves>")
        assert WORDS in client.get("/keys").text
        assert "data-ahead" in client.get("/keys").text
        for ahead, day in (("840", "2026-11-19"), ("", "2026-11-18")):
            answer = client.post("/keys/backup", data={**made, "ahead": ahead})
            assert f"{day}.backup" in answer.headers["content-disposition"]
            assert open_backup(answer.content, PASSPHRASE).store
        assert "备份" not in tasks_of(client) and WORDS not in client.get("/keys").text
        health = client.get("/health-report").text
        assert "上次备份之后又有申报" not in health and "天前" not in health
        assert "上次备份于 2026-11-18 19:" in health
        for page in ("/welcome", "/keys"):
            assert "从未" not in client.get(page).text and "every 0.5s" in client.get(page).text


def test_who_restores_a_revoked_enrolment_is_told_so_at_once_and_what_to_do(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    node.deliver()
    data = make_backup(node.store, PASSPHRASE, node.clock())
    fields = village.town.authority_header().fields()
    ended = Revocation(**fields, enrolment=node.id, reason="企业注销")
    revocation = sign_statement(ended, village.town.issuer.key)
    assert isinstance(village.town.hand_in(village.town.operator, [revocation.data])[0], Receipt)
    with open_pages(village.folder / "restored", village.town.clock) as pages, asking(pages, "zh") as client:
        lock = {"backup_passphrase": PASSPHRASE, "passphrase": PASSPHRASE, "again": PASSPHRASE}
        fields = {"csrf": token_of(client.get("/")), **lock}
        answer = client.post("/restore", data=fields, files={"file": ("a.backup", data)})
        home = client.get(answer.headers["location"])
        assert "这次登记在备份之后已被吊销" in home.text and 'class="notice task"' in home.text
        assert "添加第一个产品" not in home.text and "/health-report" in home.text
        health = client.get("/health-report").text
        assert re.search(r"这次登记已于 2026-11-18 \d\d:\d\d UTC 吊销（原因：企业注销）", health)
        assert "如果仍要参与，请登记机构" in health and "签发新邀请码" in health
        assert "丢失" not in health and "防火墙" not in health


def test_a_wrong_passphrase_of_a_backup_is_said_where_it_was_typed(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    data = make_backup(node.store, PASSPHRASE, node.clock())
    with open_pages(village.folder / "restored", village.town.clock) as pages, asking(pages, "zh") as client:
        first = client.get("/")
        lock = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "backup_passphrase": "quite another one"}
        fields = {"csrf": token_of(first), **lock}
        answer = client.post("/restore", data=fields, files={"file": ("a.backup", data)})
    assert "<details>" in first.text and "<details open>" not in first.text
    assert answer.status_code == 422 and answer.text.count('class="problem"') == 1
    part = answer.text.partition("<details open>")[2]
    assert "备份文件的口令不对" in part.partition('action="/restore"')[0]


def tasks_of(client: httpx.Client) -> str:
    return client.get("/live").text
