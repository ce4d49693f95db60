"""An independent implementation reads our log: Go's sumdb/note and sumdb/tlog, from Debian.

What the coordinator serves over HTTP is laid into a folder, path by path, and the Go program reads that.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.running import tiles_of
from auditor.tiles import encode_place
from coordinator.witnessing import Witness, add_witness
from tests.coordinator.doors import open_doors
from tests.coordinator.town import Town
from witness.door import Door
from witness.store import Store, make_witness

GO_PATH = Path("/usr/share/gocode")
SUMDB = GO_PATH / "src/golang.org/x/mod/sumdb/tlog"
SOURCE = Path(__file__).parent / "go" / "main.go"
pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not SUMDB.is_dir(),
    reason="Go and its sumdb are not installed: apt-get install golang-go golang-golang-x-mod-dev",
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built."""
    folder = tmp_path_factory.mktemp("go")
    environment = {
        **os.environ, "GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOFLAGS": "", "CGO_ENABLED": "0",
        "GOCACHE": str(folder / "cache"),
    }  # fmt: skip
    subprocess.run(["go", "build", "-o", str(folder / "reader"), str(SOURCE)], env=environment, check=True)
    return folder / "reader"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[tuple[Town, Path, str]]:
    """A coordinator with its doors open and one witness, a log longer than a tile: (town, its files, witness's key)."""
    (tmp_path / "town").mkdir()
    make_witness(tmp_path / "w", "w1.example", os.urandom)
    store = Store(tmp_path / "w")
    town = Town(tmp_path / "town")
    door = Door(store, "127.0.0.1:0", town.clock)
    store.add_log(town.log_vkey)
    add_witness(tmp_path / "town", Witness(f"http://{door.address}", store.public_key))
    town.service = town.build()
    town.start()
    try:
        members = [town.enrol(f"Member {number}", ["supplier"]) for number in range(300)]
        for start in range(0, 300, 100):
            envelopes = [member.enrolment.data for member in members[start : start + 100]]
            town.hand_in(town.operator, envelopes)
        town.service.witnessing.collect()
        with open_doors(town) as doors:
            lay_out(f"http://{doors.http}", tmp_path / "log", town.service.journal.head.frontier.size)
        yield town, tmp_path / "log", store.public_key
    finally:
        town.stop()
        door.close()
        store.close()


def lay_out(url: str, folder: Path, size: int) -> None:
    """Everything that C2SP tlog-tiles names for a tree of this size."""
    paths = ["checkpoint"]
    for level, index, width in tiles_of(size):
        place = encode_place(index, width)
        paths.append(f"tile/{level}/{place}")
        if level == 0:
            paths.append(f"tile/entries/{place}")
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(f"{url}/{path}", timeout=30) as answer:
            target.write_bytes(answer.read())


def read(reader: Path, town: tuple[Town, Path, str], **changes: str) -> subprocess.CompletedProcess[str]:
    opened, folder, key = town
    name, _, encoded = key.split("+", 2)
    words = {
        "log_key": opened.log_vkey,
        "witness": name,
        "key": base64.b64encode(base64.b64decode(encoded)[1:]).decode(),
        "old": "200",
        "root": base64.b64encode(opened.service.journal.root(200)).decode(),
        **changes,
    }
    return subprocess.run(
        [reader, folder, *words.values()], capture_output=True, text=True, timeout=120, check=False
    )


def test_go_accepts_checkpoint_cosignature_every_leaf_and_consistency(
    reader: Path, town: tuple[Town, Path, str]
) -> None:
    done = read(reader, town)
    assert (done.returncode, done.stdout) == (0, "301 leaves under log.example, cosigned by w1.example\n"), (
        done.stderr
    )


def test_go_refuses_another_history(reader: Path, town: tuple[Town, Path, str]) -> None:
    root = base64.b64encode(town[0].service.journal.root(199)).decode()
    assert read(reader, town, root=root).returncode == 1


def test_go_refuses_another_witness(reader: Path, town: tuple[Town, Path, str]) -> None:
    assert read(reader, town, key=base64.b64encode(bytes(32)).decode()).returncode == 1
