"""Factors as an openLCA JSON-LD package (schema version 2), through `olca-schema`.

The one fact: openLCA computes with floating point, so a package carries each factor twice: as a process with greenhouse
gas in CO2e per unit, for openLCA; and word for word in the documentation, which alone is read back and held against it.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import olca_schema as lca

from method.errors import MethodError
from method.factor import Factor, make_factor_fields, parse_factor
from method.units import BASES, UNITS, Kind, Unit

MARK = "sealsum-factor/1"
MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_BYTES = 20_000, 1024 * 1024, 64 * 1024 * 1024
_NAMESPACE = uuid.UUID("6f1f0b1e-5a1c-5d7e-9a53-7d2f0c6b8e11")
_EPOCH = "2026-01-01T00:00:00Z"
_ENTRY_TIME = (2026, 1, 1, 0, 0, 0)
_FOSSIL = "Greenhouse gases as CO2e, fossil"
_BIOGENIC = "Greenhouse gases as CO2e, biogenic"
_LAND_USE = "Greenhouse gases as CO2e, land use"
_TOLERANCE = Fraction(1, 10**9)
_QUANTITIES: dict[Kind, str] = {
    "energy": "Energy", "mass": "Mass", "volume": "Volume", "length": "Length",
    "transport": "Goods transport (mass*distance)", "count": "Number of items",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PackageProblem:
    """What is wrong with one data set of a package, by its name in the package ("" for the package)."""

    entry: str
    message: str


_DAMAGE = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, IndexError,
    OverflowError,
)  # fmt: skip
"""What zipfile raises on damaged or hostile archives, as found by altering bytes of good ones."""


class BadPackage(ValueError):
    """A package that cannot be read, with everything that is wrong."""

    def __init__(self, problems: Sequence[PackageProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problem(s) in an openLCA package")


def encode_package(factors: Sequence[Factor]) -> bytes:
    """The package as the bytes of a .zip; the same factors give the same bytes."""
    kit = _Kit()
    entities: dict[str, Any] = {}
    for factor in factors:
        for entity in kit.make(factor):
            entities[f"{_folder_of(entity)}/{entity.id}.json"] = entity
    for entity in kit.shared():
        entities[f"{_folder_of(entity)}/{entity.id}.json"] = entity
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        _write(package, "olca-schema.json", '{"version": 2}')
        for path, entity in sorted(entities.items()):
            _write(package, path, json.dumps(entity.to_dict(), ensure_ascii=False, sort_keys=True))
    return data.getvalue()


def parse_package(data: bytes) -> list[Factor]:
    """The factors of a package, in the order of their data sets; raise BadPackage with all that is wrong.

    1. A .zip of bounded size. 2. Each process carries its factor word for word. 3. Its amounts are the factor's.
    """
    entries = read_folder(data, "processes")  # 1
    factors, problems = [], []
    for name, content in entries:
        try:
            factors.append(_read_process(content))  # 2, 3
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            message = (
                str(error) if isinstance(error, MethodError | Unfit) else "not a process of openLCA's schema"
            )
            problems.append(PackageProblem(name, message))
    if not entries:
        problems.append(PackageProblem("", "the package holds no process; export processes from openLCA"))
    if problems:
        raise BadPackage(problems)
    return factors


class Unfit(ValueError):
    """A data set that cannot be a factor; the message is for people."""


class _Kit:
    """Units, quantities and flows that the data sets of one package share. Ids follow from names."""

    def __init__(self) -> None:
        self._groups: dict[Kind, Any] = {}
        self._properties: dict[Kind, Any] = {}
        self._gases = {
            name: _stamp(lca.new_elementary_flow(name, self._property("mass")), name)
            for name in (_FOSSIL, _BIOGENIC, _LAND_USE)
        }

    def make(self, factor: Factor) -> list[Any]:
        """Product, owner, source, location and process of one factor."""
        product = _stamp(
            lca.new_product(factor.name_en, self._property(UNITS[factor.unit].kind)), f"product/{factor.code}"
        )
        product.synonyms = factor.name_zh
        owner = _stamp(lca.Actor(name=factor.owner), f"owner/{factor.owner}")
        source = _stamp(
            lca.Source(name=factor.source, text_reference=factor.source), f"source/{factor.source}"
        )
        place = _stamp(lca.Location(name=factor.region, code=factor.region), f"location/{factor.region}")
        process = _stamp(lca.new_process(factor.name_en), f"process/{factor.code}/{factor.version}")
        process.process_type = lca.ProcessType.LCI_RESULT
        process.category = factor.classification
        process.description = "\n".join(text for text in (factor.name_zh, factor.note) if text)
        process.location = place.to_ref()
        process.process_documentation = _document(factor, owner.to_ref(), source.to_ref())
        unit = self._unit(factor.unit)
        lca.new_output(process, product, 1.0, unit).is_quantitative_reference = True
        for name, amount in _amounts_of(factor).items():
            lca.new_output(process, self._gases[name], float(amount), self._unit("kg"))
        return [product, owner, source, place, process]

    def shared(self) -> list[Any]:
        """What the data sets refer to."""
        return [*self._groups.values(), *self._properties.values(), *self._gases.values()]

    def _property(self, kind: Kind) -> Any:
        if kind not in self._properties:
            units = [unit for unit in UNITS.values() if unit.kind == kind]
            made = {unit.name: _make_unit(unit) for unit in units}
            base = made[BASES[kind]]
            group = _stamp(lca.new_unit_group(f"Units of {_QUANTITIES[kind].lower()}", base), f"units/{kind}")
            group.units = [base, *(unit for unit in made.values() if unit is not base)]
            self._groups[kind] = group
            self._properties[kind] = _stamp(
                lca.new_flow_property(_QUANTITIES[kind], group), f"property/{kind}"
            )
        return self._properties[kind]

    def _unit(self, name: str) -> Any:
        kind = UNITS[name].kind
        self._property(kind)
        return next(unit for unit in self._groups[kind].units or () if unit.name == name)


def _amounts_of(factor: Factor) -> dict[str, Fraction]:
    return {_FOSSIL: factor.fossil, _BIOGENIC: factor.biogenic, _LAND_USE: factor.land_use}


def _make_unit(unit: Unit) -> Any:
    made = lca.Unit(
        name=unit.name, conversion_factor=float(unit.scale), is_ref_unit=unit.name == BASES[unit.kind]
    )
    return _stamp(made, f"unit/{unit.name}")


def _stamp(entity: Any, name: str) -> Any:
    """Ids from names and one date for all: the same factors make the same package."""
    entity.id = str(uuid.uuid5(_NAMESPACE, name))
    if hasattr(entity, "last_change"):
        entity.last_change = _EPOCH
    return entity


def _document(factor: Factor, owner: Any, source: Any) -> Any:
    words = json.dumps(make_factor_fields(factor), ensure_ascii=False, sort_keys=True)
    return lca.ProcessDocumentation(
        valid_from=factor.valid_from,
        valid_until=factor.valid_to,
        data_set_owner=owner,
        sources=[source],
        restrictions_description=factor.licence,
        time_description=str(factor.year),
        geography_description=factor.region,
        modeling_constants_description=f"{MARK}\n{words}",
    )


def _write(package: zipfile.ZipFile, path: str, text: str) -> None:
    info = zipfile.ZipInfo(path, _ENTRY_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(info, text)


_FOLDERS = {
    "Actor": "actors", "Flow": "flows", "FlowProperty": "flow_properties", "Location": "locations",
    "Process": "processes", "Source": "sources", "UnitGroup": "unit_groups",
}  # fmt: skip


def _folder_of(entity: Any) -> str:
    return _FOLDERS[type(entity).__name__]


def read_folder(data: bytes, folder: str) -> list[tuple[str, bytes]]:
    """The data sets of one kind, by their names in the package; raise BadPackage unless sizes are bounded."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                limits = f"expected at most {MAX_ENTRIES} files of {MAX_BYTES} bytes together"
                raise BadPackage([PackageProblem("", limits)])
            wanted = [one for one in entries if one.filename.startswith(f"{folder}/") and not one.is_dir()]
            large = [one.filename for one in wanted if one.file_size > MAX_ENTRY_BYTES]
            if large:
                message = f"more than {MAX_ENTRY_BYTES} bytes"
                raise BadPackage([PackageProblem(name, message) for name in large])
            return [(one.filename, package.read(one)) for one in wanted]
    except BadPackage:
        raise
    except _DAMAGE as error:
        message = "not a .zip that can be read; export JSON-LD from openLCA 2"
        raise BadPackage([PackageProblem("", message)]) from error


def _read_process(content: bytes) -> Factor:
    process = lca.Process.from_json(content)
    notes = process.process_documentation
    mark, _, words = ((notes.modeling_constants_description if notes else None) or "").partition("\n")
    if mark != MARK:
        raise Unfit(
            f"process {process.name!r} does not say region, year, scores, licence and exact value as a factor must; "
            "calculate it in openLCA, export the result, and submit that with --fill"
        )
    fields = json.loads(words)
    if not isinstance(fields, dict):
        raise Unfit(f"process {process.name!r}: the note under {MARK} is no table")
    factor = parse_factor(fields)
    _check_amounts(process, factor)
    return factor


def _check_amounts(process: Any, factor: Factor) -> None:
    """Raise Unfit unless openLCA would compute what the words say: someone may have edited the numbers there."""
    expected = _amounts_of(factor)
    found = dict.fromkeys(expected, Fraction(0))
    for exchange in process.exchanges or []:
        name = exchange.flow.name if exchange.flow else ""
        unit = exchange.unit.name if exchange.unit else ""
        if exchange.is_quantitative_reference:
            if (exchange.amount, unit) != (1.0, factor.unit):
                per = f"{exchange.amount} {unit}"
                raise Unfit(f"factor {factor.code}: expected 1 {factor.unit} of product, found {per}")
        elif name in expected and unit == "kg":
            found[name] = Fraction(exchange.amount or 0.0)
        else:
            raise Unfit(
                f"factor {factor.code}: a flow {name!r} in {unit!r} beside greenhouse gases in kg CO2e"
            )
    for name, amount in expected.items():
        if abs(found[name] - amount) > _TOLERANCE * max(Fraction(1), abs(amount)):
            raise Unfit(
                f"factor {factor.code}: {name}: {float(found[name])} in the process, {float(amount)} in its words; "
                "correct one of them"
            )
