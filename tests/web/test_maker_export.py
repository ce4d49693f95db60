"""A result exported from the page: what no certificate says is a form, slips are at their fields, and it is kept."""

from __future__ import annotations

import html
import json
import re

import httpx
import pytest

from exchange.particular_fields import BY_NAME, FIELDS, needed_fields
from exchange.particulars import NotStated, check_stated, parse_particulars
from node.accounts import READER
from node.maker.requesting import Terms, request_calculation
from node.maker.stating import find_stated, keep_stated
from node.web.maker.exporting import read_record
from tests.node.village import METHOD, SUPPLIES, Village, pack
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_entering import token_of
from tests.web.test_maker_ways import draft_of
from web.accounts import Account, make_account
from web.sessions import make_link

TYPED = {
    "mass_kg": "350", "fossil_carbon_kg": "90", "geography": "CN", "region": "Eastern Asia",
    "standards": ["ISO14067", "PEF"], "gwp_reports": "AR6\r\n", "packaging_included": "false",
    "waste_incineration": "cut-off", "public_study_link": "https://example.org/study.pdf", "product_name": "",
    "product_ids": "urn:gtin:1\r\nurn:gtin:2", "valid_until": "2030-01-31",
}  # fmt: skip


def field_of(page: str, name: str) -> str:
    """The label or group of a field, as it is on the page."""
    found = re.findall(r"<fieldset.*?</fieldset>|<label.*?</label>", page, re.DOTALL)
    return html.unescape("".join(one for one in found if f'name="{name}"' in one))


def send(client: httpx.Client, place: str, form: str, typed: dict[str, object]) -> httpx.Response:
    data = {"csrf": token_of(client.get(place)), "form": form, "model": "T-100", **typed}
    return client.post(place, data=data)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Distribution (not declared), End of life"),
        ("zh", "分销（未申报）、回收利用（不在系统边界内）"),
    ],
)
def test_the_form_says_which_stages_a_battery_pass_lacks(village: Village, language: str, said: str) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        assert said in client.get(f"/calculations/{finish(workshop)}/export").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_format_asks_for_is_said_at_its_field_in_the_readers_language(
    village: Village, language: str
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        place = f"/calculations/{finish(workshop)}/export"
        page = client.get(place).text
        for field in FIELDS:
            assert getattr(field.title, language) in field_of(page, field.name)
        answer = send(client, place, "catena-x", {"mass_kg": "350"})
        missing = {field.name for field in needed_fields("catena-x")} - {"mass_kg"}
        for name in missing:
            assert f"Catena-X {'需要' if language == 'zh' else 'asks for'}" in field_of(answer.text, name)
        assert answer.text.count('aria-invalid="true"') == len(missing)
        assert 'value="350"' in field_of(answer.text, "mass_kg")


def test_a_slip_is_said_at_its_field_and_nothing_that_was_typed_is_lost(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        place = f"/calculations/{finish(workshop)}/export"
        slips = {"mass_kg": "0", "product_ids": "04712345060507", "valid_from": "2031-01-01"}
        answer = send(client, place, "pact", {**TYPED, **slips})
        assert answer.status_code == 422
        assert "Expected: mass of one pack without packaging" in field_of(answer.text, "mass_kg")
        assert BY_NAME["product_ids"].expects.en in field_of(answer.text, "product_ids")
        assert "<details open>" in answer.text and "04712345060507" in field_of(answer.text, "product_ids")
        assert "Eastern Asia" in re.findall(r'<option value="([^"]*)" selected', answer.text)
        assert len(re.findall(r" checked", answer.text)) == 4  # the format, two standards, a report
        assert answer.text.count('aria-invalid="true"') == 3


def test_what_was_stated_is_in_the_form_of_the_next_export(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        place = f"/calculations/{finish(workshop)}/export"
        for form in ("pact", "battery-pass"):
            answer = send(client, place, form, TYPED)
            assert answer.headers["content-type"] == "application/json", answer.text
            assert json.loads(answer.content)
        page = client.get(place).text
        assert 'value="350"' in field_of(page, "mass_kg") and "urn:gtin:2" in field_of(page, "product_ids")
        for file in workshop.maker.store.folder.rglob("*"):
            assert not file.is_file() or b"urn:gtin:2" not in file.read_bytes(), file


def test_who_only_reads_exports_and_changes_nothing(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        place = f"/calculations/{finish(workshop)}/export"
        node = workshop.pages.desk.node
        with node.store.write() as connection:
            make_account(connection, Account("li", frozenset({READER})), node.clock())
            link = make_link(connection, "li", "/", node.clock(), node.random)
        client.cookies.clear()
        assert client.post("/enter", data={"secret": link}).status_code == 200
        assert send(client, place, "battery-pass", TYPED).status_code == 200
        assert find_stated(node, "T-100") == {}


def test_a_model_that_is_new_begins_with_what_the_company_states_of_all(village: Village) -> None:
    maker = village.settle("Pack maker", "requester")
    assert find_stated(maker, "T-100") == {}
    keep_stated(maker, "T-100", {"mass_kg": "1", "region": "Asia"})
    keep_stated(maker, "T-100", {"mass_kg": "2", "region": "Eastern Asia", "valid_from": "2026-01-01"})
    assert find_stated(maker, "T-100")["mass_kg"] == "2"
    assert find_stated(maker, "T-200") == {"region": "Eastern Asia"}


def test_the_mass_of_the_model_stands_in_the_form_until_another_is_stated(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        draft_of(workshop.pages.desk.node, mass_kg="351")
        place = f"/calculations/{finish(workshop)}/export"
        assert 'value="351"' in field_of(client.get(place).text, "mass_kg")
        keep_stated(workshop.pages.desk.node, "T-100", {"mass_kg": "349"})
        assert 'value="349"' in field_of(client.get(place).text, "mass_kg")


def test_a_form_states_what_the_owners_file_would() -> None:
    record = read_record({name: one if isinstance(one, list) else [one] for name, one in TYPED.items()})
    stated = parse_particulars(record)
    assert stated.product_ids == ("urn:gtin:1", "urn:gtin:2") and stated.standards == ("ISO14067", "PEF")
    assert stated.packaging_included is False and "product_name" not in record


@pytest.mark.parametrize("format", ["pact", "battery-pass", "catena-x"])
def test_a_format_misses_exactly_the_fields_that_say_it_needs_them(format: str) -> None:
    with pytest.raises(NotStated) as caught:
        check_stated(format, parse_particulars({}))
    assert caught.value.missing == needed_fields(format)
    full = read_record({name: one if isinstance(one, list) else [one] for name, one in TYPED.items()})
    check_stated(format, parse_particulars(full))


def test_of_several_models_each_has_its_own_form(village: Village) -> None:
    """What is stated of one pack, its mass above all, is never written of another."""
    with open_workshop(village) as workshop, asking(workshop.pages) as client:
        own = {
            "model": "T-200", "chemistry": "NCM", "name_zh": "示例", "name_en": "Example", "mass_kg": "350",
            "method": METHOD, "boundary": "partial", "maker": f"item-{len(SUPPLIES) - 1}",
        }  # fmt: skip
        request = request_calculation(workshop.maker, [pack(), pack(pack=own)], Terms()).id
        workshop.maker.deliver()
        village.run()
        place = f"/calculations/{request}/export"
        keep_stated(workshop.pages.desk.node, "T-100", {"mass_kg": "350", "region": "Eastern Asia"})
        first, second = (client.get(f"{place}?model={number}").text for number in (0, 1))
        assert 'value="350"' in field_of(first, "mass_kg") and 'value=""' in field_of(second, "mass_kg")
        assert all(f'href="{place}?model={number}"' in first for number in (0, 1))
        for page, model in ((first, "T-100"), (second, "T-200")):
            assert f'name="model" value="{model}"' in page
        assert f'href="/calculations/{request}/result?model=1"' in second
        answer = send(client, place, "battery-pass", {**TYPED, "model": "T-200"})
        assert json.loads(answer.content)["carbonFootprintStudy"] == TYPED["public_study_link"]
