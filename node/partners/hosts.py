"""Where a partner takes events: its host's address and this node's credential there, as the owner configured them.

The one fact: an event goes to no other address than one that the owner typed on this machine; nothing that a partner
sends names one. The credential's secret is in the vault.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from node.organisation import Node
from node.partners.access import find_partner, host_secret
from node.store.tables import PARTNER_HOSTS, PARTNER_OUTBOX
from node.store.vault import find_secret, forget_secret, keep_secret
from protocol.errors import Refused
from web.fetching import is_safe_url

EVENTS, TOKEN = "/3/events", "/auth/token"
LONGEST_SECRET = 1000


@dataclass(frozen=True, slots=True)
class Host:
    """A partner's host. `source`: what this node is called in its events, a URI reference of the owner's choice."""

    url: str
    token_url: str
    client: str
    source: str
    secret: str = field(repr=False)

    @property
    def events_url(self) -> str:
        """Where its events are posted."""
        return self.url + EVENTS


@dataclass(frozen=True, slots=True)
class HostForm:
    """A host as the owner states it; an empty `token_url` is `/auth/token` under `url`, an empty `source` a URN."""

    url: str
    client: str
    secret: str = field(repr=False)
    token_url: str = ""
    source: str = ""


def set_host(node: Node, name: str, form: HostForm) -> None:
    """Send a partner's events there from now on; Refused("host" | "unknown").

    1. Both addresses are https, or http on this machine, without query or credential.
    2. Client id and secret are there, and fit HTTP Basic.
    """
    url = form.url.rstrip("/")
    token_url = form.token_url or url + TOKEN
    for one in (url, token_url):
        if not is_safe_url(one) or "?" in one or "#" in one:  # 1
            raise Refused("host", f"{one}: expected an address such as https://pact.example.com")
    if not form.client or ":" in form.client or len(form.client) > 300 or not form.client.isprintable():  # 2
        raise Refused("host", "expected the client id that the partner gave you, without a colon")
    if not 0 < len(form.secret) <= LONGEST_SECRET or not form.secret.isprintable():
        raise Refused("host", "expected the client secret that the partner gave you, on one line")
    source = form.source or f"urn:sealsum:enrolment:{node.id}"
    if not source.isascii() or not source.isprintable() or " " in source or len(source) > 300:
        raise Refused(
            "host", "source: expected a URI of at most 300 characters, such as //node.example.com/3/events"
        )
    row = {"url": url, "token_url": token_url, "client": form.client, "source": source}
    with node.store.write() as connection:
        partner = find_partner(connection, name).id
        _forget(connection, partner)
        connection.execute(insert(PARTNER_HOSTS).values(partner=partner, **row))
        keep_secret(connection, host_secret(partner), form.secret.encode())


def find_host(connection: Connection, partner: int) -> Host | None:
    """Where a partner's events go, or None."""
    row = connection.execute(select(PARTNER_HOSTS).where(PARTNER_HOSTS.c.partner == partner)).first()
    secret = None if row is None else find_secret(connection, host_secret(partner))
    if row is None or secret is None:
        return None
    return Host(row.url, row.token_url, row.client, row.source, secret.decode())


def has_host(connection: Connection, partner: int) -> bool:
    """Whether a partner's events go anywhere."""
    query = select(PARTNER_HOSTS.c.partner).where(PARTNER_HOSTS.c.partner == partner)
    return connection.execute(query).first() is not None


def remove_host(node: Node, name: str) -> None:
    """Send a partner nothing any more; what waits is given up. Refused("unknown")."""
    with node.store.write() as connection:
        forget_host(connection, find_partner(connection, name).id)


def forget_host(connection: Connection, partner: int) -> None:
    """The same within a transaction, by the partner's number."""
    _forget(connection, partner)
    waiting = (PARTNER_OUTBOX.c.partner == partner) & (PARTNER_OUTBOX.c.state == "waiting")
    given_up = {"state": "given-up", "said": "the partner has no host any more"}
    connection.execute(update(PARTNER_OUTBOX).where(waiting).values(**given_up))


def _forget(connection: Connection, partner: int) -> None:
    connection.execute(delete(PARTNER_HOSTS).where(PARTNER_HOSTS.c.partner == partner))
    forget_secret(connection, host_secret(partner))
