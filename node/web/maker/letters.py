"""Texts to suppliers: one to a page, or all of them in one to copy or to take along.

The one fact: a node sends no mail, and no text holds an amount, a quantity or a footprint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from starlette.responses import Response

from node.language import Language
from node.maker.reminding import Reminder
from node.web.maker.checking import make_file
from web.visits import Visit

Maker = Callable[[Language], Reminder]
"""Makes a letter in one language."""
_LINE = "\n" + "-" * 60 + "\n\n"


def list_letters(visit: Visit, make: Maker) -> list[tuple[str, Reminder, str]]:
    """One letter in both languages, the reader's first: the language's name, the letter, a link to a mail program."""
    letters = [("中文", make("zh")), ("English", make("en"))]
    shown = letters if visit.language == "zh" else letters[::-1]
    return [
        (name, one, f"mailto:?subject={quote(one.subject)}&body={quote(one.text)}") for name, one in shown
    ]


def show_letters(
    visit: Visit, letters: Sequence[tuple[str, Maker]], named: str, back: str, sent: str = ""
) -> Response:
    """Every letter, each to whom it goes, on one page; ?form=txt as a file that `named` is part of the name of.

    `sent`: where it is noted that they were sent, "" where that is not.
    """
    shown = [(supplier, list_letters(visit, make)) for supplier, make in letters]
    texts = [f"{supplier}\n{some[0][1].subject}\n\n{some[0][1].text}" for supplier, some in shown]
    whole = _LINE.join(texts)
    if visit.request.query_params.get("form") == "txt":
        return make_file(whole.encode(), f"letters-{named}.txt", "text/plain; charset=utf-8")
    return visit.page(
        "letters.html",
        letters=shown,
        whole=whole,
        file=visit.with_query(form="txt"),
        back=visit.url(back),
        sent=visit.url(sent) if sent else "",
    )
