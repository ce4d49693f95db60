"""What a request still lacks is said by name, with a way to get it: a text for the supplier, or one's own product."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlencode

import httpx

from method.rules import RULES
from node.maker.pack_drafts import PackDraft, keep_draft
from node.organisation import Node
from protocol.payloads import Role
from tests.node.village import SUPPLIES, Village, ask, declare_product
from tests.web.asking import asking
from tests.web.doors import Pages, open_pages
from tests.web.making import open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_ways import draft_of

OTHER = "mee-2025-literal"
ENTITY = "EXAMPLE-CN-0001"


@contextmanager
def lacking(village: Village) -> Iterator[tuple[Pages, httpx.Client, PackDraft]]:
    """A pack maker that supplies the last item itself: nobody has declared under the other rule set."""
    for number, supply in enumerate(SUPPLIES):
        roles: tuple[Role, ...] = ("supplier", "requester") if supply is SUPPLIES[-1] else ("supplier",)
        node = village.settle(supply.name, *roles, legal_entity=None if number else ENTITY)
        declare_product(node, f"item-{number}", supply)
        node.deliver()
    folder = village.folder / SUPPLIES[-1].name.replace(" ", "-")
    with open_pages(folder, village.town.clock) as pages, asking(pages) as client:
        draft = draft_of(pages.desk.node)
        rows = ({**draft.rows[0], "legal_entity": ENTITY}, *draft.rows[1:])
        yield pages, client, keep_draft(pages.desk.node, replace(draft, rows=rows))


def test_a_product_that_a_model_needs_leads_back_to_its_request_once_it_is_declared(village: Village) -> None:
    with lacking(village) as (_, client, draft):
        place = f"/products/item-{len(SUPPLIES) - 1}"
        terms = urlencode({"method": OTHER, "boundary": "partial"})
        back = f'href="/models/beef/request?{terms}">Back to the request for your model {draft.model}</a>'
        page = client.get(f"{place}?{terms}&model=beef")
        text = html.unescape(page.text)
        assert back in text and 'name="model" value="beef"' in text
        shown = re.findall(r'name="shown" value="([0-9a-f]+)"', text)[0]
        form = {"csrf": token_of(page), "method": OTHER, "shown": shown, "model": "beef"}
        declared = client.post(f"{place}/declare?{terms}", data=form, follow_redirects=True)
        assert f'action="{place}/declare?{terms}"' in text
        assert declared.url.path == place and back in html.unescape(declared.text)
        assert "needs a declaration under" not in declared.text and back not in client.get(place).text


def test_what_nobody_declared_under_a_rule_set_leads_to_a_text_and_to_the_own_product(
    village: Village,
) -> None:
    with lacking(village) as (pages, client, draft):
        terms = {"method": OTHER, "boundary": "partial"}
        page = html.unescape(client.get("/models/beef/request", params=terms).text)
        letter = f"/models/beef/letter?{urlencode({'item': 'item-0', **terms})}"
        assert f'href="{letter}"' in page and page.count("A text for the supplier") == len(SUPPLIES) - 1
        last = f"item-{len(SUPPLIES) - 1}"
        own = f"/products/{last}?{urlencode({**terms, 'model': 'beef'})}"
        assert f'href="{own}"' in page and page.count("Declare it: the product is your own") == 1
        assert "item=" + last not in page
        # There it is chosen already, and what stands there says for which model.
        product = html.unescape(client.get(own).text)
        assert f'<option value="{OTHER}" selected>' in product and "when in doubt" not in product
        assert f"The request for your model {draft.model} needs a declaration under {OTHER}" in product
        assert "when in doubt" in client.get(f"/products/{last}").text
        new = client.get("/products/new", params={"code": "recycling", "category": "cathode"}).text
        assert 'value="recycling"' in new and re.search(r'<option value="cathode"[^>]* selected', new)
        # By names: the product's, with the item's code below it, and its supplier's.
        assert f'{SUPPLIES[0].name}<small class="note">item-0</small>' in page and ENTITY not in page
        # Nothing can be asked of anybody yet, so nothing is promised about it.
        assert "enough others stand in each total" not in page and "What the owners will be asked" not in page
        text = html.unescape(client.get(letter).text)
        for said in (
            RULES[OTHER].name_zh,
            RULES[OTHER].name_en,
            OTHER,
            SUPPLIES[0].name,
            "data-copy=",
            "mailto:",
        ):
            assert said in text
        assert client.get(letter.replace("item-0", last)).status_code == 404
        ready = html.unescape(client.get("/models/beef/request").text)
        assert "What the owners will be asked" in ready and "A text for the supplier" not in ready
        assert "not declared yet are not counted here" not in ready
        keep_draft(
            pages.desk.node, replace(draft, rows=({**draft.rows[0], "product": "other"}, *draft.rows[1:]))
        )
        some = html.unescape(client.get("/models/beef/request").text)
        assert "Suppliers that have not declared yet are not counted here." in some


def test_what_nobody_declared_under_a_rule_set_is_said_while_the_model_lacks_something_else(
    village: Village,
) -> None:
    """Suppliers need days: that is not first said once everything of one's own is mended."""
    names = [supply.name for supply in SUPPLIES[:-1]]
    with lacking(village) as (pages, client, draft):
        (first, *rows), node = draft.rows, pages.desk.node
        bare = {name: value for name, value in first.items() if name != "mass_kg"}
        keep_draft(node, replace(draft, rows=({**bare, "quantity": ""}, *rows)))
        place = "/models/beef/request?boundary=partial&method="
        said = html.unescape(client.get(f"{place}{OTHER}").text)
        assert "to be mended" in said and "have not declared under this rule set" in said
        assert [name for name in names if name not in said] == []
        assert all(
            name in client.get(f"/models/beef/letters?boundary=partial&method={OTHER}").text for name in names
        )
        assert (
            "have not declared under this rule set" not in client.get(f"{place}{draft.value('method')}").text
        )
        # What the boundary leaves out is asked of nobody.
        beyond = {**rows[0], "stage": "end_of_life"}
        keep_draft(node, replace(draft, rows=({**bare, "quantity": ""}, beyond, *rows[1:])))
        assert names[1] not in client.get(f"/models/beef/letters?boundary=partial&method={OTHER}").text


def test_the_texts_for_all_suppliers_are_on_one_page_and_in_one_file(village: Village) -> None:
    with lacking(village) as (pages, client, draft):
        first, *others = draft.rows
        twice = {**first, "item": "more", "product": "more"}
        keep_draft(pages.desk.node, replace(draft, rows=(first, twice, *others)))
        terms = {"method": OTHER, "boundary": "partial"}
        together = f"/models/beef/letters?{urlencode(terms)}"
        page = html.unescape(client.get("/models/beef/request", params=terms).text)
        assert f'href="{together}"' in page and "The texts for all 3 suppliers on one page" in page
        whole = html.unescape(client.get(together).text)
        assert whole.count("<section>") == 3 and whole.count('<pre class="letter">') == 6
        assert f"{SUPPLIES[0].name}, more are in its bill" in whole
        file = client.get(f"{together}&form=txt")
        assert f"letters-T-100-{OTHER}.txt" in file.headers["content-disposition"]
        assert file.text.count("Dear colleagues") == 3 and file.text.strip() in whole


def test_the_reminders_for_all_who_are_awaited_are_on_one_page(village: Village) -> None:
    with open_workshop(village, policy=False) as workshop, asking(workshop.pages) as client:
        request = ask(workshop.maker)
        place = f"/calculations/{request}"
        assert f'href="{place}/letters"' in client.get(place).text
        page = html.unescape(client.get(f"{place}/letters").text)
        assert all(f"<h2>{supply.name}</h2>" in page for supply in SUPPLIES)
        assert page.count('<pre class="letter">') == 2 * len(SUPPLIES)


FACTOR = {"default_factor": "salt"}


def with_adhesive(node: Node, **changed: str) -> PackDraft:
    """The example pack with one more row, of a supplier that nobody has enrolled."""
    draft = draft_of(node)
    row = {
        **dict.fromkeys(draft.rows[0], ""),
        "item": "adhesive",
        "name": "结构胶",
        "quantity": "2",
        "unit": "kg",
    }
    row |= {"legal_entity": "星辰胶业有限公司", **FACTOR, **changed}
    return keep_draft(node, replace(draft, rows=(*draft.rows, row)))


def test_a_supplier_that_has_not_joined_is_written_to_with_how_one_joins(village: Village) -> None:
    """Its row lacks whatever only the supplier can say."""
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        draft = with_adhesive(workshop.pages.desk.node)
        letter = "/models/beef/letter?item=adhesive"
        assert f'<a href="{letter}">给供应商的文字</a>' in client.get("/models/beef").text
        request = html.unescape(client.get("/models/beef/request").text)
        assert "清单里这些供应商还没有按此规则集申报：星辰胶业有限公司。" in request
        assert "填供应商申报时用的代码" in request and "请选类别；没有合适的，请平台运营方发布一个" in request
        text = html.unescape(client.get(letter).text)
        for said in (
            "给星辰胶业有限公司",
            "请登记机构（Authority）邀请",
            "平台运营方（Operator）",
            "贵公司的产品“结构胶”在物料清单中",
            f"（{draft.value('method')}）并申报",
            "enrolment authority (Authority)",
        ):
            assert said in text
        assert not re.search(r"\{\w+\}", text)
        assert client.get("/models/beef/letters").text.count("<section>") == 1
        # Back to where one came from: its row, or step 3 under the rule set looked at there.
        at = [row["item"] for row in draft.rows].index("adhesive")
        assert f'<a href="/models/beef#row-{at}">返回</a>' in text
        text = client.get(f"{letter}&method={draft.value('method')}").text
        assert '<a href="/models/beef/request?' in text and "#row-" not in text


def test_a_default_factor_hides_no_supplier(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        filled = {
            "product": "glue",
            "category": "cathode",
            "stage": "raw_material_and_parts",
            "quantity": "120",
        }
        with_adhesive(workshop.pages.desk.node, **filled)
        request = html.unescape(client.get("/models/beef/request").text)
        assert (
            "结构胶<small" in request
            and "供应商未登记" in request
            and "星辰胶业有限公司" in request
            and "默认因子" not in request
        )
        letter = re.search(r'href="(/models/beef/letter[^"]*)"', request)
        assert letter is not None and "给它的文字里写明怎样加入" in request
        text = client.get(letter[1]).text
        assert "请登记机构（Authority）邀请" in text and "选类别“cathode”，按模板" in text


def test_a_default_factor_alone_is_said_to_serve_no_request(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        node = workshop.pages.desk.node
        draft = draft_of(node)
        alone = {**dict.fromkeys(draft.rows[0], ""), "item": "glue", "quantity": "2", "unit": "kg", **FACTOR}
        alone["stage"] = "raw_material_and_parts"
        keep_draft(node, replace(draft, rows=(*draft.rows, alone)))
        request = client.get("/models/beef/request").text
        assert "此项用了默认因子" in request and "请求不接受默认因子。请在这一行写明供应商" in request
        assert "<button disabled>发起请求</button>" in request and "明算" not in request
        assert "明账" not in client.get("/models/beef").text
