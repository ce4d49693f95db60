"""A node comes back from a backup, and nothing that was secret once is used a second time."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from node.backup import Backup, make_backup, open_backup, read_backup, restore_backup
from node.cli import app
from node.doctor import examine_open
from node.language import Language
from node.maker.progress import read_progress
from node.maker.requesting import list_requests
from node.maker.resulting import find_certificate, result_of
from node.organisation import Node
from node.outbox import find_statement
from node.private_files import write_private
from node.restoring import find_restored, is_pending, read_to_the_end, reconcile
from node.store.locks import BESIDE
from node.store.vault import find_secret, secret_names
from node.supplier.activities import Source, keep_activity
from node.supplier.consenting import approve, consent_key, ephemeral_name, take_request
from node.supplier.contributing import contribution_key
from node.supplier.declaring import declare
from node.supplier.inbox import list_inquiries
from node.supplier.policies import list_policies
from operation.findings import Verdict
from protocol.errors import Refused
from protocol.payloads import Approval
from tests.node.village import METHOD, SUPPLIES, Village, allow, ask, records_of

PASSPHRASE = "a backup's own passphrase"
NAME = "North Cathode"
ENTRY = 0


def backed_up(node: Node) -> Backup:
    return open_backup(make_backup(node.store, PASSPHRASE, node.clock()), PASSPHRASE)


def put_back(village: Village, backup: Backup, name: str = NAME) -> Node:
    """The node of that name from its backup, in a new folder at the old place."""
    folder = village.nodes[name].store.folder
    village.nodes.pop(name).close()
    shutil.move(folder, folder.with_suffix(".lost"))
    restore_backup(backup, folder, BESIDE, village.town.clock())
    return village.open(name)


def contributions(village: Village, request: str) -> dict[str, str]:
    """What the coordinator's log holds: consent id to contribution id."""
    record = village.town.record
    rows = village.town.log.of_kind("contribution", 0, 1000)
    found = [record.get(row.id) for row in rows]
    return {
        one.payload.consent: one.id for one in found if one is not None and one.payload.request == request
    }


def consented(village: Village) -> tuple[Node, str]:
    """A request to which everybody has consented, with nothing contributed yet."""
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.step()
    return maker, request


def finish(village: Village, maker: Node, request: str) -> str:
    village.run()
    saved = find_certificate(maker, request)
    assert saved is not None and saved.holds
    return read_progress(maker, request).phase


# --- nothing twice ---------------------------------------------------------------------------------


def test_a_contribution_made_after_the_backup_is_taken_over_and_not_made_again(village: Village) -> None:
    maker, request = consented(village)
    backup = backed_up(village.nodes[NAME])
    village.town.settle()
    village.step()
    before = contributions(village, request)
    assert len(before) == 4
    node = put_back(village, backup)
    with node.store.read() as connection:
        assert find_statement(connection, contribution_key(request, ENTRY)) is None
        assert secret_names(connection, "ephemeral/") == []
    assert finish(village, maker, request) == "certified"
    assert contributions(village, request) == before
    with node.store.read() as connection:
        kept = find_statement(connection, contribution_key(request, ENTRY))
    assert kept is not None and kept.id in before.values()


def test_under_a_void_key_nothing_is_contributed_and_the_node_withdraws(village: Village) -> None:
    maker, request = consented(village)
    node = put_back(village, backed_up(village.nodes[NAME]))
    village.run()
    assert len(contributions(village, request)) < 4
    assert read_progress(maker, request).phase == "ended"
    with node.store.read() as connection:
        assert find_statement(connection, f"withdrawal:{request}") is not None
        assert find_statement(connection, contribution_key(request, ENTRY)) is None


def test_a_consent_given_after_the_backup_is_not_given_again(village: Village) -> None:
    village.suppliers()
    backup = backed_up(village.nodes[NAME])
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.step()
    with village.nodes[NAME].store.read() as connection:
        given = find_statement(connection, consent_key(request, ENTRY))
    node = put_back(village, backup)
    village.run()
    with node.store.read() as connection:
        kept = find_statement(connection, consent_key(request, ENTRY))
        assert find_secret(connection, ephemeral_name(request, ENTRY)) is None
    assert kept is not None and given is not None and kept.id == given.id
    assert read_progress(maker, request).phase == "ended"


def test_a_consent_that_was_not_sent_is_given_anew_under_a_new_key(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    old = village.nodes[NAME]
    read_to_the_end(old)
    asked = old.record.get(request)
    assert asked is not None
    (inquiry,) = take_request(old, asked)
    approve(old, inquiry, Approval(decided_by="person", asked=(), answer="yes"))
    backup = backed_up(old)
    node = put_back(village, backup)
    with node.store.read() as connection:
        assert find_statement(connection, consent_key(request, ENTRY)) is None
        assert find_secret(connection, ephemeral_name(request, ENTRY)) is None
    allow(node)
    assert finish(village, maker, request) == "certified"


def test_the_same_quantity_gives_the_same_guard_after_a_restore(village: Village) -> None:
    """Else the difference of two totals would be a difference of two guards, and asking again would average them."""
    maker, request = consented(village)
    assert finish(village, maker, request) == "certified"
    node = put_back(village, backed_up(village.nodes[NAME]))
    again = ask(maker)
    village.step()
    allow(node)
    assert finish(village, maker, again) == "certified"
    first, second = (result_of(maker.calculation(one)).models[0].cells for one in (request, again))
    assert [cell.value for cell in first] == [cell.value for cell in second]
    assert [cell.blinding for cell in first] != [cell.blinding for cell in second]


def test_a_folder_that_was_copied_back_is_found_out_by_the_log(village: Village, tmp_path: Path) -> None:
    maker, request = consented(village)
    folder = village.nodes[NAME].store.folder
    village.nodes.pop(NAME).close()
    shutil.copytree(folder, tmp_path / "copy")
    village.open(NAME)
    village.town.settle()
    village.step()
    before = contributions(village, request)
    village.nodes.pop(NAME).close()
    shutil.rmtree(folder)
    shutil.move(tmp_path / "copy", folder)
    node = village.open(NAME)
    with node.store.read() as connection:
        assert secret_names(connection, "ephemeral/") != []
    assert finish(village, maker, request) == "certified"
    assert contributions(village, request) == before
    with node.store.read() as connection:
        restored = find_restored(connection)
        assert secret_names(connection, "ephemeral/") == []
    assert restored is not None and restored.made == 0 and restored.adopted == 1
    (found,) = (one for one in examine_open(node, village.town.clock(), "en") if one.check == "restore")
    assert found.verdict is Verdict.WARNING and "another machine signs" in found.advice


def test_a_restored_backup_is_nobodys_violation(village: Village) -> None:
    """One statement of its own was logged since: it is taken over, and no more is said of it."""
    village.suppliers()
    node = village.nodes[NAME]
    backup = backed_up(node)
    declare(node, "item-0", "mee-2025-literal")
    node.deliver()
    node = put_back(village, backup)
    village.step()
    says: dict[Language, str] = {
        "en": "took over 1 statement of this node's own",
        "zh": "已从日志补上本节点自己的 1 条声明",
    }
    for language in says:
        told = {one.check: one for one in examine_open(node, village.town.clock(), language)}
        assert told["restore"].verdict is Verdict.GOOD and says[language] in told["restore"].found
        assert told["anomalies"].verdict is Verdict.GOOD
    folder = str(node.store.folder)
    said = CliRunner().invoke(app, ["anomalies", folder]).stdout
    assert "Nobody's mistake: restored from the backup of 20" in said and "Nothing wrong was seen." in said
    told = json.loads(CliRunner().invoke(app, ["anomalies", folder, "--json"]).stdout)
    assert told["anomalies"] == [] and told["restored"]["adopted"] == 1


def test_a_node_that_lost_nothing_is_not_taken_for_an_older_one(village: Village) -> None:
    maker, request = consented(village)
    assert finish(village, maker, request) == "certified"
    for node in village.nodes.values():
        with node.store.read() as connection:
            assert find_restored(connection) is None


# --- before the log was read -----------------------------------------------------------------------


def test_a_restored_node_signs_nothing_before_it_has_read_the_log(village: Village) -> None:
    village.suppliers()
    node = put_back(village, backed_up(village.nodes[NAME]))
    with pytest.raises(Refused, match="reconcile"):
        node.header()
    assert is_pending(node)
    reconcile(node)
    assert not is_pending(node) and node.header().by == node.id


def test_a_declaration_made_after_the_backup_is_known_again(village: Village) -> None:
    village.suppliers()
    node = village.nodes[NAME]
    backup = backed_up(node)
    keep_activity(node, "item-0", records_of(SUPPLIES[0].lines), Source("b.csv", "1" * 64))
    declared = declare(node, "item-0", METHOD)
    node.deliver()
    node = put_back(village, backup)
    assert reconcile(node) == [declared]


def test_policies_are_removed_by_a_restore(village: Village) -> None:
    village.suppliers()
    node = village.nodes[NAME]
    backup = backed_up(node)
    with node.store.read() as connection:
        assert list_policies(connection)
    node = put_back(village, backup)
    with node.store.read() as connection:
        assert list_policies(connection) == []
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.step()
    (inquiry,) = list_inquiries(node, request)
    assert inquiry.state == "waiting"


def test_a_pack_maker_withdraws_requests_whose_key_is_lost_and_counts_on(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    first = ask(maker)
    backup = backed_up(maker)
    second = ask(maker)
    maker = put_back(village, backup, "Pack maker")
    village.run()
    assert read_progress(maker, second).phase == "ended"
    assert read_progress(maker, first).phase == "certified"
    third = ask(maker)
    sequences = {one.id: one.sequence for one in list_requests(maker)}
    assert sequences == {first: 0, second: 1, third: 2}


# --- the file --------------------------------------------------------------------------------------


def test_a_backup_opens_with_its_passphrase_and_shows_nothing_without(
    village: Village, tmp_path: Path
) -> None:
    village.suppliers()
    node = village.nodes[NAME]
    data = make_backup(node.store, PASSPHRASE, 1234)
    with node.store.read() as connection:
        names = secret_names(connection, "")
        secrets = [find_secret(connection, name) or b"" for name in names]
    telling = [secret for secret in secrets if len(secret) >= 16]
    assert len(telling) >= 5
    for secret in (*telling, node.store.data_key.need(), b"SQLite format 3", b"identity/signing"):
        assert secret not in data
    backup = open_backup(data, PASSPHRASE)
    assert backup.made == 1234 and backup.store.startswith(b"SQLite format 3")
    assert "SQLite" not in repr(backup) and node.store.data_key.need().hex() not in repr(backup)
    with pytest.raises(Refused, match="not the passphrase"):
        open_backup(data, "another passphrase")
    write_private(tmp_path / "b", data)
    assert read_backup(tmp_path / "b") == data and (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="exists already"):
        write_private(tmp_path / "b", data)


@pytest.mark.parametrize("place", [0, 30, -1])
def test_a_damaged_backup_is_refused(village: Village, place: int) -> None:
    node = village.settle(NAME, "supplier")
    data = bytearray(make_backup(node.store, PASSPHRASE, 1))
    data[place] ^= 1
    with pytest.raises(Refused):
        open_backup(bytes(data), PASSPHRASE)
    for length in (0, 10, 24, 100, len(data) - 1):
        with pytest.raises(Refused):
            open_backup(bytes(data[:length]), PASSPHRASE)


def test_a_folder_with_something_in_it_is_never_restored_into(village: Village, tmp_path: Path) -> None:
    node = village.settle(NAME, "supplier")
    backup = backed_up(node)
    with pytest.raises(Refused, match="not empty"):
        restore_backup(backup, node.store.folder, BESIDE, 1)
    restore_backup(backup, tmp_path / "deep" / "new", BESIDE, 1)
    assert sorted(path.name.partition(".")[0] for path in (tmp_path / "deep").iterdir()) == ["new"]
    assert Node(village.open(NAME).store).id == node.id
