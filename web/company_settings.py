"""The settings of a company's own login, the same for a node and a coordinator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from operation.settings import About

Issuer = Annotated[
    str | None,
    About(
        "Address of the company's own login (OpenID Connect issuer); without it accounts have passwords only.",
        "It says who somebody is: whoever controls it enters as anybody whose account it may name.",
        "SEALSUM_COMPANY_ISSUER",
    ),
]
ClientId = Annotated[
    str | None,
    About(
        "Name under which the company's login knows this application.",
        "Not secret.",
        "SEALSUM_COMPANY_CLIENT_ID",
    ),
]
SecretFile = Annotated[
    Path | None,
    About(
        "File whose first line is the secret that goes with the client id.",
        "With it others can pose as this application to the company's login.",
        "SEALSUM_COMPANY_SECRET_FILE",
    ),
]
PublicUrl = Annotated[
    str | None,
    About(
        "How browsers reach the pages, such as https://node.example.com; the company's login sends them back there.",
        "A wrong one sends people who sign in to somebody else.",
        "SEALSUM_PUBLIC_URL",
    ),
]


@dataclass(frozen=True, slots=True)
class CompanyFields:
    """The settings of a company's login, as a process has them."""

    issuer: str | None
    client_id: str | None
    secret_file: Path | None
    public_url: str | None


NO_COMPANY = CompanyFields(None, None, None, None)
