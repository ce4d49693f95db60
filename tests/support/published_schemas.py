"""The schemas that others publish, kept beside the repository and never in it.

Tests against them say that they are skipped only where that folder is absent; a schema that is missing from it fails.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.validators import validator_for

FOLDER = Path(__file__).resolve().parents[2].parent / "shared/data/schemas"
BATTERY_PASS = "battery_pass_carbon_footprint_1.2.0.schema.json"
CATENA_X = "catenax_pcf_9.0.0.schema.json"
PACT = "pact_openapi_3.0.4_MIT.yaml"
needs_schemas = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the published schemas are not beside the repository: {FOLDER}"
)


@cache
def read_schema(name: str) -> dict[str, Any]:
    """A published schema."""
    text = (FOLDER / name).read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text) if name.endswith(".yaml") else json.loads(text)
    return found


def problems_of(document: object, name: str, component: str = "") -> list[str]:
    """What a published schema, or one component of an OpenAPI file, has against a document."""
    schema = read_schema(name)
    if component:
        schema = {"$ref": f"#/components/schemas/{component}", "components": schema["components"]}
        validator: Any = Draft202012Validator(schema, format_checker=FormatChecker())
    else:
        validator = validator_for(schema)(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
