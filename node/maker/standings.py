"""How this node's own calculations stand, each told from its statements once and kept in a table that lists read.

The one fact: the table is a projection: whatever is in it can be told from the statements again, and is, as soon as a
calculation that still runs has one more of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, func, insert, select, true, tuple_

from method.rules import find_rules
from node.maker.outcomes import OVER, Compared, Outcome, SideBySide, Standing, change_since, read_standing
from node.maker.outdated import find_outdated
from node.maker.own_requests import find_request
from node.maker.pack_drafts import PackDraft
from node.maker.requesting import OwnRequest, own_request
from node.maker.resulting import result_of
from node.organisation import Node
from node.outbox import find_statement
from node.store.tables import REQUESTS, STANDINGS, STATEMENTS
from protocol.calculation import Phase
from protocol.errors import Refused
from protocol.payloads import Figures, FunctionalUnit
from web.paging import Slice

AT_ONCE = 20
"""How many a page reads before it is shown; the agent reads the rest."""
NEWEST = 200
"""Among so many requests a result that came lately is looked for."""
Key = tuple[str, str]
"""Method and boundary: what results must have in common to be compared."""


def refresh_standings(node: Node, most: int | None = AT_ONCE) -> int:
    """Tell anew what changed since, the newest request first; returns how many are left when there are more."""
    mark = _mark_of(node)
    if node.kept.get("standings") == mark:
        return 0
    stale = _find_stale(node)
    for own in stale[:most]:
        _keep(node, own)
    left = len(stale[most:]) if most is not None else 0
    if not left:
        node.kept["standings"] = mark
    return left


def _mark_of(node: Node) -> tuple[int, int]:
    """What changes with every statement that arrives and every request that is made; nothing else makes one stale."""
    asked = select(func.coalesce(func.max(REQUESTS.c.sequence), -1))
    with node.store.read() as connection:
        return node.record.newest_row(), int(connection.execute(asked).scalar_one())


def _find_stale(node: Node) -> list[OwnRequest]:
    """Requests that are logged and not in the table, and those that still ran and have more statements now."""
    known = select(STANDINGS.c.request)
    counted = select(func.count()).where(STATEMENTS.c.calculation == STANDINGS.c.request).scalar_subquery()
    moved = select(STANDINGS.c.request).where(STANDINGS.c.phase.not_in(OVER), STANDINGS.c.seen != counted)
    logged = select(STATEMENTS.c.id).where(STATEMENTS.c.id == REQUESTS.c.id).exists()
    fresh = REQUESTS.c.id.not_in(known) & logged
    query = select(REQUESTS).where(fresh | REQUESTS.c.id.in_(moved)).order_by(REQUESTS.c.sequence.desc())
    with node.store.read() as connection:
        return [own_request(row) for row in connection.execute(query)]


def _keep(node: Node, own: OwnRequest) -> None:
    seen = node.record.count_all(own.id)
    try:
        calculation = node.calculation(own.id)
    except Refused:
        return
    found = read_standing(node, calculation, own)
    outcomes = {one.number: one for one in found.outcomes}
    rows = [
        {
            "request": own.id,
            "number": number,
            "sequence": own.sequence,
            "model": unit.model,
            **{name: getattr(found, name) for name in _COPIED},
            "phase": found.phase.value,
            "seen": seen,
            "declared": json.dumps(sorted(calculation.terms.declared)),
            "unit": unit.model_dump_json(),
            "result_at": None if number not in outcomes else outcomes[number].logged_at,
            "figures": None if number not in outcomes else outcomes[number].figures.model_dump_json(),
        }
        for number, unit in enumerate(calculation.terms.models)
    ]
    with node.store.write() as connection:
        connection.execute(delete(STANDINGS).where(STANDINGS.c.request == own.id))
        connection.execute(insert(STANDINGS), rows)
    if found.phase in OVER:
        node.forget_calculation(own.id)


def read_now(node: Node, request: str) -> Standing:
    """The standing of one own request with a result, told anew; Refused("unknown" | "result") when there is none."""
    own = find_request(node, request)
    calculation = node.calculation(request)
    result_of(calculation)
    assert own is not None, "whoever asks has found it"
    _keep(node, own)
    return find_standings(node, [request])[request]


_COPIED = ("method", "boundary", "year", "created", "deadline", "members", "consented", "contributed")


# --- reading ---------------------------------------------------------------------------------------


def find_standings(node: Node, requests: Sequence[str]) -> dict[str, Standing]:
    """The standing of each of these requests that is in the table."""
    query = select(STANDINGS).where(STANDINGS.c.request.in_(requests))
    return {one.request: one for one in _read(node, query)}


def find_latest(node: Node, models: Sequence[str]) -> dict[str, Standing]:
    """The newest request of each of these models; one that ended only where there is no other."""
    return _newest_of(node, models, true(), STANDINGS.c.phase != Phase.ENDED.value)


def find_superseded(node: Node, draft: PackDraft) -> str:
    """The newest request of a draft's model, unless it ended, where the draft was changed since; else ""."""
    refresh_standings(node)
    newest = find_latest(node, [draft.model]).get(draft.model)
    if newest is None or newest.phase == Phase.ENDED or not find_outdated(node, [(newest.request, draft)]):
        return ""
    return newest.request


def find_certified(node: Node, models: Sequence[str]) -> dict[str, Standing]:
    """The newest certified request of each of these models that has one."""
    return _newest_of(node, models, STANDINGS.c.phase == Phase.CERTIFIED.value)


def _newest_of(node: Node, models: Sequence[str], *conditions: ColumnElement[bool]) -> dict[str, Standing]:
    """By model its newest request of the last of these conditions that one fulfils."""
    newest = func.max(STANDINGS.c.sequence)
    named = select(STANDINGS.c.model, newest).where(STANDINGS.c.model.in_(models)).group_by(STANDINGS.c.model)
    found: dict[str, int] = {}
    with node.store.read() as connection:
        for condition in conditions:
            found |= dict(map(tuple, connection.execute(named.where(condition))))
    asked = select(STANDINGS.c.request).where(STANDINGS.c.sequence.in_(found.values()))
    latest: dict[str, Standing] = {}
    for standing in _read(node, select(STANDINGS).where(STANDINGS.c.request.in_(asked))):
        latest |= {model: standing for model in standing.models if found.get(model) == standing.sequence}
    return latest


def find_under(node: Node, wanted: Mapping[str, Key]) -> dict[str, Standing]:
    """By model, its newest request under this rule set that is under way or certified: of this boundary, if any is."""
    place = (STANDINGS.c.model, STANDINGS.c.method, STANDINGS.c.boundary)
    query = select(*place, func.max(STANDINGS.c.sequence).label("newest"))
    query = query.where(STANDINGS.c.model.in_(list(wanted)), STANDINGS.c.phase != Phase.ENDED.value)
    best: dict[str, tuple[bool, int]] = {}
    with node.store.read() as connection:
        for row in connection.execute(query.group_by(*place)):
            method, boundary = wanted[row.model]
            if row.method == method:
                found = row.boundary == boundary, row.newest
                best[row.model] = max(best.get(row.model, found), found)
    newest = {sequence for _, sequence in best.values()}
    read = {
        one.sequence: one for one in _read(node, select(STANDINGS).where(STANDINGS.c.sequence.in_(newest)))
    }
    return {model: read[sequence] for model, (_, sequence) in best.items()}


def find_cut_short(node: Node, models: Sequence[str]) -> list[Standing]:
    """The newest request of each of these models where it ended without a result and this node did not withdraw it,
    whatever an earlier one gave."""
    newest = select(func.max(STANDINGS.c.sequence)).where(STANDINGS.c.model.in_(models))
    ended = STANDINGS.c.sequence.in_(newest.group_by(STANDINGS.c.model)) & (
        STANDINGS.c.phase == Phase.ENDED.value
    )
    found = _read(node, select(STANDINGS).where(ended))
    with node.store.read() as connection:
        return [one for one in found if find_statement(connection, f"withdrawal:{one.request}") is None]


def list_finished(node: Node, since: int) -> list[str]:
    """Of the newest requests those whose result was logged after `since`, in Unix seconds, oldest first."""
    newest = select(REQUESTS.c.sequence).order_by(REQUESTS.c.sequence.desc()).limit(NEWEST)
    with node.store.read() as connection:
        sequences = list(connection.execute(newest).scalars())
        came = STANDINGS.c.sequence.in_(sequences) & (STANDINGS.c.result_at > since)
        query = select(STANDINGS.c.request).where(came).order_by(STANDINGS.c.sequence)
        return list(dict.fromkeys(connection.execute(query).scalars()))


def list_models(node: Node) -> list[str]:
    """Every model that was ever asked for, by its code."""
    with node.store.read() as connection:
        return list(
            connection.execute(select(STANDINGS.c.model).distinct().order_by(STANDINGS.c.model)).scalars()
        )


def list_keys(node: Node) -> list[Key]:
    """Under which rule sets and boundaries there are results."""
    pair = tuple_(STANDINGS.c.method, STANDINGS.c.boundary)
    query = select(*pair).where(STANDINGS.c.result_at.is_not(None)).distinct().order_by(*pair)
    with node.store.read() as connection:
        return [(row.method, row.boundary) for row in connection.execute(query)]


def widest_key(node: Node, model: str) -> Key | None:
    """Rule set and boundary that most models have results under, of several the newest; that of the newest result of
    one model if it is named."""
    pair = (STANDINGS.c.method, STANDINGS.c.boundary)
    query = select(*pair).where(STANDINGS.c.result_at.is_not(None)).group_by(*pair)
    if model:
        query = query.where(STANDINGS.c.model == model)
    widest = func.count(STANDINGS.c.model.distinct()).desc(), func.max(STANDINGS.c.sequence).desc()
    with node.store.read() as connection:
        row = connection.execute(query.order_by(*widest).limit(1)).first()
    return None if row is None else (row.method, row.boundary)


def compare_models(
    node: Node, wanted: Slice, models: Sequence[str] = (), rules: str = "", first: str = ""
) -> SideBySide:
    """Models and years side by side; a place is that of `compare_outcomes`. `models`: these only, () for all; `rules`:
    METHOD/BOUNDARY, else see `widest_key`, of the model that comes first where there is one."""
    keys = {"/".join(key): key for key in list_keys(node)}
    chosen = keys.get(rules) or widest_key(node, first or next(iter(models), ""))
    found = [] if chosen is None else compare_outcomes(node, chosen, models, wanted, first)
    before = find_year_before(node, found[0]) if found else None
    rows = []
    for one in found:
        is_same = before is not None and before.model == one.model
        rows.append(Compared(one, change_since(before, one) if before is not None and is_same else None))
        before = one
    return SideBySide("/".join(chosen or ()), tuple(keys), tuple(list_models(node)), tuple(rows))


def compare_outcomes(
    node: Node, key: Key, models: Sequence[str], wanted: Slice, first: str = ""
) -> list[Outcome]:
    """The newest result of each model and year under one rule set and boundary, of these models, () for all; those of
    the model `first` lead. A place is (0 or 1 behind those, model, year)."""
    model, year = STANDINGS.c.model, STANDINGS.c.year
    place = (case((model == first, 0), else_=1), model, year)
    query = select(model, year, func.max(STANDINGS.c.sequence).label("newest")).where(_is_under(key))
    if models:
        query = query.where(model.in_(models))
    if wanted.after is not None:
        query = query.where(tuple_(*place) > wanted.after)
    newest = query.group_by(model, year).order_by(*place).limit(wanted.limit).subquery()
    found = _read_newest(node, newest)
    return sorted(found, key=lambda one: one.model != first)


def find_newer(node: Node, outcome: Outcome) -> Outcome | None:
    """The newest result of the same model under the same rule set and boundary, where it is a later one."""
    same = _is_under((outcome.method, outcome.boundary)) & (STANDINGS.c.model == outcome.model)
    query = select(STANDINGS.c.model, func.max(STANDINGS.c.sequence).label("newest")).where(same)
    found = _read_newest(node, query.group_by(STANDINGS.c.model).subquery())
    return next((one for one in found if one.request != outcome.request), None)


def find_year_before(node: Node, outcome: Outcome) -> Outcome | None:
    """The newest result of the same model under the same rule set, of the last year before that has one."""
    same = _is_under((outcome.method, outcome.boundary)) & (STANDINGS.c.model == outcome.model)
    place = (STANDINGS.c.model, STANDINGS.c.year)
    query = select(*place, func.max(STANDINGS.c.sequence).label("newest"))
    query = query.where(same, STANDINGS.c.year < outcome.year).group_by(*place)
    found = _read_newest(node, query.order_by(STANDINGS.c.year.desc()).limit(1).subquery())
    return found[0] if found else None


def find_others(node: Node, outcome: Outcome) -> list[Outcome]:
    """The newest result of the same model and year under each other rule set and boundary."""
    place = (STANDINGS.c.method, STANDINGS.c.boundary)
    same = (STANDINGS.c.model == outcome.model) & (STANDINGS.c.year == outcome.year)
    query = select(
        STANDINGS.c.model, STANDINGS.c.year, func.max(STANDINGS.c.sequence).label("newest"), *place
    )
    query = query.where(same, STANDINGS.c.result_at.is_not(None)).group_by(*place)
    found = _read_newest(node, query.subquery())
    others = (one for one in found if (one.method, one.boundary) != (outcome.method, outcome.boundary))
    return sorted(others, key=lambda one: (one.method, one.boundary))


def newest_units(node: Node) -> list[FunctionalUnit]:
    """The functional unit of each model with a result, of the newest one."""
    query = select(STANDINGS.c.model, func.max(STANDINGS.c.sequence).label("newest"))
    newest = query.where(STANDINGS.c.result_at.is_not(None)).group_by(STANDINGS.c.model).subquery()
    rows = select(STANDINGS.c.unit).join(
        newest, and_(STANDINGS.c.sequence == newest.c.newest, STANDINGS.c.model == newest.c.model)
    )
    with node.store.read() as connection:
        return [FunctionalUnit.model_validate_json(text) for text in connection.execute(rows).scalars()]


def certified_models(node: Node, key: Key) -> dict[str, tuple[str, ...]]:
    """The models with a certified result under one rule set and boundary, each with the stages that no entry stands in
    (as `Outcome.undeclared`), of the result with the fewest."""
    stages = find_rules(*key).stages_of(key[1])
    query = select(STANDINGS.c.model, STANDINGS.c.declared)
    query = query.where(_is_under(key), STANDINGS.c.phase == Phase.CERTIFIED.value).distinct()
    found: dict[str, tuple[str, ...]] = {}
    with node.store.read() as connection:
        for model, text in connection.execute(query):
            declared = json.loads(text)
            lacking = tuple(stage for stage in stages if stage not in declared)
            found[model] = min(found.get(model, lacking), lacking, key=len)
    return found


def _is_under(key: Key) -> Any:
    method, boundary = key
    return (
        (STANDINGS.c.method == method)
        & (STANDINGS.c.boundary == boundary)
        & STANDINGS.c.result_at.is_not(None)
    )


def _read_newest(node: Node, newest: Any) -> list[Outcome]:
    query = select(STANDINGS).join(
        newest, and_(STANDINGS.c.sequence == newest.c.newest, STANDINGS.c.model == newest.c.model)
    )
    with node.store.read() as connection:
        rows = connection.execute(query.order_by(STANDINGS.c.model, STANDINGS.c.year)).all()
        counts = _count_models(
            connection.execute(_COUNTED.where(STANDINGS.c.request.in_([r.request for r in rows])))
        )
    return [_outcome(row, counts[row.request]) for row in rows]


_COUNTED = select(STANDINGS.c.request, func.count().label("models")).group_by(STANDINGS.c.request)


def _count_models(rows: Iterable[Any]) -> dict[str, int]:
    return {row.request: int(row.models) for row in rows}


def _read(node: Node, query: Select[Any]) -> list[Standing]:
    with node.store.read() as connection:
        rows = connection.execute(query.order_by(STANDINGS.c.sequence, STANDINGS.c.number)).all()
    return [_standing(list(some)) for _, some in groupby(rows, key=lambda row: row.request)]


def _standing(rows: list[Row[Any]]) -> Standing:
    """The standing of one request from the rows of all its models."""
    first = rows[0]
    return Standing(
        request=first.request,
        sequence=first.sequence,
        models=tuple(row.model for row in rows),
        phase=Phase(first.phase),
        **{name: getattr(first, name) for name in _COPIED},
        outcomes=tuple(_outcome(row, len(rows)) for row in rows if row.figures is not None),
    )


def _outcome(row: Row[Any], models: int) -> Outcome:
    return Outcome(
        request=row.request,
        number=row.number,
        models=models,
        unit=FunctionalUnit.model_validate_json(row.unit),
        method=row.method,
        boundary=row.boundary,
        year=row.year,
        logged_at=row.result_at,
        is_certified=row.phase == Phase.CERTIFIED.value,
        figures=Figures.model_validate_json(row.figures),
        declared=frozenset(json.loads(row.declared)),
    )
