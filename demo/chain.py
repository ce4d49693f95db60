"""The main job, step by step, over the public doors only: commands of `sealsum`, nothing behind them.

The one fact: every company has its own process and its own data folder; this module sees what its commands print.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.pack import Company, Pack
from demo.processes import DemoFailed, Processes, Terminal
from operation.phrases import Language, Phrase

EXPERTS = ("expert-1", "expert-2")
PROVIDER = "factor-provider"
VERIFIER = "verifier"
OPERATOR = "operator"
"""The account of the operator's console."""
_ROLE_NAMES = {VERIFIER: "核查方", PROVIDER: "因子提供方", "expert-1": "专家一", "expert-2": "专家二"}
OPINION = Phrase(
    "An opinion for the demo: nobody checked this factor or category.",
    "演示用的意见：没有人核对过这个因子或类别。",
)
ACCEPTED = ("few-peers", "few-lines", "dominance")
"""What the demo's owners accept in advance: a pack has stages with fewer than three other groups of companies."""
ACCEPTED_AGAIN = (*ACCEPTED, "further-total", "differencing")
TOTALS_AGAIN = 1000
"""What they accept, and how often, where a visitor asks again by hand."""
CALCULATION_SECONDS = 300.0
POLL_SECONDS = 0.3

Progress = Callable[[str, str], None]
"""Called with a phase and what is going on in it."""


@dataclass(slots=True)
class Chain:
    """A running supply chain in `out`. Each method is one phase.

    `has_pages`: one organisation of each role has its pages open, and a verifier takes part as well.
    """

    pack: Pack
    out: Path
    processes: Processes
    progress: Progress
    has_pages: bool = False
    language: Language = "en"
    host: str = "127.0.0.1"
    """Where the doors of authority and coordinator listen."""
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    terminals: dict[str, Terminal] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    coordinator: str = ""
    log_key: str = ""

    def node_folder(self, slug: str) -> str:
        """The data folder of one organisation's node."""
        return str(self.out / "nodes" / slug)

    # --- authority and coordinator -----------------------------------------------------------------

    def open_authority(self) -> None:
        """A root key of its own, the enrolment door, one invitation per organisation."""
        folder = str(self.out / "authority")
        door = self.processes.open_terminal("authority")
        desk = self.processes.open_terminal("authority-desk")
        door.run("authority", "init", folder, "--name", "Example enrolment authority", "--json")
        opened = door.become("authority", "serve", folder, "--listen", f"{self.host}:0", "--json")
        self.progress("authority", f"enrolment door on {opened['address']}")
        for company in self.pack.companies:
            roles = ("supplier", "requester") if company is self.pack.maker else ("supplier",)
            self.tokens[company.slug] = self._invite(desk, folder, _names(company), roles)
        for slug in EXPERTS:
            self.tokens[slug] = self._invite(desk, folder, _invented(slug), ("expert",))
        self.tokens[PROVIDER] = self._invite(desk, folder, _invented(PROVIDER), ("provider",))
        if self.has_pages:
            self.tokens[VERIFIER] = self._invite(desk, folder, _invented(VERIFIER), ("verifier",))
        operator = (*_invented("coordinator"), "--host", self.host)
        self.tokens["coordinator"] = self._invite(desk, folder, operator, ("operator",))

    def _invite(self, desk: Terminal, folder: str, names: Sequence[str], roles: Sequence[str]) -> str:
        chosen = [word for role in roles for word in ("--role", role)]
        token: str = desk.run("authority", "invite", folder, *names, *chosen, "--json")["token"]
        return token

    def open_coordinator(self) -> None:
        """Enrol as operator, draw the log key, open the doors."""
        folder = str(self.out / "coordinator")
        door = self.processes.open_terminal("coordinator")
        token = self.tokens["coordinator"]
        made = door.run("coordinator", "init", folder, "--token", token, "--name", "log.example", "--json")
        self.log_key = made["log_key"]
        listen = ("--listen", f"{self.host}:0", "--http", "127.0.0.1:0")
        opened = door.become("coordinator", "serve", folder, *listen, "--json")
        self.coordinator = opened["address"]
        self.progress("coordinator", f"nodes connect to {opened['address']}, the log is on {opened['http']}")

    # --- organisations -----------------------------------------------------------------------------

    def enrol_everyone(self) -> None:
        """Every organisation draws its keys in its own process and is certified."""
        slugs = [company.slug for company in self.pack.companies] + [PROVIDER, *EXPERTS]
        slugs += [VERIFIER] if self.has_pages else []
        for slug in slugs:
            self.terminals[slug] = self.processes.open_terminal(slug)
        for slug in slugs:
            self.terminals[slug].send(*self._enrol_words(slug))
        for number, slug in enumerate(slugs, start=1):
            self.terminals[slug].answer(*self._enrol_words(slug))
            self.progress("enrol", f"{number} of {len(slugs)} organisations")

    def _enrol_words(self, slug: str) -> tuple[str, ...]:
        where = ("--token", self.tokens[slug], "--coordinator", self.coordinator, "--log-key", self.log_key)
        return ("node", "enrol", self.node_folder(slug), *where, "--no-passphrase", "--json")

    def publish_library(self) -> None:
        """The provider submits factors, the operator categories, two experts review, the operator publishes."""
        provider = self.terminals[PROVIDER]
        factors = str(self.pack.library / "factors.toml")
        found = provider.run("node", "submit-factors", self.node_folder(PROVIDER), factors, "--yes", "--json")
        self.progress("publish", f"{len(found['factors'])} factors submitted")
        desk, folder = self.processes.open_terminal("coordinator-desk"), str(self.out / "coordinator")
        categories = str(self.pack.library / "categories.toml")
        desk.run("coordinator", "publish", folder, categories, "--json")
        opinion = ("--opinion", OPINION.say(self.language))
        reviews = {
            slug: ("node", "review", self.node_folder(slug), "--all", *opinion, "--yes", "--json")
            for slug in EXPERTS
        }
        for slug, words in reviews.items():
            self.terminals[slug].send(*words)
        for slug, words in reviews.items():
            self.terminals[slug].answer(*words)
        published = desk.run("coordinator", "publish", folder, "--json")["published"]
        self.progress("publish", f"{len(published)} categories and factors published on two reviews each")

    def declare_products(self) -> None:
        """Each company imports its spreadsheet, declares, sets its policy, and goes into service."""
        for company in self.pack.companies:
            for words in self._declare_words(company):
                self.terminals[company.slug].send(*words)
        for number, company in enumerate(self.pack.companies, start=1):
            terminal = self.terminals[company.slug]
            for words in self._declare_words(company):
                terminal.answer(*words)
            terminal.become(*self._service_words(company), "--quiet", "--json")
            self.progress("declare", f"{number} of {len(self.pack.companies)} companies")

    def _declare_words(self, company: Company) -> tuple[tuple[str, ...], ...]:
        folder, method = self.node_folder(company.slug), ("--method", self.pack.method)
        return tuple(
            words
            for product in company.goods
            for words in (
                ("node", "product", "add", folder, str(product.folder), "--json"),
                ("node", "import", folder, product.code, str(product.activity), "--json"),
                ("node", "declare", folder, product.code, *method, "--json"),
                ("node", "policy", "set", folder, *self._policy_words(product.code), "--json"),
            )
        )

    def _service_words(self, company: Company) -> tuple[str, ...]:
        folder = self.node_folder(company.slug)
        if self.has_pages and company in (self.pack.maker, self.guest):
            return _pages_words(folder)
        return ("node", "serve", folder)

    @property
    def guest(self) -> Company:
        """The supplier whose pages are open."""
        return next(company for company in self.pack.companies if company is not self.pack.maker)

    @property
    def paged(self) -> tuple[str, ...]:
        """Whose pages are open once all are: the pack maker's, the guest's, then those of other roles."""
        return (self.pack.maker.slug, self.guest.slug, VERIFIER, PROVIDER, *EXPERTS)

    def _policy_words(self, product: str, questions: Sequence[str] = ACCEPTED) -> tuple[str, ...]:
        accept = (word for question in questions for word in ("--accept", question))
        return ("--customer", self.pack.maker.legal_entity, "--product", product, *accept)

    # --- the calculation ---------------------------------------------------------------------------

    def request_total(self) -> str:
        """The pack maker asks; returns the request's id."""
        desk = self._maker_desk()
        folder = self.node_folder(self.pack.maker.slug)
        rules = ("--method", self.pack.method, "--boundary", self.pack.boundary)
        made = desk.run("node", "request", folder, str(self.pack.folder), *rules, "--json")
        self.progress("request", f"{made['entries']} entries, request {made['request'][:16]}")
        request: str = made["request"]
        return request

    def _maker_desk(self) -> Terminal:
        if "maker-desk" not in self.terminals:
            self.terminals["maker-desk"] = self.processes.open_terminal("maker-desk")
        return self.terminals["maker-desk"]

    def follow(self, request: str) -> None:
        """Wait until the certificate is in, and keep what each owner answered.

        DemoFailed with the reason when the calculation ended without a certificate.
        """
        desk, folder = self._maker_desk(), self.node_folder(self.pack.maker.slug)
        deadline = time.monotonic() + CALCULATION_SECONDS
        while time.monotonic() < deadline:
            found = desk.run("node", "status", folder, request, "--json")
            total = len(found["entries"])
            self.progress(
                "calculate",
                f"{found['consented']} of {total} consented, {found['contributed']} contributed: {found['phase']}",
            )
            if found["certificate"]:
                self.answers = [entry["answer"] for entry in found["entries"]]
                return
            time.sleep(POLL_SECONDS)
        raise DemoFailed(f"no certificate after {CALCULATION_SECONDS:.0f} seconds; see {self.processes.logs}")

    def collect(self, request: str) -> dict[str, Any]:
        """Write certificate.json and pins.json; return the result as the pack maker's node shows it."""
        desk, folder = self._maker_desk(), self.node_folder(self.pack.maker.slug)
        (self.out / "pins.json").write_bytes((self.out / "coordinator" / "pins.json").read_bytes())
        certificate = str(self.out / "certificate.json")
        desk.run("node", "certificate", folder, request, "--out", certificate, "--json")
        return desk.run("node", "result", folder, request, "--json")

    def open_pages(self, request: str) -> list[tuple[str, str]]:
        """Open the pages of who has none yet; a one-time link for each role, the pack maker's leading to the result."""
        self._keep_model()
        self._let_ask_again()
        maker, guest, *others = self.paged
        for slug in others:
            self.terminals[slug].become(*_pages_words(self.node_folder(slug)), "--quiet", "--json")
            self.progress("pages", slug)
        operator = (
            "coordinator",
            "account",
            "add",
            str(self.out / "coordinator"),
            OPERATOR,
            "--role",
            "operator",
        )
        result = f"/calculations/{request}/result"
        return [
            ("pack maker: the result 电池企业：核算结果", self._link(maker, result)),
            ("supplier 供应商", self._link(guest)),
            *((f"{slug} {_ROLE_NAMES[slug]}", self._link(slug)) for slug in others),
            ("operator: the console 平台运营：控制台", self._maker_desk().run(*operator, "--json")["entry"]),
        ]

    def _keep_model(self) -> None:
        """The pack's model as a draft of its maker's, from which one asks again by hand."""
        folder = self.node_folder(self.pack.maker.slug)
        self._maker_desk().run("node", "model", "import", folder, str(self.pack.folder), "--json")

    def _let_ask_again(self) -> None:
        """Who has no pages answers further requests of the pack maker's by a rule; the guest answers by hand."""
        again = ("--totals", str(TOTALS_AGAIN))
        for company in self.pack.companies:
            if company is self.guest:
                continue
            for product in company.goods:
                words = self._policy_words(product.code, ACCEPTED_AGAIN)
                folder = self.node_folder(company.slug)
                self._maker_desk().run("node", "policy", "set", folder, *words, *again, "--json")
            self.progress("pages", company.slug)

    def _link(self, slug: str, to: str = "/") -> str:
        words = ("node", "web-link", self.node_folder(slug), "--to", to, "--json")
        link: str = self._maker_desk().run(*words)["entry"]
        return link

    def egress(self, slug: str) -> list[dict[str, Any]]:
        """What left one organisation's node, from its own ledger."""
        rows: list[dict[str, Any]] = self._maker_desk().run(
            "node", "egress", "list", self.node_folder(slug), "--json"
        )["egress"]
        return rows


def _pages_words(folder: str) -> tuple[str, ...]:
    return ("node", "web", folder, "--listen", "127.0.0.1:0")


def _names(company: Company) -> tuple[str, ...]:
    names = ("--name", company.name_zh, "--name-en", company.name_en)
    return (*names, "--legal-entity", company.legal_entity, "--parent", company.parent)


def _invented(slug: str) -> tuple[str, ...]:
    return ("--name", f"Example {slug}", "--legal-entity", f"EXAMPLE-{slug.upper()}")
