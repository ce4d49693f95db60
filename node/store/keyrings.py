"""The operating system's keyring: where a desktop user's node keeps the key that opens its store.

The one fact: only a keyring that the operating system protects is used (macOS Keychain, Windows Credential Locker,
Secret Service, KWallet); a keyring that is a plain file is none.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from protocol.errors import Refused, StoreError

SERVICE = "sealsum node"


def is_available() -> bool:
    """Whether this user's session has a keyring that can be trusted with a key."""
    from keyring import core, errors

    try:
        return bool(core.recommended(_backend()))
    except (errors.KeyringError, RuntimeError):
        return False


def keep_key(entry: str, key: bytes) -> None:
    """Store a key under an entry of ours; Refused("keyring") when the keyring does not take it."""
    from keyring import errors

    try:
        _backend().set_password(SERVICE, entry, base64.b64encode(key).decode())
    except (errors.KeyringError, RuntimeError) as error:
        raise Refused("keyring", f"the keyring did not take the key ({error}); use a passphrase") from error


def need_key(entry: str) -> bytes:
    """The key of an entry; Refused("keyring") when it is not there or the keyring stays closed."""
    from keyring import errors

    try:
        found = _backend().get_password(SERVICE, entry)
    except (errors.KeyringError, RuntimeError) as error:
        raise Refused("keyring", f"the keyring does not open ({error}); unlock it and try again") from error
    if found is None:
        raise Refused(
            "keyring",
            "this user's keyring lacks the key of this node; log in as the user who made it, or restore a backup",
        )
    try:
        return base64.b64decode(found, validate=True)
    except binascii.Error as error:
        raise StoreError("the keyring's entry of this node is damaged; restore a backup") from error


def forget_key(entry: str) -> None:
    """Delete an entry; one that is not there is no error."""
    from keyring import errors

    try:
        _backend().delete_password(SERVICE, entry)
    except (errors.KeyringError, RuntimeError):
        return


def _backend() -> Any:
    # Loading keyring takes a tenth of a second, and most stores are not kept by one.
    import keyring

    return keyring.get_keyring()
