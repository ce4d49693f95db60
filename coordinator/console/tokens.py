"""What the console says of the tokens for programs that call its REST API; web/token_pages.py is the page."""

from __future__ import annotations

from coordinator.console.api import GRANTS, LOG, STATUS, WORK
from coordinator.console.library_calls import REVIEWS, SUBMISSIONS
from coordinator.console.roles import OPERATOR
from web.languages import mark
from web.token_pages import TokenPage

TOKENS = TokenPage(
    GRANTS,
    mark(
        "For your own programs, which call this console under /console/api/v1. A token may what is ticked here, and "
        "never more than its account."
    ),
    {
        STATUS: mark("see how the coordinator does, who takes part, what was refused"),
        LOG: mark("see calculations and statements of the log"),
        WORK: mark("see your own questions and how far each has come"),
        SUBMISSIONS: mark("see your own submissions and how far each has come"),
        REVIEWS: mark("see what waits for your opinion, and what you wrote about"),
    },
    OPERATOR,
)
