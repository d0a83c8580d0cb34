"""The charts of revenue as plain data; each has its table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from banso.measure.revenue.cohorts import AGES, Cohort
from banso.measure.revenue.words import KINDS
from banso.prove.engine.answer import Answer
from banso.shared.money import CURRENCIES

COLOURS = {
    "new": "#0f6173",
    "reactivation": "#4a90a4",
    "expansion": "#2f8f5b",
    "contraction": "#c98a1b",
    "churn": "#b23b3b",
}
LINES = ("#0f6173", "#b06a00", "#5b3f8c", "#2f7d4f", "#a02f4f", "#555f6b")
SYMBOLS = ("circle", "diamond", "triangle", "rect", "roundRect", "pin")
# Patterns beside colours, because colour never speaks alone.
PATTERNS = {"enabled": True, "label": {"enabled": False}, "decal": {"show": True}}


def major(minor: int, currency: str) -> float:
    return minor / float(10 ** CURRENCIES.get(currency, 2))


def movements(rows: Sequence[dict[str, Any]], currency: str) -> dict[str, Any]:
    """Bars of what came and went in each period, and the revenue at its end as a line."""
    bars = [
        {
            "type": "bar",
            "stack": "moves",
            "name": str(KINDS[kind]),
            "color": colour,
            "barMaxWidth": 36,
            "data": [
                {"value": major(row["money"][kind], currency), "href": row["links"][kind]}
                for row in rows
            ],
        }
        for kind, colour in COLOURS.items()
    ]
    line = {
        "type": "line",
        "name": _("MRR at the end"),
        "yAxisIndex": 1,
        "color": "#1f2937",
        "symbol": "circle",
        "symbolSize": 6,
        "data": [major(row["closing"], currency) for row in rows],
    }
    axis = {"type": "value", "axisLabel": {"formatter": "number"}, "nameLocation": "end"}
    return {
        "aria": PATTERNS,
        "legend": {"type": "scroll", "top": 0},
        "grid": {"left": 8, "right": 8, "top": 56, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [row["label"] for row in rows]},
        "yAxis": [
            {**axis, "name": _("Movement")},
            {**axis, "name": _("MRR"), "splitLine": {"show": False}, "min": 0},
        ],
        "series": [*bars, line],
    }


def retention_course(years: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """NRR and GRR over a year, at the end of each quarter."""
    series = [
        {
            "type": "line",
            "name": name,
            "color": LINES[place],
            "symbol": SYMBOLS[place],
            "symbolSize": 9,
            "data": [year[key] for year in years],
        }
        for place, (key, name) in enumerate((("nrr_value", "NRR"), ("grr_value", "GRR")))
    ]
    return {
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [year["label"] for year in years]},
        "yAxis": {"type": "value", "scale": True, "axisLabel": {"formatter": "percent"}},
        "series": series,
    }


def cohort_course(cohorts: Sequence[Cohort], labels: Sequence[str]) -> dict[str, Any]:
    """The share of each cohort still there, by months since it came; the latest six."""
    drawn = [
        (label, cohort)
        for label, cohort in zip(labels, cohorts, strict=True)
        if any(cell and isinstance(cell.logos, Answer) for cell in cohort.cells)
    ][-len(LINES) :]
    series = [
        {
            "type": "line",
            "name": label,
            "color": LINES[place],
            "symbol": SYMBOLS[place],
            "symbolSize": 8,
            "data": [
                [0, 1.0],
                *(
                    [cell.months, round(cell.logos.value, 4)]
                    for cell in cohort.cells
                    if cell and isinstance(cell.logos, Answer)
                ),
            ],
        }
        for place, (label, cohort) in enumerate(drawn)
    ]
    return {
        "legend": {"type": "scroll", "top": 0},
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 32, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {
            "type": "value",
            "max": AGES[-1],
            "interval": 6,
            "name": _("months since the start"),
            "nameLocation": "middle",
            "nameGap": 28,
        },
        "yAxis": {"type": "value", "max": 1, "axisLabel": {"formatter": "percent"}, "scale": True},
        "series": series,
    }
