"""One calculation, observed: its metrics and its trace, and no private number in either."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from coordinator.metrics import make_meters
from node import metrics as node_metrics
from operation.traces import set_up_traces, start_span, stop_traces
from tests.node.village import Village, ask, open_village


class Collector:
    """An OpenTelemetry collector: takes what is exported to it over HTTP."""

    def __init__(self) -> None:
        bodies = self.bodies = list[bytes]()

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Door)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def spans(self) -> list[tuple[str, str, dict[str, str]]]:
        """(name, trace id, attributes) of every span."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        attributes = {item.key: item.value.string_value for item in span.attributes}
                        found.append((span.name, span.trace_id.hex(), attributes))
        return found


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with open_village(tmp_path) as opened:
        yield opened


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    collector = Collector()
    address = f"http://127.0.0.1:{collector.server.server_port}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    yield collector
    stop_traces()
    collector.server.shutdown()
    collector.thread.join()
    collector.server.server_close()


def test_a_calculation_is_one_trace_over_nodes_and_coordinator(
    village: Village, collector: Collector
) -> None:
    assert set_up_traces("test")
    village.suppliers()
    request = ask(village.settle("Pack maker", "requester"))
    village.run()
    stop_traces()
    spans = [span for span in collector.spans() if span[1] == request[:32]]
    names = {name for name, _, _ in spans}
    assert {"coordinator.request", "coordinator.consent", "coordinator.contribution"} <= names
    assert {"node.take_request", "node.supply", "node.conclude"} <= names
    logged = [attributes for name, _, attributes in spans if name == "coordinator.result"]
    assert logged and logged[0]["sealsum.outcome"] == "logged"
    assert {key for _, _, attributes in collector.spans() for key in attributes} <= {
        "sealsum.kind",
        "sealsum.statement",
        "sealsum.outcome",
    }


def test_without_an_endpoint_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)
    assert not set_up_traces("test")
    assert start_span("x", "a" * 64, {}) is None


def test_prometheus_reads_how_a_coordinator_and_a_node_do(village: Village) -> None:
    village.suppliers()
    request = ask(village.settle("Pack maker", "requester"))
    village.run()
    coordinator = make_meters(village.town.service)
    coordinator.call("Submit", "OK", 0.01)
    text = scrape(coordinator.open("127.0.0.1:0"))
    size = village.town.service.journal.head.frontier.size
    assert f"sealsum_log_size {float(size)}" in text
    assert 'sealsum_statements_logged_total{kind="contribution"} 4.0' in text
    assert 'sealsum_coordinator_call_seconds_count{call="Submit",status="OK"} 1.0' in text
    assert "sealsum_store_up 1.0" in text and "process_resident_memory_bytes" in text
    node = village.nodes["Pack maker"]
    text += scrape(node_metrics.make_meters(node).open("127.0.0.1:0"))
    assert "sealsum_outbox_waiting 0.0" in text and "sealsum_egress_bytes" in text
    assert request not in text and node.id not in text and "Pack maker" not in text


def scrape(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        return str(answer.read().decode())
