"""What the charts of a metric show, as plain data, and the tables beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.measure.metrics.models import Unit, WeeklyCourse
from banso.measure.metrics.wording import shown

COLOUR = "#0f6173"
PALE = "#b7cfd5"
Bins = Sequence[Sequence[float]]


def bin_rows(bins: Bins, unit: str) -> list[dict[str, Any]]:
    """Each step of the distribution as words and its number of customers."""
    return [
        {"range": _range(low, high, unit, is_last=n == len(bins) - 1), "count": int(count)}
        for n, (low, high, count) in enumerate(bins)
    ]


def _range(low: float, high: float, unit: str, *, is_last: bool) -> str:
    if is_last:
        return _("%(low)s or more") % {"low": shown(low, unit)}
    return _("%(low)s to under %(high)s") % {"low": shown(low, unit), "high": shown(high, unit)}


def histogram(bins: Bins, unit: str) -> dict[str, Any]:
    rows = bin_rows(bins, unit)
    return {
        "grid": {"left": 48, "right": 8, "top": 12, "bottom": 48},
        "color": [COLOUR],
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category",
            "data": [shown(low, unit) for low, _high, _count in bins],
            "name": _("from"),
            "nameLocation": "middle",
            "nameGap": 28,
        },
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "name": _("Customers"),
                "barCategoryGap": "8%",
                "data": [row["count"] for row in rows],
            }
        ],
    }


def course(points: Sequence[WeeklyCourse], unit: str) -> dict[str, Any]:
    """The median with its quartiles, week by week."""
    scale = [date_format(point.day, "SHORT_DATE_FORMAT") for point in points]
    lines = (
        (_("Third quartile"), [point.q3 for point in points], PALE, 1),
        (_("Median"), [point.median for point in points], COLOUR, 3),
        (_("First quartile"), [point.q1 for point in points], PALE, 1),
    )
    labels = {"formatter": "percent" if unit in (Unit.SHARE, Unit.CHANGE) else "number"}
    return {
        "grid": {"left": 56, "right": 16, "top": 36, "bottom": 28},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": scale},
        "yAxis": {"type": "value", "scale": True, "axisLabel": labels},
        "series": [
            {
                "type": "line",
                "name": name,
                "data": data,
                "showSymbol": len(points) < 3,
                "lineStyle": {"width": width},
                "color": colour,
            }
            for name, data, colour, width in lines
        ],
    }


def course_rows(points: Sequence[WeeklyCourse], unit: str) -> list[dict[str, Any]]:
    return [
        {
            "day": point.day,
            "n": point.n,
            "q1": shown(point.q1, unit),
            "median": shown(point.median, unit),
            "q3": shown(point.q3, unit),
        }
        for point in reversed(points)
    ]


def sparkline(values: Sequence[float | None], *, width: int = 96, height: int = 24) -> list[str]:
    """Points of polylines for an SVG of the size; a gap of weeks without value begins another."""
    there = [value for value in values if value is not None]
    if len(there) < 2:
        return []
    low, high = min(there), max(there)
    rise = (high - low) or 1.0
    lines: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
            continue
        x = 2 + place * (width - 4) / (len(values) - 1)
        y = height / 2 if high == low else height - 3 - (value - low) / rise * (height - 6)
        lines[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(line) for line in lines if len(line) > 1]
