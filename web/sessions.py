"""Sessions and one-time entry links: random secrets in the browser, their hashes in the store.

The one fact: a session ends 12 hours after it was last used and 7 days after it began, whatever the browser keeps; an
entry link works once, for a few minutes. The token against forged requests follows from the session's secret.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from web.accounts import Account, Random, find_account
from web.schema import ENTRY_LINKS, SESSIONS

IDLE_SECONDS, LIFE_SECONDS = 12 * 3600, 7 * 24 * 3600
LINK_SECONDS = 15 * 60
_SECRET_BYTES = 32
_LONGEST = 100
_TOUCH_SECONDS = 60
_TASK = "task\n"
"""What a notice begins with in the store when something is still to be done."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence after a change; `is_task`: what it tells of is no success yet, its reader has something to do."""

    text: str = ""
    is_task: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in visit: whose it is, since when, and what is to be said on its next page."""

    hash: str
    account: Account
    created: int
    notice: Notice


def make_secret(random: Random) -> str:
    """256 random bits, as text for a cookie, a link or a form."""
    return random(_SECRET_BYTES).hex()


def hash_secret(secret: str) -> str:
    """What the store keeps of a secret of full entropy."""
    return hashlib.sha256(b"sealsum/v1/web-secret\0" + secret[:_LONGEST].encode()).hexdigest()


def csrf_of(secret: str) -> str:
    """The token that forms carry, for the visit with this secret."""
    return hmac.new(secret.encode(), b"sealsum/v1/web-csrf", hashlib.sha256).hexdigest()


def is_csrf(secret: str, token: str) -> bool:
    """Whether a form carries the token of this visit."""
    return hmac.compare_digest(csrf_of(secret).encode(), token.encode())


def open_session(connection: Connection, account: str, now: int, random: Random, notice: str = "") -> str:
    """Begin a session, its next page with this notice; returns the secret for the cookie. Sessions that are over are
    cleared away."""
    secret = make_secret(random)
    over = (SESSIONS.c.seen < now - IDLE_SECONDS) | (SESSIONS.c.created < now - LIFE_SECONDS)
    connection.execute(delete(SESSIONS).where(over))
    connection.execute(
        insert(SESSIONS).values(
            hash=hash_secret(secret), account=account, created=now, seen=now, notice=notice
        )
    )
    return secret


def find_session(connection: Connection, secret: str, now: int) -> tuple[Session, bool] | None:
    """The session of a cookie, and whether to note now that it is used; None when there is none or it is over."""
    row = connection.execute(select(SESSIONS).where(SESSIONS.c.hash == hash_secret(secret))).first()
    if row is None or row.seen < now - IDLE_SECONDS or row.created < now - LIFE_SECONDS:
        return None
    account = find_account(connection, row.account)
    if account is None:
        return None
    return Session(row.hash, account, row.created, _parse_notice(row.notice)), row.seen < now - _TOUCH_SECONDS


def _parse_notice(text: str) -> Notice:
    return Notice(text.removeprefix(_TASK), text.startswith(_TASK))


def touch_session(connection: Connection, session: Session, now: int) -> None:
    """Note that a session is used."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.hash == session.hash).values(seen=now))


def set_notice(connection: Connection, session: Session, notice: Notice) -> None:
    """Leave a sentence for the session's next page; an empty one takes it back."""
    text = f"{_TASK}{notice.text}" if notice.is_task else notice.text
    connection.execute(update(SESSIONS).where(SESSIONS.c.hash == session.hash).values(notice=text))


def end_session(connection: Connection, session: Session) -> None:
    """Sign out."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.hash == session.hash))


def make_link(connection: Connection, account: str, leads_to: str, now: int, random: Random) -> str:
    """A secret that lets its holder in once, as this account, onto that page."""
    secret = make_secret(random)
    connection.execute(delete(ENTRY_LINKS).where(ENTRY_LINKS.c.expires < now))
    values = {
        "hash": hash_secret(secret),
        "account": account,
        "leads_to": leads_to,
        "expires": now + LINK_SECONDS,
    }
    connection.execute(insert(ENTRY_LINKS).values(**values))
    return secret


def use_link(connection: Connection, secret: str, now: int) -> tuple[str, str] | None:
    """Use up a link: its account and the page it leads to; None when it was used, is over, or never was."""
    where = (ENTRY_LINKS.c.hash == hash_secret(secret)) & (ENTRY_LINKS.c.expires >= now)
    row = connection.execute(select(ENTRY_LINKS).where(where)).first()
    if row is None:
        return None
    used = connection.execute(delete(ENTRY_LINKS).where(where))
    return (row.account, row.leads_to) if used.rowcount == 1 else None
