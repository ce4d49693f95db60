"""Several pack models in one file: what they share is written once, what differs in a table `model` for each.

The one fact: each model is read by the reader of a single pack, from the shared tables with its own fields in them, so
nothing holds for one of several that would not hold for a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from method.errors import BadField, BadFields, MethodError
from method.fields import Record, as_table, check_all, check_known, read_list, read_text
from method.functional_unit import FIELDS as UNIT_FIELDS
from method.pack import PACK_FIELDS, PackDefinition, parse_pack

MODELS = "model"
MAX_MODELS = 29
"""As many as one request may name. Protocol section 4."""
SHARED_FIELDS = ("method", "boundary", "maker")
"""What all models of a file have in common, for they are one calculation."""
MODEL_FIELDS = (
    *(name for name in PACK_FIELDS if name not in SHARED_FIELDS),
    *(name for name in UNIT_FIELDS if name not in PACK_FIELDS),
    "declaration",
)
"""What a table `model` may hold; each replaces what [pack], [functional_unit] and [declaration] say."""


def parse_packs(record: Record) -> tuple[PackDefinition, ...]:
    """Read a pack file of one model or of several; raise BadFields with all problems, a model's own under its code."""
    if MODELS not in record:
        return (parse_pack(record),)
    models = _read_models(record)
    entries = _tables(record.get("bill_of_materials"))
    check_all(
        [*(partial(_check_codes, entry, models) for entry in entries), partial(_check_models, record, models)]
    )
    return tuple(parse_pack(_take_model(record, code, own)) for code, own in models.items())


def split_models(record: Record) -> tuple[Record, ...]:
    """The file once for each of its models, as if it described that one only, its fields unread; raise BadField."""
    if MODELS not in record:
        return (record,)
    return tuple(_take_model(record, code, own) for code, own in _read_models(record).items())


def _read_models(record: Record) -> dict[str, Record]:
    """Each model's own fields by its code."""
    tables = list(enumerate(read_list(record, MODELS, "pack", MAX_MODELS), start=1))
    check_all(partial(_read_model, number, table) for number, table in tables)
    models = [_read_model(number, table) for number, table in tables]
    codes = [code for code, _ in models]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if not codes or twice:
        raise BadField(
            f"[[model]]: expected at least one, each with a code of its own; found {', '.join(twice) or 'none'}"
        )
    return dict(models)


def _read_model(number: int, table: object) -> tuple[str, Record]:
    own = as_table(table, f"[[model]] {number}")
    code = read_text(own, "model", f"[[model]] {number}")
    check_known(own, MODEL_FIELDS, f"[[model]] {code}")
    return code, own


def _check_codes(entry: Record, models: Mapping[str, Record]) -> None:
    """A quantity for a model that is not there is a slip of the pen; one that is missing its model tells."""
    quantity = entry.get("quantity")
    unknown = sorted(set(quantity) - set(models)) if isinstance(quantity, Mapping) else []
    if unknown:
        raise BadField(
            f"bill of materials: {entry.get('item')}: quantity: expected one for each of {', '.join(models)}; "
            f"found one for {', '.join(unknown)}"
        )


def _check_models(record: Record, models: Mapping[str, Record]) -> None:
    """Raise BadFields; what every model has wrong is told once, for it stands in the shared tables."""
    problems = {code: _problems_of(_take_model(record, code, own)) for code, own in models.items()}
    shared = set.intersection(*map(set, problems.values()))
    told = dict.fromkeys(
        problem if problem in shared else f"model {code}: {problem}"
        for code, own in problems.items()
        for problem in own
    )
    if told:
        raise BadFields(tuple(told))


def _tables(value: object) -> Iterable[Record]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _take_model(record: Record, code: str, own: Record) -> Record:
    """The file as it would be if it described this model only."""
    fields = {name: value for name, value in own.items() if name != "declaration"}
    shared = {name: value for name, value in record.items() if name != MODELS}
    entries = shared.get("bill_of_materials")
    if isinstance(entries, list | tuple):
        shared["bill_of_materials"] = [_take_quantity(entry, code) for entry in entries]
    if "declaration" in own:
        shared["declaration"] = _merge(shared.get("declaration", {}), own["declaration"])
    unit = {name: value for name, value in fields.items() if name not in PACK_FIELDS}
    return {
        **shared,
        "pack": _merge(shared.get("pack"), {n: v for n, v in fields.items() if n in PACK_FIELDS}),
        "functional_unit": _merge(shared.get("functional_unit", {}), unit),
    }


def _merge(shared: object, own: object) -> object:
    """Both tables in one, the own fields first; what is no table stays, for the reader of a pack to refuse."""
    if not isinstance(own, Mapping):
        return own
    return {**shared, **own} if isinstance(shared, Mapping) else shared


def _take_quantity(entry: object, code: str) -> object:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("quantity"), Mapping):
        return entry
    return {**entry, "quantity": entry["quantity"].get(code)}


def _problems_of(record: Record) -> tuple[str, ...]:
    try:
        parse_pack(record)
    except BadFields as error:
        return error.problems
    except MethodError as error:
        return (str(error),)
    return ()
