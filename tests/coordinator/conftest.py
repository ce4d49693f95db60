"""A coordinator made new; and stores: SQLite always, PostgreSQL when SEALSUM_TEST_POSTGRES_URL names a server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from coordinator.store.database import sqlite_url
from tests.coordinator.office import Office, open_office, run

POSTGRES = "SEALSUM_TEST_POSTGRES_URL"


PATIENT_MS = 3_600_000


@pytest.fixture
def postgres_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty database of its own on the test server.

    The server ends no session because this process stands still, as any does for seconds on a busy machine; what then
    happens is tried on processes of their own (tests/e2e/test_replicas.py).
    """
    for module in ("database", "holding"):
        monkeypatch.setattr(f"coordinator.store.{module}.PAUSED_MS", PATIENT_MS)
    server = os.environ.get(POSTGRES)
    if server is None:
        pytest.skip(f"{POSTGRES} names no server")
    name = f"sealsum_{uuid.uuid4().hex}"
    engine = create_engine(
        make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return sqlite_url(tmp_path / "store.db")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An authority with its door open."""
    with open_office(tmp_path_factory.mktemp("office") / "authority") as office:
        yield office


@pytest.fixture
def folder(tmp_path: Path, office: Office) -> Path:
    """A coordinator that was initialised and never served."""
    folder = tmp_path / "coordinator"
    token = office.token(f"Operator {os.urandom(4).hex()}", "operator")
    assert run("init", folder, "--token", token, "--name", "log.example").exit_code == 0
    return folder
