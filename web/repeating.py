"""Idempotency-Key: a request that is sent twice is done once, and answered twice alike.

The one fact: the answer is kept locked under a key that follows from the caller's own token, for a day; who reads the
database learns nothing from it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select, update
from starlette.responses import JSONResponse

from crypto.locking import lock, unlock
from protocol.errors import Refused
from web.schema import ANSWERS
from web.tokens import Caller

KEPT_SECONDS = 24 * 3600
HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,128}")
_PURPOSE = "answers"
_UNDER_WAY = 0


def answer_once(
    caller: Caller, key: str | None, request: bytes, work: Callable[[], tuple[int, Any]]
) -> JSONResponse:
    """Do `work` and answer with its status and JSON; with the same key and request, answer as the first time.

    Refused("repeated") when the key came with another request, Refused("under-way") while the first is being done.
    `request` is what was asked: method, path and body.
    """
    if key is None:
        return JSONResponse(*_swapped(work()))
    if _KEY.fullmatch(key) is None:
        raise Refused("repeated", f"{HEADER}: expected at most 128 visible ASCII characters")
    digest = hashlib.sha256(request).hexdigest()
    kept = _claim(caller, key, digest)
    if kept is not None:
        return kept
    try:
        status, body = work()
    except BaseException:
        _forget(caller, key)  # nothing was done, so the next one is a first one
        raise
    _keep(caller, key, status, body)
    return JSONResponse(body, status)


def _swapped(found: tuple[int, Any]) -> tuple[Any, int]:
    return found[1], found[0]


def _claim(caller: Caller, key: str, digest: str) -> JSONResponse | None:
    """Take the key for this request, or return what it was answered with."""
    now, store = caller.visit.now, caller.visit.site.store()
    mine = (ANSWERS.c.account == caller.account.name) & (ANSWERS.c.key == key)
    with store.write() as connection:
        connection.execute(delete(ANSWERS).where(ANSWERS.c.created < now - KEPT_SECONDS))
        row = connection.execute(select(ANSWERS).where(mine)).first()
        if row is None:
            values = {"account": caller.account.name, "key": key, "request_hash": digest}
            connection.execute(insert(ANSWERS).values(**values, status=_UNDER_WAY, body=b"", created=now))
            return None
    if row.request_hash != digest:
        raise Refused("repeated", f"{HEADER}: this key came with another request before; take a new key")
    if row.status == _UNDER_WAY:
        raise Refused("under-way", "the first request with this key is being done; ask again in a moment")
    body = unlock(caller.key(_PURPOSE), key, bytes(row.body))
    return JSONResponse(json.loads(body), row.status, {"Idempotent-Replay": "true"})


def _keep(caller: Caller, key: str, status: int, body: Any) -> None:
    locked = lock(caller.key(_PURPOSE), key, json.dumps(body).encode(), caller.visit.site.random)
    mine = (ANSWERS.c.account == caller.account.name) & (ANSWERS.c.key == key)
    with caller.visit.site.store().write() as connection:
        connection.execute(update(ANSWERS).where(mine).values(status=status, body=locked))


def _forget(caller: Caller, key: str) -> None:
    mine = (ANSWERS.c.account == caller.account.name) & (ANSWERS.c.key == key)
    with caller.visit.site.store().write() as connection:
        connection.execute(delete(ANSWERS).where(mine))
