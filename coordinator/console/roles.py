"""Who may open a page of the console, as the type of its first parameter."""

from __future__ import annotations

from typing import Annotated

from web.visits import Visit, signed_in

OPERATOR, VERIFIER, PROVIDER, EXPERT = "operator", "verifier", "provider", "expert"
ROLES = (OPERATOR, VERIFIER, PROVIDER, EXPERT)

Member = Annotated[Visit, signed_in()]
"""Every account of the console."""
Operator = Annotated[Visit, signed_in(OPERATOR)]
Verifier = Annotated[Visit, signed_in(VERIFIER)]
Provider = Annotated[Visit, signed_in(PROVIDER)]
Expert = Annotated[Visit, signed_in(EXPERT)]
