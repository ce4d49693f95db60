"""What the pages of one web application have in common: its store of accounts, its templates, its look, its clock.

The one fact: a page reaches all of it through its Visit (web/visits.py); web/application.py puts it into FastAPI.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from operation.checks import say_by_check
from operation.refusals import say_words
from protocol.errors import SealsumError
from web.accounts import Random
from web.company import Company
from web.languages import Language, mark
from web.storing import WebStore
from web.templating import Templates


def wall_clock() -> int:
    """Unix seconds."""
    return int(time.time())


SAID = "said"
"""The check of a refusal that a page itself put into its reader's words: nothing is added to them."""


def say_plainly(error: SealsumError, language: Language) -> str:
    """An error's own words, or what its check is about, for an application that has no others."""
    message = getattr(error, "message", str(error))
    if language == "zh" and (known := say_words(message)) is not None:
        return known
    said = say_by_check(getattr(error, "check", ""), message)
    return message if said is None else said.say(language)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: its title (marked for translation), where it leads, which roles see it.

    `of`: the organisations that have use for it, by their roles; empty: all.
    """

    title: str
    path: str
    roles: frozenset[str] = frozenset()
    of: frozenset[str] = frozenset()


def name_organisation(name_zh: str, name_en: str, legal_entity: str) -> str:
    """An organisation for a file that may be read in either language."""
    return ", ".join((" ".join(dict.fromkeys((name_zh, name_en))), legal_entity))


@dataclass(frozen=True, slots=True)
class Look:
    """What an application's pages have in common: titles, navigation, where a search goes.

    `organisation` tells the roles of whose application it is; without it every place is for it.
    """

    title: str
    places: Sequence[Place]
    search_path: str = ""
    search_title: str = mark("Search")
    search_titles: Mapping[str, str] = field(default_factory=dict)
    """What stands there instead for an organisation of a role; marked for translation."""
    hint: str = ""
    """What to do without a password, for the page where one signs in; marked for translation."""
    new_link: str = ""
    """Where another one-time link comes from, beside who gave the first; marked for translation."""
    account: str = ""
    """The account that stands in the form where one signs in, for who has no other."""
    outside: Place | None = None
    """A page that needs no account, of this host but outside the application: offered where one signs in."""
    unreachable: str = ""
    """What to do when the other side does not answer, and on which page; marked for translation."""
    organisation: Callable[[], frozenset[str]] | None = None
    whose: Callable[[], Sequence[tuple[str, str]]] | None = None
    """By label, marked for translation, the organisation whose application it is and what else names it, for files
    that leave it; empty while there is none."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """What the roles of accounts are called; marked for translation."""

    def name_search(self) -> str:
        """What the search box says it finds; marked for translation."""
        own = frozenset() if self.organisation is None else self.organisation()
        return next((text for role, text in self.search_titles.items() if role in own), self.search_title)

    def places_for(self, roles: frozenset[str]) -> list[Place]:
        """The navigation of an account with these roles."""
        own = None if self.organisation is None else self.organisation()
        return [
            place
            for place in self.places
            if (not place.roles or place.roles & roles) and (own is None or not place.of or place.of & own)
        ]


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of one application works with.

    `cookie` names the browser's cookie: ports share cookies, so two nodes on one machine need two names.
    `explain` says an error in the reader's language. `key` locks what the site keeps for itself (web/codes.py);
    `company` is the company's login, where there is one.
    """

    store: Callable[[], WebStore]
    templates: Templates
    look: Look
    cookie: str
    is_secure: bool
    key: Callable[[], bytes]
    home: str = "/"
    company: Company | None = None
    explain: Callable[[SealsumError, Language], str] = say_plainly
    clock: Callable[[], int] = wall_clock
    random: Random = field(default=os.urandom)
