"""Texts of others are shown to whoever decides: a model's name was able to erase the warning printed before it."""

import pytest

from protocol.errors import PeerError
from protocol.payloads import Refusal
from protocol.statements import encode_payload, parse_statement, sign_statement
from tests.support.scene import Scene, shared

HOSTILE = ["\x1b[2K\x1b[1A", "\r", "\n", "\x00", "\x7f", "\x9b1A", "\u202e", "\u2066"]


def refusal(scene: Scene, reason: str) -> bytes:
    header = scene.header(scene.suppliers[0]).fields()
    payload = Refusal.model_construct(
        **header, type="refusal", protocol="sealsum/v1", request=scene.request_id, entry=0, reason=reason
    )
    assert reason in payload.reason and encode_payload(payload)
    return sign_statement(payload, scene.suppliers[0].key).data


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_text_that_moves_the_cursor_or_turns_the_order_is_refused(hostile: str) -> None:
    with pytest.raises(PeerError, match="field reason"):
        parse_statement(refusal(shared("ask"), f"fine {hostile}approve"))


def test_chinese_accents_and_signs_are_texts() -> None:
    parse_statement(refusal(shared("ask"), "不同意：数量过大 – é ≥ 3 t·km"))
