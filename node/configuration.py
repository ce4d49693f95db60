"""The settings of `sealsum node serve`: DIR/node.toml, variables, options. `sealsum node config` lists them.

The one fact: none of them can make this node say more than its protocol lets it, or decide for its owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from operation.logs import Form, Level
from operation.settings import About, Address, Loaded, Settings, load_settings
from web.company_settings import ClientId, CompanyFields, Issuer, PublicUrl, SecretFile

FILE = "node.toml"


class NodeSettings(Settings):
    """What an agent opens on its own machine, and what it tells its operator."""

    http_port: Annotated[
        int | None,
        Field(ge=0, le=65535),
        About(
            "Loopback port that answers /health and /api/status; 0 takes a free one, without it none is opened.",
            "Programs of this machine can ask it who this node is and what waits, never for a number.",
            "SEALSUM_NODE_HTTP_PORT",
        ),
    ] = None
    metrics: Annotated[
        Address | None,
        About(
            "HOST:PORT on which Prometheus may read /metrics; without it nowhere.",
            "Counts and times only: whoever reaches it learns how busy this node is.",
            "SEALSUM_NODE_METRICS",
        ),
    ] = None
    log_format: Annotated[
        Form,
        About(
            "text for people, json for machines; both on stderr.",
            "Logs hold public ids, names of customers and what was wrong; no amount, no key.",
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


def load(folder: Path, environment: Mapping[str, str], options: Mapping[str, object]) -> Loaded[NodeSettings]:
    """The settings of a folder's node; Refused("settings") names everything that is wrong."""
    return load_settings(NodeSettings, folder / FILE, environment, options)
