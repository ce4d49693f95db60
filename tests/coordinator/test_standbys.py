"""What our connections ask of PostgreSQL, whatever its own defaults are."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from coordinator.store.database import open_engine, place_of
from coordinator.store.standbys import find_standbys


def set_default(url: str, value: str) -> None:
    name = make_url(url).database
    engine = open_engine(url, writer=False)
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = {value}"))
    engine.dispose()


@pytest.mark.postgres
def test_commits_are_durable_whatever_the_server_takes_for_granted(postgres_url: str) -> None:
    set_default(postgres_url, "off")
    found = find_standbys(postgres_url)
    assert found is not None and found.commit == "on"


@pytest.mark.postgres
def test_a_stronger_wish_in_the_url_stands(postgres_url: str) -> None:
    url = make_url(postgres_url).update_query_dict({"options": "-c synchronous_commit=remote_apply"})
    found = find_standbys(url.render_as_string(hide_password=False))
    assert found is not None and found.commit == "remote_apply"


def test_messages_name_every_host_of_a_url() -> None:
    url = "postgresql://sealsum:geheim@/log?host=db1,db2&port=5432,5433"
    assert place_of(url) == "db1:5432 or db2:5433, database log, user sealsum"
