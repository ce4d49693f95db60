"""One-time codes of an authenticator app as a second factor: TOTP, RFC 6238, six digits in thirty seconds.

The one fact: the key is locked under the site's own key, so a stolen database yields no codes; and a code is good once.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Connection, select, update

from crypto.locking import KEY_BYTES, lock, unlock
from web.accounts import Random
from web.schema import ACCOUNTS

DIGITS, STEP_SECONDS, KEY_LENGTH = 6, 30, 20
_DRIFT = 1
"""Steps that a clock may be off, either way."""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Whose second factor, and the key under which it is kept."""

    account: str
    site_key: bytes = field(repr=False)


def derive_site_key(secret: bytes) -> bytes:
    """The key under which a site locks what it keeps for itself, from a secret that its process holds anyway."""
    return HKDF(SHA256(), KEY_BYTES, None, b"sealsum/v1/web-site-key").derive(secret)


def begin_code(connection: Connection, factor: SecondFactor, random: Random) -> str:
    """Draw a key for the account's app, not asked for before `confirm_code`; returns what the app scans."""
    key = random(KEY_LENGTH)
    _keep(connection, factor, {"key": key.hex(), "step": 0, "pending": True}, random)
    return _totp(key).get_provisioning_uri(factor.account, "Sealsum")


def pending_code(connection: Connection, factor: SecondFactor) -> str | None:
    """What the app scans, where `begin_code` drew a key and `confirm_code` has not followed; else None."""
    fields = _read(connection, factor)
    if fields is None or not fields["pending"]:
        return None
    return _totp(bytes.fromhex(fields["key"])).get_provisioning_uri(factor.account, "Sealsum")


def confirm_code(connection: Connection, factor: SecondFactor, code: str, now: int, random: Random) -> bool:
    """Ask for codes from now on, if this is one of the app; whether it was."""
    fields = _read(connection, factor)
    if fields is None or not (step := _step_of(fields, code, now)):
        return False
    _keep(connection, factor, {"key": fields["key"], "step": step, "pending": False}, random)
    return True


def has_code(connection: Connection, factor: SecondFactor) -> bool:
    """Whether this account is asked for a code."""
    fields = _read(connection, factor)
    return fields is not None and not fields["pending"]


def use_code(connection: Connection, factor: SecondFactor, code: str, now: int, random: Random) -> bool:
    """Whether the account may go on: it is asked for no code, or this is one that was not used before."""
    fields = _read(connection, factor)
    if fields is None or fields["pending"]:
        return True
    step = _step_of(fields, code, now)
    if not step:
        return False
    _keep(connection, factor, {**fields, "step": step}, random)
    return True


def remove_code(connection: Connection, account: str) -> None:
    """Ask this account for no code any more."""
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == account).values(totp=None))


def _step_of(fields: dict[str, Any], code: str, now: int) -> int:
    """The time step that a code is of, later than the last one used; 0 when it is of none."""
    totp, present = _totp(bytes.fromhex(fields["key"])), now // STEP_SECONDS
    for step in range(max(present - _DRIFT, fields["step"] + 1), present + _DRIFT + 1):
        if hmac.compare_digest(totp.generate(step * STEP_SECONDS), code.strip().encode()):
            return step
    return 0


def _totp(key: bytes) -> TOTP:
    # SHA-1 is what authenticator apps compute; HMAC does not rest on its collisions.
    return TOTP(key, DIGITS, SHA1(), STEP_SECONDS)


def _bound(account: str) -> str:
    return f"totp {account}"


def _read(connection: Connection, factor: SecondFactor) -> dict[str, Any] | None:
    locked = connection.execute(select(ACCOUNTS.c.totp).where(ACCOUNTS.c.name == factor.account)).scalar()
    if locked is None:
        return None
    fields: dict[str, Any] = json.loads(unlock(factor.site_key, _bound(factor.account), bytes(locked)))
    return fields


def _keep(connection: Connection, factor: SecondFactor, fields: dict[str, Any], random: Random) -> None:
    locked = lock(factor.site_key, _bound(factor.account), json.dumps(fields).encode(), random)
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == factor.account).values(totp=locked))
