"""The states of an inquiry in a node's inbox."""

from __future__ import annotations

WAITING, APPROVED, DECLINED, UNFIT, CLOSED = "waiting", "approved", "declined", "unfit", "closed"
