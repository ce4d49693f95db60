"""Flower's SecAgg+ in one process, as its simulation runs it; executed in an environment of its own, prints JSON.

The one fact: everything between the roles is Flower's own code. `SecAggPlusWorkflow` is the server, `secaggplus_mod`
the client; between them stands a grid that hands each message to its client at once, without network or serialisation.
"""

from __future__ import annotations

import copy
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import flwr
import numpy as np
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.client.mod import secaggplus_mod
from flwr.common import Code, FitRes, Status, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.common.serde import recorddict_to_proto
from flwr.compat.common import recorddict_compat as compat
from flwr.server import ServerConfig
from flwr.server.client_manager import SimpleClientManager
from flwr.server.client_proxy import ClientProxy
from flwr.server.compat.legacy_context import LegacyContext
from flwr.server.strategy import FedAvg
from flwr.server.workflow import SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD, Key
from flwr.supercore.task_identity import TaskIdentity

SHARES, THRESHOLD = 21, 11


class _Proxy(ClientProxy):
    """Names a client to Flower's strategy; the workflow sends messages and calls none of these."""

    def __init__(self, node_id: int) -> None:
        super().__init__(str(node_id))
        self.node_id = node_id

    def get_properties(self, ins: Any, timeout: Any, group_id: Any) -> NoReturn:
        raise NotImplementedError

    get_parameters = fit = evaluate = reconnect = get_properties


class _Grid:
    """Delivers messages in this process and keeps each client's CPU time and the bytes of what it answers."""

    def __init__(self, vectors: dict[int, np.ndarray]) -> None:
        self.vectors = vectors
        self.contexts = {node: Context(1, node, {}, RecordDict(), {}) for node in vectors}
        self.client_ms = dict.fromkeys(vectors, 0.0)
        self.sent = dict.fromkeys(vectors, 0)
        self.grid_ms = 0.0

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Run every client on its message."""
        sent = list(messages)
        start = time.process_time()
        replies = [self._deliver(message) for message in sent]
        self.grid_ms += 1000 * (time.process_time() - start)
        return replies

    def _deliver(self, message: Message) -> Message:
        node = message.metadata.dst_node_id
        # Clients change what they receive, and the workflow sends one object to all; a network would copy it.
        message = Message(copy.deepcopy(message.content), metadata=message.metadata)
        start = time.process_time()
        reply = secaggplus_mod(message, self.contexts[node], self._train(node))
        self.client_ms[node] += 1000 * (time.process_time() - start)
        self.sent[node] += recorddict_to_proto(reply.content).ByteSize()
        return reply

    def _train(self, node: int) -> Callable[[Message, Context], Message]:
        def train(message: Message, context: Context) -> Message:
            parameters = ndarrays_to_parameters([self.vectors[node]])
            result = FitRes(Status(Code.OK, ""), parameters, num_examples=1, metrics={})
            return Message(compat.fitres_to_recorddict(result, True), reply_to=message)

        return train


def run(clients: int, values: int) -> dict[str, Any]:
    """One round of SecAgg+ over random vectors."""
    generator = np.random.default_rng(1)
    vectors = {node: generator.uniform(-1, 1, values) for node in range(1, clients + 1)}
    TaskIdentity.task_id, TaskIdentity.run_id, TaskIdentity.node_id = 1, 1, 1
    grid, context = _Grid(vectors), _server_context(vectors, values)
    workflow = SecAggPlusWorkflow(num_shares=SHARES, reconstruction_threshold=THRESHOLD, max_weight=1.0)
    cpu = time.process_time()
    workflow(grid, context)
    total = 1000 * (time.process_time() - cpu)
    client = sum(grid.client_ms.values())
    found = parameters_to_ndarrays(
        compat.arrayrecord_to_parameters(context.state.array_records[MAIN_PARAMS_RECORD], True)
    )[0]
    error = float(np.abs(found - np.mean(list(vectors.values()), axis=0)).max())
    return {
        "flwr": flwr.__version__, "clients": clients, "values": values, "shares": SHARES, "threshold": THRESHOLD,
        "client_ms": client / clients, "server_ms": total - grid.grid_ms, "bytes": max(grid.sent.values()),
        "largest_error_of_mean": error,
    }  # fmt: skip


def _server_context(nodes: Iterable[int], values: int) -> LegacyContext:
    clients = SimpleClientManager()
    for node in nodes:
        clients.register(_Proxy(node))
    count = clients.num_available()
    strategy = FedAvg(fraction_fit=1.0, min_fit_clients=count, min_available_clients=count)
    context = LegacyContext(Context(1, 0, {}, RecordDict(), {}), ServerConfig(1), strategy, clients)
    start = ndarrays_to_parameters([np.zeros(values)])
    context.state.array_records[MAIN_PARAMS_RECORD] = compat.parameters_to_arrayrecord(start, True)
    context.state.config_records[MAIN_CONFIGS_RECORD] = ConfigRecord({Key.CURRENT_ROUND: 1})
    return context


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))))
