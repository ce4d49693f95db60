"""The settings of `sealsum coordinator serve`: DIR/coordinator.toml, variables, options. Read `config` for a list.

The one fact: an address says who may reach a door, not who may enter: the door for nodes asks for a certificate of the
enrolment authority, the log's door shows only what everybody may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import SecretStr

from operation.logs import Form, Level
from operation.settings import About, Address, Loaded, Settings, load_settings
from web.company_settings import ClientId, CompanyFields, Issuer, PublicUrl, SecretFile

FILE = "coordinator.toml"


class CoordinatorSettings(Settings):
    """Where the doors are, where the data is, what is told to operators."""

    listen: Annotated[
        Address,
        About(
            "HOST:PORT of the door for nodes (gRPC); port 0 takes a free one.",
            "Whoever reaches it must still show a certificate of the enrolment authority before a byte is read.",
            "SEALSUM_COORDINATOR_LISTEN",
        ),
    ] = "127.0.0.1:7444"
    http: Annotated[
        Address,
        About(
            "HOST:PORT of the log over HTTP: checkpoint, tiles, library, health.",
            "It is plain HTTP: what it shows is public and signed; put a TLS proxy before it for passwords of people.",
            "SEALSUM_COORDINATOR_HTTP",
        ),
    ] = "127.0.0.1:7445"
    database_url: Annotated[
        SecretStr | None,
        About(
            "postgresql://… or sqlite:///FILE; without it a SQLite file in DIR.",
            "Whoever can write there can stop the log, and cannot change it unseen: nodes hold signed checkpoints.",
            "SEALSUM_DATABASE_URL",
        ),
    ] = None
    blobs_url: Annotated[
        SecretStr | None,
        About(
            "s3://BUCKET/FOLDER, az://…, gs://… or file:///FOLDER; without it a folder in DIR.",
            "Blobs are sealed and checked by their hash; whoever can write there can lose them, not change them.",
            "SEALSUM_BLOBS_URL",
        ),
    ] = None
    synchronous_standby: Annotated[
        bool,
        About(
            "true: start only where commits of PostgreSQL wait for a synchronous standby.",
            "Without one, what was acknowledged since the last copy is gone with the disk, and the log with it.",
            "SEALSUM_SYNCHRONOUS_STANDBY",
        ),
    ] = False
    read_database_url: Annotated[
        SecretStr | None,
        About(
            "A streaming replica of the database, from which the log's tiles are read; without it the database itself.",
            "What it shows is checked against signed checkpoints by whoever reads it.",
            "SEALSUM_READ_DATABASE_URL",
        ),
    ] = None
    metrics: Annotated[
        Address | None,
        About(
            "HOST:PORT on which Prometheus may read /metrics; without it nowhere.",
            "Counts and times only, no name and no number of anyone's; keep it on the operator's own network.",
            "SEALSUM_COORDINATOR_METRICS",
        ),
    ] = None
    log_format: Annotated[
        Form,
        About(
            "text for people, json for machines; both on stderr.",
            "Logs hold public ids and what was wrong, no secrets; whoever reads them learns who takes part.",
            "SEALSUM_LOG_FORMAT",
        ),
    ] = "text"
    log_level: Annotated[
        Level,
        About(
            "From which level on is logged.",
            "debug adds libraries' own words; none of them sees a key or a private number.",
            "SEALSUM_LOG_LEVEL",
        ),
    ] = "info"
    company_issuer: Issuer = None
    company_client_id: ClientId = None
    company_secret_file: SecretFile = None
    public_url: PublicUrl = None

    @property
    def company(self) -> CompanyFields:
        """The company's own login, as far as it is set."""
        return CompanyFields(
            self.company_issuer, self.company_client_id, self.company_secret_file, self.public_url
        )


def load(
    folder: Path, environment: Mapping[str, str], options: Mapping[str, object]
) -> Loaded[CoordinatorSettings]:
    """The settings of a folder's coordinator; Refused("settings") names everything that is wrong."""
    return load_settings(CoordinatorSettings, folder / FILE, environment, options)
