"""Data quality: three scores, 1 (best) to 5, weighted by footprint. MEE draft 2025, secondary data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadResult
from method.fields import Record, check_known, read_integer
from method.rules import Rules


@dataclass(frozen=True, slots=True)
class Scores:
    """Technological, temporal and geographical representativeness (TeR, TiR, GeR), each 1 to 5."""

    technology: int
    time: int
    geography: int

    @property
    def total(self) -> int:
        """The sum of the three; a third of it is the rating of one data set."""
        return self.technology + self.time + self.geography


def parse_scores(record: Record, what: str) -> Scores:
    """Read {technology, time, geography}; raise BadField."""
    check_known(record, ("technology", "time", "geography"), what)
    return Scores(
        read_integer(record, "technology", what, 1, 5),
        read_integer(record, "time", what, 1, 5),
        read_integer(record, "geography", what, 1, 5),
    )


def is_within_limit(rating: Fraction, rules: Rules) -> bool | None:
    """Whether a weighted rating is good enough for the rule set; None where it sets no limit."""
    return None if rules.quality_limit is None else rating <= rules.quality_limit


def rate_quality(quality: Fraction, secondary: Fraction) -> Fraction | None:
    """Indicator 3 over three times indicator 2: the weighted rating, 1 to 5; None where nothing is secondary.

    Raises BadResult when the two cannot belong together.
    """
    if secondary == 0:
        return None
    if secondary < 0 or quality < 0:
        raise BadResult("indicators 2 and 3 are sums of absolute values: expected both at least 0")
    return quality / (3 * secondary)


def name_band(rating: Fraction, rules: Rules) -> str:
    """The band of a rating by the rule set's own edges; "" where it has no bands, "poor" above the last."""
    for band in rules.quality_bands:
        if rating < band.upper or (band.includes_upper and rating == band.upper):
            return band.name
    return "poor" if rules.quality_bands else ""
