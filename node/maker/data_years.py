"""Of which years the data behind a calculation are: each declaration's, as its period says.

The one fact: what lists call the year of a calculation is that of its newest declaration; others may be older.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from node.language import Phrase
from node.organisation import Node
from protocol.payloads import Request
from protocol.requesting import declaration_of


def count_years(periods: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many of these periods, each by its first and last day, lie in which year, "2025–2026" for one over both."""
    years = Counter(
        start[:4] if start[:4] == end[:4] else f"{start[:4]}–{end[:4]}" for start, end in periods if end
    )
    return dict(sorted(years.items()))


def years_of(node: Node, request: str) -> dict[str, int]:
    """The same of the declarations that a logged request names."""
    logged = node.record.get(request)
    entries = logged.payload.entries if logged is not None and isinstance(logged.payload, Request) else ()
    periods = (declaration_of(entry.declaration, node.record).period for entry in entries)
    return count_years((one.start, one.end) for one in periods)


def say_years(years: Mapping[str, int]) -> Phrase:
    """The years in words: how many declarations are of each, where they are of several."""
    if len(years) == 1:
        (year,) = years
        return Phrase(f"data of {year}", f"{year} 年数据")
    english = ", ".join(f"{count} of {year}" for year, count in years.items())
    chinese = "、".join(f"{year} 年 {count} 项" for year, count in years.items())
    return Phrase(f"declarations by year of their data: {english}", f"所用申报的数据年份：{chinese}")
