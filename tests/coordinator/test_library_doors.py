"""The library over HTTP, and the operator's decisions as commands of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.console.library import find_ready
from coordinator.deciding import return_submission, withdraw_publication
from coordinator.http import make_app
from coordinator.publishing import Signer, publish_reviewed, read_library, read_shelf, submit_library
from coordinator.revising import make_next_version
from method.category import MAX_ACCEPTED
from operation.refusals import say_machine, say_refused
from protocol.errors import Refused
from protocol.payloads import Factor
from tests.coordinator.library_desk import Desk, accept_all, find_submitted, review, signer_of, tank
from tests.coordinator.test_console_paging import reader_of, rows_of
from tests.coordinator.test_tiles import Outsider
from tests.coordinator.town import Town
from tests.support.example import factor, line


@pytest.fixture
def town(tmp_path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    town.publish()
    yield town
    town.stop()


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


@pytest.fixture
def signer(town: Town) -> Signer:
    return signer_of(town)


def steel(version: int) -> dict[str, object]:
    return {**factor("steel", "2", "kg"), "version": version, "name_zh": "钢", "name_en": "Steel"}


def subject_of(desk: Desk, version: int) -> str:
    return find_submitted(desk, "steel", version).id


def offer(desk: Desk, signer: Signer, version: int, verdicts: str = "aa") -> str:
    submit_library(desk, signer, [], [steel(version)])
    subject = subject_of(desk, version)
    for number, letter in enumerate(verdicts):
        verdict = "accept" if letter == "a" else "return"
        review(desk.town, subject, (f"Expert {number}",), verdict)
    return subject


def test_a_newer_version_supersedes_the_older_when_it_is_published(desk: Desk, signer: Signer) -> None:
    offer(desk, signer, 1)
    assert publish_reviewed(desk, signer).published == ["steel"]
    offer(desk, signer, 2)
    done = publish_reviewed(desk, signer)
    assert (done.published, done.superseded, done.refused, done.waiting) == (["steel"], ["steel"], {}, [])
    states = {
        item.payload.version: item.state for item in read_shelf(desk).items() if item.payload.code == "steel"
    }
    assert states == {1: "superseded", 2: "published"}
    assert publish_reviewed(desk, signer).superseded == []


def test_only_what_is_named_is_published(desk: Desk, signer: Signer) -> None:
    wanted = offer(desk, signer, 1)
    provider = desk.town.member("Another provider", "provider")
    payload = Factor.model_validate({**desk.town.header(provider).fields(), **steel(1), "code": "iron"})
    review(desk.town, desk.town.log_it(provider, payload), ("Expert 0", "Expert 1"))
    assert publish_reviewed(desk, signer, [wanted]).published == ["steel"]
    assert [item.payload.code for item in find_ready(desk.town.service)] == ["iron"]


def test_the_operator_sees_exactly_what_it_may_publish_and_what_that_changes(
    desk: Desk, signer: Signer
) -> None:
    first = offer(desk, signer, 1)
    publish_reviewed(desk, signer)
    submit_library(desk, signer, [], [{**steel(2), "total": "3"}])
    wanted = subject_of(desk, 2)
    review(desk.town, wanted, ("Expert 0", "Expert 1"))
    reader = reader_of(desk.town, "operator")
    assert "/console/library?state=ready" in reader.get("/console/").text
    page = reader.get("/console/library?state=ready").text
    (row,) = rows_of(page, "library")
    assert f"/console/library/{wanted}" in row
    named = page.partition('action="/console/library/publish"')[2].partition("</form>")[0]
    assert f'name="subject" value="{wanted}"' in named and "steel 2 · " in named and first not in named
    page = reader.get(f"/console/library/{wanted}").text
    assert f'name="subject" value="{wanted}"' in page and "Version 1 is published and says otherwise" in page
    changes = page.partition("says otherwise:")[2].partition("</dl>")[0]
    assert "2 kgCO₂e/kg → 3 kgCO₂e/kg" in changes and "<dt>Version</dt>" not in changes


@pytest.mark.parametrize(("verdict", "due"), [("accept", "ready"), ("return", "returnable")])
def test_two_experts_of_one_parent_are_one_for_the_console_as_for_the_log(
    desk: Desk, signer: Signer, verdict: str, due: str
) -> None:
    submit_library(desk, signer, [], [steel(1)])
    subject = subject_of(desk, 1)
    review(desk.town, subject, ("North Institute", "South Institute"), verdict, parent="Institutes")
    reader = reader_of(desk.town, "operator")
    assert rows_of(reader.get(f"/console/library?state={due}").text, "library") == []
    assert f"state={due}" not in reader.get("/console/").text
    assert "It waits for its experts." in reader.get(f"/console/library/{subject}").text
    assert publish_reviewed(desk, signer).waiting == ["steel"]
    review(desk.town, subject, ("East Institute",), verdict)
    (row,) = rows_of(reader.get(f"/console/library?state={due}").text, "library")
    assert f"/console/library/{subject}" in row


def test_the_operator_is_told_of_a_factor_that_no_line_accepts(desk: Desk, signer: Signer) -> None:
    submit_library(desk, signer, [], [{**steel(1), "unit": "piece"}])
    factors = [item for item in read_shelf(desk).items() if isinstance(item.payload, Factor)]
    accepted = next(item for item in factors if item.payload.code == "grid")
    reader = reader_of(desk.town, "operator")
    page = reader.get(f"/console/library/{subject_of(desk, 1)}").text
    assert "nobody can cite the factor" in page and "Have a line accept it" not in page
    assert "Take the file of the next version from the page of a category" in page
    assert "nobody can cite the factor" not in reader.get(f"/console/library/{accepted.id}").text


def test_a_factor_comes_to_be_accepted_by_the_file_that_its_page_gives(
    desk: Desk, signer: Signer, tmp_path: Path
) -> None:
    submit_library(desk, signer, [tank([])], [{**steel(1), "unit": "m3"}])
    reader, address = reader_of(desk.town, "operator"), f"/console/library/{subject_of(desk, 1)}"
    uncited = "/console/library?state=uncited"
    assert rows_of(reader.get(uncited).text, "library") == []
    accept_all(desk, signer)
    (row,) = rows_of(reader.get(uncited).text, "library")
    assert ">steel<" in row and "no line of a product category accepts it yet" in row
    page = reader.get(address).text
    assert 'value="tank/gas"' in page and 'value="tank/power"' not in page and "cathode/" not in page
    assert "Take the file" in page and f"sealsum coordinator publish {desk.town.folder.path} FILE" in page
    assert "once two of different groups" in page
    given = reader.get(f"{address}/next-version?line=tank%2Fgas")
    assert given.headers["content-disposition"] == "attachment; filename=tank-2.json"
    file = tmp_path / "tank-2.json"
    file.write_bytes(given.content)
    categories, factors = read_library([file])
    assert categories == [{**tank(["steel"]), "version": 2}] and factors == []
    assert submit_library(desk, signer, categories, factors) == ["tank"]
    page = reader.get(address).text
    assert "experts have accepted the new version of their category" in page
    tank_2 = find_submitted(desk, "tank", 2).id
    assert f'<a href="/console/library/{tank_2}">tank 2: gas</a>' in page
    judged = reader.get(f"/console/library/{tank_2}").text
    told = judged.partition("Factors that it newly names:")[2].partition("</ul>")[0]
    assert f'<a href="{address}">steel 1 · Steel</a>' in told and "2 kgCO₂e/m³; " in told
    assert told.count("<li>") == 1, "only what the version before did not name"
    assert 'value="tank/gas"' not in page
    accept_all(desk, signer)
    page = reader.get(address).text
    assert "nobody can cite the factor" not in page
    assert f'Lines that accept it</dt><dd><a href="/console/library/{tank_2}">tank 2: gas</a></dd>' in page
    assert rows_of(reader.get(uncited).text, "library") == []
    assert "no line of a product category" not in reader.get("/console/library").text


def test_the_next_version_of_a_category_goes_on_from_the_one_in_review(
    desk: Desk, signer: Signer, tmp_path: Path
) -> None:
    submit_library(desk, signer, [tank([])], [steel(1)])
    accept_all(desk, signer)
    submit_library(desk, signer, [{**tank(["first"]), "version": 3}], [])
    made = make_next_version(read_shelf(desk).items(), "tank")
    assert made.version == 4 and made.find_line("gas").accepts == ("gas", "first")
    (first,) = (
        one for one in read_shelf(desk).items() if (one.payload.code, one.payload.version) == ("tank", 1)
    )
    reader = reader_of(desk.town, "operator")
    page = reader.get(f"/console/library/{first.id}").text
    assert "tank-4.json" in page and "version 4, as version 3 (submitted) has it" in page
    file = tmp_path / "tank-4.json"
    file.write_bytes(reader.get(f"/console/library/{first.id}/next-version").content)
    assert read_library([file])[0] == [{**tank(["first"]), "version": 4}]
    for place, named, why in (
        ("power", "steel", "is per kWh, factor steel per kg"),
        ("power", "grid", "accepts factor grid already"),
        ("gas", "gas", "no factor 'gas' is published or in review"),
        ("lid", "steel", "has no line 'lid'; its lines are gas, power"),
    ):
        with pytest.raises(Refused, match=why):
            make_next_version(read_shelf(desk).items(), "tank", [(place, named)])
    with pytest.raises(Refused, match="submitted are: assembly, cathode, tank"):
        make_next_version(read_shelf(desk).items(), "barrel")


def test_a_line_that_names_as_many_factors_as_it_may_is_not_offered(desk: Desk, signer: Signer) -> None:
    codes = [f"code-{number}" for number in range(MAX_ACCEPTED - 1)]
    submit_library(desk, signer, [tank(codes)], [{**steel(1), "unit": "m3"}])
    accept_all(desk, signer)
    address = f"/console/library/{subject_of(desk, 1)}"
    page = reader_of(desk.town, "operator").get(address).text
    assert 'value="tank/gas"' not in page and "A line names at most 100 factors" in page
    with pytest.raises(Refused, match="names 100 factors"):
        make_next_version(read_shelf(desk).items(), "tank", [("gas", "steel")])


def test_the_console_says_which_factor_codes_a_line_accepts(desk: Desk, signer: Signer) -> None:
    submit_library(
        desk,
        signer,
        [tank(["steel"]), {**tank([]), "code": "open", "lines": [line("a", "kg", True, "x")]}],
        [],
    )
    tanks = {item.payload.code: item.id for item in read_shelf(desk).items()}
    reader = reader_of(desk.town, "operator")
    reader._headers["accept-language"] = "zh"
    assert "接受的因子代码：gas、steel；" in reader.get(f"/console/library/{tanks['tank']}").text
    assert "此单位的任何因子代码都接受" in reader.get(f"/console/library/{tanks['open']}").text
    said = rows_of(reader.get(f"/console/statements/{tanks['tank']}").text, "fields")
    assert [row for row in said if "接受的因子代码" in row and "gas、steel" in row]
    (row,) = (
        row
        for row in rows_of(reader.get(f"/console/statements/{tanks['open']}").text, "fields")
        if "接受的" in row
    )
    assert "此单位的任何因子代码都接受" in row


def test_nobody_but_an_operator_is_offered_the_next_version(desk: Desk) -> None:
    one = next(item for item in read_shelf(desk).items() if item.payload.code == "cathode")
    reader = reader_of(desk.town, "verifier")
    assert "next-version" not in reader.get(f"/console/library/{one.id}").text
    assert reader.get(f"/console/library/{one.id}/next-version").status_code == 403


def test_the_operator_sees_exactly_what_it_may_return(desk: Desk, signer: Signer) -> None:
    subject = offer(desk, signer, 1, "ar")
    reader = reader_of(desk.town, "operator")
    assert "/console/library?state=returnable" in reader.get("/console/").text
    (row,) = rows_of(reader.get("/console/library?state=returnable").text, "library")
    assert f"/console/library/{subject}" in row
    assert rows_of(reader.get("/console/library?state=ready").text, "library") == []
    submit_library(desk, signer, [], [steel(2)])
    assert rows_of(reader.get("/console/library?state=returnable").text, "library") == []
    assert "state=returnable" not in reader.get("/console/").text
    (row,) = rows_of(reader.get("/console/library?state=superseded").text, "library")
    assert f"/console/library/{subject}" in row
    assert rows_of(reader.get("/console/library?state=in_review").text, "library") == []


def test_what_the_rules_refuse_to_publish_is_named_and_the_rest_goes_on(desk: Desk, signer: Signer) -> None:
    offer(desk, signer, 2)
    offer(desk, signer, 1)
    done = publish_reviewed(desk, signer)
    assert done.published == ["steel"] and "version 2" in done.refused["steel"]


def test_what_cannot_be_published_any_more_is_not_offered_and_not_handed_in(
    desk: Desk, signer: Signer
) -> None:
    service = desk.town.service
    offer(desk, signer, 1)
    rival = desk.town.member("Rival", "provider")
    payload = Factor.model_validate({**desk.town.header(rival).fields(), **steel(3)})
    review(desk.town, desk.town.log_it(rival, payload), ("Expert 0", "Expert 1"))
    assert len(find_ready(service)) == 2
    publish_reviewed(desk, signer)
    assert not find_ready(service)
    before = len(service.stores.ledger.refused(100))
    done = publish_reviewed(desk, signer)
    assert done.published == [] and "belongs to another publisher" in done.refused["steel"]
    assert len(service.stores.ledger.refused(100)) == before


def test_the_operator_returns_what_an_expert_returned(desk: Desk, signer: Signer) -> None:
    subject = offer(desk, signer, 1, "ar")
    assert return_submission(desk, signer, "steel", "the unit is wrong") == subject
    assert publish_reviewed(desk, signer).waiting == []
    with pytest.raises(Refused, match="version 1 is returned"):
        return_submission(desk, signer, "steel", "again")
    with pytest.raises(Refused, match="none is logged"):
        return_submission(desk, signer, "iron", "unknown")


def test_a_return_waits_for_two_opinions(desk: Desk, signer: Signer) -> None:
    offer(desk, signer, 1, "r")
    with pytest.raises(Refused, match="found 1"):
        return_submission(desk, signer, "steel", "the unit is wrong")


def test_a_code_that_names_two_submissions_needs_an_id(desk: Desk, signer: Signer) -> None:
    offer(desk, signer, 1, "rr")
    second = offer(desk, signer, 2, "rr")
    with pytest.raises(Refused, match="give the id of one") as caught:
        return_submission(desk, signer, "steel", "both")
    assert f"factor version 2: {second}" in caught.value.message
    said = say_refused(caught.value).zh
    assert said.startswith("有 2 份提交都叫 steel，请改写其中一份的编号（因子，版本 ") and second in said
    assert say_machine(f"category version 1: {second}") == f"类别，版本 1: {second}"
    assert return_submission(desk, signer, second, "this one") == second


def test_a_withdrawn_factor_is_found_as_withdrawn_with_the_reason(
    town: Town, desk: Desk, signer: Signer
) -> None:
    withdraw_publication(desk, signer, "grid", "the ministry corrected it")
    http = Outsider(make_app(town.service))
    found = http.get("/api/v1/factors?q=grid").json()
    assert found["total"] == 1
    (entry,) = found["items"]
    assert (entry["state"], entry["reason"]) == ("withdrawn", "the ministry corrected it")
    with pytest.raises(Refused, match="expected one that is published"):
        withdraw_publication(desk, signer, "grid", "again")


def test_the_library_is_searched_over_http_page_by_page(town: Town, desk: Desk, signer: Signer) -> None:
    http = Outsider(make_app(town.service))
    everything = http.get("/api/v1/factors?limit=200").json()
    pages, offset = [], 0
    while offset is not None:
        page = http.get(f"/api/v1/factors?limit=1&offset={offset}").json()
        pages += page["items"]
        offset = page["next_offset"]
    assert pages == everything["items"] and everything["next_offset"] is None
    assert len(pages) == everything["total"] > 1
    offer(desk, signer, 1, "")
    (entry,) = http.get("/api/v1/factors?q=钢").json()["items"]
    assert (entry["fields"]["code"], entry["state"], entry["publication"]) == ("steel", "submitted", None)
    assert http.get("/api/v1/factors?q=钢&state=published").json()["items"] == []
    codes = [item["fields"]["code"] for item in http.get("/api/v1/categories").json()["items"]]
    assert codes == ["assembly", "cathode"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "offset=-1", "year=twenty", "state=lost", "q=" + "x" * 201]
)
def test_a_search_that_makes_no_sense_is_refused(town: Town, query: str) -> None:
    assert Outsider(make_app(town.service)).get(f"/api/v1/factors?{query}").status_code == 422


def test_a_submission_of_another_under_the_same_code_holds_nobody_up(
    town: Town, desk: Desk, signer: Signer
) -> None:
    squatter = town.member("Squatter", "provider")
    fields = {**town.header(squatter).fields(), **steel(1), "total": "9"}
    town.log_it(squatter, Factor.model_validate(fields))
    assert submit_library(desk, signer, [], [steel(1)]) == ["steel"]
    assert submit_library(desk, signer, [], [steel(1)]) == []
    with pytest.raises(Refused, match="raise it"):
        submit_library(desk, signer, [], [{**steel(1), "total": "3"}])


def test_what_was_returned_is_submitted_again_once_it_is_mended(desk: Desk, signer: Signer) -> None:
    offer(desk, signer, 1, "rr")
    return_submission(desk, signer, "steel", "the value is wrong")
    mended = {**steel(1), "total": "3"}
    assert submit_library(desk, signer, [], [mended]) == ["steel"]
    assert submit_library(desk, signer, [], [mended]) == []
