"""An authority on disk, a clock one can turn, and applicants with keys of their own."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from authority.enrolling import Enroller
from authority.invitations import Invitation, Invitee, add_invitation
from authority.root import Root, make_root_files
from authority.store import Store, make_store, open_store
from crypto.certificates import make_csr
from crypto.sealing import make_sealing_key
from crypto.signing import make_signing_key
from protos.enrolment import Application, Enrolled, make_application

NOW = 1_800_000_000
DAY = 86400


@dataclass
class House:
    """An authority with everything a test asks of it; times are Unix seconds."""

    folder: Path
    store: Store
    root: Root
    now: int
    draws: random.Random

    def random(self, length: int) -> bytes:
        return self.draws.randbytes(length)

    @property
    def enroller(self) -> Enroller:
        return Enroller(self.store, self.root, self.random)

    def invite(self, legal_entity: str = "91310000MA1K35XX1A", **changes: object) -> tuple[Invitation, bytes]:
        fields: dict[str, object] = {
            "name_zh": "甲材料",
            "name_en": "Jia Materials",
            "legal_entity": legal_entity,
            "parent": legal_entity,
            "roles": ("supplier",),
        }
        secret = self.random(16)
        with self.store.write() as connection:
            invitee = Invitee(**(fields | changes))  # type: ignore[arg-type]
            return add_invitation(connection, invitee, secret, self.now, self.now + 14 * DAY), secret

    def apply(self, secret: bytes) -> Application:
        """A complete application with fresh keys."""
        csr = make_csr(make_signing_key(), "wish", "wish").decode()
        return make_application(secret, csr, make_sealing_key(self.random)[0], self.random)

    def enrol(self, application: Application) -> Enrolled:
        return self.enroller.enrol(application, self.now)

    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.folder)


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[[str], House]]:
    houses: list[House] = []

    def make(name: str, now: int = NOW) -> House:
        folder = tmp_path / name
        folder.mkdir()
        draws = random.Random(7)
        root = make_root_files(folder, name, None, now, draws.randbytes)
        houses.append(House(folder, make_store(folder), root, now, draws))
        return houses[-1]

    yield make
    for house in houses:
        house.store.close()


@pytest.fixture
def house(make_house: Callable[[str], House]) -> House:
    return make_house("authority")
