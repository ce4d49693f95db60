"""Pack models as their maker is still writing them: kept as typed, whatever is wrong with them.

The one fact: a bill of materials is a secret, so a draft is locked in the vault under a random name, and the state
before the last change is kept beside it: whatever was done can be undone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from method.functional_unit import FIELDS as UNIT_FIELDS
from method.pack import PACK_FIELDS
from method.rules import choose_rules
from node.organisation import Node
from node.store.vault import find_locked, find_secret, forget_secret, keep_secret, open_locked, secret_names
from protocol.errors import Refused
from web.paging import WHOLE, Slice

ROW_FIELDS = (
    "item", "quantity", "unit", "product", "legal_entity", "category", "stage", "part_of", "default_factor",
)  # fmt: skip
"""What a row of the table holds; the supplier's folder of pack.toml has no meaning here."""
OWN_FIELDS = ("name", "agreed", "above", "each", "written")
"""What stands beside a row: what its maker's own list calls the material, the product that was agreed to be it, what
the levels of a list say it is built into, until it has a mass that can be part of that, and the mass of one piece,
until it is counted as a mass, and its item's code as it was written, where that has capitals or blanks."""
MODEL_FIELDS = (*PACK_FIELDS, "mass_reason", *(name for name in UNIT_FIELDS if name not in PACK_FIELDS))
"""What is typed of a model. `mass_reason`: why its tolerance is wider, for whoever asks; no request holds it."""
_NOW, _BEFORE = "model/", "model-before/"
MOST_ROWS = 1024
LONGEST = 400


@dataclass(frozen=True, slots=True)
class PackDraft:
    """One pack model. `fields`: MODEL_FIELDS as typed; `rows`: ROW_FIELDS as typed, and OWN_FIELDS; `stated`:
    what an authority asks and only the maker knows. `source`: the file it came from; `changed`: when, 0 before it was
    kept."""

    id: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    rows: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    stated: Mapping[str, str] = field(default_factory=dict, repr=False)
    source: str = ""
    changed: int = 0

    def value(self, name: str) -> str:
        """One field of the model, "" where nothing was typed."""
        return self.fields.get(name, "")

    @property
    def model(self) -> str:
        """The model's code, by which its requests are found."""
        return self.value("model")

    def under(self, method: str | None, boundary: str | None) -> PackDraft:
        """The same model under another rule set and boundary; None keeps its own, see `choose_rules`."""
        chosen = choose_rules((self.value("method"), self.value("boundary")), method, boundary)
        return replace(self, fields={**self.fields, **dict(zip(("method", "boundary"), chosen, strict=True))})

    def make_record(self) -> dict[str, object]:
        """The draft in the form of pack.toml, for method.pack.parse_pack; without an English name its code is it."""
        return {
            "library": "library",
            "pack": {"name_en": self.model, **_filled(self.fields, PACK_FIELDS)},
            "functional_unit": {
                name: value
                for name, value in _filled(self.fields, UNIT_FIELDS).items()
                if name not in ("model", "chemistry")
            },
            "bill_of_materials": [_make_entry(row) for row in self.rows if any(row.values())],
            "declaration": dict(self.stated),
        }


def _filled(fields: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: fields[name] for name in names if fields.get(name, "")}


def is_by_default(row: Mapping[str, str]) -> bool:
    """Whether a default factor stands in a row and no supplier; beside a supplier it counts nowhere."""
    return bool(row.get("default_factor")) and not row.get("legal_entity")


def _make_entry(row: Mapping[str, str]) -> dict[str, str]:
    entry = {name: row.get(name, "") for name in ROW_FIELDS if row.get(name, "")}
    if is_by_default(row):
        kept = ("item", "default_factor", "quantity", "unit", "stage", "part_of")
        return {name: value for name, value in entry.items() if name in kept}
    entry.pop("default_factor", None)
    return {**entry, "supplier": entry.get("item", "")}


def new_draft(node: Node) -> PackDraft:
    """An empty one under a name of its own; kept once it is saved."""
    return PackDraft(node.random(8).hex())


def list_drafts(node: Node) -> list[PackDraft]:
    """Every draft, by model; a process reads one again only after it changed."""
    before: dict[str, tuple[bytes, PackDraft]] = node.kept.get(_NOW, {})
    now = {}
    with node.store.read() as connection:
        for name, locked in find_locked(connection, _NOW).items():
            known = before.get(name)
            if known is None or known[0] != locked:
                known = (locked, _parse(open_locked(connection, name, locked)))
            now[name] = known
    node.kept[_NOW] = now
    return sorted((one for _, one in now.values()), key=lambda one: (one.model.casefold(), one.id))


def list_removed(node: Node, wanted: Slice = WHOLE) -> list[PackDraft]:
    """Drafts that were removed and can be brought back, by id, which is their place."""
    with node.store.read() as connection:
        kept = {name.removeprefix(_NOW) for name in secret_names(connection, _NOW)}
        ids = [name.removeprefix(_BEFORE) for name in secret_names(connection, _BEFORE)]
        gone = [one for one in ids if one not in kept and (wanted.after is None or one > wanted.after[0])]
        found = [find_secret(connection, f"{_BEFORE}{one}") for one in gone[: wanted.limit]]
    return [_parse(data) for data in found if data is not None]


def find_draft(node: Node, draft: str) -> PackDraft:
    """The draft of this name; Refused("unknown")."""
    with node.store.read() as connection:
        found = find_secret(connection, f"{_NOW}{draft}")
    if found is None:
        raise Refused("unknown", "there is no such model here; it may have been removed")
    return _parse(found)


def find_model(node: Node, model: str) -> PackDraft | None:
    """The draft of a model by its code."""
    return next((one for one in list_drafts(node) if one.model == model), None)


def resolve_draft(node: Node, named: str) -> PackDraft:
    """The draft of this code or id; Refused("unknown") says which there are."""
    drafts = list_drafts(node)
    found = next((one for one in drafts if named in (one.model, one.id)), None)
    if found is None:
        known = ", ".join(one.model or one.id for one in drafts) or "none yet"
        raise Refused("unknown", f"there is no model {named!r} here; there are: {known}")
    return found


def keep_draft(node: Node, draft: PackDraft) -> PackDraft:
    """Store a draft in place of what was there under its name; that is kept for `undo_draft`."""
    kept = replace(draft, changed=node.clock())
    _check_size(kept)
    with node.store.write() as connection:
        before = find_secret(connection, f"{_NOW}{draft.id}")
        forget_secret(connection, f"{_BEFORE}{draft.id}")
        if before is not None:
            keep_secret(connection, f"{_BEFORE}{draft.id}", before)
        forget_secret(connection, f"{_NOW}{draft.id}")
        keep_secret(connection, f"{_NOW}{draft.id}", json.dumps(asdict(kept), ensure_ascii=False).encode())
    return kept


def remove_draft(node: Node, draft: str) -> None:
    """Take a draft away; `undo_draft` brings it back."""
    with node.store.write() as connection:
        before = find_secret(connection, f"{_NOW}{draft}")
        if before is not None:
            forget_secret(connection, f"{_BEFORE}{draft}")
            keep_secret(connection, f"{_BEFORE}{draft}", before)
            forget_secret(connection, f"{_NOW}{draft}")


def undo_draft(node: Node, draft: str) -> PackDraft:
    """Put back what was there before the last change; twice is as if nothing was done. Refused("unknown")."""
    with node.store.write() as connection:
        now, before = (find_secret(connection, f"{kind}{draft}") for kind in (_NOW, _BEFORE))
        if before is None:
            raise Refused("unknown", "there is nothing to undo: this is the first version")
        for kind, data in ((_NOW, before), (_BEFORE, now)):
            forget_secret(connection, f"{kind}{draft}")
            if data is not None:
                keep_secret(connection, f"{kind}{draft}", data)
    return _parse(before)


def has_before(node: Node, draft: str) -> bool:
    """Whether there is something to undo."""
    with node.store.read() as connection:
        return find_secret(connection, f"{_BEFORE}{draft}") is not None


def _check_size(draft: PackDraft) -> None:
    if len(draft.rows) > MOST_ROWS:
        raise Refused("rows", f"found {len(draft.rows)} rows, expected at most {MOST_ROWS}")
    cells = [*draft.fields.values(), *(value for row in draft.rows for value in row.values())]
    if any(len(value) > LONGEST for value in cells):
        raise Refused("length", f"found a cell of more than {LONGEST} characters; shorten it")


def _parse(data: bytes) -> PackDraft:
    kept = json.loads(data)
    return PackDraft(**{**kept, "rows": tuple(kept["rows"])})
