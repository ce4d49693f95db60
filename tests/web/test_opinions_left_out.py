"""A node that checks a file tells of the opinions that it knows of and the file leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from exchange.report.labels import LABELS
from node.maker.resulting import fetch_certificate
from node.organisation import Node
from node.store.tables import EGRESS
from node.verifying import issue_verification
from protocol.bundle import encode_bundle, parse_bundle, redact
from protocol.payloads import Verification
from protocol.verification_payloads import Statement
from tests.node.village import Village
from tests.web.test_verifier_pages import BODY, MAKER, OWNER, Bench, finish_pack, look_at, open_bench


@pytest.fixture
def bench(village: Village) -> Iterator[Bench]:
    with open_bench(village) as opened:
        yield opened


def test_opinions_that_this_node_knows_and_a_file_leaves_out_are_told_beside_the_verdict(
    bench: Bench,
) -> None:
    request, result = finish_pack(bench)
    for subject, opinion in ((bench.declaration, "but for line 0"), (result, "but for the sum")):
        says = Statement(scope="all", assurance="limited", finding="modified", opinion=opinion)
        bench.verifier.settle(issue_verification(bench.verifier, subject, says, []))
    assert len(bench.issued()) == 2
    maker = bench.village.nodes[MAKER]
    whole = fetch_certificate(maker, maker.calculation(request), newest=True).bundle
    told, warning = look_at(bench, whole), "of verifiers that the file lacks"
    assert LABELS["good"].en in told and warning not in told
    bundle = parse_bundle(whole)
    kept = [one for one in bundle.statements if not isinstance(one.logged.payload, Verification)]
    asked = count_sent(bench.verifier)
    told = look_at(bench, encode_bundle(replace(bundle, statements=tuple(kept))))
    beside = told.partition('class="checks"')[0].partition("<h3>")[0]
    assert LABELS["good"].en in beside and f"knows of 2 opinions {warning}" in beside
    for part in ("but for line 0", "but for the sum", BODY, OWNER):
        assert part in beside
    assert LABELS["opinions_none"].en not in beside  # whether there is one is known here
    # The public form names no declaration and carries no opinion: what is known of its request counts.
    public = look_at(bench, encode_bundle(redact(bundle)))
    beside = public.partition('class="checks"')[0].partition("<h3>")[0]
    assert warning not in public and "A public form never carries what verifiers found." in beside
    assert "knows of 2 opinions on this calculation" in beside and "Ask the pack maker for it." in beside
    for part in ("but for line 0", "but for the sum", BODY, OWNER):
        assert part in beside
    assert count_sent(bench.verifier) == asked  # what is known here is enough
    bench.client.headers["accept-language"] = "zh"
    told = look_at(bench, encode_bundle(replace(bundle, statements=tuple(kept))))
    assert "本节点的记录里有 2 份相关的核查意见" in told and LABELS["no_opinions"].zh in told


def count_sent(node: Node) -> int:
    """How often something left this node."""
    with node.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(EGRESS)).scalar_one())
