"""The library at a node: searched, withdrawn from, reviewed; against real doors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from method.factor import parse_factor
from method.factor_table import encode_factor_table
from method.product import Product
from node.cli import app
from node.enrolling import CITATION_KEY
from node.importers.certificates import GreenCertificate
from node.library import fetch_library, fetch_submissions, read_library, read_submissions
from node.maker.resulting import find_certificate
from node.organisation import Node
from node.reviewing import leave_unchanged, submit_factors
from node.store.tables import STATEMENTS
from node.store.vault import keep_secret
from node.supplier.activities import Source, keep_activity
from node.supplier.declaring import declare
from node.supplier.products import add_product
from node.words.refusals import say_refusal
from protocol.errors import NetworkError, Refused
from protocol.payloads import Declaration, Publication, Review
from protocol.shelf import LIBRARY_KINDS
from protos.values import LoggedData
from tests.node.test_cli import Run
from tests.node.village import METHOD, SUPPLIES, Village, ask, records_of
from tests.support.example import factor


def publish(village: Village, subject: str) -> str:
    """Two experts accept it, the operator publishes it."""
    town = village.town
    reviews = []
    for name in ("First expert", "Second expert"):
        expert = town.member(name, "expert")
        fields = {**town.header(expert).fields(), "subjects": (subject,), "opinion": "read"}
        payload = Review.model_validate({**fields, "verdict": "accept"})
        reviews.append(town.log_it(expert, payload))
    fields = town.header(town.operator).fields()
    return town.log_it(town.operator, Publication(**fields, subject=subject, reviews=tuple(reviews)))


def submit(village: Village, name: str, code: str, version: int = 1) -> str:
    """A factor of that node, handed in."""
    node = village.nodes[name]
    fields = {**factor(code, "2", "kg"), "version": version, "name_zh": "钢材"}
    (submitted,) = submit_factors(node, [parse_factor(fields)])
    node.deliver()
    return submitted.id


def test_a_provider_withdraws_its_factor_and_a_search_says_so(village: Village, run: Run) -> None:
    village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    (item,) = run("Steel works", "find", "library", "钢材", "--json")[1]["items"]
    assert (item["code"], item["state"], item["reviews"]) == ("steel", "published", 2)
    code, answer, _ = run(
        "Steel works", "withdraw-factor", "steel", "--reason", "a meter was wrong", "--yes", "--json"
    )
    assert code == 0 and answer["code"] == "steel"
    (item,) = run("Steel works", "find", "library", "STEEL", "--json")[1]["items"]
    assert (item["state"], item["reason"]) == ("withdrawn", "a meter was wrong")
    assert run("Steel works", "find", "factors", "--text", "steel", "--json")[1] == {"factors": []}
    code, _, stderr = run("Steel works", "withdraw-factor", "steel", "--reason", "again")
    assert code == 1 and "no factor 'steel' of yours is published" in stderr


def test_a_published_version_counts_until_the_next_one_is_published(village: Village) -> None:
    node = village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    second = submit(village, "Steel works", "steel", 2)
    assert fetch_library(node).factor("steel").factor.version == 1
    publish(village, second)
    assert fetch_library(node).factor("steel").factor.version == 2


def test_what_only_repeats_the_last_version_is_left_out_though_that_was_withdrawn(
    village: Village, run: Run, tmp_path: Path
) -> None:
    node = village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    fetch_submissions(node)
    again, corrected = (
        parse_factor({**factor("steel", value, "kg"), "name_zh": "钢材", "version": 2})
        for value in ("2", "3")
    )
    assert leave_unchanged(node, [again]) == ([], [again])
    assert leave_unchanged(node, [corrected]) == ([corrected], [])
    file = tmp_path / "factors.csv"
    file.write_bytes(encode_factor_table([again]))
    code, answer, _ = run("Steel works", "submit-factors", str(file), "--yes", "--json")
    assert code == 0 and answer == {"factors": [], "unchanged": ["steel"]}
    run("Steel works", "withdraw-factor", "steel", "--reason", "a meter was wrong", "--yes")
    fetch_submissions(node)
    assert leave_unchanged(node, [again]) == ([], [again])
    assert leave_unchanged(node, [corrected]) == ([corrected], [])
    file.write_bytes(encode_factor_table([corrected]))
    _, text, _ = run("Steel works", "submit-factors", str(file), "--yes")
    assert "Withdrawn before, put forward again: steel" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_would_be_withdrawn_is_shown_and_asked_for_first(
    village: Village, run: Run, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    node = village.settle("Steel works", "provider")
    for version in (1, 2):
        publish(village, submit(village, "Steel works", "steel", version))
    monkeypatch.setenv("SEALSUM_LANG", language)
    asked = ["withdraw-factor", str(node.store.folder), "steel", "--reason", "a meter was wrong"]
    refused = CliRunner().invoke(app, asked, input="n\n")
    assert refused.exit_code == 1 and read_states(node) == ["published", "published"]
    told, name = (
        ("Version 1 may be cited again.", "steel") if language == "en" else ("版本 1 又可以引用。", "钢材")
    )
    for part in (told, "a meter was wrong", "2 kgCO2e/kg"):
        assert part in refused.stdout
    assert re.search(rf"(version|版本) +2\n(factor|因子) +{name}\n", refused.stdout)
    assert CliRunner().invoke(app, asked, input="y\n").exit_code == 0
    assert read_states(node) == ["published", "withdrawn"]
    last = CliRunner().invoke(app, asked, input="n\n")
    nothing = (
        "Nothing of this code may be cited then." if language == "en" else "此后这个代码没有可以引用的版本。"
    )
    assert nothing in last.stdout


def read_states(node: Node) -> list[str]:
    fetch_submissions(node)
    return [one.state for one in read_submissions(node) if one.payload.code == "steel"]


def test_nobody_withdraws_a_factor_of_another(village: Village, run: Run) -> None:
    village.settle("Rival", "provider")
    code, _, stderr = run("Rival", "withdraw-factor", "grid", "--reason", "ours is better")
    assert code == 1 and "no factor 'grid' of yours is published" in stderr


def test_a_search_prints_states_in_the_readers_language(
    village: Village, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle("Reader", "supplier")
    code, text, _ = run("Reader", "find", "library", "grid")
    assert code == 0 and "published" in text and "已发布" not in text and text.endswith("1 found")
    monkeypatch.setenv("SEALSUM_LANG", "zh")
    text = run("Reader", "find", "library", "grid")[1]
    assert "已发布" in text and "published" not in text


def test_the_version_before_counts_again_when_the_newest_is_withdrawn(village: Village, run: Run) -> None:
    village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    publish(village, submit(village, "Steel works", "steel", version=2))
    (found,) = run("Steel works", "find", "factors", "--text", "steel", "--json")[1]["factors"]
    assert found["version"] == 2
    run("Steel works", "withdraw-factor", "steel", "--reason", "a meter was wrong", "--yes", "--json")
    (found,) = run("Steel works", "find", "factors", "--text", "steel", "--json")[1]["factors"]
    assert found["version"] == 1


def test_a_code_of_another_provider_is_refused_before_anything_is_signed(village: Village) -> None:
    village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    rival = village.settle("Rival", "provider")
    fetch_submissions(rival)
    good, taken = (parse_factor(factor(code, "1", "kg")) for code in ("iron", "steel"))
    with pytest.raises(Refused, match="steel belongs to another publisher") as caught:
        submit_factors(rival, [good, taken])
    assert say_refusal(caught.value).zh == "发布：代码 steel 属于另一提供方，请换一个代码"
    assert not [one for one in rival.deliver() if one.state == "logged"]


def test_a_version_is_submitted_once_and_the_same_content_again_is_the_same_statement(
    village: Village,
) -> None:
    node = village.settle("Steel works", "provider")
    first = submit(village, "Steel works", "steel")
    fetch_submissions(node)
    assert submit(village, "Steel works", "steel") == first
    with pytest.raises(Refused, match="steel version 1 is logged with other content: raise it") as caught:
        submit_factors(node, [parse_factor({**factor("steel", "3", "kg"), "name_zh": "钢材"})])
    assert say_refusal(caught.value).zh.startswith("版本：steel 的版本 1 已提交过")
    third = submit(village, "Steel works", "steel", version=3)
    assert third != first
    publish(village, third)
    fetch_submissions(node)
    with pytest.raises(Refused, match="steel is published in version 3; submit a higher one") as caught:
        submit(village, "Steel works", "steel", version=2)
    assert say_refusal(caught.value).zh == "发布：steel 已发布到版本 3，请提高版本号"


def cite(node: Node, product: str, serial: str) -> str:
    """Declare a product whose import cites a certificate; the declaration's id."""
    supply = SUPPLIES[0]
    fields = (product, "正极", "Cathode", supply.category, "kg", "CN", "2025-01-01", "2025-12-31", "a.csv")
    add_product(node, Product(*fields))
    certificate = GreenCertificate(serial, "GEC", Fraction(1000), "2025-12-31")
    keep_activity(node, product, records_of(supply.lines), Source("a.csv", "0" * 64), [certificate])
    return declare(node, product, METHOD)


def test_a_certificate_cited_by_two_suppliers_is_refused_without_its_serial(village: Village) -> None:
    first, second = village.settle("One", "supplier"), village.settle("Two", "supplier")
    with pytest.raises(Refused, match="no citation key"):
        cite(first, "early", "GD-2025-77")
    for node in (first, second):
        with node.store.write() as connection:
            keep_secret(connection, CITATION_KEY, bytes(range(32)))
    cite(first, "powder", "GD-2025-77")
    first.deliver()
    (logged,) = (village.town.record.get(row.id) for row in village.town.log.of_kind("declaration", 0, 9))
    assert isinstance(logged.payload, Declaration) and len(logged.payload.certificates) == 8
    assert b"GD-2025-77" not in logged.signed.data
    cite(second, "powder", "gd-2025-77")
    refused = [delivery for delivery in second.deliver() if delivery.check]
    assert [delivery.check for delivery in refused] == ["certificates"]
    assert "cited in another declaration" in refused[0].message


def test_a_refused_certificate_is_told_in_the_users_language(village: Village, run: Run) -> None:
    for name in ("One", "Two"):
        with village.settle(name, "supplier").store.write() as connection:
            keep_secret(connection, CITATION_KEY, bytes(range(32)))
    cite(village.nodes["One"], "powder", "GD-2025-77")
    village.nodes["One"].deliver()
    cite(village.nodes["Two"], "powder", "GD-2025-77")
    said = {lang: run("Two", "declare", "powder", "--lang", lang)[::2] for lang in ("zh", "en")}
    assert said["zh"][0] == said["en"][0] == 1
    assert said["zh"][1].startswith("绿证：这里引用的绿证，另一份申报已经引用过")
    assert said["en"][1].startswith(
        "certificates: a certificate cited here is cited in another declaration already"
    )
    assert not any("77" in text for _, text in said.values())


def test_an_expert_names_what_it_reviews_by_code(village: Village, run: Run) -> None:
    village.settle("Steel works", "provider")
    village.settle("Smelter", "provider")
    village.settle("Reader", "expert")
    submitted = submit(village, "Steel works", "steel")
    code, answer, _ = run("Reader", "review", "steel", "--opinion", "read", "--yes", "--json")
    assert (code, answer["subjects"]) == (0, [submitted])
    (item,) = run("Reader", "find", "library", "钢材", "steel", "--json")[1]["items"]
    assert (item["id"], item["state"], item["reviews"]) == (submitted, "in_review", 1)
    code, _, stderr = run("Reader", "review", "steal", "--opinion", "read", "--yes")
    assert code == 1 and "nothing that waits has it" in stderr
    submit(village, "Steel works", "steel", version=2)
    other = submit(village, "Smelter", "steel")
    code, _, stderr = run("Reader", "review", "steel", "--opinion", "read", "--yes")
    assert code == 1 and "2 submissions have it" in stderr and other in stderr and submitted not in stderr


def test_all_that_waits_is_what_one_has_not_judged_yet(village: Village, run: Run) -> None:
    for name, role in (("Steel works", "provider"), ("Reader", "expert"), ("Other reader", "expert")):
        village.settle(name, role)
    first, second = submit(village, "Steel works", "steel"), submit(village, "Steel works", "iron")
    run("Reader", "review", first, "--verdict", "return", "--opinion", "no source", "--yes")
    assert run("Reader", "review", "--all", "--opinion", "read", "--yes", "--json")[1]["subjects"] == [second]
    code, _, stderr = run("Reader", "review", "--all", "--opinion", "read", "--yes")
    assert code == 1 and "nothing waits for your opinion" in stderr
    found = run("Other reader", "review", "--all", "--opinion", "read", "--yes", "--json")[1]["subjects"]
    assert sorted(found) == sorted([first, second])


def test_a_state_that_there_is_not_is_no_empty_list(village: Village, run: Run) -> None:
    village.settle("Reader", "expert")
    code, _, stderr = run("Reader", "find", "library", "--state", "foo")
    assert code == 2 and "expected published, in_review, submitted" in " ".join(stderr.split())


def test_what_an_expert_returned_says_so_and_waits_no_longer_once_a_higher_version_is_there(
    village: Village, run: Run
) -> None:
    village.settle("Steel works", "provider")
    village.settle("Reader", "expert")
    first = submit(village, "Steel works", "steel")
    run("Reader", "review", first, "--verdict", "return", "--opinion", "no source", "--yes")
    (item,) = run("Steel works", "find", "library", "钢材", "steel", "--json")[1]["items"]
    assert (item["returning"], item["reason"], item["replaced_by"]) == (1, "no source", None)
    text = run("Steel works", "find", "library", "steel")[1]
    assert "returned by an expert" in text and "no source" in text and "in review" not in text
    second = submit(village, "Steel works", "steel", version=2)
    assert run("Reader", "review", "--all", "--opinion", "read", "--yes", "--json")[1]["subjects"] == [second]
    items = run("Reader", "find", "library", "钢材", "steel", "--json")[1]["items"]
    assert {one["id"]: one["replaced_by"] for one in items} == {first: 2, second: None}
    text = run("Steel works", "find", "library", "steel")[1]
    assert "superseded" in text and "returned by an expert" not in text


def test_an_owner_sees_how_often_it_was_cited_and_nobody_else_does(village: Village, run: Run) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    first = ask(maker)
    village.run()
    assert find_certificate(maker, first) is not None
    second = ask(maker)
    village.run()
    assert find_certificate(maker, second) is not None
    provider = village.town.member("Provider", "provider")
    gateway = village.town.service.gateway
    counted = gateway.citations(village.town.caller(provider))
    month = datetime.fromtimestamp(village.town.clock.now, UTC).strftime("%Y-%m")
    assert {(one.code, one.version, one.method, one.month, one.certificates) for one in counted} == {
        ("grid", 1, METHOD, month, 2), ("salt", 1, METHOD, month, 2),
    }  # fmt: skip
    assert gateway.citations(village.town.caller(provider)) == counted
    assert run("Pack maker", "citations", "--json")[:2] == (0, {"citations": []})
    village.settle("Another owner", "provider")
    assert run("Another owner", "citations", "--json")[:2] == (0, {"citations": []})


def test_only_what_is_new_of_the_library_is_read(village: Village) -> None:
    """What was read before cannot be read any more, and is known all the same."""
    node = village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    assert "steel" in fetch_library(node).factors
    known = read_submissions(node)
    assert read_submissions(node) is known
    with node.store.write() as connection:
        connection.execute(update(STATEMENTS).where(STATEMENTS.c.kind.in_(LIBRARY_KINDS)).values(data=b""))
    node.record._known.clear()  # as when it holds too many
    publish(village, submit(village, "Steel works", "copper"))
    assert {"steel", "copper"} <= fetch_library(node).factors.keys()
    assert len(read_submissions(node)) == len(known) + 1


def test_a_library_whose_signers_could_not_be_asked_for_is_read_the_next_time(village: Village) -> None:
    village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    node = village.settle("Pack maker", "requester")
    fetch_submissions(node)
    ask, node.record.fetch = node.record.fetch, lost
    with pytest.raises(NetworkError):
        read_library(node)
    node.record.fetch = ask
    assert "steel" in read_library(node).factors


def test_what_nobody_known_signed_counts_when_its_signer_is_known(village: Village) -> None:
    village.settle("Steel works", "provider")
    publish(village, submit(village, "Steel works", "steel"))
    node = village.settle("Pack maker", "requester")
    fetch_submissions(node)
    ask, node.record.fetch = node.record.fetch, lambda _ids: []
    assert "steel" not in read_library(node).factors
    node.record.fetch = ask
    assert "steel" not in read_library(node).factors, "nothing new has arrived"
    village.settle("Newcomer", "supplier")
    publish(village, submit(village, "Steel works", "copper"))
    assert {"steel", "copper"} <= fetch_library(node).factors.keys()


def lost(_ids: Sequence[str]) -> Sequence[LoggedData]:
    raise NetworkError("nobody answers")
