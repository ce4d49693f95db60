"""A verifier's report of its work, which its client gets on paper or as a file."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from coordinator.http import make_app
from crypto.locking import KEY_BYTES
from crypto.sealing import OVERHEAD
from protocol.bundle import parse_bundle
from protocol.library import published_category
from protocol.payloads import OpeningAnswer, OpeningRequest, Request, Result, Verification
from protocol.requesting import declaration_of
from protocol.verification_payloads import Statement
from tests.coordinator.test_console_files import about
from tests.coordinator.test_console_paging import Reader, reader_of, rows_of
from tests.coordinator.test_tiles import Outsider
from tests.coordinator.town import Chain, Member, Town
from web.numbers import show_number

PAGE = "/console/work/report"
SAYS = Statement(
    scope="all stages", assurance="limited", finding="modified", opinion="transport was estimated"
)


@dataclass(frozen=True)
class Visited:
    """A town after one calculation; its verifier was shown two of a declaration's lines and signed on the result."""

    town: Town
    chain: Chain
    verifier: Member
    opening: str
    opinion: str

    @property
    def reader(self) -> Reader:
        return reader_of(self.town, "verifier", self.verifier)

    def index_of(self, statement: str) -> str:
        logged = self.town.record.get(statement)
        assert logged is not None
        return str(logged.index)

    def file(self, table: str) -> dict[str, str]:
        text = self.reader.get(f"{PAGE}?table={table}&as=csv").content.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text))
        return row


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    town = Town(tmp_path_factory.mktemp("town")).start()
    chain = town.run()
    verifier = town.member("Verifying body", "verifier")
    fields = town.header(verifier).fields()
    question = OpeningRequest(
        **fields, declaration=chain.declarations[0], lines=(0, 1), records=(0, 2), reason="visit"
    )
    answer = OpeningAnswer(
        **town.header(chain.suppliers[0]).fields(), asked=town.log_it(verifier, question), verdict="opened",
        reason="", content=b"sealed", seals=(bytes(OVERHEAD + KEY_BYTES),),
    )  # fmt: skip
    opening, result = town.log_it(chain.suppliers[0], answer), town.calculation(chain.request).result
    assert result is not None
    opinion = Verification(
        **town.header(verifier).fields(), subject=result.id, says=SAYS, rests_on=(opening,)
    )
    yield Visited(town, chain, verifier, opening, town.log_it(verifier, opinion))
    town.stop()


def test_a_report_names_the_lines_and_records_that_were_asked_for(visited: Visited) -> None:
    record, row = visited.town.record, visited.file("openings")
    declaration = declaration_of(visited.chain.declarations[0], record)
    lines = published_category(declaration.category, record).lines
    assert row["Lines asked for, numbered from 0"] == f"0 {lines[0].name_en}; 1 {lines[1].name_en}"
    assert row["Evidence records asked for, numbered from 0"] == "records 0, 2"


def test_a_report_names_the_openings_that_an_opinion_rests_on(visited: Visited) -> None:
    place = visited.index_of(visited.opening)
    (row,) = rows_of(visited.reader.get(PAGE).text, "signed")
    assert f'<a href="/console/statements/{visited.opening}">{place}</a>' in row
    assert visited.file("signed")["Rests on openings, by log number"] == place


def test_a_report_says_which_figure_of_which_calculation_was_verified(visited: Visited) -> None:
    calculation = visited.town.calculation(visited.chain.request)
    result, terms = calculation.result, calculation.terms
    assert result is not None and isinstance(result.payload, Result) and isinstance(terms, Request)
    row = visited.file("signed")
    (note,) = [value for title, value in row.items() if title.startswith("On") and value != row["On"]]
    model, rules, boundary = note.split("; ")
    assert model.startswith(f"{terms.models[0].model}: ") and model.endswith("kgCO₂e/kWh")
    assert show_number(result.payload.models[0].figures.per_kwh, 3) in model
    assert rules.startswith(f"{terms.method} · ") and boundary == "partial life cycle, without end of life"
    assert (row["Calculation"], row["Its statement"]) == (visited.chain.request, result.id)


def test_a_report_says_whose_log_it_is(visited: Visited) -> None:
    page = visited.reader.get(PAGE).text
    assert "<dd>Operator, Operator</dd>" in page and "<dd>log.example</dd>" in page
    said = about(visited.reader, PAGE, "signed")
    assert (said["Platform operator"], said["Name of the log"]) == (
        "Operator, Operator",
        "log.example",
    )


def test_each_way_that_a_report_names_leads_to_what_it_says(visited: Visited) -> None:
    town, reader = visited.town, visited.reader
    page = html.unescape(reader.get(PAGE).text)
    ways = page.partition("How a row is checked")[2].partition("</ul>")[0]
    door = Outsider(make_app(town.service))
    searched, checked, looked_up = re.findall("<li>(.*?)</li>", ways)
    assert "log number into its search" in searched
    place = visited.index_of(visited.opinion)
    assert reader.get(f"/console/find?q={place}").headers["location"].endswith(visited.opinion)
    assert "/verify/ or on their own node" in checked and door.get("/verify/").status_code == 200
    bundle = parse_bundle(town.service.bundles.make(visited.chain.request))
    assert visited.opinion in {item.logged.id for item in bundle.statements}
    path = re.search(r"http://[^/]+(/api/v1/statements/)\.", looked_up)
    assert path is not None
    answer = door.get(f"{path[1]}{visited.opinion}")
    assert (
        answer.json()["logged_at"]
        and str(answer.json()["index"]) == place
        and SAYS.opinion not in answer.text
    )
    assert about(reader, PAGE, "signed")["How a row is checked"] == looked_up
