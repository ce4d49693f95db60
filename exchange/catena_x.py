"""A certified pack as a PCF of Catena-X 9.0.0. docs/exchange.md has every field.

The one fact: the model has stages for production, distribution and packaging and takes no negative one, so a result
that counts the end of life is refused, whatever its sign: leaving the stage out would tell less than was certified.
"""

from __future__ import annotations

import json
import uuid
from fractions import Fraction
from typing import Any

from exchange import gate as at_gate
from exchange.certified import Opinion, PackResult
from exchange.gate import Gate
from exchange.particular_fields import REPORTS
from exchange.particulars import Particulars, check_stated
from method.exact import encode_decimal
from method.rules import END_OF_LIFE
from protocol.errors import Refused

SPEC_VERSION = "urn:samm:io.catenax.pcf:9.0.0"
_NAMESPACE = uuid.UUID("c1d2a7b0-58d3-5f0b-8a54-3a7f9a0f2c11")
_UNSPECIFIED = "unspecified"


def make_pcf(pack: PackResult, particulars: Particulars) -> dict[str, Any]:
    """The aspect of one pack, declared as 1 piece; Refused says which stage it cannot carry, or what is not stated."""
    _check_end_of_life(pack)
    gate = at_gate.make_gate(pack)
    check_stated("catena-x", particulars)
    document: dict[str, Any] = {
        "scopeOfPcfForm": [{"specVersion": SPEC_VERSION, "partialFullPcf": "Cradle-to-gate"}],
        "companyAndProductInformation": [_make_product(pack, particulars)],
        "pcfAssessmentAndMethodology": [_make_assessment(pack, particulars, gate)],
        "general": [{"comment": at_gate.comment_on(pack)}],
        "carbonContent": [_make_content(particulars)],
        "productLifeCycleStagesAndEmissions": [_make_stages(gate, particulars)],
        **_make_attestations(pack),
    }
    # The id follows from all the rest: the same content has the same one, and changed content another.
    content = json.dumps(document, sort_keys=True)
    version = document["pcfAssessmentAndMethodology"][0]["pcfAssessmentInformation"][0]["idAndVersion"][0]
    version["id"] = str(uuid.uuid5(_NAMESPACE, content))
    return document


def _check_end_of_life(pack: PackResult) -> None:
    if END_OF_LIFE not in at_gate.rules_of(pack.certified).stages_of(pack.certified.boundary):
        return
    kg = Fraction(pack.stages[END_OF_LIFE])
    is_declared = END_OF_LIFE not in at_gate.undeclared_of(pack.certified)
    found = (
        f"is {encode_decimal(kg, 3)} kg in this result"
        if is_declared
        else "counts here and nobody declared it"
    )
    why = "it takes no negative emissions" if kg < 0 else "it has no stage for it"
    raise Refused(
        "negative" if kg < 0 else "stage",
        f"end of life and recycling {found}, and Catena-X 9.0.0 cannot carry it: {why}. Export a calculation of the "
        "partial boundary (sealsum node request --boundary partial), or use --format battery-pass, csv or xlsx",
    )


def _make_product(pack: PackResult, particulars: Particulars) -> dict[str, Any]:
    certified = pack.certified
    product: dict[str, Any] = {
        "productNameCompany": particulars.product_name or pack.unit.model,
        "productIds": list(particulars.product_ids or (at_gate.product_urn(pack),)),
        "declaredUnitOfMeasurement": "piece",
        "declaredUnitAmount": 1,
        "productMassPerDeclaredUnit": _number(particulars.mass_kg),
        "productDescription": particulars.product_description or at_gate.describe_pack(pack),
    }
    if particulars.product_classifications:
        product["productClassifications"] = list(particulars.product_classifications)
    ids = list(particulars.company_ids or (at_gate.company_urn(certified),))
    return {
        "companyInformation": [{"companyName": certified.maker.name_en, "companyIds": ids}],
        "productInformation": [product],
    }


def _make_assessment(pack: PackResult, particulars: Particulars, gate: Gate) -> dict[str, Any]:
    certified, rules = pack.certified, at_gate.rules_of(pack.certified)
    stages = (*at_gate.GATE, *(() if gate.delivery_kg is None else (at_gate.DELIVERY,)))
    sources = at_gate.factor_sources(at_gate.counted(certified))
    return {
        "dataSourcesAndQuality": [
            {
                "primaryDataShare": float(at_gate.primary_percent(pack, stages)),
                "secondaryEmissionFactorSources": [f"{name} ({year})" for name, year in sources],
            }
        ],
        "pcfAssessmentInformation": [
            {
                "technology": [
                    {
                        "ccsTechnologicalCO2CaptureIncluded": False,
                        "boundaryProcessesDescription": at_gate.describe_processes(),
                    }
                ],
                "idAndVersion": [
                    {"version": 0, "status": "Active", "retroOrProspectivePcfType": "Retrospective PCF"}
                ],
                "boundarySpecifications": [
                    {
                        "exemptedEmissionsPercent": 0,
                        "exemptedEmissionsDescription": at_gate.describe_cut_off(rules),
                    }
                ],
                "geography": [_make_geography(pack, particulars)],
                "time": [_make_time(pack, particulars)],
            }
        ],
        "pcfMethodology": [_make_methodology(pack, particulars)],
    }


def _make_time(pack: PackResult, particulars: Particulars) -> dict[str, str]:
    certified = pack.certified
    start, end = at_gate.reference_period(certified)
    valid_from, valid_until = at_gate.validity_period(certified, particulars)
    return {
        "referencePeriodStart": start,
        "referencePeriodEnd": end,
        "created": at_gate.moment(certified.certified_at),
        "validityPeriodStart": valid_from,
        "validityPeriodEnd": valid_until,
    }


def _make_geography(pack: PackResult, particulars: Particulars) -> dict[str, str]:
    place = at_gate.geography_of(pack, particulars)
    found = {"geographyRegionOrSubregion": particulars.region}
    if place:
        found["geographyCountry"] = place[:2]
    if "-" in place:
        found["geographyCountrySubdivision"] = place
    return found


def _make_methodology(pack: PackResult, particulars: Particulars) -> dict[str, Any]:
    rules = at_gate.rules_of(pack.certified)
    counts_recycling = END_OF_LIFE in rules.stages_of(pack.certified.boundary)
    reports = at_gate.gwp_reports_of(pack.certified, particulars)
    known = all(report in REPORTS for report in reports)
    named = reports if reports and known else (_UNSPECIFIED,)
    return {
        "massBalancingInformation": [
            {
                "massBalancingUsed": False,
                "freeAttributionInMassBalancing": "not applicable",
                "massBalancingCertificateScheme": "not applicable",
            }
        ],
        "standards": [
            {
                "crossSectoralStandards": list(particulars.standards),
                "productOrSectorSpecificRules": [at_gate.name_rules(pack.certified)],
            }
        ],
        "gwpCharacterizationFactorDetails": [{"ipccCharacterizationFactors": report} for report in named],
        "allocationInForeground": [
            {
                "allocationWasteIncineration": particulars.waste_incineration,
                "allocationRulesDescription": rules.recycling_en if counts_recycling else "not applicable",
            }
        ],
    }


def _make_content(particulars: Particulars) -> dict[str, float]:
    carbon = particulars.fossil_carbon_kg
    return {} if carbon is None else {"fossilCarbonContent": float(carbon)}


def _make_stages(gate: Gate, particulars: Particulars) -> dict[str, Any]:
    production = float(gate.kg)
    distribution: dict[str, Any] = {"distributionStageIncluded": gate.delivery_kg is not None}
    if gate.delivery_kg is not None:
        delivery = float(gate.delivery_kg)
        distribution |= {
            "distributionStagePcfIncludingBiogenicUptake": delivery,
            "distributionStagePcfExcludingBiogenicUptake": delivery,
            "distributionStageFossilGhgEmissions": delivery,
        }
    return {
        "productionStage": [
            {
                "pcfIncludingBiogenicUptake": production,
                "pcfExcludingBiogenicUptake": production,
                "fossilGhgEmissions": production,
            }
        ],
        "distributionStage": [distribution],
        "packagingStage": [{"packagingEmissionsIncluded": particulars.packaging_included}],
    }


def _make_attestations(pack: PackResult) -> dict[str, Any]:
    found = [_make_attestation(pack, opinion) for opinion in pack.certified.opinions]
    return {"attestationOfConformance": found} if found else {}


def _make_attestation(pack: PackResult, opinion: Opinion) -> dict[str, str]:
    says = opinion.says
    return {
        "attestationType": f"PCF 3rd party verification: {opinion.kind}",
        "standardName": at_gate.rules_of(pack.certified).code,
        "attestationStandard": f"kinds of opinion of ISO 14064-3; scope: {says.scope}",
        "attestationOfConformanceId": pack.certified.sha256,
        "providerName": opinion.verifier,
        "completedAt": at_gate.moment(opinion.at),
    }


def _number(value: Fraction | None) -> float:
    assert value is not None, "what is not stated was refused"
    return float(value)
