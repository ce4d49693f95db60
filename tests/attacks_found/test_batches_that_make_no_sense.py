"""A coordinator streams what no statement is: some of it was found to end the listening agent."""

import base64
import json

import pytest

from node.watching import glance
from protocol.errors import PeerError


def envelope(payload: str) -> bytes:
    return json.dumps({"payload": base64.b64encode(payload.encode()).decode()}).encode()


@pytest.mark.parametrize("kind", ["[]", "{}", "null", "1", '"no kind"'])
def test_a_kind_that_is_none_is_refused(kind: str) -> None:
    with pytest.raises(PeerError):
        glance(envelope(f'{{"by":"x","type":{kind}}}'))


def test_an_id_that_no_store_can_write_is_no_id() -> None:
    odd = "\\ud800" * 64
    seen = glance(envelope(f'{{"by":"{odd}","request":"{odd}","type":"consent"}}'))
    assert (seen.author, seen.calculation) == ("", None)
