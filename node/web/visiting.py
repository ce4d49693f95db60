"""Who may open a page of the node's app, as the type of its first parameter."""

from __future__ import annotations

from typing import Annotated

from node.accounts import OWNER, PREPARER
from web.visits import Visit, signed_in

Reader = Annotated[Visit, signed_in()]
"""Every account: looking."""
Preparer = Annotated[Visit, signed_in(OWNER, PREPARER)]
"""Products and imports, but no decision."""
Owner = Annotated[Visit, signed_in(OWNER)]
"""Whatever binds the organisation: declaring, consenting, keys."""
