"""What people type into a field for words, as a statement can hold it. Protocol section 2, "Text".

The one fact: a browser ends lines with CR LF and lets anything be pasted; a statement's text holds neither, and is
signed, so what becomes of it is decided before it is shown for a last look.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

LONGEST_LINE, LONGEST_TEXT = 400, 4000


def one_line(text: str) -> str:
    """The words on one line, one space between them; what cannot be shown is a space."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def some_lines(text: str) -> str:
    """Each line as `one_line`, without empty ones at either end."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


Line = Annotated[
    str,
    BeforeValidator(one_line),
    StringConstraints(max_length=LONGEST_LINE),
]
"""A field of a form that becomes a statement's Text."""
Lines = Annotated[
    str,
    BeforeValidator(some_lines),
    StringConstraints(max_length=LONGEST_TEXT),
]
"""A field of a form that becomes a statement's OptionalText."""
