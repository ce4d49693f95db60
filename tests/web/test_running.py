"""`sealsum node web` opens its pages, or says why not before it says where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from typer.testing import CliRunner

from node.cli import app
from node.guard import serving
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
