"""Browsers in which an account was signed in before: a cookie that tells them from strangers who guess its password.

The one fact: the cookie opens nothing. It only lets its browser's attempts be counted apart from everybody else's
(web/logins.py), so who guesses from elsewhere cannot keep an account's holder out.
"""

from __future__ import annotations

import hashlib
import hmac

from starlette.responses import Response

from web.logins import Attempt
from web.visits import Visit

KNOWN_SECONDS = 366 * 24 * 3600


def attempt_by_password(visit: Visit, account: str) -> Attempt:
    """The attempt of this visit to sign in as `account`: whether its browser is known for that account is read here."""
    shown = visit.request.cookies.get(_cookie(visit, account), "")
    made, _, proof = shown.partition(".")
    is_dated = made.isascii() and made.isdigit() and len(made) <= 12
    is_known = (
        is_dated
        and visit.now - KNOWN_SECONDS < int(made) <= visit.now
        and hmac.compare_digest(_prove(visit, account, made).encode(), proof.encode())
    )
    return Attempt(account, visit.address, "known" if is_known else "password")


def remember_browser(visit: Visit, response: Response, account: str) -> None:
    """Let the browser show from now on that the account was signed in with it."""
    made = str(visit.now)
    response.set_cookie(
        _cookie(visit, account),
        f"{made}.{_prove(visit, account, made)}",
        max_age=KNOWN_SECONDS,
        path=visit.url("/"),
        httponly=True,
        secure=visit.site.is_secure,
        samesite="strict",
    )


def _cookie(visit: Visit, account: str) -> str:
    """One name for each account, so that two people at one browser are both known."""
    return f"{visit.site.cookie}_known_{hashlib.sha256(account.encode()).hexdigest()[:12]}"


def _prove(visit: Visit, account: str, made: str) -> str:
    told = f"sealsum/v1/web-known\0{made}\0{account}".encode()
    return hmac.new(visit.site.key(), told, hashlib.sha256).hexdigest()
