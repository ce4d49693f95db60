"""What the parts of this room need of a store: transactions. A node's and a coordinator's store both are one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from web.schema import METADATA


class WebStore(Protocol):
    """Transactions on the database that has the tables of web/schema.py."""

    def read(self) -> AbstractContextManager[Connection]:
        """A connection for reading."""

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction, all or nothing."""


class PassingStore:
    """A store of this process only, for a node whose own store is not made yet, or not unlocked."""

    def __init__(self) -> None:
        self._engine: Engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        METADATA.create_all(self._engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, all or nothing."""
        with self._engine.begin() as connection:
            yield connection
