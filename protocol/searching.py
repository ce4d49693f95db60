"""Search over the library, in Chinese and English: every word must be found, the closest finds come first.

The one fact: a word is any run of characters between spaces and is looked for anywhere in a text, so Chinese needs no
dictionary; full-width letters and letter case make no difference.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from protocol.payloads import Factor
from protocol.shelf import STATES, Item

MAX_QUERY = 200


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; an empty text or None leaves that field open. `kind`: factor or category."""

    text: str = ""
    kind: str = ""
    region: str = ""
    year: int | None = None
    unit: str = ""
    classification: str = ""
    grade: str = ""
    state: str = ""


def search(items: Iterable[Item], query: Query) -> list[Item]:
    """The items that have every word and every named property, best first: by match, state, code, newest version."""
    return Searcher(items).search(query)


class Searcher:
    """Items that are searched more than once: ordered once, and what is compared of each is folded once."""

    def __init__(self, items: Iterable[Item], earlier: Searcher | None = None) -> None:
        """`earlier`: a searcher over some of the same items, whose folded texts serve here as well."""
        self._items = sorted(items, key=lambda item: (_state(item), item.payload.code, -item.payload.version))
        self._texts: dict[str, _Texts] = {} if earlier is None else earlier._texts

    def search(self, query: Query) -> list[Item]:
        """What `search` finds among these items. Safe for many threads."""
        # Folded before it is cut: one character may become eighteen.
        words = list(dict.fromkeys(fold_text(query.text[:MAX_QUERY])[:MAX_QUERY].split()))
        is_narrowed = replace(query, text="") != Query()
        items = [item for item in self._items if _has_properties(item, query)] if is_narrowed else self._items
        if not words:
            return list(items)
        ranked = []
        for item in items:
            distance = _distance_of_all(words, self._texts_of(item))
            if distance is not None:
                ranked.append((distance, item))
        ranked.sort(key=lambda pair: pair[0])
        return [item for _, item in ranked]

    def _texts_of(self, item: Item) -> _Texts:
        found = self._texts.get(item.id)  # a statement never changes
        if found is None:
            found = self._texts[item.id] = _texts_of(item)
        return found


def fold_text(text: str) -> str:
    """The text as it is compared: compatibility forms and letter case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def _state(item: Item) -> int:
    return STATES.index(item.state)


def _has_properties(item: Item, query: Query) -> bool:
    payload = item.payload
    if query.kind not in ("", payload.type) or query.state not in ("", item.state):
        return False
    if not isinstance(payload, Factor):
        only_factors = (query.region, query.classification, query.grade, query.year)
        return not any(only_factors) and query.unit in ("", payload.declared_unit)
    wanted = (
        (query.unit, payload.unit),
        (query.classification, payload.classification),
        (query.grade, payload.grade),
    )
    if any(asked not in ("", found) for asked, found in wanted) or query.year not in (None, payload.year):
        return False
    # CN also finds CN-SC, not the other way round.
    region, asked = payload.region.casefold(), query.region.casefold()
    return asked in ("", region) or region.startswith((f"{asked}-", f"{asked} "))


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is searched of an item, folded."""

    code: str
    parts: frozenset[str]
    names: tuple[str, str]
    others: Sequence[str]
    whole: str
    """All of it, to see at once that a word is nowhere."""


def _distance_of_all(words: Sequence[str], texts: _Texts) -> int | None:
    """The sum of the words' distances, None as soon as one is nowhere."""
    total = 0
    for word in words:
        distance = _distance(word, texts)
        if distance is None:
            return None
        total += distance
    return total


def _distance(word: str, texts: _Texts) -> int | None:
    """How far a word is from an item: 0 its code, up to 5 somewhere in its source, None nowhere."""
    if word not in texts.whole:
        return None
    if word == texts.code:
        return 0
    if word in texts.parts or word in texts.names:
        return 1
    if texts.code.startswith(word) or any(_begins(word, name) for name in texts.names):
        return 2
    if word in texts.code or any(word in name for name in texts.names):
        return 3
    return next((place for place, text in enumerate(texts.others, 4) if word in text), None)


def _texts_of(item: Item) -> _Texts:
    payload = item.payload
    code = fold_text(payload.code)
    parts = frozenset(code.replace(".", "-").replace("_", "-").split("-"))
    names, others = (fold_text(payload.name_zh), fold_text(payload.name_en)), _other_texts(item)
    return _Texts(code, parts, names, others, "\n".join((code, *names, *others)))


def _begins(word: str, name: str) -> bool:
    """Whether a word of the name begins with it."""
    return name.startswith(word) or f" {word}" in name


def _other_texts(item: Item) -> Sequence[str]:
    payload = item.payload
    if not isinstance(payload, Factor):
        return (fold_text(" ".join(f"{line.name_zh} {line.name_en}" for line in payload.lines)),)
    where = f"{payload.region} {payload.year} {payload.unit} {payload.classification}"
    return (fold_text(where), fold_text(f"{payload.source} {payload.owner}"))
