"""Runs the web app and the agent in one process, on a folder that may be empty still.

The one fact: the agent starts when the node is there and unlocked, and starts again when the node was opened anew; the
pages answer all the while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from node.agent import Agent, Report
from node.guard import check_unserved, serving
from node.web.app import make_node_app
from node.web.desk import Desk
from node.web.library import read_ahead
from web.company import make_company
from web.company_settings import NO_COMPANY, CompanyFields
from web.door import Door, Listen

_LOOK_SECONDS = 0.5


class Running:
    """One process: a desk, its door, and an agent while the node is open.

    Refused("served") at once when another agent serves the folder.
    """

    def __init__(
        self, folder: Path, listen: Listen, report: Report, company: CompanyFields = NO_COMPANY
    ) -> None:
        check_unserved(folder)  # before the port is asked for: that agent may hold it as well
        self.desk = Desk(folder, prepare=read_ahead)
        self._door = Door(make_node_app(self.desk, listen, make_company(company, self.desk.note)), listen)
        self.desk.address = self._door.url
        self._report = report
        self._stop = threading.Event()
        self._agent: Agent | None = None

    def stop(self) -> None:
        """Ask `run` to end; safe from a signal's handler."""
        self._stop.set()
        self.desk.changed.set()
        if self._agent is not None:
            self._agent.stop()

    def run(self, is_open: Callable[[str], None]) -> None:
        """Answer and work until `stop`; `is_open` gets a one-time address for the owner once pages answer."""
        try:
            self.desk.open_if_possible()
            self._door.start()
            is_open(self.desk.entry_link())
            while not self._stop.is_set():
                if self.desk.state == "open" and not self.desk.is_resting:
                    self._work()
                else:
                    time.sleep(_LOOK_SECONDS)
        finally:
            self._door.stop()
            self.desk.close()

    def _work(self) -> None:
        """Run the agent on the present node until it is to stop or another node takes its place."""
        self.desk.idle.clear()
        self.desk.changed.clear()
        try:
            if not self.desk.is_resting:  # asked again: it may have been set before `changed` was cleared
                self._serve()
        finally:
            self.desk.idle.set()

    def _serve(self) -> None:
        with serving(self.desk.folder):
            agent = self._agent = Agent(self.desk.node, self._report)
            watcher = threading.Thread(target=self._end_when_changed, args=(agent,), name="desk", daemon=True)
            watcher.start()
            if not self._stop.is_set():
                agent.run()
            self.desk.changed.set()
            watcher.join()

    def _end_when_changed(self, agent: Agent) -> None:
        self.desk.changed.wait()
        agent.stop()
