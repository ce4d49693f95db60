"""What the template's further sheets add to an import: a share, certificates, cut-offs, recycling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from method.activity import ActivityRecord, sum_output
from method.allocation import Allocation
from method.category import Category
from method.errors import MethodError
from method.exact import encode_decimal
from node.importers.certificates import GreenCertificate, read_certificates
from node.importers.coproducts import OWN, read_allocation
from node.importers.cutoffs import Dropped, read_dropped, reassign
from node.importers.hints import Hint
from node.importers.item_names import name_line
from node.importers.problem import ProblemList
from node.importers.recycling import Recycled, make_recycling_records, read_recycled
from node.importers.rows import Rulebook
from node.importers.sheets import Sheet
from node.language import Phrase


@dataclass(frozen=True, slots=True, repr=False)
class Further:
    """What was read from the further sheets; all of it the supplier's secret."""

    allocation: Allocation | None = None
    dropped: tuple[Dropped, ...] = ()
    recycled: tuple[Recycled, ...] = ()
    certificates: tuple[GreenCertificate, ...] = ()

    @property
    def share(self) -> Fraction:
        """The part of a shared meter that is the declared product's, where a row states none."""
        return Fraction(1) if self.allocation is None else self.allocation.share_of(OWN)


def read_further(sheets: Sequence[Sheet], rules: Rulebook, problems: ProblemList) -> Further:
    """Every further sheet that the file has, or problems."""
    return Further(
        allocation=read_allocation(sheets, problems),
        dropped=read_dropped(sheets, problems),
        recycled=read_recycled(sheets, rules.category, problems),
        certificates=read_certificates(sheets, problems),
    )


def make_further_records(
    further: Further, records: Sequence[ActivityRecord], rules: Rulebook
) -> tuple[ActivityRecord, ...]:
    """The records of cut-offs and recycling beside those of the rows; or problems."""
    made = reassign(further.dropped, records, rules)
    if not further.recycled:
        return made
    try:
        output = sum_output(records, rules.category.declared_unit)
    except MethodError:
        # Reported by whoever checks the output.
        return made
    return (*made, *make_recycling_records(further.recycled, output, rules))


def name_further(further: Further, records: Sequence[ActivityRecord], category: Category) -> tuple[Hint, ...]:
    """What the further sheets did, for the owner to look at."""
    said = []
    if further.allocation is not None:
        share = encode_decimal(further.share, 6)
        said.append(
            Hint(
                Phrase(
                    f"co-products: rows without a share count {share} for this product "
                    f"({further.allocation.reason_en})",
                    f"联产品：没有写分摊比例的行按 {share} 归本产品（{further.allocation.reason_zh}）",
                )
            )
        )
    heirs = {(record.sheet, record.row): record.line for record in records}
    for one in further.dropped:
        place = (one.view.sheet.name, one.view.row.number)
        line = name_line(category, heirs.get(place, ""))
        mass = encode_decimal(one.mass_kg, 3)
        text = Phrase(
            f"cut-off: {mass} kg of {one.material} counts as {line.en}",
            f"截断：{one.material} {mass} kg 计入{line.zh}",
        )
        said.append(Hint(text, (place,)))
    return tuple(said)
