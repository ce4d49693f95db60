"""The door's rate limit: per party, per window, in bounded memory."""

import pytest

from authority.limits import ADDRESSES, WINDOW_SECONDS, RateLimit, address_of


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:192.0.2.7:41000", "192.0.2.7"),
        ("ipv6:[2001:db8:1:2:3::9]:41000", "2001:db8:1:2::/64"),
        ("ipv6:%5B2001:db8:1:2:ffff::1%5D:9", "2001:db8:1:2::/64"),
        ("ipv6:[::ffff:192.0.2.7]:41000", "192.0.2.7"),
        ("ipv6:[fe80::1%25eth0]:41000", "fe80::/64"),
        ("unix:/run/door", "unix"),
        ("", ""),
    ],
)
def test_a_peer_is_counted_by_what_one_party_holds(peer: str, address: str) -> None:
    assert address_of(peer) == address


def fail(limit: RateLimit, peer: str, now: int) -> bool:
    """Knock and fail; whether the peer was still within its limit."""
    is_within = limit.is_within(peer, now)
    limit.count_failure(peer, now)
    return is_within


def test_failures_beyond_the_limit_wait_for_the_next_window() -> None:
    limit = RateLimit(failures=3)
    start = 1000 * WINDOW_SECONDS
    assert [fail(limit, "ipv4:192.0.2.7:1", start) for _ in range(5)] == [True] * 3 + [False] * 2
    assert limit.is_within("ipv4:192.0.2.8:1", start)
    assert not limit.is_within("ipv4:192.0.2.7:2", start + WINDOW_SECONDS - 1)
    assert limit.is_within("ipv4:192.0.2.7:1", start + WINDOW_SECONDS)


def test_memory_is_bounded_and_the_oldest_address_is_forgotten() -> None:
    limit = RateLimit(failures=1)
    for number in range(ADDRESSES + 1):
        assert fail(limit, f"ipv4:10.{number >> 16}.{number >> 8 & 255}.{number & 255}:1", 0)
    assert limit.is_within("ipv4:10.0.0.0:1", 0)  # forgotten
    assert not limit.is_within("ipv4:10.0.0.2:1", 0)
    assert len(limit._counts) == ADDRESSES
