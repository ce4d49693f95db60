"""What waits for a pack maker: the first model, what ended without a result, results that nobody opened yet, opinions
that its certificates lack, and the models that nothing was asked for yet."""

from __future__ import annotations

from node.maker.opened import find_unopened
from node.maker.opinions import list_uncarried
from node.maker.pack_drafts import list_drafts
from node.maker.standings import find_cut_short, find_standings, list_models
from node.web.desk import Desk
from node.web.tasks import Task
from web.visits import Visit

_NAMED = 20
"""Calculations that ended are named, as long as they are few."""


def _tell_opinions(visit: Visit, desk: Desk) -> list[Task]:
    """The results whose certificates lack what verifiers said since."""
    lacking = list_uncarried(desk.node)[:_NAMED]
    standings = find_standings(desk.node, lacking)
    return [
        Task(
            visit.say(
                "%(model)s: verifiers said something new; fetch it before you hand the certificate out",
                model=standings[one].models[0],
            ),
            f"/calculations/{one}/result#lacking",
            is_late=True,
        )
        for one in lacking
        if one in standings
    ]


def tell_maker(visit: Visit, desk: Desk) -> list[Task]:
    """The tasks, none for an organisation that may not ask for a footprint."""
    if "requester" not in desk.organisation():
        return []
    drafts, asked = list_drafts(desk.node), set(list_models(desk.node))
    ended = [
        Task(
            visit.say("The calculation of %(model)s ended without a result", model=one.models[0]),
            f"/calculations/{one.request}",
            is_late=True,
        )
        for one in find_cut_short(desk.node, [one.model for one in drafts])[:_NAMED]
    ]
    if not drafts and not asked:
        return [Task(visit.say("Begin with a model and its bill of materials"), "/models")]
    ended += [
        Task(
            visit.say("%(model)s: the result has come", model=visit.marks.between.join(one.models)),
            f"/calculations/{one.request}/result",
        )
        for one in find_unopened(desk.node)[:_NAMED]
    ]
    waiting = [one for one in drafts if one.model not in asked]
    ended += _tell_opinions(visit, desk)
    if not waiting:
        return ended
    text = visit.say_many(
        "%(n)s model was not asked for yet", "%(n)s models were not asked for yet", len(waiting)
    )
    return [*ended, Task(text, f"/models/{waiting[0].id}" if len(waiting) == 1 else "/models")]
