"""Good statements from the wrong hands or at the wrong time, and proofs that do not hold, at the real door."""

from __future__ import annotations

import base64
import hashlib
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from protocol.errors import Refused
from protocol.payloads import Certificate, Roster
from protocol.statements import Signed, parse_statement
from protos.values import Receipt
from tests.support.house import COORDINATOR, House
from tests.support.insider import Insider
from tests.support.small_pack import MAKER
from tests.support.waiting import Waiting, log_unchanged, put


@pytest.fixture(autouse=True)
def unchanged(waiting: Waiting) -> Iterator[None]:
    with log_unchanged(waiting):
        yield


# --- who signs, who sends, when ----------------------------------------------------------------------


def test_a_statement_sent_again_gets_its_receipt_again_and_is_logged_once(waiting: Waiting) -> None:
    first, second = (waiting.liar.receipt(waiting.consent.data) for _ in range(2))
    assert (first.id, first.index, first.logged_at) == (second.id, second.index, second.logged_at)
    both = waiting.liar.submit(waiting.consent.data, waiting.consent.data)
    assert [outcome.index for outcome in both if isinstance(outcome, Receipt)] == [first.index] * 2


def test_a_statement_of_an_earlier_calculation_is_not_one_of_this(waiting: Waiting) -> None:
    """As it is it gets its old receipt; with this request's id and a new signature it does not fit."""
    rows = waiting.house.query(
        COORDINATOR,
        "SELECT data FROM statements WHERE calculation = ? AND kind = 'contribution' AND signer = ?",
        waiting.earlier,
        waiting.liar.node.id,
    )
    ((data,),) = rows
    assert waiting.liar.receipt(data).id == parse_statement(data).id
    moved = waiting.liar.sign_altered(parse_statement(data), put("request", waiting.request))
    assert waiting.liar.refusal(moved) == "roster"


def test_a_contribution_to_a_calculation_that_is_over_is_refused(waiting: Waiting) -> None:
    late = waiting.liar.sign_altered(waiting.contribution, put("request", waiting.earlier))
    assert waiting.liar.refusal(late) in ("phase", "ended")


def test_a_contribution_to_a_request_nobody_made_is_refused(waiting: Waiting) -> None:
    lost = waiting.liar.sign_altered(waiting.contribution, put("request", "5" * 64))
    assert waiting.liar.refusal(lost) == "request"


def test_a_consent_after_the_roster_is_refused(waiting: Waiting) -> None:
    again = waiting.liar.sign_altered(waiting.consent, put("nonce", os.urandom(16).hex()))
    assert waiting.liar.refusal(again) in ("phase", "consent")


def test_a_party_hands_in_its_own_statements_only(waiting: Waiting) -> None:
    assert waiting.bystander.refusal(waiting.contribution.data) == "sender"


def test_a_party_cannot_sign_as_another(waiting: Waiting) -> None:
    forged = waiting.bystander.sign_altered(waiting.contribution, put("nonce", os.urandom(16).hex()))
    assert waiting.bystander.refusal(forged) == "signature"
    claimed = waiting.bystander.sign_altered(waiting.contribution, put("by", waiting.bystander.node.id))
    assert waiting.bystander.refusal(claimed) == "signer"


def test_a_supplier_cannot_speak_for_the_coordinator_or_the_authority(waiting: Waiting) -> None:
    liar, house = waiting.liar, waiting.house
    for kind in (Roster, Certificate):
        sql = "SELECT data FROM statements WHERE kind = ? AND calculation = ?"
        ((data,),) = house.query(COORDINATOR, sql, kind.model_fields["type"].default, waiting.earlier)
        taken = liar.sign_altered(parse_statement(data), put("by", liar.node.id))
        assert liar.refusal(taken) == "role"
        assert liar.refusal(liar.sign_altered(parse_statement(data), put("nonce", "0" * 32))) == "signature"
    ((data,),) = house.query(COORDINATOR, "SELECT data FROM statements WHERE kind = 'enrolment' LIMIT 1")
    for author in (parse_statement(data).payload.by, liar.node.id):
        assert liar.refusal(liar.sign_altered(parse_statement(data), put("by", author))) in (
            "signer", "signature", "sender",
        )  # fmt: skip


def test_good_and_bad_in_one_call_are_judged_one_by_one(waiting: Waiting) -> None:
    good, junk = waiting.consent.data, b"{}"
    outcomes = waiting.liar.submit(junk, good, waiting.contribution.data[:-1], good)
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [False, True, False, True]


# --- requests, results and declarations --------------------------------------------------------------


@pytest.fixture(scope="module")
def maker(house: House) -> Iterator[Insider]:
    """The pack maker's identity, beside its agent."""
    insider = Insider.of(house, MAKER)
    yield insider
    insider.close()


def logged(waiting: Waiting, kind: str, signer: str) -> Signed:
    """The newest statement of a kind by this signer."""
    sql = "SELECT data FROM statements WHERE kind = ? AND signer = ? ORDER BY log_index DESC LIMIT 1"
    ((data,),) = waiting.house.query(COORDINATOR, sql, kind, signer)
    return parse_statement(data)


def test_who_is_enrolled_as_a_supplier_asks_for_no_totals(waiting: Waiting, maker: Insider) -> None:
    request = logged(waiting, "request", maker.node.id)
    taken = waiting.liar.sign_altered(request, put("by", waiting.liar.node.id))
    assert waiting.liar.refusal(taken) == "role"


HE_KEYS: dict[str, tuple[bytes, bool, str]] = {
    "noise": (random.Random(2).randbytes(70_000), True, "blob"),
    "one byte": (b"k", True, "blob"),
    "nothing that was uploaded": (random.Random(3).randbytes(70_000), False, "blob"),
    "longer than any": (bytes(192 * 1024 + 1), False, "size"),
}


@pytest.mark.parametrize("bad", HE_KEYS.values(), ids=HE_KEYS.keys())
def test_a_request_under_a_hostile_encryption_key_is_refused(
    waiting: Waiting, maker: Insider, bad: tuple[bytes, bool, str]
) -> None:
    key, is_uploaded, check = bad
    if is_uploaded:
        maker.client.put_blob(key)
    blob = {"sha256": hashlib.sha256(key).hexdigest(), "length": len(key)}
    request = logged(waiting, "request", maker.node.id)
    assert maker.refusal(maker.sign_altered(request, put("he_key", blob))) == check


def test_a_result_before_every_contribution_is_in_is_refused(waiting: Waiting, maker: Insider) -> None:
    result = logged(waiting, "result", maker.node.id)
    early = maker.sign_altered(result, put("request", waiting.request))
    assert maker.refusal(early) in ("phase", "roster", "result")


def test_a_result_of_other_totals_is_refused(waiting: Waiting, maker: Insider) -> None:
    result = logged(waiting, "result", maker.node.id)
    assert maker.refusal(maker.sign_altered(result, put("nonce", "9" * 32))) in ("phase", "ended")


def test_a_declaration_whose_proof_is_anothers_is_refused(waiting: Waiting) -> None:
    """The liar's commitments and proof under the bystander's name."""
    stolen = logged(waiting, "declaration", waiting.liar.node.id)
    taken = waiting.bystander.sign_altered(stolen, put("by", waiting.bystander.node.id))
    assert waiting.bystander.refusal(taken) == "proof"


def test_a_declaration_that_cites_what_is_not_published_is_refused(waiting: Waiting) -> None:
    own = logged(waiting, "declaration", waiting.liar.node.id)
    for cited in ("7" * 64, own.id):
        altered = waiting.liar.sign_altered(own, put("lines", 0, "factor", cited))
        assert waiting.liar.refusal(altered) in ("publication", "factor")


# --- proofs and ciphertexts --------------------------------------------------------------------------


@pytest.mark.parametrize("proof", ["range", "relation"])
def test_a_proof_with_a_flipped_bit_is_refused_and_so_is_sending_it_again(
    waiting: Waiting, proof: str
) -> None:
    liar = waiting.liar
    liar.client.put_blob(waiting.ciphertext)

    def flip(fields: dict[str, Any]) -> None:
        part = fields["proofs"]["models"][0]
        data = bytearray(base64.b64decode(part[proof]))
        data[-1] ^= 1
        part[proof] = base64.b64encode(bytes(data)).decode()

    envelope = liar.sign_altered(waiting.contribution, flip)
    assert liar.refusal(envelope) == "proof"
    assert liar.refusal(envelope) == "proof"


def test_a_proof_cut_short_is_refused(waiting: Waiting) -> None:
    waiting.liar.client.put_blob(waiting.ciphertext)
    short = waiting.liar.sign_altered(
        waiting.contribution, put("proofs", "models", 0, "relation", base64.b64encode(b"x" * 40).decode())
    )
    assert waiting.liar.refusal(short) in ("proof", "schema")


def test_points_swapped_between_fields_are_refused(waiting: Waiting) -> None:
    """Good points, in places where they prove nothing."""

    def swap(fields: dict[str, Any]) -> None:
        model = fields["models"][0]
        model["guards"], model["subtotals"] = model["subtotals"], model["guards"]

    waiting.liar.client.put_blob(waiting.ciphertext)
    assert waiting.liar.refusal(waiting.liar.sign_altered(waiting.contribution, swap)) == "proof"


def named(data: bytes) -> Callable[[dict[str, Any]], None]:
    """A contribution that names another ciphertext."""

    def alter(fields: dict[str, Any]) -> None:
        fields["ciphertext"] = {"sha256": hashlib.sha256(data).hexdigest(), "length": len(data)}

    return alter


CIPHERTEXTS: dict[str, Callable[[Waiting], bytes]] = {
    "random bytes": lambda _: os.urandom(70_000),
    "one byte": lambda _: b"\x00",
    "half a ciphertext": lambda waiting: waiting.ciphertext[: len(waiting.ciphertext) // 2],
    "a byte more": lambda waiting: waiting.ciphertext + b"\x00",
    "a residue beyond its modulus": lambda waiting: b"\xff" * 5 + waiting.ciphertext[5:],
    "zeros, which hide nothing": lambda waiting: bytes(len(waiting.ciphertext)),
    "the public key in its place": lambda waiting: key_blob(waiting),
}


def key_blob(waiting: Waiting) -> bytes:
    terms = waiting.liar.node.calculation(waiting.request).terms
    return waiting.liar.client.get_blob(terms.he_key.sha256, terms.he_key.length)


@pytest.mark.parametrize("make", CIPHERTEXTS.values(), ids=CIPHERTEXTS.keys())
def test_a_hostile_ciphertext_is_refused(waiting: Waiting, make: Callable[[Waiting], bytes]) -> None:
    blob = make(waiting)
    waiting.liar.client.put_blob(blob)
    refused = waiting.liar.refusal(waiting.liar.sign_altered(waiting.contribution, named(blob)))
    assert refused in ("blob", "size")


def test_a_ciphertext_that_was_not_uploaded_is_refused(waiting: Waiting) -> None:
    envelope = waiting.liar.sign_altered(waiting.contribution, named(os.urandom(100)))
    assert waiting.liar.refusal(envelope) == "blob"


def test_a_ciphertext_longer_than_any_is_refused_by_its_length(waiting: Waiting) -> None:
    envelope = waiting.liar.sign_altered(waiting.contribution, named(bytes(96 * 1024 + 1)))
    assert waiting.liar.refusal(envelope) == "size"


def test_anothers_ciphertext_is_neither_named_nor_fetched(waiting: Waiting) -> None:
    sql = "SELECT data FROM statements WHERE calculation = ? AND kind = 'contribution' AND signer = ?"
    ((data,),) = waiting.house.query(COORDINATOR, sql, waiting.request, waiting.bystander.node.id)
    theirs = parse_statement(data).payload.ciphertext
    named_theirs = put("ciphertext", {"sha256": theirs.sha256, "length": theirs.length})
    assert waiting.liar.refusal(waiting.liar.sign_altered(waiting.contribution, named_theirs)) == "blob"
    with pytest.raises(Refused) as caught:
        waiting.liar.client.get_blob(theirs.sha256, theirs.length)
    assert caught.value.check == "unknown"


def test_only_the_requester_is_told_of_the_sum(waiting: Waiting) -> None:
    for request in (waiting.request, waiting.earlier, "6" * 64):
        with pytest.raises(Refused) as caught:
            waiting.liar.client.aggregate(request)
        assert caught.value.check == "role"


def test_refused_envelopes_are_kept_for_whoever_wants_to_repeat_the_check(waiting: Waiting) -> None:
    rows = waiting.house.query(COORDINATOR, "SELECT id, failed_check, data FROM refused")
    assert {"proof", "roster"} <= {check for _, check, _ in rows}
    for statement_id, _, data in rows:
        assert parse_statement(bytes(data)).id == statement_id
