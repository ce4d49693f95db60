"""A visit: one request of one reader, with language, look, account, and the ways to answer it.

The one fact: a page states by its type who may open it (`signed_in`), and a request that changes something is refused
here unless it carries the token of this visit; no page can forget either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlencode

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from protocol.errors import Refused, SealsumError
from web.accounts import Account
from web.languages import MARKS, Language, Marks, find_language
from web.numbers import MOST_AHEAD, show_time
from web.paging import Slice, parse_cursor
from web.sessions import (
    Notice,
    Session,
    csrf_of,
    find_session,
    is_csrf,
    make_secret,
    set_notice,
    touch_session,
)
from web.shields import SAFE_METHODS
from web.site import Place, Site
from web.tables import FORMATS, About, Table, Value, encode_table, spread_notes
from web.templating import fingerprint

LANGUAGE_COOKIE, THEME_COOKIE = "sealsum_language", "sealsum_theme"
THEMES = ("light", "dark")
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
_AHEAD = re.compile(r"-?[0-9]{1,3}")
_YEAR = 365 * 24 * 3600
_NOT_KEPT = ("table", "as", "version")
"""Parts of a query that say how this one answer is wanted, not which page it is."""
_MOST_ADDRESS = 2000
ROWS = 50
"""How many rows of a list a page shows."""


class NotSignedIn(Exception):
    """Nobody is signed in, and the page is for somebody."""


class UnknownToken(NotSignedIn):
    """A program came with a token that lets nobody in."""


class NotAllowed(Exception):
    """The account has none of the roles that the page is for; a program is told which, or which scope it lacks."""


class Forged(Exception):
    """A request that changes something came without the token of its visit."""


@dataclass(slots=True)
class Visit:
    """One request. `secret` is the cookie's: of the session, or of a visit before signing in."""

    site: Site
    request: Request
    secret: str
    session: Session | None
    is_new: bool
    language: Language = field(init=False)
    """The reader's."""

    def __post_init__(self) -> None:
        cookies, headers = self.request.cookies, self.request.headers
        self.language = find_language(cookies.get(LANGUAGE_COOKIE), headers.get("accept-language", ""))

    # --- who and how -------------------------------------------------------------------------------

    @property
    def account(self) -> Account:
        """Who is signed in; NotSignedIn when nobody is."""
        if self.session is None:
            raise NotSignedIn
        return self.session.account

    @property
    def marks(self) -> Marks:
        """The punctuation between texts that a page puts together."""
        return MARKS[self.language]

    @property
    def theme(self) -> str:
        """light, dark, or nothing when the system decides."""
        chosen = self.request.cookies.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def address(self) -> str:
        """The network address of the reader, as this process sees it."""
        return self.request.client.host if self.request.client else ""

    @property
    def is_part(self) -> bool:
        """Whether htmx asks, for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def back(self) -> str:
        """The path of this page within the application, with its query."""
        path = self.request.url.path.removeprefix(self.url(""))
        return f"{path}?{self.request.url.query}" if self.request.url.query else path

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.site.clock()

    @property
    def ahead(self) -> int:
        """How many minutes the reader's clock is ahead of UTC, as the page's script says of a file; 0 where none does.

        Refused("ahead") for what no clock is.
        """
        told = self.request.query_params.get("ahead", "") or "0"
        if not _AHEAD.fullmatch(told) or abs(int(told)) > MOST_AHEAD:
            raise Refused("ahead", f"expected minutes from -{MOST_AHEAD} to {MOST_AHEAD}")
        return int(told)

    def say(self, text: str, **values: Any) -> str:
        """A marked text in the reader's language."""
        return self.site.templates.say(self.language, text, **values)

    def say_many(self, one: str, many: str, count: int, **values: Any) -> str:
        """A text that depends on a number, `%(n)s` in it."""
        return self.site.templates.say_many(self.language, (one, many), count, **values)

    def explain(self, error: SealsumError) -> str:
        """An error in the reader's language."""
        return self.site.explain(error, self.language)

    def url(self, path: str) -> str:
        """A path of this application as the browser must ask for it, wherever the application is mounted."""
        return str(self.request.scope.get("root_path", "")) + path

    def slice(self, table: str, *kinds: type[int] | type[str], most: int = ROWS) -> Slice:
        """Which rows of a table this page shows: behind the cursor of its name in the address; all of them for a file.

        `kinds`: of the values that the list is ordered by. Refused("cursor") as `parse_cursor`.
        """
        if self.wants_file:
            return Slice()
        return Slice(parse_cursor(self.request.query_params.get(table, ""), *kinds), most)

    def with_query(self, **changed: str) -> str:
        """The address of this page with these parts of its query changed; an empty one is left out."""
        kept = [
            (key, value)
            for key, value in self.request.query_params.multi_items()
            if key not in (*_NOT_KEPT, *changed)
        ]
        query = urlencode([*kept, *((key, value) for key, value in changed.items() if value)])
        path = self.request.url.path.removesuffix("/live") or "/"
        return f"{path}?{query}" if query else path

    def live_query(self, version: str) -> str:
        """What a live part asks with: what the page was asked with, and the version that is shown."""
        return self.with_query(version=version).partition("?")[2]

    # --- answers -----------------------------------------------------------------------------------

    @property
    def wants_file(self) -> bool:
        """Whether a table of the page is asked for as a file, so that all its rows are needed, not a page of them."""
        return self.request.query_params.get("as") in FORMATS

    def page(
        self, template: str, /, tables: Sequence[Table] = (), status: int = 200, **values: Any
    ) -> Response:
        """A page from a template, or one of its tables as a file when that is asked for (?table=NAME&as=csv)."""
        if self.wants_file:
            wanted = self.request.query_params.get("table")
            for table in tables:
                if table.name == wanted:
                    return self.download(table)
        named = {table.name: table for table in tables}
        html = self.site.templates.render(
            self.language, template, {**self._frame(), "tables": named, **values}
        )
        return self._kept(HTMLResponse(html, status))

    def live(
        self, template: str, /, version: str, tables: Callable[[], Sequence[Table]] = tuple, **values: Any
    ) -> Response:
        """A part that updates itself: 204 while the browser shows `version` already.

        Its address is the page's, and /live behind it.
        """
        if self.shows(version):
            return Response(status_code=204)
        return self.page(template, tables(), version=version, **values)

    def shows(self, version: str) -> bool:
        """Whether the browser shows this version of a live part already: asked before what is costly to make."""
        return self.request.query_params.get("version") == version

    def go(self, path: str, notice: str = "", is_task: bool = False) -> Response:
        """After a change: see that page, with a sentence on it; `is_task`: the reader has something to do still."""
        if notice and self.session is not None:
            with self.site.store().write() as connection:
                set_notice(connection, self.session, Notice(notice, is_task))
        if self.is_part:
            return Response(status_code=204, headers={"HX-Redirect": self.url(path)})
        return self._kept(RedirectResponse(self.url(path), 303))

    def download(self, table: Table) -> Response:
        """One table as the file that is asked for, its notes in columns of their own; a workbook says what it is."""
        form, media = FORMATS[self.request.query_params.get("as", "csv")]
        day = show_time(self.now, self.ahead)[: len("2026-11-20")]
        name = quote("-".join(one for one in (table.name, table.of, day) if one) + f".{form}", safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        noted = spread_notes(table, lambda title: self.say("%(column)s (note)", column=title))
        data = encode_table(noted, form, self.ahead, self._about(table))
        return Response(data, media_type=media, headers=headers)

    def list_whose(self) -> list[tuple[str, str]]:
        """By label whose application this is, for what leaves it."""
        told = () if self.site.look.whose is None else self.site.look.whose()
        return [(self.say(label), name) for label, name in told]

    def _about(self, table: Table) -> About:
        """What a table is called, where and when it was exported, and what its page says of it."""
        host, whose = self.request.url, self.list_whose()
        lines: list[tuple[str, Value]] = [
            (self.say("Table"), table.caption),
            *whose,
            (self.say("Page"), f"{host.scheme}://{host.netloc}{unquote(self.with_query(ahead=''))}"),
            (self.say("Exported"), show_time(self.now)),
            (self.say("Rows"), len(table.rows)),
        ]
        if self.session is not None:
            lines.insert(-1, (self.say("Exported by"), self.session.account.name))
        owner = whose[0][1] if whose else ""
        return About(self.say("About this table"), [*lines, *table.about], owner)

    def keep_cookie(self, response: Response, secret: str) -> None:
        """Let the browser keep the secret of a session, or of a visit before one."""
        response.set_cookie(
            self.site.cookie,
            secret,
            path=self.url("/"),
            httponly=True,
            secure=self.site.is_secure,
            samesite="strict",
        )

    def keep_choice(self, response: Response, name: str, value: str) -> None:
        """Let the browser keep how its reader wants pages: one choice for all that this host shows under any path."""
        response.set_cookie(
            name,
            value,
            max_age=_YEAR,
            path="/",
            secure=self.site.is_secure,
            httponly=True,
            samesite="lax",
        )

    def _kept(self, response: Response) -> Response:
        if self.is_new:
            self.keep_cookie(response, self.secret)
        return response

    def _frame(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            "visit": self,
            "language": self.language,
            "marks": self.marks,
            "theme": self.theme,
            "csrf": csrf_of(self.secret),
            "url": self.url,
            "static": self._static,
            "file_url": self._file_url,
            "places": self._places(),
            "here": self.request.url.path,
            "look": self.site.look,
            "signed_in": self.session.account if self.session else None,
            "notice": self._take_notice(),
            "now": self.now,
        }

    def _static(self, name: str) -> str:
        for folder in reversed(self.site.templates.folders):
            if (folder / "static" / name).is_file():
                return self.url(f"/static/{name}?v={fingerprint(folder / 'static', name)}")
        raise LookupError(f"no static file {name}")

    def _file_url(self, table: str, form: str) -> str:
        return self.with_query(table=table, **{"as": form})

    def _places(self) -> list[Place]:
        if self.session is None:
            return []
        return self.site.look.places_for(self.session.account.roles)

    def _take_notice(self) -> Notice:
        if self.session is None or not self.session.notice.text:
            return Notice()
        with self.site.store().write() as connection:
            set_notice(connection, self.session, Notice())
        return self.session.notice


async def _form_token(request: Request) -> str:
    """The token a request carries, in its header or in its form."""
    if request.method in SAFE_METHODS:
        return ""
    token = request.headers.get(CSRF_HEADER)
    if token is not None:
        return token
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    form: FormData = await request.form()
    value = form.get(CSRF_FIELD)
    return value if isinstance(value, str) else ""


def begin_visit(request: Request, token: Annotated[str, Depends(_form_token)]) -> Visit:
    """Whoever comes; Forged when a request that changes something lacks the token of its visit."""
    visit = open_visit(request)
    if request.method not in SAFE_METHODS and (visit.is_new or not is_csrf(visit.secret, token)):
        raise Forged
    return visit


def open_visit(request: Request) -> Visit:
    """The visit of a request, its token not asked for: for answers that change nothing."""
    site: Site = request.app.state.site
    secret = request.cookies.get(site.cookie, "")
    if not secret:
        return Visit(site, request, make_secret(site.random), None, True)
    with site.store().read() as connection:
        found = find_session(connection, secret, site.clock())
    if found is None:
        return Visit(site, request, secret, None, False)
    session, is_due = found
    if is_due:
        with site.store().write() as connection:
            touch_session(connection, session, site.clock())
    return Visit(site, request, secret, session, False)


Anyone = Annotated[Visit, Depends(begin_visit)]
"""A page for who is not signed in as well."""


def signed_in(*roles: str) -> Any:
    """The dependency of a page for accounts with one of these roles; for every account without any."""

    def check(visit: Anyone) -> Visit:
        if visit.session is None:
            raise NotSignedIn
        if roles and not visit.account.roles & set(roles):
            raise NotAllowed
        return visit

    return Depends(check)
