"""Each format by the schema that its owner publishes: both packs, both boundaries, every rule set."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from exchange.certified import Certified
from exchange.formats import make_document
from method.rules import RULES
from protocol.errors import Refused
from tests.support.example_chain import certified_example, clear_example, particulars_of
from tests.support.published_schemas import BATTERY_PASS, CATENA_X, PACT, needs_schemas, problems_of

PACKS = ("ncm-pack", "lfp-pack")
EVERYTHING = tuple(itertools.product(PACKS, RULES, ("partial", "full")))
SCHEMAS = {
    "pact": (PACT, "ProductFootprint"),
    "battery-pass": (BATTERY_PASS, ""),
    "catena-x": (CATENA_X, ""),
}


def check_each_format(certified: Certified, pack: str) -> None:
    for format, (schema, component) in SCHEMAS.items():
        if format == "catena-x" and certified.boundary == "full":
            with pytest.raises(Refused, match="end of life"):
                make_document(certified, format, particulars_of(pack), None)
            continue
        document = make_document(certified, format, particulars_of(pack), None)
        assert problems_of(document, schema, component) == [], format


@needs_schemas
@pytest.mark.parametrize(("pack", "method", "boundary"), EVERYTHING)
def test_every_format_keeps_to_its_published_schema(pack: str, method: str, boundary: str) -> None:
    check_each_format(clear_example(pack, method, boundary), pack)


@needs_schemas
@pytest.mark.parametrize(
    ("pack", "method", "boundary"),
    [("ncm-pack", "mee-2025-cff", "partial"), ("lfp-pack", "eu-cfb-2024-draft", "full")],
)
def test_a_real_certificate_keeps_to_every_published_schema(pack: str, method: str, boundary: str) -> None:
    check_each_format(certified_example(pack, method, boundary), pack)


@needs_schemas
@pytest.mark.slow
@pytest.mark.parametrize(("pack", "method", "boundary"), EVERYTHING)
def test_every_real_certificate_keeps_to_every_published_schema(
    pack: str, method: str, boundary: str
) -> None:
    check_each_format(certified_example(pack, method, boundary), pack)


@needs_schemas
@pytest.mark.parametrize(
    ("format", "path"),
    [
        ("pact", ("pcf", "fossilCarbonContent")),
        ("pact", ("companyIds",)),
        ("battery-pass", ("carbonFootprintStudy",)),
        ("catena-x", ("carbonContent",)),
    ],
)
def test_the_schemas_are_looked_at(format: str, path: tuple[str, ...]) -> None:
    document: Any = make_document(
        clear_example("ncm-pack", "miit-551", "partial"), format, particulars_of("ncm-pack"), None
    )
    assert problems_of(document, *SCHEMAS[format]) == []
    broken = copy.deepcopy(document)
    inner = broken
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    assert problems_of(broken, *SCHEMAS[format])
