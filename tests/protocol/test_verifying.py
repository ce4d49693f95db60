"""A verifier is shown what was committed to and nothing else, and what it says is checked like everything."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crypto.group import ORDER
from crypto.merkle import inclusion_proof, read_from
from crypto.sealing import seal
from protocol.bundle import Proven, encode_bundle, parse_bundle
from protocol.certificate import Status, verify_bundle
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import Verification
from protocol.run import enrol
from protocol.statements import Logged, core_id_of
from protocol.transcripts import seal_context
from protocol.verification_payloads import CONTENT_LIMIT
from protocol.verifying import Evidence
from tests.support.scene import shared
from tests.support.visits import RECORDS, SALTS, SAYS, visit


def refused(check: str, call: Callable[[], Any]) -> None:
    with pytest.raises(PeerError) as caught:
        call()
    assert caught.value.check == check


# --- opening ---------------------------------------------------------------------------------------


def test_a_verifier_sees_the_lines_and_records_it_asked_for() -> None:
    there = visit()
    answered = there.scene.submit(there.answer(there.ask()), there.owner)
    opened = there.open(answered.payload)
    assert opened.amounts == {0: there.secrets.amounts[0], 1: there.secrets.amounts[1]}
    assert [(one.number, one.record) for one in opened.records] == [(1, RECORDS[1]), (3, RECORDS[3])]
    assert opened.size == 5 and opened.declaration == there.declaration.id
    assert str(there.secrets.amounts[0]) not in repr(opened) and "power" not in repr(opened)


def test_nothing_of_what_was_opened_is_in_the_statement() -> None:
    there = visit()
    answer = there.answer(there.ask())
    data = there.scene.submit(answer, there.owner).signed.data + answer.content
    for blinding in there.secrets.blindings:
        assert blinding.to_bytes(32) not in data and f"{blinding:064x}".encode() not in data
    assert all(record not in data and salt not in data for record, salt in zip(RECORDS, SALTS, strict=True))
    assert len(answer.content) % 4096 == 28


def test_only_the_verifier_that_asked_opens_it() -> None:  # 1
    there = visit()
    answer = there.answer(there.ask())
    other = enrol(there.scene.world, "Another body", ["verifier"])
    refused("opening", lambda: there.open(answer, other))


def test_an_answer_copied_to_another_request_does_not_open() -> None:  # 1
    there = visit()
    first = there.answer(there.ask())
    second = there.ask()
    refused("opening", lambda: there.open(first.model_copy(update={"asked": second.id})))


def test_an_altered_content_does_not_open() -> None:  # 1
    there = visit()
    answer = there.answer(there.ask())
    altered = answer.content[:-1] + bytes([answer.content[-1] ^ 1])
    refused("opening", lambda: there.open(answer.model_copy(update={"content": altered})))


def test_an_answer_to_less_than_was_asked_is_noticed() -> None:  # 2
    there = visit()
    asked = there.ask()
    less = Logged(replace(asked.signed, payload=there.request(lines=(0,))), asked.index, asked.logged_at)
    refused("opening", lambda: there.open(there.answer(less)))
    fewer = Logged(replace(asked.signed, payload=there.request(records=(1,))), asked.index, asked.logged_at)
    refused("opening", lambda: there.open(there.answer(fewer)))


def test_another_amount_than_the_declared_one_is_noticed() -> None:  # 3
    there = visit()
    amounts = (there.secrets.amounts[0] + 1, *there.secrets.amounts[1:])
    refused(
        "opening",
        lambda: there.open(there.answer(there.ask(), secrets=replace(there.secrets, amounts=amounts))),
    )


def test_an_amount_that_is_the_declared_one_only_modulo_the_order_is_noticed() -> None:  # 3
    there = visit()
    amounts = (there.secrets.amounts[0] + ORDER, *there.secrets.amounts[1:])
    refused(
        "opening",
        lambda: there.open(there.answer(there.ask(), secrets=replace(there.secrets, amounts=amounts))),
    )


@pytest.mark.parametrize("what", ["record", "salt", "order"])
def test_another_record_than_the_committed_one_is_noticed(what: str) -> None:  # 4
    there = visit()
    records = {"record": (RECORDS[0], b"forged", *RECORDS[2:]), "order": RECORDS[::-1]}.get(what, RECORDS)
    salts = (SALTS[0], bytes(16), *SALTS[2:]) if what == "salt" else SALTS
    refused("opening", lambda: there.open(there.answer(there.ask(), evidence=Evidence(records, salts))))


def test_a_record_that_is_not_there_cannot_be_opened() -> None:
    there = visit()
    with pytest.raises(Refused, match="5 records"):
        there.answer(there.ask(records=(5,)))


def test_content_that_is_no_opening_is_refused_and_not_a_crash() -> None:
    there = visit()
    asked = there.ask()
    answer = there.answer(asked)
    point = enrolment_of(there.verifier.enrolment, there.scene.record).sealing_key
    bare = answer.model_copy(update={"content": bytes(4096), "seals": ()})
    context = seal_context(core_id_of(bare), (0, 0), there.owner.enrolment, there.verifier.enrolment)
    sealed = seal(point, bytes(32), context, there.scene.random)
    refused("opening", lambda: there.open(bare.model_copy(update={"seals": (sealed,)})))
    refused("opening", lambda: there.open(bare))


# --- rules -----------------------------------------------------------------------------------------


def test_what_cannot_be_asked_is_refused() -> None:
    there = visit()

    def asking(**changes: Any) -> Callable[[], Any]:
        return lambda: there.scene.submit(there.request().model_copy(update=changes), there.verifier)

    refused("declaration", asking(declaration="ab" * 32))  # 1
    refused("opening", asking(lines=(1, 0)))  # 2
    refused("opening", asking(records=(1, 1)))
    refused("opening", asking(lines=(), records=()))
    refused("opening", asking(lines=(0, 40 - 1)))  # 3


def test_a_verifier_of_the_same_group_of_companies_may_neither_ask_nor_verify() -> None:
    there = visit()
    parent = enrolment_of(there.owner.enrolment, there.scene.record).parent
    there.verifier = enrol(there.scene.world, parent, ["verifier"])
    refused("independence", there.ask)
    refused("independence", lambda: there.scene.submit(there.say(there.declaration.id), there.verifier))


def test_only_a_verifier_asks_and_only_the_owner_answers() -> None:
    there = visit()
    supplier = there.scene.suppliers[1]
    request = there.request().model_copy(update={"by": supplier.enrolment})
    refused("role", lambda: there.scene.submit(request, supplier))
    answer = there.answer(there.ask()).model_copy(update={"by": supplier.enrolment})
    refused("signer", lambda: there.scene.submit(answer, supplier))


def test_an_answer_is_given_once_and_is_an_opening_or_a_refusal() -> None:
    there = visit()
    asked = there.ask()
    good = there.answer(asked)

    def answering(**changes: Any) -> Callable[[], Any]:
        return lambda: there.scene.submit(good.model_copy(update=changes), there.owner)

    refused("opening", answering(asked=there.declaration.id))  # 1
    refused("opening", answering(verdict="refused"))  # 3
    refused("opening", answering(content=b""))
    refused("opening", answering(content=bytes(CONTENT_LIMIT + 1)))
    refused("opening", answering(seals=()))
    refused("opening", answering(seals=(good.seals[0][:-1],)))
    refusal = {"verdict": "refused", "content": b"", "seals": (), "reason": "come in person"}
    there.scene.submit(good.model_copy(update=refusal), there.owner)
    refused("opening", answering())


def test_a_verification_rests_on_openings_of_its_subject_to_its_own_verifier() -> None:
    there = visit()
    scene, subject = there.scene, there.declaration.id
    opening = scene.submit(there.answer(there.ask()), there.owner).id
    scene.submit(there.say(subject, opening), there.verifier)
    refused("verification", lambda: scene.submit(there.say(opening), there.verifier))
    refused("verification", lambda: scene.submit(there.say(subject, opening, opening), there.verifier))
    refused("verification", lambda: scene.submit(there.say(subject, subject), there.verifier))
    other, payload = scene.suppliers[1], scene.make_declaration(1)[0]
    elsewhere = scene.submit(payload, other).id
    refused("verification", lambda: scene.submit(there.say(elsewhere, opening), there.verifier))
    there.verifier = enrol(scene.world, "Another body", ["verifier"])
    refused("verification", lambda: scene.submit(there.say(subject, opening), there.verifier))


# --- the certificate -------------------------------------------------------------------------------


def test_what_verifiers_say_of_declarations_and_result_is_in_the_certificate() -> None:
    scene = shared("certify")
    verifier = enrol(scene.world, "Verifying body", ["verifier"])
    result = scene.calculation.result
    assert result is not None
    for subject in (scene.declarations[0].id, result.id):
        header = scene.header(verifier).fields()
        scene.submit(Verification(**header, subject=subject, says=SAYS, rests_on=()), verifier)
    report = verify_bundle(scene.bundle(), scene.world.pins, scene.random)
    assert report.is_good
    assert {(name, kind) for _, name, kind in report.verifications} == {
        ("Verifying body", "declaration"),
        ("Verifying body", "result"),
    }


def test_a_verification_of_something_else_does_not_belong_in_a_certificate() -> None:
    there = visit("certify")
    scene = there.scene
    verification = scene.submit(there.say(there.declaration.id), there.verifier)
    bundle = parse_bundle(scene.bundle())
    assert verification.id not in {item.logged.id for item in bundle.statements}
    read, size = read_from(scene.world.notary.leaves), len(scene.world.notary.leaves)
    ids = {there.verifier.enrolment, there.declaration.id, verification.id}
    foreign = [logged for logged in scene.record.in_order() if logged.id in ids]
    more = [Proven(one, tuple(inclusion_proof(one.index, size, read))) for one in foreign]
    everything = sorted((*bundle.statements, *more), key=lambda item: item.logged.index)
    data = encode_bundle(replace(bundle, statements=tuple(everything)))
    report = verify_bundle(data, scene.world.pins, scene.random)
    failed = [check.name for check in report.checks if check.status is Status.FAILED]
    assert failed == ["verifications"]
