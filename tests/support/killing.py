"""kill -9 by chance, again and again, of every process while calculations are asked for and organisations enrol.

The one fact: a seed says who dies in which order and what is asked for meanwhile; how far each process has come by
then nobody decides, so every run meets other moments.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from demo.processes import DemoFailed
from tests.support.aftermath import check_acknowledged, check_audit, check_ending, has_ended
from tests.support.hosts import Network
from tests.support.house import COORDINATOR, House
from tests.support.small_pack import MAKER

SEED = os.environ.get("SEALSUM_KILL_SEED", "1")
PAUSE_SECONDS = 0.5
TOGETHER = (1, 1, 1, 2, 3)
"""How many die in a turn, as often as each number stands here."""
AT_ONCE = 3
"""Calculations under way."""
IN_A_HURRY = ("--consent-within", "10", "--contribute-within", "20", "--result-within", "30")
HURRIED, ENROLLING, DYING = 0.2, 0.1, 0.3
"""Shares: of requests that give little time, of turns in which somebody enrols, of commands that die as well."""
LOOKS, LOOK_APART_SECONDS = 12, 30.0
WAIT_SECONDS = 600.0
"""For whatever must come: a machine may be busy with other things."""
ASKING = "asking"


@dataclass(frozen=True)
class Victims:
    """Names of processes, in the order in which they are started again, and how."""

    names: Sequence[str]
    kill: Callable[[str], None]
    revive: Callable[[str, float], None]


@dataclass
class Killing:
    """One run: who was killed how often, what was asked for, and what came of it."""

    house: House
    victims: Victims
    network: Network | None = None
    killed: Counter[str] = field(default_factory=Counter)
    requests: dict[str, bool] = field(default_factory=dict)
    """All that the maker's node has signed, and whether they gave little time."""
    endings: dict[str, str] = field(default_factory=dict)
    newcomers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(SEED)
        self._next: list[str] = []
        self._open: set[str] = set()
        self._earlier = self._signed()
        self._begun = time.monotonic()

    def run(self, seconds: float) -> None:
        """Kill for so long, and until everyone has died; look now and then at what must hold, and at the end."""
        self._begun = looked = time.monotonic()
        while time.monotonic() - self._begun < seconds or not self.killed.keys() >= set(self.victims.names):
            self._turn()
            if time.monotonic() - looked > max(LOOK_APART_SECONDS, seconds / LOOKS):
                self._look()
                looked = time.monotonic()
        self.house.wait(lambda: not self._still_open(), WAIT_SECONDS)
        self.house.wait(lambda: self._look() == self._logged(), WAIT_SECONDS)
        assert "certified" in self.endings.values() and self.endings.keys() == self.requests.keys()

    # --- a turn ------------------------------------------------------------------------------------

    def _turn(self) -> None:
        """Every process runs before it and after it; what is asked for is under way while some of them die."""
        chance, commands = self._chance, list[str]()
        is_hurried, is_enrolling = chance.random() < HURRIED, chance.random() < ENROLLING
        if len(self._still_open()) < AT_ONCE:
            self._ask(is_hurried)
            commands.append(ASKING)
        if is_enrolling:
            commands.append(self._invite())
        died = [name for name in commands if chance.random() < DYING]
        died += self._draw(chance.choice(TOGETHER))
        for name in chance.sample(died, len(died)):
            time.sleep(chance.uniform(0, PAUSE_SECONDS))
            (self.house.stage.kill if name in commands else self.victims.kill)(name)
            self.killed["command" if name in commands else name] += 1
        time.sleep(chance.uniform(0, PAUSE_SECONDS))
        for name in self.victims.names:
            if name in died:
                self.victims.revive(name, WAIT_SECONDS)
        for name in commands:
            self._finish(name, is_hurried)
        time.sleep(chance.uniform(0, PAUSE_SECONDS))

    def _draw(self, count: int) -> list[str]:
        """The next victims: everyone once, in an order of chance, before anyone dies again."""
        if not self._next:
            self._next = self._chance.sample(self.victims.names, len(self.victims.names))
        drawn, self._next = self._next[:count], self._next[count:]
        return drawn

    def _finish(self, command: str, is_hurried: bool) -> None:
        """Hear what a command says, if it has lived; a request counts once it is signed, whatever is said."""
        with suppress(DemoFailed):
            self.house.stage.service(command).answer(command)
        self.house.stage.kill(command)
        if command != ASKING:
            self.house.wait(lambda: self._is_enrolled(command), WAIT_SECONDS)
            return
        for request in self._signed() - self._earlier - self.requests.keys():
            self.requests[request] = is_hurried
            self._open.add(request)

    # --- asking ------------------------------------------------------------------------------------

    def _ask(self, is_hurried: bool) -> None:
        """Send off the maker's command."""
        words = (str(self.house.node_folder(MAKER)), str(self.house.chain.pack.folder), "--json")
        terminal = self.house.stage.open_terminal(ASKING)
        terminal.send("node", "request", *words, *(IN_A_HURRY if is_hurried else ()))

    def _signed(self) -> set[str]:
        return {request for (request,) in self.house.query(MAKER, "SELECT id FROM requests")}

    def _still_open(self) -> set[str]:
        """Requests that have not ended; those that the coordinator refused for coming too late have."""
        self._open = {
            one for one in self._open if not self._is_refused(one) and not has_ended(self.house, one)
        }
        return self._open

    def _is_refused(self, request: str) -> bool:
        sql = "SELECT refused_check FROM outgoing WHERE id = ? AND refused_check IS NOT NULL"
        found = [check for (check,) in self.house.query(MAKER, sql, request)]
        assert not found or (found == ["deadline"] and self.requests[request])
        return bool(found)

    # --- enrolling ---------------------------------------------------------------------------------

    def _invite(self) -> str:
        """Invite an organisation, and send off its command to enrol."""
        name = f"newcomer-{len(self.newcomers) + 1}"
        self.newcomers.append(name)
        words = (str(self.house.out / "authority"), "--name", name, "--legal-entity", name.upper())
        invited = self.house.terminal().run("authority", "invite", *words, "--role", "supplier", "--json")
        self.house.chain.tokens[name] = invited["token"]
        folder = str(self.house.node_folder(name))
        self.house.stage.open_terminal(name).send("node", "enrol", folder, *self._with_token(name), "--json")
        return name

    def _with_token(self, name: str) -> tuple[str, ...]:
        chain = self.house.chain
        where = ("--coordinator", chain.coordinator, "--log-key", chain.log_key, "--no-passphrase")
        return ("--token", chain.tokens[name], *where)

    def _is_enrolled(self, name: str) -> bool:
        """Whether its enrolment has a receipt; if not, one step on: the same token again, or sending what waits."""
        found = self._enrolment(name)
        if found == [(None,)]:
            self.house.node(name, "list")
        elif not found:
            with suppress(DemoFailed):
                self.house.node(name, "enrol", *self._with_token(name))
        return any(index is not None for (index,) in self._enrolment(name))

    def _enrolment(self, name: str) -> list[tuple[int | None]]:
        with suppress(sqlite3.OperationalError):  # its store is not made yet
            return self.house.query(name, "SELECT log_index FROM outgoing WHERE key = 'enrolment'")
        return []

    # --- looking -----------------------------------------------------------------------------------

    def _look(self) -> int:
        """The three things of check_aftermath, as far as the run has come; returns how many leaves were audited."""
        audit = check_audit(self.house, self.network)
        check_acknowledged(self.house, self.newcomers)
        for request in self.requests.keys() - self.endings.keys() - self._still_open():
            self.endings[request] = self._ending(request)
        told = {
            "seconds": round(time.monotonic() - self._begun),
            "leaves": audit["size"],
            "calculations": Counter(self.endings.values()),
            "newcomers": len(self.newcomers),
            "killed": self.killed,
        }
        print(json.dumps(told), flush=True)  # for whoever watches with `pytest -s`
        return int(audit["size"])

    def _ending(self, request: str) -> str:
        """The right certificate; with little time perhaps a stated void, or it came too late."""
        if self._is_refused(request):
            return "too late"
        if check_ending(self.house, request):
            return "certified"
        assert self.requests[request], f"{request} had time and ended void"
        return "void"

    def _logged(self) -> int:
        ((count,),) = self.house.query(COORDINATOR, "SELECT count(*) FROM statements")
        return int(count)
