"""A certificate for connections that ends while its node listens, and nobody there to renew it. Protocol section 11."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from authority.root import load_root, make_serial
from crypto.certificates import (
    Grant,
    Usage,
    Validity,
    encode_certificate,
    issue,
    parse_certificate,
    subject_of,
)
from node.identity import CONNECTION, need_identity
from node.store.opening import open_store
from node.store.settings import set_value
from protos.renewal import ENROLMENT_URI, RENEW_AFTER_SECONDS
from tests.support.aftermath import check_aftermath
from tests.support.hosts import Network
from tests.support.house import House
from tests.support.stage import become
from tests.support.works import Works

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SUPPLIER, LATE = "cathode", "graphite"
LEFT_SECONDS = 20


def let_end_soon(house: House, slug: str) -> str:
    """Give a stopped node a certificate that is due for renewal and ends soon; where its authority listens."""
    now = int(time.time())
    issuer = load_root(house.out / "authority", None, now).issuer
    store = open_store(house.node_folder(slug))
    try:
        identity = need_identity(store)
        enrolled = parse_certificate(identity.entity.certificate.encode())
        subject = replace(subject_of(enrolled), uri=(ENROLMENT_URI + identity.id,))
        validity = Validity(now - RENEW_AFTER_SECONDS - 60, now + LEFT_SECONDS)
        grant = Grant(make_serial(os.urandom), validity, Usage(client=True))
        pem = encode_certificate(issue(issuer, identity.signing_key.public_key(), subject, grant)).decode()
        with store.write() as connection:
            set_value(connection, CONNECTION, pem)
        assert identity.authority is not None
        return identity.authority
    finally:
        store.close()


def test_a_certificate_that_ends_in_a_stream_is_renewed_when_the_authority_is_back(
    works: Works, network: Network
) -> None:
    house = works.house
    said = house.stage.logs / f"{SUPPLIER}.log"
    for name in ("authority", SUPPLIER, LATE):
        house.stage.kill(name)
    address, before = let_end_soon(house, SUPPLIER), len(said.read_text())
    house.revive(SUPPLIER)
    request = house.request()

    house.wait(lambda: "have it renewed" in said.read_text()[before:])
    authority = house.stage.open_terminal("authority")
    serve = ("authority", "serve", str(house.out / "authority"), "--listen", address, "--json")
    assert become(authority, *serve) is not None
    house.revive(LATE)
    house.wait(lambda: "certificate for connections was renewed" in said.read_text()[before:])
    check_aftermath(house, [request], network)
