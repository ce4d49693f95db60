"""A chart: what a page draws with Chart.js, and the table that says the same.

The one fact: a chart is drawn from its table, so the two cannot differ; without script, in print and for who cannot see
it, the table is there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from web.tables import Column, Table

Form = Literal["bar", "stacked", "line"]


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name and a value for every label; None leaves a gap."""

    name: str
    values: Sequence[Decimal | int | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chart:
    """`bar`: one horizontal bar a label; `stacked`: the series of a label in one bar; `line`: over the labels.

    `says` is the sentence that the chart is there to show, for who does not see it.
    """

    name: str
    caption: str
    says: str
    form: Form
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    label_title: str = ""

    @property
    def table(self) -> Table:
        """The same numbers as a table."""
        columns = [Column(self.label_title), *(Column(one.name, "number", self.unit) for one in self.series)]
        values = [one.values for one in self.series]
        rows = [[label, *(column[at] for column in values)] for at, label in enumerate(self.labels)]
        return Table(self.name, self.caption, columns, rows)

    @property
    def drawing(self) -> str:
        """What static/charts.js reads."""
        return json.dumps(
            {
                "form": self.form,
                "unit": self.unit,
                "labels": list(self.labels),
                "series": [
                    {"name": one.name, "values": [None if v is None else str(v) for v in one.values]}
                    for one in self.series
                ],
            },
            ensure_ascii=False,
        )
