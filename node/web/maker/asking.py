"""Asking for a footprint: a checklist of what is missing, what the owners will be asked, then one button."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import FastAPI, Form
from starlette.responses import Response

from method.rules import RULES, declared_boundary
from node.library import read_library
from node.maker.checklist import Checklist
from node.maker.data_years import say_years
from node.maker.directory import Directory
from node.maker.doubts import find_empty_stages
from node.maker.modelling import request_drafts
from node.maker.pack_drafts import PackDraft, find_draft
from node.maker.readiness import Readiness, look_over
from node.maker.requesting import DAY, Terms
from node.maker.standings import find_superseded
from node.maker.twice import list_askers
from node.maker.weighing import weigh_draft
from node.organisation import Node
from node.web.chosen import choose_beside
from node.web.desk import Desk
from node.web.library import after_reading
from node.web.maker.lacking import count_letters, list_wanted, make_checklist_table, name_entity
from node.web.maker.mending import list_mending
from node.web.maker.saying import say_phrase, warn_of_boundary
from node.web.visiting import Owner, Reader
from node.words.asked import ASKED
from protocol.errors import NetworkError, Refused
from web.boundaries import BOUNDARIES, say_boundary
from web.rule_sets import say_method, say_variant
from web.visits import Visit


def add_asking(app: FastAPI, desk: Desk, directory: Directory) -> None:
    """Add the pages."""

    def show(visit: Visit, draft: str, terms: Terms, problem: str = "", status: int = 200) -> Response:
        found = find_draft(desk.node, draft)
        answered = directory.refresh(desk.node)
        under = found.under(terms.method, terms.boundary)
        terms = replace(terms, method=under.value("method"), boundary=under.value("boundary"))
        values, chosen = _choices(visit, terms), choose_beside(found, terms.method, terms.boundary)
        ready = look_over(desk.node, found, terms, directory)
        checklist = ready.checklist
        if ready.refused is not None:
            problem = problem or visit.explain(ready.refused)
        tables = (
            []
            if checklist is None
            else [make_checklist_table(visit, desk.node, directory, (found, checklist))]
        )
        return visit.page(
            "model_request.html",
            tables,
            status,
            draft=found,
            chosen=chosen,
            outdated=find_superseded(desk.node, found),
            findings=ready.findings,
            mending=list_mending(visit, found.id, ready.findings, chosen),
            checklist=checklist,
            lacking=ready.lacking,
            letters=0 if checklist is None else count_letters(desk.node, found, checklist),
            wanted=_name_wanted(visit, desk.node, directory, under) if checklist is None else [],
            problem_text=problem,
            answered=answered,
            **_describe_checklist(visit, checklist),
            **_say_doubts(visit, ready),
            askers=len(list_askers(desk.node, under, read_library(desk.node))),
            boundary_warning=warn_of_boundary(visit, under.value("method"), under.value("boundary")),
            kept_rules="" if under == found else name_rules(visit, found),
            is_stage_empty=bool(find_empty_stages(under)),
            is_supplier="supplier" in desk.organisation(),
            balanced=all(one.is_within for one in weigh_draft(found)),
            **values,
        )

    @app.get("/models/{draft}/request", dependencies=after_reading(desk))
    def checklist(
        visit: Reader, draft: str, method: str = "", boundary: str = "", shown: str = ""
    ) -> Response:
        """`shown`: the rule set that the form showed before; another one brings a boundary that may be declared."""
        if shown and shown != method:
            boundary = declared_boundary(method, boundary)
        return show(visit, draft, Terms(method=method or None, boundary=boundary or None))

    @app.post("/models/{draft}/request")
    def request(  # noqa: PLR0913 - the form's fields
        visit: Owner,
        draft: str,
        method: Annotated[str, Form(max_length=64)],
        boundary: Annotated[str, Form(max_length=16)],
        consent_days: Annotated[int, Form(ge=1, le=180)] = 14,
        contribute_days: Annotated[int, Form(ge=1, le=180)] = 14,
    ) -> Response:
        """Commit, sign, store and send; the form again with its message where that cannot be."""
        terms = make_terms(method, boundary, (consent_days, contribute_days))
        try:
            prepared = request_drafts(desk.node, [find_draft(desk.node, draft)], terms)
        except Refused as error:
            return show(visit, draft, terms, visit.explain(error), 409)
        try:
            desk.node.deliver()
        except NetworkError:
            waiting = visit.say(
                "Signed and stored. It is sent as soon as the coordinator answers; do not repeat it."
            )
            return visit.go(f"/calculations/{prepared.id}", waiting)
        return visit.go(
            f"/calculations/{prepared.id}", visit.say("Asked. The suppliers see it in their inbox now.")
        )


def _describe_checklist(visit: Visit, checklist: Checklist | None) -> dict[str, Any]:
    """What owners will be asked, and of which years the data are."""
    if checklist is None:
        return {"asks": [], "years": ""}
    asks = [(say_phrase(visit, ASKED[one]), count) for one, count in checklist.asks.items()]
    return {"asks": asks, "years": say_phrase(visit, say_years(checklist.years))}


def _say_doubts(visit: Visit, ready: Readiness) -> dict[str, Any]:
    """What deserves another look, each where the page has its own way to settle it."""
    return {
        "doubts": [say_phrase(visit, one) for one in ready.doubts],
        "twice": "" if ready.twice is None else say_phrase(visit, ready.twice),
        "unlike": "" if ready.unlike is None else say_phrase(visit, ready.unlike),
    }


def _name_wanted(visit: Visit, node: Node, directory: Directory, draft: PackDraft) -> list[str]:
    """The suppliers that are to declare what a model that is not complete names."""
    wanted = list_wanted(node, draft, directory.offers(node))
    return list(dict.fromkeys(name_entity(visit, node, directory, one.supplier) for one in wanted))


def make_terms(method: str | None, boundary: str | None, days: tuple[int, int]) -> Terms:
    """Terms with so many days for consent, then for the shares, and two weeks more for the result."""
    consent, contribute = days[0] * DAY, (days[0] + days[1]) * DAY
    return Terms(consent, contribute, contribute + 14 * DAY, method=method or None, boundary=boundary or None)


def list_rules(visit: Visit) -> dict[str, Any]:
    """The rule sets and the boundaries to choose from."""
    return {
        "rule_sets": [(code, say_method(visit, code)) for code in RULES],
        "boundaries": [(one, say_boundary(visit, one)) for one in ("partial", "full")],
    }


def name_rules(visit: Visit, draft: PackDraft) -> str:
    """The rule set and the boundary of a model; "" while it has none."""
    method, boundary = draft.value("method"), draft.value("boundary")
    if method not in RULES or boundary not in BOUNDARIES:
        return ""
    return f"{say_variant(visit, method)}{visit.marks.comma}{say_boundary(visit, boundary)}"


def _choices(visit: Visit, terms: Terms) -> dict[str, Any]:
    return {
        "method": terms.method or "",
        "boundary": terms.boundary or "",
        **list_rules(visit),
        "consent_days": terms.consent_seconds // DAY,
        "contribute_days": (terms.contribute_seconds - terms.consent_seconds) // DAY,
    }
