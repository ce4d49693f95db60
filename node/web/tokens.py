"""What the node says of the tokens for programs that call its REST API; web/token_pages.py is the page."""

from __future__ import annotations

from node.accounts import OWNER
from node.tokens import DECIDE, GRANTS, PREPARE, READ, SHARE
from web.languages import mark
from web.token_pages import TokenPage

TOKENS = TokenPage(
    GRANTS,
    mark(
        "For your own programs, which call this node under /api/v1. A token may what is ticked here, and never more "
        "than its account."
    ),
    {
        READ: mark("look at everything the node shows its owner"),
        PREPARE: mark("add products and import their sheets"),
        DECIDE: mark("declare, consent, refuse, withdraw, request calculations"),
        SHARE: mark("add partners, publish and withdraw footprints"),
    },
    OWNER,
)
