"""What the door answers with, and what the caller makes of it."""

import grpc
import pytest

from protocol.errors import NetworkError, PeerError, Refused, SealsumError, StoreError
from protos.status import error_of, status_of

CODE = grpc.StatusCode


@pytest.mark.parametrize(
    "error,code",
    [
        (PeerError("schema", "m"), CODE.INVALID_ARGUMENT),
        (PeerError("readers", "m"), CODE.PERMISSION_DENIED),
        (Refused("identity", "m"), CODE.UNAUTHENTICATED),
        (Refused("unknown", "m"), CODE.NOT_FOUND),
        (Refused("quota", "m"), CODE.RESOURCE_EXHAUSTED),
        (Refused("not-ready", "m"), CODE.FAILED_PRECONDITION),
        (Refused("anything else", "m"), CODE.FAILED_PRECONDITION),
        (StoreError("m"), CODE.UNAVAILABLE),
        (NetworkError("m"), CODE.UNAVAILABLE),
    ],
)
def test_each_error_has_its_code_and_names_its_check(error: SealsumError, code: grpc.StatusCode) -> None:
    found, check, message = status_of(error)
    assert (found, message) == (code, "m")
    back = error_of(found, check, message)
    if code is CODE.UNAVAILABLE:
        assert isinstance(back, NetworkError)
    else:
        assert isinstance(back, Refused) and back.check == check and back.message == "m"


@pytest.mark.parametrize("code", [CODE.UNAVAILABLE, CODE.DEADLINE_EXCEEDED, CODE.CANCELLED, CODE.INTERNAL])
def test_what_may_pass_by_itself_is_tried_again(code: grpc.StatusCode) -> None:
    assert isinstance(error_of(code, "", "m"), NetworkError)


def test_a_clock_that_makes_a_certificate_invalid_is_named() -> None:
    said = "failed to connect to all addresses; last error: UNKNOWN: ipv4:10.0.0.1:7444: SSL_ERROR_SSL: error:1000007d:"
    said += "CERTIFICATE_VERIFY_FAILED: certificate is not yet valid: Invalid certificate verification context: OK"
    error = error_of(CODE.UNAVAILABLE, "", said)
    assert isinstance(error, NetworkError) and "set the clock" in str(error) and "SSL" not in str(error)


def test_a_door_called_by_a_name_that_its_certificate_does_not_have_is_named() -> None:
    said = "failed to connect to all addresses; last error: UNKNOWN: ipv4:10.0.0.1:7444: "
    said += "Hostname Verification Check failed."
    error = error_of(CODE.UNAVAILABLE, "", said)
    assert isinstance(error, NetworkError) and "ask the operator which to use" in str(error)


def test_a_refusal_without_a_check_is_named_after_its_code() -> None:
    error = error_of(CODE.UNIMPLEMENTED, "", "m")
    assert isinstance(error, Refused) and error.check == "unimplemented"
