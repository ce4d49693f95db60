"""`sealsum node web` opens its pages, or says why not before it says where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from typer.testing import CliRunner

from node.cli import app
from node.guard import serving
from node.store.opening import create_store
from protocol.errors import Refused
from web.door import Door, Listen


@pytest.mark.parametrize("words", [(), ("--json",), ("--quiet",)])
def test_pages_of_a_folder_that_an_agent_serves_are_refused_before_an_address_is_said(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    with serving(tmp_path):
        done = CliRunner().invoke(app, ["web", str(tmp_path), "--listen", "127.0.0.1:0", *words])
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"another agent serves {tmp_path} already; stop it first" in done.stderr


def said_of_a_link(folder: Path, language: str) -> str:
    done = CliRunner().invoke(app, ["web-link", str(folder)], env={"SEALSUM_LANG": language})
    assert done.exit_code == 1
    return done.stderr


def test_a_folder_that_has_not_joined_gets_its_link_by_starting_again(tmp_path: Path) -> None:
    assert f"start them again, which prints a link: sealsum node web {tmp_path}" in said_of_a_link(
        tmp_path, "en"
    )
    said = said_of_a_link(tmp_path, "zh")
    assert "还没有加入" in said and f"sealsum node web {tmp_path}" in said


def test_who_asks_for_a_link_into_pages_that_are_not_open_is_told_how_to_open_them(tmp_path: Path) -> None:
    create_store(tmp_path).close()
    opening = f"sealsum node web {tmp_path}"
    said = said_of_a_link(tmp_path, "en")
    assert opening in said and "stop it" not in said
    with serving(tmp_path):
        said = said_of_a_link(tmp_path, "en")
        assert "stop it, then start it with them" in said and opening in said
        said = said_of_a_link(tmp_path, "zh")
        assert "不带网页" in said and "请先停止它" in said and opening in said


def test_a_door_whose_certificate_is_none_is_refused_and_its_port_is_free_again(tmp_path: Path) -> None:
    file = tmp_path / "tls.pem"
    file.write_text("no certificate", "utf-8")
    door = Door(PlainTextResponse("never"), Listen("127.0.0.1:0", certificate=file, key=file))
    with pytest.raises(Refused, match=f"cannot open {door.url}: .+; check the TLS files"):
        door.start()
    door.stop()
    port = door.url.rpartition(":")[2]
    again = Door(PlainTextResponse("now"), Listen(f"127.0.0.1:{port}"))
    again.start()
    again.stop()
