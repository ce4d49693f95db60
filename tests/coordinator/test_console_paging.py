"""Long lists of the console, page by page, by the links on them: nothing is left out, nothing comes twice."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from coordinator.console import paging
from coordinator.console.app import MOUNT, make_console, name_cookie
from coordinator.folder import set_backed_up
from coordinator.store.contract import RefusedEnvelope
from method.rules import RULES
from protocol.bundle import parse_bundle
from protocol.declaring import make_declaration
from protocol.payloads import Factor, OpeningRequest, Result, Review
from protocol.run import METHOD
from tests.coordinator.town import Chain, Member, Town, declaration_draft
from tests.support.example import factor
from web.accounts import Account, make_account, make_password, set_password
from web.numbers import show_number, show_time
from web.sessions import csrf_of, open_session

ROWS = 4
FACTORS = 2 * ROWS
STATE = ("State", "Revoked at")
_NEXT = re.compile(r'<a rel="next" href="([^"]+)"')


class Reader:
    """A browser without script, in which an account is signed in."""

    def __init__(self, town: Town, account: Account) -> None:
        app = Starlette(routes=[Mount(MOUNT, make_console(town.service, is_secure=False))])
        with town.service.stores.accounts.write() as connection:
            make_account(connection, account, town.clock())
            secret = open_session(connection, account.name, town.clock(), os.urandom)
        self._transport = httpx.ASGITransport(app)
        self._csrf = csrf_of(secret)
        self._headers = {
            "cookie": f"{name_cookie(town.service.folder.path)}={secret}",
            "accept-language": "en",
        }

    def get(self, address: str) -> httpx.Response:
        return self._ask("GET", address)

    def post(self, address: str, **form: str) -> httpx.Response:
        return self._ask("POST", address, {"csrf": self._csrf, **form})

    def _ask(self, method: str, address: str, form: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            client = httpx.AsyncClient(
                transport=self._transport, base_url="http://log.example", headers=self._headers
            )
            async with client:
                return await client.request(method, address, data=form)

        return asyncio.run(ask())

    def pages(self, address: str, table: str) -> list[list[str]]:
        """The rows of a table on every page, from the first on, by the link below it."""
        found, more = [], [address]
        while more:
            answer = self.get(more.pop())
            assert answer.status_code == 200
            found.append(rows_of(answer.text, table))
            links = map(html.unescape, _NEXT.findall(answer.text))
            more = [link for link in links if "#" not in link or link.endswith(f"#table-{table}")]
            assert len(more) <= 1 and len(found) < 100
        return found


def rows_of(page: str, table: str) -> list[str]:
    """The rows of one table, as they stand in the page."""
    _, found, rest = page.partition(f'id="table-{table}"')
    assert found, table
    body = rest.partition("</figure>")[0].partition("<tbody>")[2]
    return [row.partition("</tr>")[0] for row in body.split("<tr>")[1:]]


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", ROWS)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Chain]]:
    """A town after one calculation."""
    town = Town(tmp_path_factory.mktemp("town")).start()
    yield town, town.run()
    town.stop()


def reader_of(town: Town, role: str, member: Member | None = None) -> Reader:
    name = f"{role}-{os.urandom(4).hex()}"
    return Reader(town, Account(name, frozenset({role}), None if member is None else member.id))


def whole(pages: list[list[str]]) -> list[str]:
    """All rows, none twice, each page but the last full and none empty."""
    assert [len(page) for page in pages[:-1]] == [ROWS] * (len(pages) - 1)
    assert len(pages) == 1 or 0 < len(pages[-1]) <= ROWS
    rows = [row for page in pages for row in page]
    assert len(set(rows)) == len(rows)
    return rows


def offer(town: Town, name: str, count: int) -> tuple[Member, list[str]]:
    """A provider with so many submissions, and their ids."""
    provider = town.member(name, "provider")
    ids = []
    for number in range(count):
        fields = {**factor(f"{name.lower()}-{number}", "2", "kg"), **town.header(provider).fields()}
        ids.append(town.log_it(provider, Factor.model_validate(fields)))
    return provider, ids


def test_the_overview_shows_anew_what_was_handed_in_though_the_log_did_not_grow(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    member, reader = town.member("Member", "supplier"), reader_of(town, "operator")
    (live,) = map(html.unescape, re.findall(r'hx-get="([^"]+)"', reader.get("/console/").text))
    assert reader.get(live).status_code == 204
    town.hand_in(member, [member.enrolment.data])
    told = reader.get(live)
    town.stop()
    assert told.status_code == 200 and "1 logged" in told.text and "1 handed in again" in told.text


def test_the_overview_says_when_the_last_backup_was_made(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    reader = reader_of(town, "operator")
    page = reader.get("/console/").text
    assert "sealsum coordinator backup" in page
    assert "Backup: never, by" in html.unescape(page.partition("What waits for you")[2])
    health = html.unescape(reader.get("/console/health").text)
    assert "never, by sealsum coordinator backup" in health
    assert f"Looked over at {show_time(town.clock())}" in health
    set_backed_up(town.service.folder.path, town.clock() - 3600)
    shown = reader.get("/console/").text
    assert "Backup: never" not in shown
    assert "sealsum coordinator backup" not in shown and show_time(town.clock() - 3600) in shown
    town.stop()


def test_the_authority_signs_by_its_name(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    town.member("Member", "supplier")
    rows = rows_of(reader_of(town, "operator").get("/console/log?kind=enrolment").text, "log")
    assert rows and all("the enrolment authority" in row for row in rows)
    (enrolment, *_) = town.service.stores.log.of_kind("enrolment", 0, 1)
    page = reader_of(town, "operator").get(f"/console/statements/{enrolment.id}").text
    assert "the enrolment authority" in page and f"/statements/{enrolment.signer}" not in page
    town.stop()


def test_an_enrolment_says_whom_it_names_and_whether_it_counts(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    member, reader = town.member("North Cathode", "supplier"), reader_of(town, "operator")
    page = reader.get(f"/console/statements/{member.id}").text
    assert "<h1>North Cathode</h1>" in page and "revoked" not in page
    town.hand_in(town.operator, [town.revocation(member).data])
    page = reader.get(f"/console/statements/{member.id}").text
    state = page.partition("<strong>revoked</strong>")[2].partition("</dd>")[0]
    assert state.endswith("</time></a>: ended")
    (row,) = [
        row for row in rows_of(reader.get("/console/participants").text, "participants") if "North" in row
    ]
    state, since = (row.partition(f'data-label="{title}"')[2].partition("</td>")[0] for title in STATE)
    assert "revoked</a>" in state and '<small class="note">ended</small>' in state
    assert "<time datetime=" in since
    file = reader.get("/console/participants?q=North&table=participants&as=csv")
    (told,) = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline=""))
    at = show_time(town.service.gateway.record.revoked_at(member.id) or 0)
    assert [told[title] for title in ("State", "State (note)", "Revoked at")] == ["revoked", "ended", at]
    town.stop()


def test_the_overview_says_where_a_witness_comes_from(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    page = html.unescape(reader_of(town, "operator").get("/console/").text)
    assert "sealsum witness init prints its KEY" in page and "serve prints its URL" in page
    town.stop()


def test_accounts_tell_how_each_comes_in(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    reader = reader_of(town, "operator")
    accounts = town.service.stores.accounts
    with accounts.write() as connection:
        make_account(connection, Account("withpassword", frozenset({"operator"})), town.clock())
        set_password(connection, "withpassword", make_password("five green bottles stand", os.urandom))
    first, second = rows_of(reader.get("/console/accounts").text, "accounts")
    assert "operator-" in first and "none" in first and 'data-state="late"' not in first
    assert "withpassword" in second and "set" in second and 'data-state="late"' in second
    town.stop()


def test_a_form_that_is_refused_in_the_readers_words_gets_no_other_reason(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    reader = reader_of(town, "operator")
    reader._headers["accept-language"] = "zh"
    answer = reader.post("/console/accounts", name="checker", roles="verifier", party="")
    assert answer.status_code == 422 and "请填写这个账号代表哪家单位。" in answer.text
    assert "原文：" not in answer.text
    answer = reader.post("/console/accounts", name="checker", party="")
    assert answer.status_code == 422 and "原文：" not in answer.text
    town.stop()


# --- the log and calculations ----------------------------------------------------------------------


def test_every_step_and_entry_of_a_calculation_is_on_one_of_its_pages(told: tuple[Town, Chain]) -> None:
    town, chain = told
    reader, address = reader_of(town, "operator"), f"/console/calculations/{chain.request}"
    steps = whole(reader.pages(address, "steps"))
    logged = town.service.stores.log.calculation_statements(chain.request)
    assert len(steps) == len(logged) and all(one.id in row for one, row in zip(logged, steps, strict=True))
    assert "waiting for consents" in steps[0] and "certified" in steps[-1]
    bundle = parse_bundle(reader.get(f"{address}/certificate").content)
    assert bundle.request == chain.request and f"{address}/certificate" in reader.get(address).text
    entries = whole(reader.pages(address, "entries"))
    assert len(entries) == len(chain.suppliers) and all("contributed" in row for row in entries)
    answer = reader.get(f"{address}/live?steps={ROWS}&entries=0")
    assert rows_of(answer.text, "steps") == steps[ROWS : 2 * ROWS]


def test_a_page_of_a_calculation_that_has_grown_shows_what_it_gained(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    chain = town.chain()
    town.declare(chain)
    town.request(chain)
    reader, address = reader_of(town, "operator"), f"/console/calculations/{chain.request}"
    assert len(whole(reader.pages(address, "steps"))) == 1
    (live,) = map(html.unescape, re.findall(r'hx-get="([^"]+)"', reader.get(address).text))
    assert reader.get(live).status_code == 204
    town.consent(chain)
    assert reader.get(live).status_code == 200
    steps = whole(reader.pages(address, "steps"))
    logged = town.service.stores.log.calculation_statements(chain.request)
    assert [one.id in row for one, row in zip(logged, steps, strict=True)] == [True] * len(logged)
    assert "waiting for contributions" in steps[-1]
    town.stop()


def test_a_finished_calculation_shows_its_result(told: tuple[Town, Chain]) -> None:
    town, chain = told
    result = town.calculation(chain.request).result
    assert result is not None and isinstance(result.payload, Result)
    (part,) = result.payload.models
    (row,) = rows_of(reader_of(town, "operator").get(f"/console/calculations/{chain.request}").text, "result")
    assert show_number(part.figures.per_kwh, 3) in row and show_number(part.figures.total_kg, 1) in row


def test_a_list_of_one_kind_does_not_count_the_whole_log_as_its_own(told: tuple[Town, Chain]) -> None:
    town, _ = told
    size = town.service.journal.head.frontier.size
    reader = reader_of(town, "operator")
    assert f"<p>{size} statements</p>" in reader.get("/console/log").text
    assert (
        f"<p>Only what was searched for; the whole log has {size} statements.</p>"
        in reader.get("/console/log?kind=result").text
    )


def test_every_statement_of_the_log_is_on_one_of_its_pages(told: tuple[Town, Chain]) -> None:
    town, _ = told
    rows = whole(reader_of(town, "operator").pages("/console/log", "log"))
    assert len(rows) == town.service.journal.head.frontier.size


@pytest.mark.parametrize("count", [ROWS - 1, ROWS, 2 * ROWS + 1])
def test_every_refusal_is_on_one_of_its_pages(tmp_path: Path, count: int) -> None:
    town = Town(tmp_path).start()
    for number in range(count):
        row = RefusedEnvelope(f"{number:064x}", town.operator.id, "proof", "no", 1000, b"x")
        town.service.stores.ledger.keep_refused(row)
    reader = reader_of(town, "operator")
    pages = reader.pages("/console/refusals", "refusals")
    assert len({row for page in pages for row in page}) == sum(map(len, pages)) == count
    assert reader.get("/console/refusals?before=nonsense").status_code in (400, 409)
    town.stop()


def test_a_participants_page_leads_to_what_it_declared_and_took_part_in(told: tuple[Town, Chain]) -> None:
    town, chain = told
    reader, supplier = reader_of(town, "operator"), chain.suppliers[0]
    page = reader.get(f"/console/statements/{supplier.id}").text
    (declared,) = rows_of(page, "declared")
    assert f"/console/statements/{chain.declarations[0]}" in declared and "2025-01-01" in declared
    assert METHOD in declared and RULES[METHOD].name_en in html.unescape(declared)
    (shared,) = rows_of(page, "shared")
    assert f"/console/calculations/{chain.request}" in shared and ">consented<" in shared.replace("\n", "")
    assert "certified" in shared
    (asked,) = rows_of(reader.get(f"/console/statements/{chain.maker.id}").text, "shared")
    assert f"/console/calculations/{chain.request}" in asked and "consent" not in asked
    found = reader.get(f"/console/find?q={supplier.enrolment.payload.name_zh}")
    assert f"/console/statements/{supplier.id}" in found.headers.get("location", "") + found.text


def test_every_declaration_of_a_participant_is_on_one_of_its_pages(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    chain = town.chain()
    supply, supplier = chain.supplies[0], chain.suppliers[0]
    for _ in range(ROWS + 1):
        draft = declaration_draft(supply, chain.published)
        town.log_it(supplier, make_declaration(draft, town.header(supplier), os.urandom)[0])
    pages = reader_of(town, "operator").pages(f"/console/statements/{supplier.id}", "declared")
    town.stop()
    assert len(whole(pages)) == ROWS + 1


# --- the library -----------------------------------------------------------------------------------


def test_every_submission_is_on_one_page_of_the_library_and_of_its_provider(told: tuple[Town, Chain]) -> None:
    town, _ = told
    provider, ids = offer(town, "Maker", FACTORS)
    shown = whole(reader_of(town, "operator").pages("/console/library", "library"))
    assert len(shown) == len(town.service.catalogue.items())
    found = reader_of(town, "operator").pages("/console/library?q=maker-&kind=factor", "library")
    assert len(whole(found)) == FACTORS and len(found) == FACTORS // ROWS
    own = whole(reader_of(town, "provider", provider).pages("/console/submissions", "own"))
    assert [one in row for one, row in zip(ids, own, strict=True)] == [True] * FACTORS


def test_an_expert_sees_each_submission_once_as_waiting_or_as_written_about(told: tuple[Town, Chain]) -> None:
    town, _ = told
    _, ids = offer(town, "Foundry", FACTORS + 1)
    expert = town.member("Expert of foundries", "expert")
    header, written = town.header(expert).fields(), ids[: ROWS + 1]
    town.log_it(expert, Review(**header, subjects=tuple(written), verdict="accept", opinion="read"))
    reader = reader_of(town, "expert", expert)
    about = whole(reader.pages("/console/reviews", "written"))
    assert [one in row for one, row in zip(written, about, strict=True)] == [True] * len(written)
    waiting = "".join(whole(reader.pages("/console/reviews", "waiting")))
    assert all((one in waiting) is (one not in written) for one in ids)


def test_a_page_keeps_its_place_in_the_other_list(told: tuple[Town, Chain]) -> None:
    town, _ = told
    _, ids = offer(town, "Smelter", 2 * ROWS)
    expert = town.member("Expert of smelters", "expert")
    header = town.header(expert).fields()
    town.log_it(expert, Review(**header, subjects=tuple(ids), verdict="accept", opinion="read"))
    page = reader_of(town, "expert", expert).get(f"/console/reviews?written={ROWS}").text
    assert ids[ROWS] in rows_of(page, "written")[0]
    assert all(f"written={ROWS}" in link for link in _NEXT.findall(page))


@pytest.mark.parametrize("start, status", [("999999", 200), ("-1", 422), ("x", 422)])
def test_a_place_behind_the_end_is_an_empty_page_and_nonsense_is_refused(
    told: tuple[Town, Chain], start: str, status: int
) -> None:
    town, _ = told
    answer = reader_of(town, "operator").get(f"/console/library?start={start}")
    assert answer.status_code == status
    if status == 200:
        assert "Nothing was found." in answer.text and not _NEXT.findall(answer.text)


# --- a verifier ------------------------------------------------------------------------------------


def test_a_verifier_sees_each_of_its_questions_once_and_nobody_elses(told: tuple[Town, Chain]) -> None:
    town, chain = told
    verifier, other = town.member("Verifying body", "verifier"), town.member("Another body", "verifier")
    asked = []
    for number in range(ROWS + 1):
        for one in (verifier, other)[: 1 + number % 2]:
            header = town.header(one).fields()
            question = OpeningRequest(
                **header,
                declaration=chain.declarations[0],
                lines=(0,),
                records=tuple(range(number)),
                reason="visit",
            )
            asked.append((one, town.log_it(one, question)))
    rows = whole(reader_of(town, "verifier", verifier).pages("/console/work", "asked"))
    assert len(rows) == ROWS + 1
    assert all("the owner has not answered" in row for row in rows)
    fewer = whole(reader_of(town, "verifier", other).pages("/console/work", "asked"))
    assert len(fewer) == sum(one is other for one, _ in asked)
