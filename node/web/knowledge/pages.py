"""Factors and opinions: a provider submits, withdraws and sees citations; an expert reads what waits and writes.

The one fact: submitting publishes nothing and an opinion decides nothing; both are signed here, with this node's key,
and everybody can read them afterwards, the name of who wrote them included.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query
from starlette.responses import Response

from node.accounts import OWNER
from node.decisions import list_unread_decided, note_decided_read
from node.importers.problem import ImportProblems
from node.organisation import Node
from node.reviewing import leave_unchanged, submit_factors
from node.web.desk import Desk
from node.web.knowledge.citable import mark_uncited, tell_citable
from node.web.knowledge.citations import list_citations
from node.web.knowledge.entering import add_entering
from node.web.knowledge.opining import add_opining
from node.web.knowledge.submissions import (
    Shelved,
    find_by_opinion,
    find_earlier,
    find_later,
    find_own,
    find_parent,
    find_submission,
    next_decision,
    read_fresh,
    waits,
    written_by,
)
from node.web.knowledge.submitting import add_submitting
from node.web.knowledge.template import describe_columns, fill_template
from node.web.knowledge.withdrawing import add_withdrawing, list_withdrawable, may_withdraw
from node.web.library import after_reading
from node.web.visiting import Reader
from protocol.errors import NetworkError, Refused
from protocol.library import enrolment_of
from protocol.payloads import Category, Factor, Review
from protocol.publishing import REVIEWS_NEEDED, count_groups
from protocol.searching import MAX_QUERY
from protocol.searching import Query as Wanted
from protocol.shelf import OPEN, Item
from web.languages import mark
from web.numbers import show_unit
from web.shelf_states import say_state
from web.site import Place
from web.submissions import compare_submissions, describe_added, describe_changes, describe_submission
from web.tables import FORMATS, Cell, Column, Table, Value
from web.template_lines import list_lines
from web.visits import Visit

PLACES = (
    Place(mark("Your factors"), "/factors", of=frozenset({"provider"})),
    Place(mark("To review"), "/reviews", of=frozenset({"expert"})),
    Place(mark("Library"), "/library", of=frozenset({"provider", "expert"})),
)
VERDICTS: dict[str, str] = {"accept": mark("accept"), "return": mark("return")}
Words = Annotated[str, Query(max_length=MAX_QUERY)]


def add_knowledge(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""
    _add_provider(app, desk)
    _add_expert(app, desk)
    _add_library(app, desk)


def _add_provider(app: FastAPI, desk: Desk) -> None:
    def sign(visit: Visit, factors: list[Any]) -> Response:
        known = read_fresh(desk.node)[0].by_id
        fresh, _ = leave_unchanged(desk.node, factors)
        submitted = [one for one in submit_factors(desk.node, fresh) if one.id not in known]
        for one in submitted:
            desk.node.settle(one.id)
        return visit.go("/factors", _say_submitted(visit, len(submitted), len(factors) - len(submitted)))

    add_entering(app, desk)
    add_submitting(app, desk, sign, lambda visit, error: _factors(visit, desk, error))

    @app.get("/factors", dependencies=after_reading(desk))
    def factors(visit: Reader) -> Response:
        return _factors(visit, desk)

    @app.get("/factors/template.{form}", dependencies=after_reading(desk))
    def template(visit: Reader, form: Literal["csv", "xlsx"], empty: bool = False) -> Response:
        """The sheet to fill in, with this provider's factors in it, or `empty`."""
        shelved, _ = read_fresh(desk.node)
        own = find_own(desk.node, shelved.parties)
        items = () if empty else (item for item in shelved.items if item.payload.by in own)
        encoding, kind = FORMATS[form]
        data = fill_template(visit, items, encoding)
        headers = {"Content-Disposition": f"attachment; filename=factors.{form}"}
        return Response(data, media_type=kind, headers=headers)

    add_withdrawing(app, desk)


def _add_expert(app: FastAPI, desk: Desk) -> None:
    @app.get("/reviews", dependencies=after_reading(desk))
    def reviews(visit: Reader, q: Words = "") -> Response:
        shelved, failure = read_fresh(desk.node)
        own = find_own(desk.node, shelved.parties)
        found, about = shelved.searcher.search(Wanted(q)), written_by(shelved, own)
        done = about | shelved.settled
        waiting = [one for one in found if waits(one, own, done)]
        tell = _state_teller(visit, desk.node, shelved, own)
        said = find_by_opinion(shelved, own, q) if q else []
        written = _newest_first({one.id: one for one in (*found, *said) if one.id in about}.values())
        tables = [
            _table(
                visit,
                tell,
                ("waiting", visit.say("Waiting for your opinion")),
                _part(visit, "waiting", waiting),
            ),
            _table(
                visit,
                tell,
                ("written", visit.say("You have written about")),
                _part(visit, "written", written),
                own,
            ),
        ]
        return visit.page(
            "to_review.html",
            tables,
            failure=_say(visit, failure),
            q=q,
            count=len(waiting),
            total=sum(waits(one, own, done) for one in shelved.items),
        )

    @app.get("/reviews/{submission}", dependencies=after_reading(desk))
    def submission(visit: Reader, submission: str) -> Response:
        shelved, item = find_submission(desk.node, submission)
        _note_read(visit, desk.node, shelved, item)
        tables = [_opinions(visit, desk.node, item, ("opinions", visit.say("Opinions so far")))]
        earlier = find_earlier(desk.node, shelved, item)
        open_after = earlier if item.state in OPEN else []
        returned = next((one for one in open_after if one.state == "returned" or one.count("return")), None)
        if returned is not None:
            caption = visit.say("Opinions on version %(version)s", version=returned.payload.version)
            tables.append(_opinions(visit, desk.node, returned, ("returned", caption)))
        changes = _changes(visit, shelved, item, earlier)
        return visit.page(
            "review_one.html",
            tables,
            returned=returned,
            mended=returned and _compare(visit, returned, item),
            returned_state=returned and _state_teller(visit, desk.node, shelved, ())(returned),
            earlier=changes,
            added=describe_added(visit, shelved.items, changes[0], item) if changes else [],
            **_shown(visit, desk.node, shelved, item),
        )

    add_opining(app, desk)


def _add_library(app: FastAPI, desk: Desk) -> None:
    @app.get("/library", dependencies=after_reading(desk))
    def library(visit: Reader, q: Words = "") -> Response:
        """Everything submitted, by whomever and in whatever state."""
        shelved, failure = read_fresh(desk.node)
        found = shelved.searcher.search(Wanted(q))
        tell = _state_teller(visit, desk.node, shelved, find_own(desk.node, shelved.parties))
        titled = "library", visit.say("Everything submitted")
        return visit.page(
            "library.html",
            [_table(visit, tell, titled, _part(visit, "library", found))],
            failure=_say(visit, failure),
            q=q,
            count=len(found),
            total=len(shelved.items),
        )


def _factors(visit: Visit, desk: Desk, error: ImportProblems | Refused | None = None) -> Response:
    shelved, failure = read_fresh(desk.node)
    parties, words = find_own(desk.node, shelved.parties), visit.request.query_params.get("q", "")
    found = shelved.searcher.search(Wanted(words))
    own = _newest_first(item for item in found if item.payload.by in parties)
    shown, further = _part(visit, "own", own)
    caption = visit.say("Your submissions")
    tell = mark_uncited(visit, desk.node, _state_teller(visit, desk.node, shelved, parties))
    tables = [
        _table(visit, tell, ("own", caption), (shown, further)),
        *list_citations(visit, desk.node, found, words),
    ]
    tables += [describe_columns(visit), list_withdrawable(visit, own, lambda item: _name(visit, item))]
    problems = _problems(visit, error)
    if not words:
        _note_read(visit, desk.node, shelved)
    return visit.page(
        "own_factors.html",
        tables,
        status=200 if error is None else 422,
        failure=_say(visit, failure),
        problems=problems,
        q=words,
        count=len(own),
        total=sum(item.payload.by in parties for item in shelved.items),
    )


def _note_read(visit: Visit, node: Node, shelved: Shelved, item: Item | None = None) -> None:
    """The owner sees what became of its own submissions: of all, or of this one where it alone was unread."""
    own = find_own(node, shelved.parties)
    unread = list_unread_decided(node, shelved.items, own, shelved.barred)
    if OWNER in visit.account.roles and (item is None or [one.item.id for one in unread] == [item.id]):
        note_decided_read(node, unread)


def _problems(visit: Visit, error: ImportProblems | Refused | None) -> tuple[str, ...]:
    if isinstance(error, ImportProblems):
        return tuple(one.describe(visit.language) for one in error.problems)
    return () if error is None else (visit.explain(error),)


def _say_submitted(visit: Visit, fresh: int, before: int) -> str:
    said = []
    if fresh:
        said.append(
            visit.say_many(
                "%(n)s factor is in the log and waits for two experts.",
                "%(n)s factors are in the log and wait for two experts.",
                fresh,
            )
        )
    if before:
        said.append(
            visit.say_many(
                "%(n)s row is as it was submitted before; nothing was sent for it.",
                "%(n)s rows are as they were submitted before; nothing was sent for them.",
                before,
            )
        )
    return " ".join(said)


def _newest_first(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: item.logged.index, reverse=True)


def _name(visit: Visit, item: Item) -> str:
    return item.payload.name_zh if visit.language == "zh" else item.payload.name_en


def _party(visit: Visit, node: Node, enrolment: str) -> str:
    entity = enrolment_of(enrolment, node.record)
    return entity.name_zh if visit.language == "zh" else entity.name_en


def _part(visit: Visit, table: str, items: list[Item]) -> tuple[list[Item], str]:
    return visit.slice(table, str).take(items, lambda item: (item.id,))


def _table(
    visit: Visit,
    tell: Callable[[Item], Cell],
    titled: tuple[str, str],
    found: tuple[list[Item], str],
    writers: Collection[str] = (),
) -> Table:
    """Submissions, under (name, caption), how far each is as `tell` says; with what these `writers` said of each,
    where there are any."""
    columns = [
        Column(visit.say("Code")),
        Column(visit.say("Version"), "number"),
        Column(visit.say("What")),
        Column(visit.say("Name")),
        Column(visit.say("Value")),
        Column(visit.say("Region")),
        Column(visit.say("Source")),
        Column(visit.say("Opinions"), "number"),
        Column(visit.say("State")),
    ]
    if writers:
        columns.append(Column(visit.say("Your verdict")))
    (name, caption), (shown, further) = titled, found
    may_tick, rows = name == "waiting" and len(shown) > 1, []
    for item in shown:
        payload, against = item.payload, item.count("return")
        row: list[Cell | Value] = [
            Cell(payload.code, visit.url(f"/reviews/{item.id}"), tick=item.id if may_tick else ""),
            payload.version,
            visit.say("factor") if isinstance(payload, Factor) else visit.say("product category"),
            _name(visit, item),
            *_value(payload),
            Cell(
                len(item.reviews),
                note=visit.say_many("%(n)s returns it", "%(n)s return it", against) if against else "",
                state="bad" if against and item.state in OPEN else "",
            ),
        ]
        state = tell(item)
        if writers:  # what the reader itself wrote stands beside it, once
            verdict = _say_verdict(visit, item, writers)
            rows.append([*row, replace(state, note="") if state.note == verdict.note else state, verdict])
        else:
            rows.append([*row, state])
    return Table(name, caption, columns, rows, visit.say("Nothing."), further=further)


def _value(payload: Category | Factor) -> tuple[str, str, str]:
    """A factor's value with its unit, its region and its source."""
    if not isinstance(payload, Factor):
        return "", "", ""
    return f"{payload.total} kgCO₂e/{show_unit(payload.unit)}", payload.region, payload.source


def _state_teller(visit: Visit, node: Node, shelved: Shelved, own: Collection[str]) -> Callable[[Item], Cell]:
    """Says of a submission how far it has come, and who is next."""
    return lambda item: say_state(
        visit, item, shelved.replaced.get(item.id), next_decision(node, item), item.payload.by in own
    )


def _say_verdict(visit: Visit, item: Item, writers: Collection[str]) -> Cell:
    """What one of these said of it last."""
    said = [one.payload for one in item.reviews if one.payload.by in writers]
    found = said[-1] if said else None
    if not isinstance(found, Review):
        return Cell("")
    return Cell(visit.say(VERDICTS[found.verdict]), note=found.opinion)


def _opinions(visit: Visit, node: Node, item: Item, titled: tuple[str, str]) -> Table:
    columns = (
        Column(visit.say("Written"), "time"),
        Column(visit.say("Expert")),
        Column(visit.say("Verdict")),
        Column(visit.say("Opinion")),
    )
    rows = [
        (
            one.logged_at,
            _party(visit, node, one.payload.by),
            visit.say(VERDICTS[one.payload.verdict]),
            one.payload.opinion,
        )
        for one in item.reviews
        if isinstance(one.payload, Review)
    ]
    return Table(*titled, columns, rows, visit.say("None yet."))


def _changes(
    visit: Visit, shelved: Shelved, item: Item, earlier: Sequence[Item]
) -> tuple[Item, list[tuple[str, str]]] | None:
    """What it says otherwise than the version that it would replace; of none, than what was submitted before it."""
    found = describe_changes(visit, shelved.items, item)
    if found or not earlier:
        return found
    return earlier[0], _compare(visit, earlier[0], item)


def _compare(visit: Visit, before: Item, after: Item) -> list[tuple[str, str]]:
    return compare_submissions(visit, *(one.payload.model_dump(mode="json") for one in (before, after)))


def _shown(visit: Visit, node: Node, shelved: Shelved, item: Item) -> dict[str, Any]:
    writers, fields = {one.payload.by for one in item.reviews}, item.payload.model_dump(mode="json")
    own = find_own(node, {item.payload.by, *writers})
    is_settled, has_written = item.id in shelved.settled, not own.isdisjoint(writers)
    parent_of = partial(find_parent, node)
    return {
        "item": item,
        "citable": tell_citable(visit, node, item, shelved.items),
        "later": find_later(node, shelved, item),
        "name": _name(visit, item),
        "state": _state_teller(visit, node, shelved, own)(item),
        "owner": _party(visit, node, item.payload.by),
        "facts": describe_submission(visit, fields),
        "lines": list_lines(visit, fields.get("lines", ())),
        "waits": waits(item, own, (item.id,) if is_settled or has_written else ()),
        "is_barred": item.id in shelved.barred,
        "is_open": item.state in OPEN and item.id not in shelved.replaced,
        "is_own": item.payload.by in own,
        "may_withdraw": item.payload.by in own
        and isinstance(item.payload, Factor)
        and may_withdraw(node, item),
        "has_written": has_written,
        "accepting": count_groups(item, "accept", parent_of),
        "returning": count_groups(item, "return", parent_of),
        "needed": REVIEWS_NEEDED,
    }


def _say(visit: Visit, failure: NetworkError | None) -> str:
    return "" if failure is None else visit.explain(failure)
