"""What was not accepted: found by id and by company, told in the reader's language with what it was about."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote

from coordinator.store.contract import RefusedEnvelope
from protocol.statements import sign_statement
from protos.values import Refusal
from tests.coordinator.test_admission import declaration, spoiled
from tests.coordinator.test_console_paging import reader_of, rows_of
from tests.coordinator.town import Town
from tests.node.test_words_refusals import checks_of
from web.numbers import show_least_share


def test_a_refusal_is_found_by_its_id_by_its_company_and_says_what_it_is(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    chain = town.chain()
    one, other = chain.suppliers[:2]
    fields = spoiled(declaration(town, chain, 0))
    bad = sign_statement(fields, one.key)
    (outcome,) = town.hand_in(one, [bad.data])
    assert isinstance(outcome, Refusal)
    message = "grid is withdrawn (the source corrected it); fetch the library and cite what replaced it"
    town.service.stores.ledger.keep_refused(
        RefusedEnvelope("ab" * 32, other.id, "retired", message, 1000, b"x")
    )
    reader = reader_of(town, "operator")
    for words in (bad.id, bad.id[:8]):
        assert reader.get(f"/console/find?q={words}").headers["location"] == f"/console/refusals/{bad.id}"
    assert "six or more of an id" in html.unescape(reader.get(f"/console/find?q={bad.id[:5]}").text)
    shown = reader.get(f"/console/refusals/{bad.id}").text
    assert fields.product_name in shown and "proof" in shown and one.enrolment.payload.name_en in shown
    legal = one.enrolment.payload.legal_entity
    assert f"/console/refusals?company={quote(legal)}" in reader.get(f"/console/statements/{one.id}").text
    for words in (legal, one.id, one.enrolment.payload.name_zh):
        (row,) = rows_of(reader.get(f"/console/refusals?company={quote(words)}").text, "refusals")
        assert f"declaration · {fields.product_name}" in row and f"/console/refusals/{bad.id}" in row
    for words in (bad.id, bad.id[:8].upper()):
        led = reader.get(f"/console/refusals?company={words}").headers["location"]
        assert reader.get(led).headers["location"] == f"/console/refusals/{bad.id}"
    for words in ("nobody", "0" * 64):
        page = reader.get(f"/console/refusals?company={words}").text
        assert rows_of(page, "refusals") == [] and "Nothing of this company, and nothing with this id" in page
    assert "may still pass later are only counted" in reader.get(f"/console/refusals/{'0' * 64}").text
    reader._headers["accept-language"] = "zh"
    assert "只计数不保存，见总览页或监控指标" in reader.get(f"/console/refusals/{'0' * 64}").text
    (row,) = rows_of(reader.get(f"/console/refusals?company={other.id}").text, "refusals")
    assert "grid 已撤回或被取代（the source corrected it）" in row and message in row
    assert reader.get(f"/console/refusals/{'ab' * 32}").status_code == 200
    town.stop()


def test_a_share_that_holds_at_least_is_never_rounded_up(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    said = json.dumps({"type": "result", "figures": {"primary_data_share": "0.378647"}}).encode()
    kept = json.dumps({"payload": base64.b64encode(said).decode()}).encode()
    town.service.stores.ledger.keep_refused(
        RefusedEnvelope("cd" * 32, town.operator.id, "proof", "", 1000, kept)
    )
    (row,) = rows_of(reader_of(town, "operator").get(f"/console/refusals/{'cd' * 32}").text, "fields")
    assert "Share of primary data, at least" in row and show_least_share("0.378647") in row
    town.stop()


def test_every_check_that_a_rule_or_a_door_names_is_told_in_words(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    reader, message = reader_of(town, "operator"), "no pattern knows these words"
    reader._headers["accept-language"] = "zh"
    names = sorted(checks_of("protocol", "coordinator", "authority", "protos"))
    for number, name in enumerate(names):
        kept = RefusedEnvelope(f"{number:064x}", town.operator.id, name, message, 1000, b"x")
        town.service.stores.ledger.keep_refused(kept)
    for number, name in enumerate(names):
        page = html.unescape(reader.get(f"/console/refusals/{number:064x}").text)
        check = page.partition("<dt>未通过的检查")[2].partition("<dd>")[2].partition("<div")[0]
        assert re.search("[一-鿿]", check) and f"检查的代号：{name}<" in page, name
        assert f"程序原文（英文）：{message}" in page
    reader._headers["accept-language"] = "en"
    page = reader.get(f"/console/refusals/{0:064x}").text
    assert message in page and "own words" not in page
    town.stop()


def test_what_the_operator_was_refused_itself_is_for_it_to_mend(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    member = town.member("Cathode plant", "supplier")
    ledger, advice = town.service.stores.ledger, "mend the file by what was found, and publish it again"
    reader = reader_of(town, "operator")
    ledger.keep_refused(RefusedEnvelope("ab" * 32, member.id, "category", "wrong", 1000, b"x"))
    assert advice not in reader.get("/console/refusals").text
    ledger.keep_refused(RefusedEnvelope("cd" * 32, town.operator.id, "category", "wrong", 1001, b"x"))
    page = reader.get("/console/refusals").text
    assert advice in page and ["yourselves" in row for row in rows_of(page, "refusals")] == [True, False]
    for statement, is_own in (("ab" * 32, False), ("cd" * 32, True)):
        assert (advice in reader.get(f"/console/refusals/{statement}").text) is is_own
    town.stop()
