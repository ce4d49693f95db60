"""A thief of a disk: it has a node's whole folder and a backup, as long as it likes, but neither passphrase.

What it learns is what the log and the certificate say anyway: names, products, statements, when things were sent.
"""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from crypto.errors import BadLock
from crypto.locking import unlock
from node.backup import make_backup, open_backup
from node.private_files import write_private
from node.store.locks import VARIABLE, Choice, Kind, lock_store
from node.store.opening import open_store
from node.store.vault import find_secret, secret_names
from node.supplier.activities import find_activity
from node.supplier.declaring import declaration_secrets
from protocol.errors import Refused
from tests.node.village import SUPPLIES, Village, ask
from tests.support.needles import Needles

PASSPHRASE = "what the owner alone remembers"
NAME = "North Cathode"


def needles_of(village: Village, declaration: str) -> Needles:
    """Everything secret that this node has, in every encoding."""
    node, needles = village.nodes[NAME], Needles()
    with node.store.read() as connection:
        for name in secret_names(connection, ""):
            data = find_secret(connection, name)
            if data is not None and len(data) >= 16:
                needles.add_bytes(name, data[:64])
    for amount in declaration_secrets(node, declaration).amounts:
        needles.add_number("amount", Fraction(amount))
    for record in find_activity(node, "item-0").records:
        needles.add_number("record", record.amount)
    needles.add_number("quantity", Fraction(SUPPLIES[0].quantity))
    needles.add_bytes("data key", node.store.data_key.need())
    return needles


@pytest.fixture
def stolen(village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Needles]:
    """The folder after a whole calculation, as it lies on the disk of a switched-off machine, with a backup in it."""
    monkeypatch.delenv(VARIABLE, raising=False)
    declaration = village.suppliers()["item-0"]
    ask(village.settle("Pack maker", "requester"))
    village.run()
    node = village.nodes[NAME]
    lock_store(node.store, Choice(Kind.PASSPHRASE, PASSPHRASE))
    needles = needles_of(village, declaration)
    write_private(node.store.folder / "backup", make_backup(node.store, PASSPHRASE, 1))
    shutil.copytree(node.store.folder, tmp_path / "stolen")
    return tmp_path / "stolen", needles


def test_a_thief_reads_no_number_record_or_key_from_a_stolen_folder(stolen: tuple[Path, Needles]) -> None:
    folder, needles = stolen
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 2 and len(needles.strings) > 5
    for path in files:
        assert not needles.find(path.read_bytes()), path


def test_a_thief_opens_neither_the_store_nor_its_backup(stolen: tuple[Path, Needles], tmp_path: Path) -> None:
    folder, _ = stolen
    with pytest.raises(Refused, match="locked with a passphrase"):
        open_store(folder)
    for guess in ("", "password", PASSPHRASE[:-1], PASSPHRASE.upper()):
        with pytest.raises(Refused, match="not the passphrase"):
            open_store(folder, Choice(Kind.PASSPHRASE, guess or "x"))
        with pytest.raises(Refused, match="not the passphrase"):
            open_backup((folder / "backup").read_bytes(), guess)


def test_a_thief_that_once_had_the_key_file_cannot_open_what_was_locked_since(
    village: Village, tmp_path: Path
) -> None:
    """A demo's folder was copied with its key; then its owner set a passphrase."""
    node = village.settle(NAME, "supplier")
    (key_file,) = node.store.folder.glob("vault.key.*")
    shutil.copy(key_file, tmp_path / "key")
    old = node.store.data_key.need()
    lock_store(node.store, Choice(Kind.PASSPHRASE, PASSPHRASE))
    with node.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT name, data FROM secrets").all()
    assert len(rows) >= 3
    for name, data in rows:
        for key in (old, (tmp_path / "key").read_bytes()):
            with pytest.raises(BadLock):
                unlock(key, name, bytes(data))
