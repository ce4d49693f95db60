"""Signing in by a company's own login: OpenID Connect, authorization code with PKCE (RFC 7636).

The one fact: the company says who somebody is, and nothing else: that there is an account, and its roles, is decided
here. What goes to the company's login and why is told to `note` before it goes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from crypto.errors import BadLock
from crypto.locking import lock, unlock
from protocol.errors import NetworkError, PeerError, Refused
from web.accounts import Random
from web.company_settings import CompanyFields
from web.fetching import TooLong, fetch, is_safe_url
from web.sessions import make_secret

DISCOVERY = "/.well-known/openid-configuration"
SCOPE = "openid email"
ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
TRIP_SECONDS = 600
LEEWAY_SECONDS = 60
_BOUND = "company login"
Note = Callable[[str, str], None]
"""Told (receiver, what is sent in words) before anything goes out."""


@dataclass(frozen=True, slots=True)
class Company:
    """A company's login as it is configured. `base_url`: how browsers reach this application."""

    issuer: str
    client_id: str
    base_url: str
    client_secret: str = field(repr=False)
    note: Note = field(repr=False)

    @property
    def back_url(self) -> str:
        """Where the company's login sends the browser back to."""
        return f"{self.base_url.rstrip('/')}/company/back"


@dataclass(frozen=True, slots=True)
class Person:
    """Who the company says somebody is: the subject that never changes, and an address if it vouches for one."""

    subject: str
    email: str


def begin_trip(company: Company, site_key: bytes, wanted: str, now: int, random: Random) -> tuple[str, str]:
    """Where to send the browser, and what it keeps meanwhile: state, nonce and verifier, locked."""
    metadata = _discover(company)
    state, nonce, verifier = (make_secret(random) for _ in range(3))
    url = prepare_grant_uri(
        metadata["authorization_endpoint"],
        company.client_id,
        "code",
        redirect_uri=company.back_url,
        scope=SCOPE,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]
        code_challenge_method="S256",
    )
    kept = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "wanted": wanted,
        "until": now + TRIP_SECONDS,
    }
    return str(url), lock(site_key, _BOUND, json.dumps(kept).encode(), random).hex()


def end_trip(
    company: Company, site_key: bytes, kept: str, came: tuple[str, str], now: int
) -> tuple[Person, str]:
    """Who came back, and the page that was wanted; `came` is (code, state). PeerError("company") names what is wrong.

    1. What the browser kept is ours and not too old.
    2. The state is the one that was sent: the answer belongs to this browser's question.
    3. The code is exchanged with the verifier (PKCE), so whoever saw the code only gets nothing.
    4. The identity token is signed by a key of the issuer, with an algorithm of ours.
    5. It is from this issuer, for this client, of now, and carries the nonce that was sent.
    """
    code, state = came
    try:
        trip = json.loads(unlock(site_key, _BOUND, bytes.fromhex(kept)))
    except (BadLock, ValueError) as error:
        raise PeerError("company", "this browser did not begin to sign in here; start again") from error
    if trip["until"] < now:  # 1
        raise PeerError("company", "signing in took too long; start again")
    if state != trip["state"]:  # 2
        raise PeerError("company", "the answer belongs to another question; start again")
    metadata = _discover(company)
    token = _exchange(company, metadata["token_endpoint"], code, trip["verifier"])  # 3
    keys = _get(company, metadata["jwks_uri"], "asks for the keys by which the company signs")
    claims = _read_token(token, keys)  # 4
    person = _check_claims(company, claims, trip["nonce"], now)  # 5
    return person, str(trip["wanted"])


def _discover(company: Company) -> dict[str, str]:
    found = _get(company, company.issuer.rstrip("/") + DISCOVERY, "asks how the company's login is reached")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != company.issuer or not all(is_safe_url(found.get(name)) for name in names):
        raise PeerError(
            "company", "the company's login does not describe itself as the issuer that is configured"
        )
    return {name: found[name] for name in names}


def _exchange(company: Company, endpoint: str, code: str, verifier: str) -> str:
    body = prepare_token_request(
        "authorization_code", redirect_uri=company.back_url, code=code, code_verifier=verifier
    )
    company.note(_receiver(endpoint), "exchanges the code of a person who signs in")
    answer = _call(
        "POST",
        endpoint,
        content=body,
        auth=(company.client_id, company.client_secret),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
    )
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise PeerError("company", "the company's login gave no identity token for this code")
    return token


def _get(company: Company, url: str, why: str) -> dict[str, Any]:
    if not is_safe_url(url):
        raise PeerError("company", "expected an https address of the company's login")
    company.note(_receiver(url), why)
    return _call("GET", url)


def _receiver(url: str) -> str:
    return urlsplit(url).netloc


def _call(method: str, url: str, **options: Any) -> dict[str, Any]:
    try:
        answer = fetch(method, url, **options)
    except NetworkError as error:
        raise NetworkError(f"the company's login: {error}") from error
    except TooLong as error:
        raise PeerError("company", "the company's login answered without end") from error
    try:
        found = json.loads(answer.data)
    except (ValueError, RecursionError) as error:
        raise PeerError("company", f"the company's login answered {answer.status} and no JSON") from error
    if answer.status != 200 or not isinstance(found, dict):
        raise PeerError("company", f"the company's login refused: status {answer.status}")
    return found


def _read_token(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise PeerError(
            "company", "the identity token is not signed by a key of the company's login"
        ) from error


def _check_claims(company: Company, claims: dict[str, Any], nonce: str, now: int) -> Person:
    options = {
        "iss": {"essential": True, "value": company.issuer},
        "aud": {"essential": True, "value": company.client_id},
    }
    found = CodeIDToken(claims, {}, options, {"nonce": nonce, "client_id": company.client_id})
    try:
        found.validate(now, LEEWAY_SECONDS)
    except (AuthlibBaseError, JoseError, TypeError, ValueError) as error:
        raise PeerError(
            "company", "the identity token is for another application, another visit or another time"
        ) from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise PeerError("company", "the identity token names nobody")
    email = claims.get("email")
    vouched = claims.get("email_verified") is True and isinstance(email, str)
    return Person(f"{company.issuer} {subject}", str(email) if vouched else "")


def make_company(fields: CompanyFields, note: Note) -> Company | None:
    """The company's login; None when nothing of it is set, Refused("settings") when a part is missing or unsafe."""
    given = (fields.issuer, fields.client_id, fields.secret_file)
    if not any(given):
        return None
    if (
        fields.issuer is None
        or fields.client_id is None
        or fields.secret_file is None
        or not fields.public_url
    ):
        raise Refused(
            "settings",
            "a company's login needs company_issuer, company_client_id, company_secret_file and public_url together",
        )
    if not is_safe_url(fields.issuer) or not is_safe_url(fields.public_url):
        raise Refused("settings", "company_issuer and public_url: expected https addresses")
    try:
        secret = fields.secret_file.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("settings", f"cannot read {fields.secret_file}") from error
    return Company(fields.issuer, fields.client_id, fields.public_url, secret, note)
