"""Enrolment over the authority's real door."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authority.door import Door, Surroundings
from authority.enrolling import Enroller
from authority.invitations import Invitee, add_invitation
from authority.root import make_root_files
from authority.store import make_store
from crypto.note import make_log_key
from crypto.signing import key_id
from node.enrolling import CITATION_KEY, Invitation, enrol
from node.identity import Identity, find_identity, need_identity
from node.outbox import ENROLMENT_KEY, find_statement
from node.store.opening import create_store, open_store
from node.store.vault import need_secret
from protocol.errors import NetworkError, PeerError, Refused
from protos.enrolment import EnrolmentToken, encode_token


def now() -> int:
    return int(time.time())


class House:
    """An authority with an open door."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.root = make_root_files(folder, "Authority", None, now(), os.urandom)
        self.store = make_store(folder)
        self.door = Door(
            Enroller(self.store, self.root, os.urandom),
            "127.0.0.1:0",
            Surroundings(now, os.urandom, lambda _: None),
        )

    def token(self, name: str = "甲材料") -> str:
        secret = os.urandom(16)
        with self.store.write() as connection:
            add_invitation(
                connection, Invitee(name, name, name, name, ("supplier",), ()), secret, now(), now() + 60
            )
        return encode_token(EnrolmentToken(self.door.address, self.root.fingerprint, secret))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "authority")
    yield made
    made.door.close(0)
    made.store.close()


def invitation(token: str) -> Invitation:
    return Invitation(token, "127.0.0.1:7444", make_log_key("log.example", os.urandom)[1])


def same(one: Identity, other: Identity) -> bool:
    """Keys of `cryptography` do not compare."""
    keys = [key_id(identity.signing_key.public_key()) for identity in (one, other)]
    return keys[0] == keys[1] and replace(one, signing_key=other.signing_key) == other


def test_a_node_enrols_with_a_token_and_leaves_its_enrolment_to_be_sent_first(
    house: House, tmp_path: Path
) -> None:
    identity = enrol(tmp_path / "node", invitation(house.token()), now, os.urandom)
    assert identity.entity.name_zh == "甲材料"
    store = open_store(tmp_path / "node")
    assert same(need_identity(store), identity)
    with store.read() as connection:
        kept = find_statement(connection, ENROLMENT_KEY)
    assert kept is not None and kept.id == identity.id


def test_a_lost_answer_is_asked_for_again_with_the_same_keys(house: House, tmp_path: Path) -> None:
    token = house.token()
    address = house.door.address
    house.door.close(0)
    with pytest.raises(NetworkError):
        enrol(tmp_path / "node", invitation(token), now, os.urandom)
    surroundings = Surroundings(now, os.urandom, lambda _: None)
    house.door = Door(Enroller(house.store, house.root, os.urandom), address, surroundings)
    first = enrol(tmp_path / "node", invitation(token), now, os.urandom)
    assert same(need_identity(create_store(tmp_path / "node")), first)


def test_an_enrolled_folder_is_not_enrolled_again(house: House, tmp_path: Path) -> None:
    enrol(tmp_path / "node", invitation(house.token()), now, os.urandom)
    with pytest.raises(Refused, match="enrolled already"):
        enrol(tmp_path / "node", invitation(house.token("乙材料")), now, os.urandom)


def test_a_used_token_is_refused_for_other_keys(house: House, tmp_path: Path) -> None:
    token = house.token()
    enrol(tmp_path / "node", invitation(token), now, os.urandom)
    with pytest.raises((PeerError, Refused)):
        enrol(tmp_path / "other", invitation(token), now, os.urandom)
    assert find_identity(open_store(tmp_path / "other")) is None


@pytest.mark.parametrize(
    "changes", [{"token": "nonsense"}, {"coordinator": "nowhere"}, {"log_key": "log.example+0+x"}]
)
def test_a_malformed_invitation_is_refused_before_anything_is_made(
    house: House, tmp_path: Path, changes: dict[str, str]
) -> None:
    good = invitation(house.token())
    fields = {"token": good.token, "coordinator": good.coordinator, "log_key": good.log_key, **changes}
    with pytest.raises(PeerError):
        enrol(tmp_path / "node", Invitation(**fields), now, os.urandom)
    assert not (tmp_path / "node").exists()


def test_an_invitation_does_not_show_its_token(house: House) -> None:
    token = house.token()
    assert token.split("/")[-1] not in repr(invitation(token))


def test_a_suppliers_node_keeps_the_citation_key_that_all_suppliers_have(
    tmp_path: Path, house: House
) -> None:
    keys = []
    for name in ("one", "two"):
        enrol(tmp_path / name, invitation(house.token(name)), now, os.urandom)
        store = open_store(tmp_path / name)
        with store.read() as connection:
            keys.append(need_secret(connection, CITATION_KEY))
        store.close()
    assert keys[0] == keys[1] and len(keys[0]) == 32
