"""Invitations: who may be invited, and that the store cannot invite anybody by itself."""

from typing import Any

import pytest

from authority.invitations import Invitee, cancel_invitation, check_invitee, list_invitations
from authority.listing import list_invited
from protocol.errors import Refused

GOOD = {"name_zh": "甲", "name_en": "A", "legal_entity": "E", "parent": "P", "roles": ("supplier",)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name_zh": ""}, "name_zh"),
        ({"name_en": "a\nb"}, "name_en"),
        ({"legal_entity": " E"}, "legal_entity"),
        ({"parent": "x" * 401}, "parent"),
        ({"roles": ()}, "at least one"),
        ({"roles": ("supplier", "supplier")}, "none twice"),
        ({"roles": ("king",)}, "king"),
        ({"hosts": ("a.example",)}, "only an operator"),
        ({"roles": ("operator",), "hosts": ("a",) * 17}, "at most 16"),
        ({"roles": ("operator",)}, "give --host"),
    ],
)
def test_an_invitee_that_breaks_a_rule_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        check_invitee(Invitee(**(GOOD | changes)))


def test_all_problems_of_an_invitee_are_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        check_invitee(Invitee("", "A", "", "P", ("king",)))
    assert all(word in caught.value.message for word in ("name_zh", "legal_entity", "king"))


def test_the_store_holds_no_secret_of_a_token(house: Any) -> None:
    _, secret = house.invite()
    house.store.close()
    stored = b"".join(path.read_bytes() for path in house.folder.iterdir())
    assert secret not in stored
    assert secret.hex().encode() not in stored


def test_a_legal_entity_has_one_open_invitation(house: Any) -> None:
    invitation, _ = house.invite()
    with pytest.raises(Refused, match="open invitation"):
        house.invite()
    with house.store.write() as connection:
        cancel_invitation(connection, invitation.number, house.now)
    house.invite()


def test_an_expired_invitation_makes_room_for_another(house: Any) -> None:
    invitation, _ = house.invite()
    house.now = invitation.expires_at
    house.invite()


@pytest.mark.parametrize("state", ["unknown", "cancelled", "used"])
def test_only_an_open_invitation_can_be_cancelled(house: Any, state: str) -> None:
    invitation, secret = house.invite()
    number = invitation.number
    if state == "unknown":
        number += 1
    elif state == "used":
        house.enrol(house.apply(secret))
    with house.store.write() as connection:
        if state == "cancelled":
            cancel_invitation(connection, number, house.now)
        with pytest.raises(Refused, match="unknown, used or cancelled"):
            cancel_invitation(connection, number, house.now)


def test_a_refused_invitation_leaves_the_store_as_it_was(house: Any) -> None:
    with pytest.raises(Refused):
        house.invite(roles=("king",))
    with house.store.read() as connection:
        assert list_invitations(connection) == []


def test_the_list_shows_what_became_of_each(house: Any) -> None:
    house.invite("OPEN")
    cancelled, _ = house.invite("CANCELLED")
    _, used = house.invite("USED")
    house.enrol(house.apply(used))
    _, ended = house.invite("REVOKED")
    house.enrol(house.apply(ended))
    with house.store.write() as connection:
        cancel_invitation(connection, cancelled.number, house.now)
    with house.store.read() as connection:
        by_entity = {
            item.invitation.invitee.legal_entity: item for item in list_invited(connection, house.now)
        }
    house.enroller.revoke(by_entity["REVOKED"].enrolment, "over", house.now)
    with house.store.read() as connection:
        states = [item.state for item in list_invited(connection, house.now)]
        later = [item.state for item in list_invited(connection, house.now + 15 * 86400)]
    assert states == ["open", "cancelled", "enrolled", "revoked"]
    assert later == ["expired", "cancelled", "enrolled", "revoked"]
