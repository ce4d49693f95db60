"""A notary's log as an auditor reads it, and what a lying operator may change about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.running import Auditor, Options, Report
from auditor.state import State
from crypto.merkle import leaf_hash, read_from
from crypto.note import Checkpoint, sign_checkpoint
from protocol.certificate import Pins
from protocol.statements import encode_leaf
from tests.support.scene import Scene


@dataclass
class NotaryLog:
    """Serves a scene's log; `hidden` ids are not readable, `swapped` and `tiles` replace what it serves."""

    scene: Scene
    hidden: frozenset[str] = frozenset()
    swapped: dict[int, bytes] = field(default_factory=dict)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    note: str = ""
    asked: int = 0

    @property
    def rows(self):
        return self.scene.world.notary.record.in_order()

    def checkpoint(self) -> str:
        return self.note or self.scene.world.notary.checkpoint()

    def leaf(self, index: int) -> bytes:
        logged = self.rows[index]
        return self.swapped.get(index, encode_leaf(logged.id, logged.signed.data, logged.logged_at))

    def leaves(self, index: int, width: int) -> list[bytes]:
        self.asked += 1
        return [self.leaf(place) for place in range(256 * index, 256 * index + width)]

    def tile(self, level: int, index: int, width: int) -> bytes:
        if (level, index) in self.tiles:
            return self.tiles[level, index]
        read = read_from([leaf_hash(self.leaf(place)) for place in range(len(self.rows))])
        return b"".join(read(8 * level, 256 * index + place) for place in range(width))

    # --- as a reader

    def envelopes(self, start: int, ids: Sequence[str]) -> list[bytes | None]:
        by_id = {logged.id: logged.signed.data for logged in self.rows}
        return [None if one in self.hidden else by_id.get(one) for one in ids]

    def close(self) -> None:
        return None


def sign(scene: Scene, size: int, root: bytes, later: int = 0) -> str:
    notary = scene.world.notary
    return sign_checkpoint(Checkpoint("log.example", size, root, notary.now + later), notary.log_key)


def audit(
    log: NotaryLog, path: Path | None = None, options: Options | None = None, pins: Pins | None = None
) -> Report:
    """One audit in this process; `path` keeps its state."""
    with TemporaryDirectory() as folder:
        state = State(path or Path(folder) / "state", log.scene.world.pins.log_key, "test")
        try:
            auditor = Auditor(log, log, state, pins or log.scene.world.pins, lambda step, done, total: None)
            return auditor.run(options or Options())
        finally:
            state.close()


def checks(report: Report) -> list[str]:
    return sorted({finding.check for finding in report.findings})
