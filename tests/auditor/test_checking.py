"""Work is shared between processes by places: each group comes back once, whoever checked it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from auditor.checking import Checker, Terms, check_all
from auditor.state import State
from protocol.audit_jobs import Task
from protocol.auditing import Audit
from protocol.rules import parse_pem
from protocol.statements import encode_leaf
from tests.support.scene import Scene, shared


def _kept(scene: Scene, path: Path) -> tuple[Audit, Terms]:
    pins, state = scene.world.pins, State(path, scene.world.pins.log_key, "test")
    audit = Audit(parse_pem(pins.authority_root))
    rows = scene.world.notary.record.in_order()
    leaves = [encode_leaf(row.id, row.signed.data, row.logged_at) for row in rows]
    state.keep(0, leaves, [row.signed.data for row in rows])
    for leaf, row in zip(leaves, rows, strict=True):
        audit.take(leaf, row.signed.data)
    state.close()
    return audit, Terms(path, pins.authority_root, proofs=True)


def test_a_task_names_every_statement_of_its_calculation_and_what_they_rest_on() -> None:
    scene = shared("certify")
    with TemporaryDirectory() as folder:
        audit, _ = _kept(scene, Path(folder) / "state")
    task = audit.task(scene.request_id)
    kinds = {row.index: row.payload.type for row in scene.world.notary.record.in_order()}
    assert {kinds[place] for place in task.places} >= {"request", "consent", "contribution", "certificate"}
    assert {kinds[place] for place in task.context} == {
        "enrolment",
        "declaration",
        "publication",
        "category",
        "factor",
    }


@pytest.mark.slow
def test_two_processes_give_every_group_back_once_with_what_is_wrong() -> None:
    scene = shared("certify")
    with TemporaryDirectory() as folder:
        audit, terms = _kept(scene, Path(folder) / "state")
        good = audit.task(scene.request_id)
        bad = Task(good.request, good.places, good.context[:-1])
        expected = {task: Checker(terms).check([task])[0] for task in (good, bad)}
        assert expected[good].findings == () and expected[bad].findings != ()
        groups = [[good], [bad]] * 6
        found = list(check_all(groups, terms, 2))
        assert len(found) == len(groups)
        assert all(outcomes == [expected[task]] for (task,), outcomes in found)
