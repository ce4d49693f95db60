"""Where blobs lie: whole byte strings under names, in a folder or in an object store that a URL names.

The one fact: what `put` returned from is durable and whole, and putting it again changes nothing; so a failure, before
or after the bytes were written, is answered by doing it again. Architecture, "State".
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from protocol.errors import StoreError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

VARIABLE = "SEALSUM_BLOBS_URL"
SCHEMES = ("file", "memory", "s3", "s3a", "az", "azure", "abfs", "abfss", "gs")
SECONDS, CONNECT_SECONDS, RETRIES = timedelta(seconds=15), timedelta(seconds=5), 3
FOLDERS_KNOWN = 1024
"""Folders remembered as durable: blobs lie in 256, pieces of broken-off uploads in any number."""


class Objects(Protocol):
    """Byte strings by name; names are lowercase paths. Safe for many threads; StoreError when the store fails."""

    def put(self, name: str, data: bytes) -> None:
        """Store it durably, whole or not at all; what was there under this name is replaced."""

    def get(self, name: str) -> bytes | None:
        """All of it; None when there is no such name."""

    def size(self, name: str) -> int | None:
        """Its length, or None."""

    def delete(self, name: str) -> None:
        """Remove it; no error when there is none."""

    def under(self, prefix: str) -> list[tuple[str, int]]:
        """Names and lengths of everything below a folder, by name."""


class FolderObjects:
    """Files below a folder, each renamed there only after its bytes are on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._durable: set[Path] = set()  # folders whose own entry is on disk
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        """Store it durably."""
        target = self._folder / name
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        with self._errors():
            is_new = target.parent not in self._durable
            target.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
            _sync(target.parent)
            if is_new:
                _sync(target.parent.parent)
                if len(self._durable) < FOLDERS_KNOWN:
                    self._durable.add(target.parent)

    def get(self, name: str) -> bytes | None:
        """All of it, or None."""
        with self._errors():
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError:
                return None

    def size(self, name: str) -> int | None:
        """Its length, or None."""
        with self._errors():
            try:
                return (self._folder / name).stat().st_size
            except FileNotFoundError:
                return None

    def delete(self, name: str) -> None:
        """Remove it."""
        with self._errors():
            (self._folder / name).unlink(missing_ok=True)

    def under(self, prefix: str) -> list[tuple[str, int]]:
        """Names and lengths below a folder."""
        with self._errors():
            found = (path for path in (self._folder / prefix).glob("**/*") if path.is_file())
            named = ((path.relative_to(self._folder).as_posix(), path.stat().st_size) for path in found)
            return sorted(item for item in named if "/." not in item[0])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"the blob folder {self._folder} failed: {error.strerror}; try again") from error


def _sync(folder: Path) -> None:
    """Have what was renamed into a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class StoredObjects:
    """An object store through obstore: S3 and what speaks it, Azure, Google, memory. `place` names it in messages."""

    def __init__(self, store: ObjectStore, place: str) -> None:
        self._store = store
        self._place = place

    def put(self, name: str, data: bytes) -> None:
        """Store it; the store answers once it is durable."""
        with self._errors():
            self._store.put(name, data, use_multipart=False)

    def get(self, name: str) -> bytes | None:
        """All of it, or None."""
        with self._errors():
            try:
                return bytes(self._store.get(name).bytes())
            except FileNotFoundError:
                return None

    def size(self, name: str) -> int | None:
        """Its length, or None."""
        with self._errors():
            try:
                return int(self._store.head(name)["size"])
            except FileNotFoundError:
                return None

    def delete(self, name: str) -> None:
        """Remove it."""
        with self._errors():
            try:
                self._store.delete(name)
            except FileNotFoundError:
                return

    def under(self, prefix: str) -> list[tuple[str, int]]:
        """Names and lengths below a folder."""
        with self._errors():
            found = self._store.list(prefix).collect()
            return sorted((str(item["path"]), int(item["size"])) for item in found)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except FileNotFoundError:
            raise
        except (BaseError, OSError, ValueError) as error:
            raise StoreError(
                f"the blob store {self._place} failed: {type(error).__name__}; try again"
            ) from error


def open_objects(url: str | None, folder: Path) -> Objects:
    """What a URL names, by default the folder; StoreError when it names nothing that we know, or does not answer.

    Credentials come from where the cloud's own tools look: AWS_*, AZURE_* or GOOGLE_* in the environment, or the
    machine's role.
    """
    if url is None:
        return FolderObjects(folder)
    scheme, place = urlsplit(url).scheme, place_of(url)
    if scheme == "file":
        return FolderObjects(Path(unquote(urlsplit(url).path)))
    if scheme not in SCHEMES:
        raise StoreError(f"{VARIABLE}: expected one of {', '.join(SCHEMES)} before ://, found {place}")
    objects = StoredObjects(_open_store(url, place), place)
    try:
        objects.size("probe")
    except StoreError as error:
        raise StoreError(
            f"the blob store {place} cannot be used ({error.__cause__.__class__.__name__}): is it there, may these "
            f"credentials read and write it? {VARIABLE} names it, AWS_*, AZURE_* or GOOGLE_* say how"
        ) from error
    return objects


def place_of(url: str) -> str:
    """A URL as messages name it: without user, password or query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _open_store(url: str, place: str) -> ObjectStore:
    from obstore.exceptions import BaseError
    from obstore.store import AzureStore, GCSStore, MemoryStore, S3Store

    client: ClientConfig = {"timeout": SECONDS, "connect_timeout": CONNECT_SECONDS}
    retry: RetryConfig = {"max_retries": RETRIES, "retry_timeout": SECONDS}
    try:
        match urlsplit(url).scheme:
            case "memory":
                return MemoryStore()
            case "s3" | "s3a":
                if os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true":
                    client["allow_http"] = True
                return S3Store.from_url(url, client_options=client, retry_config=retry)
            case "gs":
                return GCSStore.from_url(url, client_options=client, retry_config=retry)
            case _:
                return AzureStore.from_url(url, client_options=client, retry_config=retry)
    except (BaseError, ValueError) as error:
        raise StoreError(f"{VARIABLE}: {place} cannot be understood: {type(error).__name__}") from error
