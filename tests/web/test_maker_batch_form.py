"""The form of several models: what it counts of each is what the model's own page counts, and nothing sent is lost."""

from __future__ import annotations

import html
import re
import threading
from dataclasses import replace

import httpx
import pytest

from node.library import fetch_library
from node.maker.directory import directory_of
from node.maker.pack_drafts import keep_draft, list_drafts
from node.maker.readiness import look_over
from node.maker.requesting import Terms
from tests.node.test_library import publish
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import open_workshop
from tests.web.test_entering import token_of
from tests.web.test_knowledge_pages import made, submit
from tests.web.test_maker_asked_already import refused
from tests.web.test_maker_ways import draft_of

TYPED = {"method": "mee-2025-literal", "boundary": "partial", "together": "true", "consent_days": "20"}


def send(client: httpx.Client, **typed: str) -> str:
    form = {"csrf": token_of(client.get("/models/batch")), **typed}
    return html.unescape(client.post("/models/batch", data=form, follow_redirects=True).text)


def check_kept(page: str, is_ticked: bool) -> None:
    assert ('value="beef" checked' in page) == is_ticked
    assert 'name="together" value="true" checked' in page and 'name="consent_days" value="20"' in page
    assert 'name="contribute_days" value="14"' in page
    assert re.search(r'<option value="mee-2025-literal" selected>', page)
    assert re.search(r'<option value="partial" selected>', page)


@pytest.mark.parametrize("method", ["mee-2025-cff", "mee-2025-literal"])
def test_a_model_counts_the_same_as_on_its_own_page(village: Village, method: str) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "en") as client:
        node = workshop.pages.desk.node
        draft = draft_of(node)
        keep_draft(node, replace(draft, rows=({**draft.rows[0], "name": "bolts"}, *draft.rows[1:])))
        terms = {"method": method, "boundary": "partial"}
        own, several = (
            " ".join(html.unescape(client.get(place, params=terms).text).split())
            for place in ("/models/beef/request", "/models/batch")
        )
        doubts = own.count('<li data-state="late">!')
        assert doubts and re.findall(r"! ([0-9]+) things? to look at", several) == [str(doubts)]
        lacking = re.findall(r"([0-9]+ of [0-9]+ items ha\S+ no declaration to rest on)", own)
        assert re.findall(r"([0-9]+ of [0-9]+ items ha\S+ no declaration to rest on)", several) == lacking
        assert bool(lacking) == (method == "mee-2025-literal")


def test_a_model_is_looked_at_again_once_it_or_the_library_changed(village: Village) -> None:
    with open_workshop(village) as workshop:
        node = workshop.pages.desk.node

        def count() -> int:
            (draft,) = (one for one in list_drafts(node) if one.id == "beef")
            return look_over(node, draft, Terms(), directory_of(node)).findings.count

        draft = draft_of(node)
        fetch_library(node)
        assert [count(), count()] == [0, 0]
        names = ("item", "name", "stage", "quantity")
        row = {name: draft.rows[0][name] for name in names if name in draft.rows[0]}
        by_default = {**row, "item": "steel", "default_factor": "steel"}
        keep_draft(node, replace(draft, rows=(*draft.rows, by_default)))
        before = count()
        (steel,) = submit(village.settle("Factor house", "provider"), made("steel"))
        publish(village, steel)
        fetch_library(node)
        assert before and count() == before - 1


def test_what_could_not_be_asked_for_is_ticked_and_typed_as_before_on_the_way_back(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "en") as client:
        draft_of(workshop.pages.desk.node)
        client.get("/directory", params={"find": "item"})
        page = refused(client, **TYPED)
        (way,) = re.findall(r'href="(/models/batch\?[^"]*)"', page)
        check_kept(client.get(way).text, is_ticked=True)


def test_a_form_that_is_refused_comes_back_as_it_was_sent(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "en") as client:
        node = workshop.pages.desk.node
        draft_of(node)
        client.get("/directory", params={"find": "item"})
        page = send(client, **TYPED)
        assert "Tick at least one model." in page
        check_kept(page, is_ticked=False)
        going, random = threading.Event(), node.random

        def wait(count: int) -> bytes:
            going.wait()
            return random(count)

        node.random = wait
        try:
            send(client, chosen="beef")
            page = send(client, chosen="beef", **TYPED)
        finally:
            going.set()
        while 'data-state="good"' not in client.get("/models/batch/progress").text:
            pass
        assert "other models are being requested just now" in page
        check_kept(page, is_ticked=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_progress_of_several_models_is_called_as_the_menu_calls_what_is_asked_for(
    language: str, village: Village
) -> None:
    word, incoming = {"zh": ("发起的核算", "核算请求"), "en": ("Calculations", "Requests")}[language]
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        page = client.get("/models/batch/progress").text.partition("<main")[2]
        assert f'<a href="/calculations">{word}</a>' in page and incoming not in page
