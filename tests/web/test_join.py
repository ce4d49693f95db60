"""Joining as a new supplier does: authority and coordinator as processes, `sealsum node web` on an empty folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from demo.processes import Processes, Terminal
from node.backup import open_backup
from tests.web.browser import NARROW, Reader, reading

PASSPHRASE = "three green bottles stand"


@dataclass
class Town:
    """An authority and a coordinator as processes, and a token for a supplier."""

    processes: Processes
    folder: Path
    coordinator: str
    log_key: str
    token: str

    def open_web(self) -> tuple[Terminal, str, str]:
        """`sealsum node web` on a folder that is not there yet: its terminal, address and entry link."""
        terminal = self.processes.open_terminal("supplier")
        words = ("node", "web", str(self.folder / "supplier"), "--listen", "127.0.0.1:0", "--json", "--quiet")
        opened = terminal.become(*words)
        return terminal, opened["url"], opened["entry"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    processes = Processes(tmp_path / "logs")
    try:
        desk, authority, door = (
            processes.open_terminal(name) for name in ("desk", "authority", "coordinator")
        )
        root, operator = str(tmp_path / "authority"), str(tmp_path / "coordinator")
        authority.run("authority", "init", root, "--name", "Test authority", "--json")
        authority.become("authority", "serve", root, "--listen", "127.0.0.1:0", "--json")

        def invite(name: str, entity: str, *more: str) -> str:
            words = ("--name", name, "--legal-entity", entity, *more, "--json")
            token: str = desk.run("authority", "invite", root, *words)["token"]
            return token

        token = invite("Operator", "OPERATOR", "--role", "operator", "--host", "127.0.0.1")
        made = door.run("coordinator", "init", operator, "--token", token, "--name", "log.example", "--json")
        listen = ("--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
        opened = door.become("coordinator", "serve", operator, *listen, "--json")
        supplier = invite("赣彤铜箔有限公司", "EXAMPLE-CN-0007", "--role", "supplier")
        yield Town(processes, tmp_path, opened["address"], made["log_key"], supplier)
    finally:
        processes.stop()


def fill(reader: Reader, town: Town, again: str) -> None:
    page = reader.page
    page.get_by_label("一次性邀请码").fill(town.token)
    page.get_by_label("协调方").fill(town.coordinator)
    page.get_by_label("日志公钥").fill(town.log_key)
    form = page.locator("form[action='/join']")
    form.get_by_label("口令", exact=True).fill(PASSPHRASE)
    form.get_by_label("再输入一次").fill(again)
    form.get_by_role("button", name="加入").click()


def test_a_supplier_joins_keeps_a_backup_and_comes_back_with_the_passphrase(
    browser: Browser, town: Town
) -> None:
    terminal, url, entry = town.open_web()
    with reading(browser, url, "zh", "dark", NARROW) as reader:
        reader.expected = ["422", "403"]
        reader.page.goto(entry)
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("加入")
        reader.check()
        reader.pictures("supplier-join")
        fill(reader, town, "something else")
        expect(reader.page.get_by_role("alert")).to_contain_text("两次输入的口令不一样")
        expect(reader.page.get_by_label("协调方")).to_have_value(town.coordinator)
        fill(reader, town, PASSPHRASE)
        expect(reader.page.get_by_role("status")).to_contain_text("注册已写入日志")
        reader.check()
        reader.page.get_by_label("备份文件单独的口令").fill("another one for the file")
        reader.page.get_by_label("备份口令，再输一遍").fill("another one for the file")
        with reader.page.expect_download() as download:
            reader.page.get_by_role("button", name="下载备份").click()
        assert open_backup(download.value.path().read_bytes(), "another one for the file").store
        expect(reader.page.get_by_text("备份已生成")).to_be_visible()
        expect(reader.page.get_by_text("上次备份").last).not_to_contain_text("从未")
        reader.check()
        reader.go("/")
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("赣彤铜箔有限公司")
        reader.check()
    terminal.process.terminate()
    terminal.process.join(20)
    _, url, _ = town.open_web()
    with reading(browser, url, "zh") as reader:
        reader.expected = ["403"]
        reader.go("/egress")
        expect(reader.page.locator("main h1, main .note")).to_contain_text(["解锁", "或之后改过的"])
        reader.check()
        reader.pictures("node-unlock")
        reader.page.get_by_label("口令").fill("not that one at all")
        reader.page.get_by_role("button", name="解锁").click()
        expect(reader.page.get_by_role("alert")).to_contain_text("口令不对")
        reader.page.get_by_label("口令").fill(PASSPHRASE)
        reader.page.get_by_role("button", name="解锁").click()
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("赣彤铜箔有限公司")
        reader.check()


@pytest.mark.slow
def test_a_mistyped_coordinator_is_mended_on_the_page(browser: Browser, town: Town) -> None:
    _, url, entry = town.open_web()
    with reading(browser, url, "zh") as reader:
        reader.expected = ["422"]
        page = reader.page
        page.goto(entry)
        right, town.coordinator = town.coordinator, "127.0.0.1:9"
        page.locator("form[action='/join']").get_by_role(
            "button", name="加入"
        ).click()  # nothing is filled in
        pins = json.dumps({"log_key": town.log_key})
        page.get_by_label("pins.json 文件").set_input_files(
            {"name": "pins.json", "mimeType": "application/json", "buffer": pins.encode()}
        )
        key = page.get_by_label("日志公钥")
        expect(key).to_have_value(pins)
        assert key.evaluate("field => field.validity.valid"), "what was missing is there now"
        town.log_key = pins
        fill(reader, town, PASSPHRASE)
        expect(page.get_by_role("alert")).to_contain_text("邀请码还没有用掉")
        reader.check()
        page.get_by_label("地址没有错").check()
        fill(reader, town, PASSPHRASE)
        expect(page.get_by_role("status")).to_contain_text("核对它的地址")
        reader.go("/health-report")
        page.get_by_role("link", name="在“密钥与备份”中核对地址").click()
        address = page.locator("form[action='/keys/coordinator']")
        address.get_by_label("主机名").fill("no port")
        address.get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("应为“主机名:端口”")
        address.get_by_label("主机名").fill(right)
        address.get_by_role("button").click()
        expect(page.get_by_role("status")).to_contain_text("协调方已应答", timeout=60_000)
        reader.check()
        reader.go("/products/new")
        expect(page.get_by_role("heading", level=1)).to_have_text("新产品")
