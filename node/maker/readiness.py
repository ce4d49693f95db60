"""How far a model is before it is asked for: what is to be mended, what is not declared, what deserves another look.

The one fact: every page that counts any of it counts what is found here, so a model says the same wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from method.pack import PackDefinition
from node.language import Phrase
from node.library import Library, read_library
from node.maker.bills import Findings, check_draft, need_pack
from node.maker.checklist import Checked, Checklist, Need, check_request
from node.maker.directory import Directory
from node.maker.doubts import UNLIKE, find_doubts, find_unlike
from node.maker.pack_drafts import PackDraft
from node.maker.requesting import Terms
from node.maker.twice import doubt_twice
from node.organisation import Node
from protocol.errors import Refused

Check = Callable[[Node, PackDefinition, Terms, Directory], Checklist]
_ALONE = "drafts looked at alone"


@dataclass(frozen=True, slots=True)
class _Alone:
    """What a draft and the library say of a model by themselves, whoever declared what; `pack`: None while something is
    to be mended."""

    draft: PackDraft
    library: Library
    findings: Findings
    pack: PackDefinition | None = field(repr=False)
    doubts: tuple[Phrase, ...]
    twice: Phrase | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """One model under one rule set and boundary. `checklist`: None while something is to be mended or the model is
    `refused`; `doubts`: what its maker can settle alone, `twice`: what only suppliers can, `unlike`: products of other
    names than the materials that they stand for."""

    findings: Findings
    checklist: Checklist | None
    refused: Refused | None
    doubts: tuple[Phrase, ...]
    twice: Phrase | None
    unlike: Phrase | None

    @property
    def lacking(self) -> tuple[Checked, ...]:
        """The items that have no declaration to rest on."""
        entries = () if self.checklist is None else self.checklist.entries
        return tuple(one for one in entries if one.need is not Need.READY)

    @property
    def doubted(self) -> tuple[Phrase, ...]:
        """Everything that deserves another look."""
        return (*self.doubts, *filter(None, (self.twice, self.unlike)))


def look_over(
    node: Node, draft: PackDraft, terms: Terms, directory: Directory, check: Check = check_request
) -> Readiness:
    """How far a model is under the rule set and the boundary of the terms, else its own.

    `check`: `check_entries` where nobody reads what owners will be asked.
    """
    alone = _look_alone(node, draft, (terms.method, terms.boundary))
    checklist, refused = None, None
    if alone.pack is not None:
        try:
            checklist = check(node, alone.pack, terms, directory)
        except Refused as error:
            refused = error
    return Readiness(
        alone.findings,
        checklist,
        refused,
        alone.doubts,
        alone.twice,
        UNLIKE if find_unlike(draft, directory.offers(node)) else None,
    )


def _look_alone(node: Node, draft: PackDraft, rules: tuple[str | None, str | None]) -> _Alone:
    """A process looks at a draft under the same rules again only after it or the library changed."""
    kept: dict[tuple[str, tuple[str | None, str | None]], _Alone] = node.kept.setdefault(_ALONE, {})
    library, before = read_library(node), kept.get((draft.id, rules))
    if before is None or before.draft is not draft or before.library is not library:
        under = draft.under(*rules)
        findings = check_draft(under, library)
        before = kept[draft.id, rules] = _Alone(
            draft,
            library,
            findings,
            None if findings.count else need_pack(under),
            tuple(find_doubts(under, library)),
            doubt_twice(under, library),
        )
    return before
