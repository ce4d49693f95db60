"""What a pack maker does with its models before it asks: take files over, complete rows from the directory, request.

The one fact: what is filled in here was declared by the supplier itself; nothing that the maker typed is replaced but
a supplier's name, by the legal entity that has it. A material's own name stays beside its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from method.declaration import STATED_FIELDS
from method.rules import declared_boundary
from node.importers.bill import BILL, ReadBill, read_bills
from node.importers.bill_foot import say_foot
from node.importers.piece_mass import PIECE_MASS
from node.importers.problem import ImportProblems, refuse
from node.language import Phrase
from node.library import Library, read_library
from node.maker.bills import need_pack
from node.maker.carrying import Known, carry_over, carry_parts, find_known
from node.maker.directory import Directory, Offer, only_one
from node.maker.item_codes import is_code, with_codes
from node.maker.left import Left, find_left, say_left
from node.maker.ourselves import list_words, name_ourselves, say_made_here, say_ourselves
from node.maker.pack_drafts import (
    MODEL_FIELDS,
    OWN_FIELDS,
    ROW_FIELDS,
    PackDraft,
    find_model,
    is_by_default,
    keep_draft,
    list_drafts,
    new_draft,
)
from node.maker.parts import resolve_parts
from node.maker.pieces import say_weighed, weigh_pieces
from node.maker.requesting import Prepared, Terms, request_calculation
from node.maker.weighing import leave_upstream
from node.organisation import Node
from protocol.errors import Refused

FIRST_FIELDS = {
    "method": "mee-2025-cff",
    "boundary": "partial",
    "mass_tolerance": "0.01",
    "vehicle_category": "M1",
}
"""What a new model starts with."""


_PACK_FIELDS = {"model": ("code", "代码"), "name_zh": ("name", "名称"), "mass_kg": ("mass", "质量")}
"""What the row of the pack itself may say of a model."""


@dataclass(frozen=True, slots=True)
class How:
    """How a file is taken over. `per_assembly`: as `read_bills` has it; `keeps_left`: a model's rows that the file does
    not have stay below those of the file."""

    per_assembly: bool = False
    keeps_left: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one uploaded file, or of one model in it: the draft, or the problems with the file.

    `bill`: what was read; `known`: which rows earlier models told of; `per_assembly`: whether its quantities were
    multiplied up to the pack; `is_update`: whether it went into a model that was there, found by its code; `left`: what
    became of the rows that were there; `ours`: what was said of the own company as a supplier;
    `told`: the fields of the model that the row of the pack itself gave.
    """

    name: str
    draft: PackDraft | None
    problems: ImportProblems | None = None
    bill: ReadBill = field(default=ReadBill(()), repr=False)
    known: Known = field(default=Known(), repr=False)
    per_assembly: bool = False
    is_update: bool = False
    left: Left = field(default=Left(), repr=False)
    ours: tuple[Phrase, ...] = ()
    told: tuple[str, ...] = ()


def take_file(
    node: Node,
    directory: Directory,
    upload: tuple[str, bytes],
    into: PackDraft | None = None,
    how: How = How(),
) -> tuple[Taken, ...]:
    """Take an uploaded file over: each model as a new one, as the next version of the one with its code, or `into` a
    draft, which of several models takes the one with its code.

    A table has rows only, so the fields of a draft stay; a pack.toml has both.
    """
    name, data = upload
    try:
        bills = read_bills(name, data, how.per_assembly)
        if into is not None and len(bills) > 1:
            bills = (_find_bill(name, bills, into.model),)
    except ImportProblems as problems:
        return (Taken(name, None, problems),)
    return tuple(_keep_bill(node, directory, Named(name, bill, into), how) for bill in bills)


def say_read(taken: Taken) -> list[Phrase]:
    """How a file was understood where its maker should know: a model it went into and the rows there that it does not
    have, levels, the row of the pack itself, what earlier models told of, pieces weighed, rows of sums and of who made
    it, and columns left out."""
    return [
        *_say_updated(taken),
        *say_left(taken.left),
        *taken.ours,
        *_say_levels(taken),
        *_say_known(taken.known),
        *say_weighed(taken.bill.piece_mass, taken.bill.rows, () if taken.draft is None else taken.draft.rows),
        *say_foot(taken.bill.sums, taken.bill.sign_offs),
        *_say_unread(taken.bill),
    ]


def _say_updated(taken: Taken) -> list[Phrase]:
    if not taken.is_update or taken.draft is None:
        return []
    model = taken.draft.model
    return [
        Phrase(
            f"{model} was here already: its rows are those of the file now; Undo on its page brings back "
            "the earlier ones.",
            f"已有型号 {model}，它的清单换成了文件里的；在它的页面上点“撤销”可恢复原来的。",
        )
    ]


def _say_known(known: Known) -> list[Phrase]:
    if not known.rows:
        return []
    count, models = len(known.rows), known.models
    return [
        Phrase(
            f"{count} rows have product and supplier as the same code or name has in {', '.join(models)}.",
            f"{count} 行的产品和供应商，照 {'、'.join(models)} 里相同的编码或名称填好。",
        )
    ]


def _say_levels(taken: Taken) -> list[Phrase]:
    if not taken.bill.has_levels:
        return []
    said = [
        Phrase(
            "The levels say what each row that has a mass is part of, but for what is used up further up the chain or "
            "not in the pack.",
            "已按层级填好有质量的各行的“上级”；上游用掉的和不在电池包里的不填。",
        )
    ]
    if taken.bill.whole:
        said.append(
            Phrase(
                f"“{taken.bill.whole}” is the pack itself and no row of its own.",
                f"“{taken.bill.whole}”就是整包本身，不单列一行。",
            )
        )
    if taken.told:
        english, chinese = zip(*(_PACK_FIELDS[name] for name in taken.told), strict=True)
        said.append(
            Phrase(
                f"From it were taken: {', '.join(english)} of the model.",
                f"型号的{'、'.join(chinese)}取自这一行。",
            )
        )
    if taken.per_assembly:
        said.append(
            Phrase(
                "Quantities are multiplied up: each is that in one pack now.",
                "用量已逐级相乘，现在都是一个电池包的用量。",
            )
        )
    else:
        said.append(
            Phrase(
                "Quantities are taken to be those in one pack. If the file counts per assembly, take it over again and "
                "say so there.",
                "用量按“一个电池包的用量”导入。如果文件里的用量是按上一级算的，请重新导入并勾选那一项。",
            )
        )
    return said


def _say_unread(bill: ReadBill) -> list[Phrase]:
    if not bill.unread:
        return []
    titles = (*bill.free, *(() if bill.piece_mass else PIECE_MASS.titles.values()))
    free = [title.partition(" ") for title in titles]
    said = [
        Phrase(
            f"Columns that were not understood and are left out: {', '.join(bill.unread)}.",
            f"没有读懂、未导入的列：{'、'.join(bill.unread)}。",
        )
    ]
    if free:
        said.append(
            Phrase(
                f"If one of them is needed, call it {', '.join(title[2] for title in free)} and take the file over "
                "again.",
                f"如需要其中的列，请把表头改成{'、'.join(title[0] for title in free)}之一，再导入一次。",
            )
        )
    return said


def _find_bill(name: str, bills: Iterable[ReadBill], model: str) -> ReadBill:
    named = {bill.fields.get("model", ""): bill for bill in bills}
    if model not in named:
        raise refuse(name, "bill-other-models", models=", ".join(named), model=model)
    return named[model]


@dataclass(frozen=True, slots=True)
class Named:
    """What was read from a file of this name, and the draft it goes into, None for that of its code or a new one."""

    name: str
    bill: ReadBill = field(repr=False)
    into: PackDraft | None = field(repr=False)


def _keep_bill(node: Node, directory: Directory, named: Named, how: How) -> Taken:
    name, bill, into = named.name, named.bill, named.into
    fields = {key: value for key, value in bill.fields.items() if key in MODEL_FIELDS}
    code = fields.get("model") or bill.model or bill.pack.get("model") or PurePath(name).stem[:80]
    first = {
        **FIRST_FIELDS,
        "boundary": declared_boundary(fields.get("method", ""), FIRST_FIELDS["boundary"]),
    }
    same = into or find_model(node, code)
    base = same or replace(new_draft(node), fields={**first, "model": code})
    offers = directory.offers(node)
    read = name_ourselves(node, bill.rows)
    ours = list_words(bill.rows, read)
    known = find_known(read, _list_earlier(node, base), offers)
    library = read_library(node)
    named_rows: Sequence[Mapping[str, str]] = _name_items(carry_over(read, known), offers, library)
    if bill.has_levels and BILL.titles["part_of"] in bill.free:
        named_rows = leave_upstream(named_rows, library)
    rows = carry_parts(named_rows, known)
    left = find_left(base.rows, rows, how.keeps_left)
    rows = (*rows, *(map(dict, left.rows) if left.is_kept else ()))
    is_named = same is None and "model" in bill.pack and not (fields.get("model") or bill.model)
    told = {key: text for key, text in bill.pack.items() if not base.value(key)}
    made = replace(
        base,
        fields={**_own_item(node, rows), **base.fields, **told, **fields},
        rows=rows,
        stated={**base.stated, **bill.stated},
        source=name[:200],
    )
    return Taken(
        name,
        keep_draft(node, with_codes(made)),
        bill=bill,
        known=known,
        per_assembly=how.per_assembly and bill.has_levels,
        is_update=into is None and same is not None,
        left=left,
        ours=(*([say_ourselves(node, ours)] if ours else []), *say_made_here(node, bill, read)),
        told=("model", *told) if is_named else tuple(told),
    )


def _list_earlier(node: Node, base: PackDraft) -> list[PackDraft]:
    """The models whose rows may know a material: what stands in this one's place first, then the newest."""
    return sorted(list_drafts(node), key=lambda one: (one.id != base.id, -one.changed))


def copy_draft(node: Node, draft: PackDraft) -> PackDraft:
    """A new model, kept, with everything that a model has but its code and its names."""
    fields = {
        name: value for name, value in draft.fields.items() if name not in ("model", "name_zh", "name_en")
    }
    return keep_draft(node, replace(draft, id=new_draft(node).id, fields=fields))


def start_model(node: Node, code: str) -> PackDraft:
    """A new draft of this code, not kept yet; Refused("model") where there is one."""
    if find_model(node, code) is not None:
        raise Refused("model", f"there is a model {code} already; change that one, or take another code")
    return replace(new_draft(node), fields={**FIRST_FIELDS, "model": code})


def change_fields(node: Node, draft: PackDraft, fields: Mapping[str, str]) -> PackDraft:
    """Keep the draft with these fields as typed, those that an authority asks included; Refused("field")."""
    unknown = sorted(set(fields) - {*MODEL_FIELDS, *STATED_FIELDS})
    if unknown:
        known = ", ".join((*MODEL_FIELDS, *STATED_FIELDS))
        raise Refused("field", f"a model has no field {unknown[0]!r}; there are: {known}")
    own = {name: value for name, value in fields.items() if name in MODEL_FIELDS}
    stated = {name: value for name, value in fields.items() if name in STATED_FIELDS}
    return keep_draft(node, replace(draft, fields={**draft.fields, **own}, stated={**draft.stated, **stated}))


def _name_items(
    rows: Iterable[Mapping[str, str]], offers: Sequence[Offer], library: Library
) -> tuple[dict[str, str], ...]:
    """The rows completed; one that no declaration gives a code shows its material's name in the code's place."""
    completed = ((row, complete_row(row, offers)) for row in rows)
    named = [{**full, "item": full["item"] or row.get("name", "")} for row, full in completed]
    return resolve_parts(weigh_pieces(named, library), offers)


def _own_item(node: Node, rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The item that the maker itself supplies, where the rows name exactly one."""
    own = [row["item"] for row in rows if row["legal_entity"] == node.identity.entity.legal_entity]
    return {"maker": own[0]} if len(own) == 1 else {}


def with_own_item(node: Node, draft: PackDraft, rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The draft's fields; where no row is marked as made by ourselves, the only one that we supply is."""
    if draft.value("maker"):
        return dict(draft.fields)
    return {**draft.fields, **_own_item(node, rows)}


def complete_row(row: Mapping[str, str], offers: Sequence[Offer]) -> dict[str, str]:
    """The row, its empty cells filled from the one declaration that it can mean; a row that names none stays.

    A supplier's name becomes its legal entity; of a supplier that declares one product only, that product is meant.
    """
    kept = _kept(row)
    kept["legal_entity"] = _entity_of(kept["legal_entity"], offers)
    if is_by_default(kept) or not (kept["product"] or kept["legal_entity"]):
        return kept
    newest: dict[tuple[str, str, str], Offer] = {}
    for one in offers:
        if kept["product"] in ("", one.product) and kept["legal_entity"] in ("", one.legal_entity):
            newest[one.legal_entity, one.product, one.category] = one
    offer = only_one(list(newest.values()))
    return kept if offer is None else _fill(kept, offer)


def _kept(row: Mapping[str, str]) -> dict[str, str]:
    own = {name: row[name] for name in OWN_FIELDS if row.get(name)}
    return {name: row.get(name, "") for name in ROW_FIELDS} | own


def _entity_of(supplier: str, offers: Iterable[Offer]) -> str:
    """The legal entity of a supplier's name in either language; what is no such name, or that of several, stays."""
    name = supplier.casefold()
    named = {one.legal_entity for one in offers if name in (one.name_zh.casefold(), one.name_en.casefold())}
    return named.pop() if len(named) == 1 else supplier


def _fill(row: dict[str, str], offer: Offer) -> dict[str, str]:
    known = {
        "item": offer.product,
        "product": offer.product,
        "legal_entity": offer.legal_entity,
        "category": offer.category,
        "unit": offer.unit,
        "stage": offer.stages[0] if len(offer.stages) == 1 else "",
    }
    return {name: value or known.get(name, "") for name, value in row.items()}


def row_of(offer: Offer, row: Mapping[str, str] | None = None) -> dict[str, str]:
    """A row for a declared product: a new one, or an existing one with its supplier and product replaced."""
    kept = _kept(row or {})
    chosen = {"product": offer.product, "legal_entity": offer.legal_entity, "category": offer.category}
    named = {} if is_code(kept["item"]) else {"item": offer.product}
    return _fill({**kept, **chosen, **named, "default_factor": ""}, offer)


def request_drafts(node: Node, drafts: Iterable[PackDraft], terms: Terms) -> Prepared:
    """Sign and store one request for these drafts, as `sealsum node request` does for files. Sending comes after."""
    return request_calculation(node, list(map(need_pack, drafts)), terms)
