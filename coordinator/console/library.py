"""The factor library: searched, each submission with its versions and opinions; the operator publishes and returns.

The one fact: the operator decides on experts' signed opinions and signs the decision with its own key on this machine;
experts and providers sign at their own nodes, and see here how far their submissions and opinions have come.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query
from starlette.responses import Response

from coordinator.catalogue import Catalogue
from coordinator.console.naming import party_cell, statement_cell
from coordinator.console.paging import ROWS, Start, cut
from coordinator.console.revising import add_revising_page, describe_revising, find_uncited
from coordinator.console.roles import OPERATOR, VERIFIER, Expert, Member, Operator, Provider, party_of
from coordinator.deciding import return_submission, withdraw_publication
from coordinator.folder import read_pins
from coordinator.own_door import OwnDoor
from coordinator.publishing import Signer, publish_reviewed
from coordinator.service import Service
from protocol.errors import PeerError
from protocol.library import enrolment_of, is_same_entity
from protocol.payloads import Category, Factor, Review
from protocol.publishing import find_barred, find_replaced, is_publishable, is_returnable
from protocol.searching import MAX_QUERY
from protocol.searching import Query as Wanted
from protocol.shelf import OPEN, STATES, Item
from protos.citations import Citation
from web.languages import mark
from web.numbers import show_unit
from web.shelf_states import STATES as STATE_NAMES
from web.shelf_states import Decision, say_state, state_shown
from web.submissions import describe_added, describe_changes, describe_submission
from web.tables import Cell, Column, Table
from web.template_lines import list_lines
from web.visits import Visit

NAMES: dict[str, str] = {
    **STATE_NAMES,
    "ready": mark("ready to be published"),
    "returnable": mark("returned by an expert, to be decided on"),
    "uncited": mark("published, but no line accepts it yet"),
}
READY, RETURNABLE, UNCITED = "ready", "returnable", "uncited"
DUE = (READY, RETURNABLE, UNCITED)
"""What the operator may do something about: of those in review, and of the published factors."""
VERDICTS: dict[str, str] = {"accept": mark("accept"), "return": mark("return")}
Text = Annotated[str, Query(max_length=MAX_QUERY)]
Reason = Annotated[str, Form(min_length=1, max_length=1000)]
Subjects = Annotated[list[str], Form(min_length=1, max_length=ROWS)]


def add_library_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""
    catalogue = service.catalogue

    @app.get("/library")
    def library(visit: Member, q: Text = "", kind: Text = "", state: Text = "", start: Start = 0) -> Response:
        decides = OPERATOR in visit.account.roles
        states = (*STATES, *DUE) if decides else STATES
        chosen, of_kind = state if state in states else "", kind if kind in ("factor", "category") else ""
        found = catalogue.search(Wanted(q, of_kind))
        ready = find_ready(service) if decides else []
        if chosen in DUE:
            due = _find_due(service, chosen)
            found = [item for item in found if item.id in due]
        elif chosen:
            replaced = _find_replaced(service)
            found = [item for item in found if state_shown(item, replaced.get(item.id)) == chosen]
        shown, further = cut(visit, found, start)
        return visit.page(
            "library.html",
            [_list(visit, shown, _note_uncited(visit, service, _state_teller(visit, service)))],
            total=len(found),
            states=[(name, visit.say(NAMES[name])) for name in states],
            asked={"text": q, "kind": of_kind, "state": chosen},
            further=further,
            ready=[(item.id, _title(visit, item)) for item in ready[:ROWS]],
        )

    @app.get("/library/{submission}")
    def submission(visit: Member, submission: str) -> Response:
        item = catalogue.find(submission)
        return visit.page(
            "submission.html", [_opinions(visit, service, item)], **_shown(visit, service, item)
        )

    _add_decisions(app, service, catalogue)
    _add_own(app, service)
    add_revising_page(app, service)


def _add_decisions(app: FastAPI, service: Service, catalogue: Catalogue) -> None:
    @app.post("/library/publish")
    def publish(visit: Operator, subject: Subjects) -> Response:
        """Publish these, which the page named, and no others."""
        done = publish_reviewed(OwnDoor(service), _signer(service), subject)
        said = visit.say("%(count)s published.", count=len(done.published))
        if done.refused:
            why = (visit.explain(PeerError("publication", one)) for one in done.refused.values())
            reasons = visit.marks.semicolon.join(why)
            said += " " + visit.say("Not published: %(reasons)s", reasons=reasons)
        if done.waiting:
            codes = visit.marks.between.join(done.waiting)
            said += " " + visit.say(
                "Two experts of different groups must accept it first: %(codes)s", codes=codes
            )
        return visit.go(f"/library/{subject[0]}" if len(subject) == 1 else "/library", said)

    @app.post("/library/{submission}/return")
    def give_back(visit: Operator, submission: str, reason: Reason) -> Response:
        item = catalogue.find(submission)
        return_submission(OwnDoor(service), _signer(service), item.id, reason)
        return visit.go(
            f"/library/{item.id}", visit.say("Returned. The provider may submit a corrected version.")
        )

    @app.post("/library/{submission}/withdraw")
    def withdraw(visit: Operator, submission: str, reason: Reason) -> Response:
        item = catalogue.find(submission)
        withdraw_publication(OwnDoor(service), _signer(service), item.id, reason)
        return visit.go(
            f"/library/{item.id}",
            visit.say("Withdrawn. Declarations that cite it count; new ones may not cite it."),
        )


def _add_own(app: FastAPI, service: Service) -> None:
    @app.get("/reviews")
    def reviews(visit: Expert, waiting: Start = 0, written: Start = 0) -> Response:
        """What waits for this expert's opinion, and what it wrote; `waiting` and `written` begin a page of each."""
        left, own = find_reviewed(service, party_of(visit))
        (first, more), (second, others) = cut(visit, left, waiting), cut(visit, own, written)
        tell = _state_teller(visit, service)
        tables = [_list(visit, first, tell, "waiting", visit.say("Waiting for your opinion"))]
        tables.append(_list(visit, second, tell, "written", visit.say("You have written about")))
        return visit.page("reviews.html", tables, more=more, others=others, waiting=waiting, written=written)

    @app.get("/submissions")
    def submissions(visit: Provider, start: Start = 0, cited: Start = 0) -> Response:
        """This provider's factors with their versions, and how often they were cited."""
        party = party_of(visit)
        own = find_submitted(service, party)
        shown, further = cut(visit, own, start)
        counts, is_all = service.gateway.citations_of(party)
        counted, others = cut(visit, counts, cited)
        tell, caption = _state_teller(visit, service, is_own=True), visit.say("Your submissions")
        tables = [_list(visit, shown, tell, "own", caption), _citations(visit, counted)]
        return visit.page(
            "submissions.html",
            tables,
            further=further,
            others=others,
            start=start,
            cited=cited,
            is_all=is_all,
        )


def _owner(service: Service, party: str) -> Callable[[str], bool]:
    """Whether an enrolment is of this party's legal entity; asked of the record once for each."""
    record = service.gateway.record
    return cache(lambda enrolment: is_same_entity(enrolment, party, record))


def find_submitted(service: Service, party: str) -> list[Item]:
    """What this party, or another enrolment of its legal entity, has submitted."""
    is_own = _owner(service, party)
    return [item for item in service.catalogue.items() if is_own(item.payload.by)]


def find_reviewed(service: Service, party: str) -> tuple[list[Item], list[Item]]:
    """The submissions that wait for this party's opinion, and those that it has written about."""
    is_own = _owner(service, party)
    settled = _find_barred(service).keys() | _find_replaced(service).keys()
    left: list[Item] = []
    own: list[Item] = []
    for item in service.catalogue.items():
        if any(is_own(review.payload.by) for review in item.reviews):
            own.append(item)
        elif item.state in OPEN and item.id not in settled and not is_own(item.payload.by):
            left.append(item)
    return left, own


def _signer(service: Service) -> Signer:
    party, pins = service.folder.party, read_pins(service.folder.path)
    return Signer(party, pins["log_key"], os.urandom, lambda _text: None)


def find_ready(service: Service) -> list[Item]:
    """The submissions that have the opinions they need and may be published."""

    def choose(items: Sequence[Item]) -> list[Item]:
        barred, parents = find_barred(items, _entities(service)), _parents(service)
        return [item for item in items if _is_ready(item, barred, parents)]

    return service.catalogue.derived("ready", choose)


def _is_ready(item: Item, barred: Mapping[str, str], parents: Callable[[str], str]) -> bool:
    return item.id not in barred and is_publishable(item, parents)


def _find_barred(service: Service) -> dict[str, str]:
    return service.catalogue.derived("barred", lambda items: find_barred(items, _entities(service)))


def _find_replaced(service: Service) -> dict[str, int]:
    return service.catalogue.derived("replaced", lambda items: find_replaced(items, _entities(service)))


def _entities(service: Service) -> Callable[[str], str]:
    """The legal entity of an enrolment; asked of the record once for each."""
    return cache(lambda by: enrolment_of(by, service.gateway.record).legal_entity)


def _parents(service: Service) -> Callable[[str], str]:
    """The ultimate parent of an enrolment; asked of the record once for each."""
    return cache(lambda by: enrolment_of(by, service.gateway.record).parent)


def _find_due(service: Service, chosen: str) -> Collection[str]:
    if chosen == UNCITED:
        uncited = find_uncited(service)
        return {item.id for item in service.catalogue.items() if item.id in uncited and item.publication}
    return {item.id for item in (find_ready(service) if chosen == READY else find_returnable(service))}


def _note_uncited(visit: Visit, service: Service, tell: Callable[[Item], Cell]) -> Callable[[Item], Cell]:
    """What `tell` says, and beside it that nobody can cite a factor though it is published."""
    uncited = find_uncited(service)

    def noted(item: Item) -> Cell:
        cell = tell(item)
        if item.id not in uncited or item.publication is None:
            return cell
        return replace(cell, note=visit.say("no line of a product category accepts it yet"), state="late")

    return noted


def find_returnable(service: Service) -> list[Item]:
    """The submissions that wait for the operator to return them: enough experts wrote, one of them returned it, and its
    provider has not submitted a higher version since."""

    def choose(items: Sequence[Item]) -> list[Item]:
        replaced, parents = find_replaced(items, _entities(service)), _parents(service)
        return [item for item in items if item.id not in replaced and is_returnable(item, parents)]

    return service.catalogue.derived("returnable", choose)


def _name(visit: Visit, payload: Factor | Category) -> str:
    return payload.name_zh if visit.language == "zh" else payload.name_en


def _title(visit: Visit, item: Item) -> str:
    return f"{item.payload.code} {item.payload.version} · {_name(visit, item.payload)}"


def _state_teller(visit: Visit, service: Service, is_own: bool = False) -> Callable[[Item], Cell]:
    """Says of a submission how far it has come, and who is next."""
    replaced, barred, parents = _find_replaced(service), _find_barred(service), _parents(service)

    def tell(item: Item) -> Cell:
        decision: Decision = ""
        if _is_ready(item, barred, parents):
            decision = "publish"
        elif is_returnable(item, parents):
            decision = "return"
        return say_state(visit, item, replaced.get(item.id), decision, is_own)

    return tell


def _list(
    visit: Visit,
    items: Sequence[Item],
    tell: Callable[[Item], Cell],
    name: str = "library",
    caption: str = "",
) -> Table:
    columns = (
        Column(visit.say("Code")),
        Column(visit.say("Version"), "number"),
        Column(visit.say("What")),
        Column(visit.say("Name")),
        Column(visit.say("Value")),
        Column(visit.say("Region")),
        Column(visit.say("Year")),
        Column(visit.say("Opinions"), "number"),
        Column(visit.say("State")),
    )
    rows = [(*_row(visit, item), tell(item)) for item in items]
    return Table(name, caption or visit.say("Submissions"), columns, rows, visit.say("Nothing was found."))


def _row(visit: Visit, item: Item) -> tuple[Any, ...]:
    payload = item.payload
    if isinstance(payload, Factor):
        value, region, year = (
            f"{payload.total} kgCO₂e/{show_unit(payload.unit)}",
            payload.region,
            str(payload.year),
        )
        kind = visit.say("factor")
    else:
        value, region, year = "", "", ""
        kind = visit.say("product category")
    return (
        Cell(payload.code, visit.url(f"/library/{item.id}")),
        payload.version,
        kind,
        _name(visit, payload),
        value,
        region,
        year,
        len(item.reviews),
    )


def _opinions(visit: Visit, service: Service, item: Item) -> Table:
    columns = (
        Column(visit.say("Written"), "time"),
        Column(visit.say("Expert")),
        Column(visit.say("Verdict")),
        Column(visit.say("Opinion")),
        Column(visit.say("Statement"), "id"),
    )
    rows = [
        (
            review.logged_at,
            party_cell(visit, service, review.payload.by),
            visit.say(VERDICTS[review.payload.verdict]),
            review.payload.opinion,
            statement_cell(visit, review.id),
        )
        for review in item.reviews
        if isinstance(review.payload, Review)
    ]
    return Table("opinions", visit.say("Opinions"), columns, rows, visit.say("None yet."))


def _shown(visit: Visit, service: Service, item: Item) -> dict[str, Any]:
    barred, parents, party = _find_barred(service), _parents(service), visit.account.party
    is_own = party is not None and _owner(service, party)(item.payload.by)
    fields, items = item.payload.model_dump(mode="json"), service.catalogue.items()
    earlier = describe_changes(visit, items, item) if item.state in OPEN else None
    return {
        "item": item,
        "name": _name(visit, item.payload),
        "title": _title(visit, item),
        "earlier": earlier,
        "added": describe_added(visit, items, earlier[0], item) if earlier else [],
        "state": _state_teller(visit, service, is_own)(item),
        "owner": party_cell(visit, service, item.payload.by),
        "facts": describe_submission(visit, fields),
        "lines": list_lines(visit, fields.get("lines", ())),
        "reads_log": bool(visit.account.roles & {OPERATOR, VERIFIER}),
        "decides": OPERATOR in visit.account.roles,
        "is_returnable": is_returnable(item, parents),
        "is_barred": item.id in barred,
        "is_ready": _is_ready(item, barred, parents),
        "folder": str(service.folder.path),
        **describe_revising(visit, service, item),
    }


def _citations(visit: Visit, counted: Sequence[Citation]) -> Table:
    columns = (
        Column(visit.say("Month")),
        Column(visit.say("Code")),
        Column(visit.say("Version"), "number"),
        Column(visit.say("Rule set")),
        Column(visit.say("Certificates"), "number"),
    )
    rows = [(one.month, one.code, one.version, one.method, one.certificates) for one in counted]
    return Table(
        "citations",
        visit.say("Cited in certificates, without by whom"),
        columns,
        rows,
        visit.say("Not cited yet."),
    )
