"""Traces for OpenTelemetry: every step of one calculation, on whatever machine, is part of one trace.

The one fact: the trace's id is the beginning of the request's id, which every party knows, so nothing has to be passed
along; attributes come from a closed list of public names, and no private number can be among them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
Attribute = Literal["kind", "statement"]
_TRACE_DIGITS, _SPAN_DIGITS = 32, 16


@dataclass(slots=True)
class _Kept:
    """Where this process's spans go; nowhere until `set_up_traces`."""

    provider: TracerProvider | None = field(default=None)


_KEPT = _Kept()


def set_up_traces(process: str) -> bool:
    """Send traces where OTEL_EXPORTER_OTLP_ENDPOINT says; without it nothing is recorded. Whether it is set."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return False
    # The libraries take a second to load, and are of use only to those who keep traces.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"sealsum-{process}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _KEPT.provider = provider
    return True


def stop_traces() -> None:
    """Send what is left, and keep no more."""
    if _KEPT.provider is not None:
        _KEPT.provider.shutdown()
        _KEPT.provider = None


def start_span(name: str, calculation: str | None, attributes: Mapping[Attribute, str]) -> Span | None:
    """A span under the calculation with this request id (64 hex digits), or on its own; end it with `end_span`.

    None where no traces are kept.
    """
    if _KEPT.provider is None:
        return None
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    context = None
    if calculation is not None:
        root = SpanContext(
            int(calculation[:_TRACE_DIGITS], 16),
            int(calculation[_TRACE_DIGITS : _TRACE_DIGITS + _SPAN_DIGITS], 16),
            is_remote=True,
            trace_flags=TraceFlags(TraceFlags.SAMPLED),
        )
        context = set_span_in_context(NonRecordingSpan(root))
    named = {f"sealsum.{key}": value for key, value in attributes.items()}
    return _KEPT.provider.get_tracer("sealsum").start_span(name, context=context, attributes=named)


def end_span(span: Span | None, outcome: str, is_error: bool = False) -> None:
    """End a span with what became of it: "logged", or the name of the check that refused."""
    if span is None:
        return
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("sealsum.outcome", outcome)
    if is_error:
        span.set_status(Status(StatusCode.ERROR))
    span.end()


@contextmanager
def traced(name: str, calculation: str | None) -> Iterator[None]:
    """A span over a block; an exception marks it with the exception's class and passes. Its text is not recorded."""
    span = start_span(name, calculation, {})
    try:
        yield
    except BaseException as error:
        end_span(span, type(error).__name__, is_error=True)
        raise
    end_span(span, "done")
