"""A certified pack as a ProductFootprint of PACT 3.0. Method, "Traps"; docs/exchange.md has every field.

The one fact: PACT's figure is cradle to gate. Delivery stands beside it, end of life outside it in the extension, and
every number is the certificate's own decimal text.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from crypto.canonical import encode_canonical
from exchange import gate as at_gate
from exchange.certified import Certified, Opinion, PackResult
from exchange.particulars import Particulars, check_stated
from method.exact import encode_decimal
from protocol.bundle import FORMAT

SPEC_VERSION = "3.0.4"
EXTENSION_SPEC_VERSION = "2.0.0"
EXTENSION_SCHEMA = "urn:sealsum:schema:pack-footprint:1"
_NAMESPACE = uuid.UUID("9b4f0f6e-6f0a-5d4e-9d0b-0c2a3c1f7e55")
_COUNTED_AS_VERIFIED = ("unmodified", "modified")
_STAGE_NAMES = {
    "raw_material_and_parts": "rawMaterialAndParts",
    "battery_production": "batteryProduction",
    "distribution": "distribution",
    "end_of_life": "endOfLife",
}


def make_product_footprint(
    pack: PackResult, particulars: Particulars, preceding: Sequence[str] = ()
) -> dict[str, Any]:
    """The footprint of one pack, declared as 1 piece; Refused says what PACT cannot carry or what is not stated.

    `preceding`: ids of the footprints that this one takes the place of. The id follows from all the rest, so the same
    content has the same id and changed content another one, as PACT wants.
    """
    _check_particulars(pack, particulars)
    certified = pack.certified
    valid_from, valid_until = at_gate.validity_period(certified, particulars)
    footprint: dict[str, Any] = {
        "specVersion": SPEC_VERSION,
        "created": at_gate.moment(certified.certified_at),
        "validityPeriodStart": valid_from,
        "validityPeriodEnd": valid_until,
        "companyName": certified.maker.name_en,
        "companyIds": list(particulars.company_ids or (at_gate.company_urn(certified),)),
        "productDescription": particulars.product_description or at_gate.describe_pack(pack),
        "productIds": list(particulars.product_ids or (at_gate.product_urn(pack),)),
        "productNameCompany": particulars.product_name or pack.unit.model,
        "comment": at_gate.comment_on(pack),
        "pcf": _make_pcf(pack, particulars),
        "extensions": [_make_extension(pack, particulars)],
    }
    if particulars.product_classifications:
        footprint["productClassifications"] = list(particulars.product_classifications)
    if preceding:
        footprint["precedingPfIds"] = list(preceding)
    return {"id": _id_of(footprint), "status": "Active", **footprint}


def _id_of(content: Mapping[str, Any]) -> str:
    return str(uuid.uuid5(_NAMESPACE, encode_canonical(dict(content)).decode()))


def _check_particulars(pack: PackResult, particulars: Particulars) -> None:
    known = {
        "geography": at_gate.geography_of(pack, particulars),
        "gwp_reports": at_gate.gwp_reports_of(pack.certified, particulars),
    }
    check_stated("pact", particulars, known)


def _make_pcf(pack: PackResult, particulars: Particulars) -> dict[str, Any]:
    certified, gate = pack.certified, at_gate.make_gate(pack)
    rules, total = at_gate.rules_of(certified), encode_decimal(gate.kg)
    start, end = at_gate.reference_period(certified)
    pcf: dict[str, Any] = {
        "declaredUnitOfMeasurement": "piece",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": _decimal(particulars.mass_kg),
        "referencePeriodStart": start,
        "referencePeriodEnd": end,
        **_geography(at_gate.geography_of(pack, particulars)),
        "boundaryProcessesDescription": at_gate.describe_processes(),
        "pcfExcludingBiogenicUptake": total,
        "pcfIncludingBiogenicUptake": total,
        "fossilGhgEmissions": total,
        "fossilCarbonContent": _decimal(particulars.fossil_carbon_kg),
        "ipccCharacterizationFactors": list(at_gate.gwp_reports_of(certified, particulars)),
        "crossSectoralStandards": list(particulars.standards),
        "productOrSectorSpecificRules": [_make_rule(certified)],
        "exemptedEmissionsPercent": "0",
        "exemptedEmissionsDescription": at_gate.describe_cut_off(rules),
        "primaryDataShare": encode_decimal(at_gate.primary_percent(pack, at_gate.GATE)),
    }
    if gate.delivery_kg is not None:
        pcf["outboundLogisticsGhgEmissions"] = encode_decimal(gate.delivery_kg)
    if particulars.packaging_included is not None:
        pcf["packagingEmissionsIncluded"] = particulars.packaging_included
    if sources := at_gate.factor_sources(at_gate.counted(certified)):
        pcf["secondaryEmissionFactorSources"] = [{"name": name, "version": year} for name, year in sources]
    if verified := [one for one in certified.opinions if one.says.finding in _COUNTED_AS_VERIFIED]:
        pcf["verification"] = _make_verification(verified[-1])
    return pcf


def _decimal(value: Fraction | None) -> str:
    assert value is not None, "what is not stated was refused"
    return encode_decimal(value, 18)


def _geography(code: str) -> dict[str, str]:
    return {"geographyCountrySubdivision" if "-" in code else "geographyCountry": code}


def _make_rule(certified: Certified) -> dict[str, Any]:
    return {
        "operator": "Other",
        "ruleNames": [at_gate.name_rules(certified)],
        "otherOperatorName": at_gate.rules_of(certified).source,
    }


def _make_verification(opinion: Opinion) -> dict[str, str]:
    says = opinion.says
    told = f"{opinion.kind}; scope: {says.scope}"
    return {
        "coverage": "product level",
        "providerName": opinion.verifier,
        "completedAt": at_gate.moment(opinion.at),
        "comments": f"{told}; {says.opinion}" if says.opinion else told,
    }


# --- the extension ---------------------------------------------------------------------------------


def _make_extension(pack: PackResult, particulars: Particulars) -> dict[str, Any]:
    """What PACT has no field for; pack-footprint-1.json describes `data`."""
    certified, figures = pack.certified, pack.figures
    told = set(at_gate.rules_of(certified).stages_of(certified.boundary)) - set(
        at_gate.undeclared_of(certified)
    )
    return {
        "specVersion": EXTENSION_SPEC_VERSION,
        "dataSchema": particulars.extension_schema or EXTENSION_SCHEMA,
        "data": {
            "certificate": _make_link(certified),
            "method": certified.method,
            "boundary": certified.boundary,
            "functionalUnit": {
                "model": pack.unit.model,
                "chemistry": pack.unit.chemistry,
                "packEnergyKwh": pack.unit.pack_energy_kwh,
                "totalEnergyKwh": figures.total_energy_kwh,
            },
            "stagesKg": {
                name: pack.stages[stage] if stage in told else None for stage, name in _STAGE_NAMES.items()
            },
            "totalKg": figures.total_kg,
            "perKwh": figures.per_kwh,
            "perKwhOfCapacity": figures.per_kwh_capacity,
            "overstatedByAtMostKg": figures.overstated_by_at_most,
            "dataQualityRating": figures.quality_rating,
            "dataQualityBand": figures.quality_band,
            "primaryDataShareAtLeast": figures.primary_data_share,
        },
    }


def _make_link(certified: Certified) -> dict[str, str]:
    return {
        "format": FORMAT,
        "sha256": certified.sha256,
        "request": certified.request,
        "result": certified.result,
    }
