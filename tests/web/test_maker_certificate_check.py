"""What the node's page says of a certificate that somebody sent: what the report says of it, in the same words."""

from __future__ import annotations

import hashlib
import re
from html import unescape

import httpx
import pytest

from exchange.report.content import make_content
from exchange.report.labels import LABELS
from node.maker.resulting import fetch_certificate, redact_certificate, verify_own
from operation.phrases import Language
from tests.node.village import Village
from tests.web.asking import asking
from tests.web.making import finish, open_workshop
from tests.web.test_entering import token_of

_PAIRS = re.compile(r"<dt>(.*?)</dt><dd>(.*?)</dd>", re.DOTALL)
_CELLS = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)


def shown(client: httpx.Client, data: bytes) -> str:
    token = token_of(client.get("/certificates/check"))
    files = {"file": ("certificate.json", data)}
    answer = client.post("/certificates/check", data={"csrf": token}, files=files)
    return unescape(answer.raise_for_status().text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_checked_certificate_says_for_what_by_which_rules_and_over_which_stages_its_figures_are(
    village: Village, language: Language
) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, language) as client:
        maker = workshop.maker
        full = fetch_certificate(maker, maker.calculation(finish(workshop))).bundle
        for data in (full, redact_certificate(full)):
            page, content = shown(client, data), make_content(verify_own(maker, data), data, language)
            assert content is not None
            (model,) = content["models"]
            told = [*model["functional_unit"], *model["quality"], *content["method"]]
            assert [pair for pair in told if pair not in _PAIRS.findall(page)] == []
            table = page.partition("<tbody>")[2].partition("</tbody>")[0]
            cells = [cell for row in model["stage_rows"] for cell in row]
            assert _CELLS.findall(table) == cells
            said = (model["per_kwh"], model["bound"], content["labels"]["per_kwh"], *content["exclusions"])
            assert [one for one in said if one not in page] == []
            assert model["maybe_declared"] in page


def test_a_file_that_fails_shows_its_sha256_and_the_whole_of_what_was_found(village: Village) -> None:
    data = b'{"checkpoint": "a\nb"}'
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        page = shown(client, data)
        told = page.partition('class="checks"')[0]
        assert f"本文件的 SHA-256：<code>{hashlib.sha256(data).hexdigest()}</code>" in told
        assert "索取原件" in told and "制作方手中的原件" in told
        assert "Invalid control character at 17<" in page
        assert LABELS["bad_next"].zh in page


def test_the_verdict_of_a_file_that_fails_leads_to_the_first_check_that_failed(village: Village) -> None:
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        maker = workshop.maker
        data = fetch_certificate(maker, maker.calculation(finish(workshop))).bundle
        at = data.index(b'"checkpoint"') + 60
        page = shown(client, data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])
        numbers = re.findall(r'<li id="(check-\d+)" value="\d+" data-status="failed">', page)
        links = re.findall(r'<p class="problem" role="alert">[^<]*<a href="#([\w-]+)">', page)
        assert links == numbers[:1] != []
