"""The plan of a year is the sum that a reader can do by hand."""

from __future__ import annotations

from benchmarks.capacity import Assumptions, Measured, plan, read_measured

ONE_HOUR = Measured(
    member_s=3600, meeting_s=36, requester_s=360, accept_s=36, accepted_a_second=2, prove_s=3600,
    check_declaration_s=1800, verify_s=360, upload_bytes=2**30, logged_bytes=2**30,
)  # fmt: skip
SMALL = Assumptions(
    models=10, members=10, nodes=5, declarations_a_node=2, busy_hours=1, copies=3, headroom=180,
    cpu_hour_price=1, gib_month_price=1, gib_sent_price=1, machine_month_price=1,
)  # fmt: skip


def test_a_small_year_is_what_one_works_out_by_hand() -> None:
    found = {figure.name: figure for figure in plan(ONE_HOUR, SMALL)}
    assert found["contributions"].value == 100
    assert found["CPU of the coordinator"].parts == {"contributions": 1, "declarations": 5}
    assert found["CPU of all nodes together"].parts == {
        "members": 100, "meeting peers": 10, "declarations": 10, "pack makers": 20,
    }  # fmt: skip
    assert found["the log, with copies and indexes"].value == 300
    assert found["ciphertexts after the busy month"].value == 100
    assert found["received by the coordinator"].value == 0.0977
    assert found["sent by the coordinator, at most"].value == 0.977
    assert found["replicas of two cores, in the busy month"].value == 3
    money = found["money in the first year"].parts
    assert money == {"machines": 60, "storage": 3800, "traffic": 1000, "CPU of nodes, at their owners": 140}


def test_what_was_measured_last_has_every_figure_that_the_plan_needs() -> None:
    assert all(figure.value > 0 for figure in plan(read_measured(), Assumptions()))
