"""Logs of a process on stderr: lines for people, or one JSON object a line for machines.

The one fact: what is logged is what code wrote as a message, with times, names and public ids; no record carries
arguments beyond its message, so nothing reaches a log that nobody meant to write there.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from pythonjsonlogger.json import JsonFormatter

Form = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
QUIET = ("alembic", "botocore", "httpx", "opentelemetry")
"""Libraries whose everyday lines are no news to an operator."""


class _Structured(JsonFormatter):
    """time (UTC), level, name, message; a traceback as `exception`. Nothing else of a record is written."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname.lower()
        log_data["name"] = record.name
        log_data["message"] = record.getMessage()
        if record.exc_info:
            log_data["exception"] = self.formatException(record.exc_info)


def set_up_logs(form: Form, level: Level) -> None:
    """Send every logger of this process to stderr, in this form, from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Structured() if form == "json" else logging.Formatter(_TEXT))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
