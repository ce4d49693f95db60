"""Replays a coordinator's store from its rows, as an auditor who trusts nobody would."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import create_engine, text

from crypto.certificates import parse_certificate
from crypto.merkle import leaf_hash, root_of
from crypto.note import check_checkpoint
from protocol.calculation import Calculation, advance, open_calculation
from protocol.payloads import Request
from protocol.rules import Context, check_statement
from protocol.statements import Logged, MemoryRecord, calculation_of, encode_leaf, parse_statement
from tests.support.example import seeded


def check_store(folder: Path, url: str | None = None) -> dict[str, Calculation]:
    """Parse, check and fold every statement again from its bytes; returns the calculations by request id.

    1. Indexes are gapless and times never go back. 2. Ids are those of the bytes. 3. Every rule accepts each statement
    given only those before it. 4. The stored leaf hashes are these statements'. 5. Every checkpoint ever signed is of
    a prefix of this log. 6. The newest covers everything.
    """
    pins = json.loads((folder / "pins.json").read_text())
    root = parse_certificate(pins["authority_root"].encode())
    # One moment for all three questions: a coordinator may be appending.
    one_moment = {"isolation_level": "REPEATABLE READ"} if url and url.startswith("postgresql") else {}
    engine = create_engine(url or f"sqlite:///{folder}/coordinator.db", **one_moment)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT log_index, id, data, logged_at FROM statements ORDER BY 1")
        ).all()
        hashes = connection.execute(text("SELECT hash FROM hashes WHERE level = 0 ORDER BY position")).all()
        notes = connection.execute(text("SELECT size, note FROM checkpoints ORDER BY size")).all()
    engine.dispose()
    record, folded, leaves, last = MemoryRecord(), {}, [], 0
    random = seeded("store audit")
    for place, (index, statement_id, data, logged_at) in enumerate(rows):
        assert index == place and logged_at >= last  # 1
        last = logged_at
        signed = parse_statement(bytes(data))
        assert signed.id == statement_id  # 2
        request = calculation_of(signed)
        known = None if request is None else folded.get(request)
        check_statement(signed, Context(record, root, known), logged_at, random)  # 3
        logged = Logged(signed, index, logged_at)
        record.add(logged)
        leaves.append(leaf_hash(encode_leaf(signed.id, signed.data, logged_at)))
        if isinstance(signed.payload, Request):
            folded[signed.id] = open_calculation(logged, record)
        elif request is not None:
            folded[request] = advance(folded[request], logged, record)
    assert [bytes(found) for (found,) in hashes] == leaves  # 4
    for size, note in notes:
        checkpoint = check_checkpoint(note, pins["log_key"])
        assert checkpoint.size == size and checkpoint.root == root_of(leaves[:size])  # 5
    assert notes[-1][0] == len(leaves)  # 6
    return folded
