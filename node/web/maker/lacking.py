"""What a request still lacks, item by item, and how one gets it: a page of one's own, or a text for the supplier.

The one fact: a supplier is written to as soon as its row names it, whatever else the row lacks: the product's code and
category come from the supplier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.responses import Response

from method.rules import RULES, counted_stages
from node.language import Language, name_product
from node.library import read_library
from node.maker.bills import check_draft, need_pack
from node.maker.checklist import Checked, Checklist, Need, check_request
from node.maker.directory import Directory, Offer
from node.maker.joining import make_joining
from node.maker.pack_drafts import PackDraft, find_draft
from node.maker.parts import show_items
from node.maker.reminding import Reminder, make_invitation
from node.maker.requesting import Terms
from node.maker.suggesting import find_every_open
from node.maker.twice import list_askers, make_question
from node.organisation import Node
from node.supplier.products import look_up_product
from node.web.chosen import Beside
from node.web.desk import Desk
from node.web.library import after_reading
from node.web.maker.letters import Maker, list_letters, show_letters
from node.web.maker.saying import say_pair, say_stage
from node.web.visiting import Reader
from protocol.errors import Refused
from web.languages import mark
from web.tables import Cell, Column, Table
from web.visits import Visit

NEEDS = {
    Need.READY: mark("ready"),
    Need.DEFAULT: mark("a default factor stands here"),
    Need.UNNAMED: mark("no supplier named"),
    Need.NOT_ENROLLED: mark("supplier not enrolled"),
    Need.NOT_DECLARED: mark("not declared yet"),
    Need.OTHER_RULES: mark("not declared under this rule set"),
    Need.OTHER_CATEGORY: mark("declared as another category"),
}
ADVICE = {
    Need.DEFAULT: mark(
        "No request takes a default factor. Name the supplier in its row, or declare the item yourselves."
    ),
    Need.UNNAMED: mark(
        "Say whose product it is: that supplier will read the quantity. Choose it in the directory."
    ),
    Need.NOT_ENROLLED: mark(
        "Check the legal entity. If it is right, the supplier has not joined: the text says how it does. Until it has "
        "declared, this item cannot be asked for."
    ),
    Need.NOT_DECLARED: mark("Ask the supplier to declare this product, and check the product code."),
    Need.OTHER_RULES: mark(
        "Ask the supplier to declare this product under this rule set as well: it takes a minute."
    ),
    Need.OTHER_CATEGORY: mark("Correct the category in the bill of materials."),
}
UNDECLARED = (Need.NOT_ENROLLED, Need.NOT_DECLARED, Need.OTHER_RULES)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product that its supplier is to declare. `supplier`: its legal entity, or what was typed for it; `names`: what
    the product is called in Chinese and in English; `category`: its code, "" where none is chosen."""

    item: str
    supplier: str
    names: tuple[str, str]
    category: str


def add_lacking(app: FastAPI, desk: Desk, directory: Directory) -> None:
    """Add the pages with the text for one supplier, and with those for all."""

    def look(draft: str, method: str, boundary: str) -> tuple[PackDraft, list[Wanted]]:
        found, terms = find_draft(desk.node, draft), Terms(method=method or None, boundary=boundary or None)
        under = found.under(terms.method, terms.boundary)
        if check_draft(under, read_library(desk.node)).count:
            return under, list_wanted(desk.node, under, directory.offers(desk.node))
        checklist = check_request(desk.node, need_pack(found), terms, directory)
        return under, list_undeclared(desk.node, under, checklist)

    @app.get("/models/{draft}/letter", dependencies=after_reading(desk))
    def letter(visit: Reader, draft: str, item: str, method: str = "", boundary: str = "") -> Response:
        """`method`: the rule set that step 3 looks at; without it one came from the row of the item."""
        found, wanted = look(draft, method, boundary)
        one = next((one for one in wanted if one.item == item), None)
        if one is None:
            raise Refused(
                "unknown", "expected an item that its supplier has not declared under this rule set"
            )
        return visit.page(
            "letter.html",
            supplier=name_entity(visit, desk.node, directory, one.supplier),
            texts=list_letters(visit, _writing(desk.node, directory, found, [one])),
            sent="",
            back=visit.url(
                f"/models/{draft}/request?{urlencode({'method': method, 'boundary': boundary})}"
                if method
                else f"/models/{draft}#row-{[row.get('item') for row in found.rows].index(item)}"
            ),
        )

    @app.get("/models/{draft}/letters", dependencies=after_reading(desk))
    def letters(visit: Reader, draft: str, method: str = "", boundary: str = "") -> Response:
        """One text to each supplier, about all its products that lack a declaration."""
        found, wanted = look(draft, method, boundary)
        of_supplier: dict[str, list[Wanted]] = {}
        for one in wanted:
            of_supplier.setdefault(one.supplier, []).append(one)
        made = [
            (name_entity(visit, desk.node, directory, supplier), _writing(desk.node, directory, found, some))
            for supplier, some in of_supplier.items()
        ]
        back = f"/models/{draft}/request?{urlencode({'method': method, 'boundary': boundary})}"
        return show_letters(visit, made, f"{found.model}-{found.value('method')}", back)

    @app.get("/models/{draft}/letters/twice", dependencies=after_reading(desk))
    def questions(visit: Reader, draft: str, chosen: Beside) -> Response:
        """One text to each supplier whose template asks for materials that have rows of their own."""
        found = find_draft(desk.node, draft)
        made = [
            (
                name_entity(visit, desk.node, directory, supplier),
                partial(make_question, desk.node, found.model, products),
            )
            for supplier, products in list_askers(desk.node, found, read_library(desk.node)).items()
        ]
        return show_letters(visit, made, found.model, f"/models/{draft}/request{chosen.query}")


def list_undeclared(node: Node, draft: PackDraft, checklist: Checklist) -> list[Wanted]:
    """What the suppliers other than this node are to declare before a complete model can be asked for."""
    own_names, found = {row.get("item", ""): row.get("name", "") for row in draft.rows}, []
    for one in checklist.entries:
        if one.need in UNDECLARED and not _is_own(node, one):
            item = one.entry.item
            offers, name = _offers(one), own_names.get(item) or item
            names = (
                _name_both(offers[-1].product_name, offers[-1].product) if offers else _name_both(name, item)
            )
            found.append(Wanted(item, one.entry.legal_entity, names, one.entry.category))
    return found


def list_wanted(node: Node, draft: PackDraft, offers: Sequence[Offer]) -> list[Wanted]:
    """The same of a model that is not complete: the rows within its boundary that name a supplier and no product that
    it declared under the model's rule set."""
    own, method = node.identity.entity.legal_entity, draft.value("method")
    stages, found = ("", *counted_stages(method, draft.value("boundary"))), []
    for number in find_every_open(draft.rows, [one for one in offers if one.method == method]):
        row = draft.rows[number]
        supplier, item = row.get("legal_entity", ""), row.get("item", "")
        if supplier not in ("", own) and item and row.get("stage", "") in stages and method in RULES:
            names = _name_both(row.get("name") or item, item)
            found.append(Wanted(item, supplier, names, row.get("category", "")))
    return found


def _name_both(name: str, code: str) -> tuple[str, str]:
    return name_product("zh", name, code), name_product("en", name, code)


def _writing(node: Node, directory: Directory, draft: PackDraft, some: Sequence[Wanted]) -> Maker:
    """One text about products of one supplier."""
    has_joined, method = directory.find_entity(node, some[0].supplier) is not None, draft.value("method")

    def make(language: Language) -> Reminder:
        named = {one.names[language != "zh"]: _name_category(node, one.category, language) for one in some}
        if has_joined:
            return make_invitation(node, draft.model, list(named), method, language)
        return make_joining(node, draft.model, list(named.items()), method, language)

    return make


def _name_category(node: Node, code: str, language: Language) -> str:
    published = read_library(node).categories.get(code)
    if published is None:
        return ""
    return published.category.name_zh if language == "zh" else published.category.name_en


def count_letters(node: Node, draft: PackDraft, checklist: Checklist) -> int:
    """How many suppliers are to be written to."""
    return len({one.supplier for one in list_undeclared(node, draft, checklist)})


def say_lacks(visit: Visit, node: Node, directory: Directory, checklist: Checklist) -> str:
    """The first item that lacks something, by name, and how many more do; "" when all are ready."""
    lacking = [one for one in checklist.entries if one.need is not Need.READY]
    if not lacking:
        return ""
    first = lacking[0]
    item, supplier = _name_product(visit.language, first), _name_supplier(visit, node, directory, first)
    named = visit.say("%(item)s of %(supplier)s", item=item, supplier=supplier) if supplier else item
    said = f"{named}{visit.marks.colon}{visit.say(NEEDS[first.need])}"
    if len(lacking) == 1:
        return said
    more = visit.say_many("and %(n)s more item", "and %(n)s more items", len(lacking) - 1)
    return f"{said}{visit.marks.semicolon}{more}"


def make_checklist_table(
    visit: Visit, node: Node, directory: Directory, listed: tuple[PackDraft, Checklist]
) -> Table:
    """Each item of a model's checklist, and what to do about it."""
    draft, checklist = listed
    columns = (
        Column(visit.say("Item")),
        Column(visit.say("Stage")),
        Column(visit.say("Supplier")),
        Column(visit.say("State")),
        Column(visit.say("Declared for")),
        Column(visit.say("What to do")),
    )
    own_names = {row.get("item", ""): row.get("name", "") for row in draft.rows}
    written = show_items(draft.rows)
    rows: list[list[Cell | str]] = []
    for one in checklist.entries:
        name, is_ready = _name_product(visit.language, one), one.need is Need.READY
        item = written.get(one.entry.item, one.entry.item)
        if not _offers(one):
            name = own_names.get(one.entry.item) or name
        period = "" if one.offer is None else f"{one.offer.start} – {one.offer.end}"
        rows.append(
            [
                Cell(written.get(name, name), "", item if name != one.entry.item else ""),
                say_stage(visit, one.entry.stage),
                _name_supplier(visit, node, directory, one),
                Cell(visit.say(NEEDS[one.need]), "", "", "good" if is_ready else "bad"),
                Cell(period, "", "", "late" if one.is_older else ""),
                _advise(visit, node, (draft, checklist), one),
            ]
        )
    return Table("checklist", visit.say("What the request needs"), columns, rows)


def _advise(visit: Visit, node: Node, listed: tuple[PackDraft, Checklist], one: Checked) -> Cell | str:
    draft, checklist = listed
    if one.is_older:
        return visit.say("Others declare a later year. Ask for a newer declaration, or go on with this one.")
    if one.need is Need.READY:
        return ""
    if one.need not in UNDECLARED:
        return visit.say(ADVICE[one.need])
    if _is_own(node, one):
        has_it = look_up_product(node, one.entry.product) is not None
        needed = urlencode(
            {"method": checklist.pack.method, "boundary": checklist.pack.boundary, "model": draft.id}
        )
        new = urlencode({"code": one.entry.product, "category": one.entry.category})
        path = f"/products/{one.entry.product}?{needed}" if has_it else f"/products/new?{new}"
        return Cell(visit.say("Declare it: the product is your own"), visit.url(path))
    asked = {"item": one.entry.item, "method": checklist.pack.method, "boundary": checklist.pack.boundary}
    link = visit.url(f"/models/{draft.id}/letter?{urlencode(asked)}")
    return Cell(visit.say("A text for the supplier"), link, visit.say(ADVICE[one.need]))


def _is_own(node: Node, one: Checked) -> bool:
    return one.entry.legal_entity == node.identity.entity.legal_entity


def _offers(one: Checked) -> list[Offer]:
    """Declarations of this product by the supplier that the bill of materials names, under any rule set."""
    named = [offer for offer in one.offers if offer.legal_entity == one.entry.legal_entity]
    return named if one.offer is None else [one.offer]


def _name_product(language: Language, one: Checked) -> str:
    """As its supplier declared it; the item's code where nobody has."""
    offers = _offers(one)
    return name_product(language, offers[-1].product_name, offers[-1].product) if offers else one.entry.item


def _name_supplier(visit: Visit, node: Node, directory: Directory, one: Checked) -> str:
    """By name where it is enrolled, else by its legal entity's code."""
    entity = _offers(one)[-1].legal_entity if _offers(one) else one.entry.legal_entity
    return name_entity(visit, node, directory, entity)


def name_entity(visit: Visit, node: Node, directory: Directory, entity: str) -> str:
    """A legal entity by its enrolled names; as it is written where nobody of it is enrolled."""
    enrolled = directory.find_entity(node, entity)
    return entity if enrolled is None else say_pair(visit, (enrolled.name_zh, enrolled.name_en))
