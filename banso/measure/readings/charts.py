"""What the charts of readings show, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.measure.metrics.models import Unit
from banso.measure.readings.rules import ABOVE, BELOW, Band, axis_of, standing

COLOUR, PALE, ALARM = "#0f6173", "#dbe8eb", "#a3360f"


def weeks_of_account(
    days: Sequence[date], values: Sequence[float | None], band: Band | None, unit: str
) -> dict[str, Any]:
    """A line over its usual band; outside of it a triangle that points up or down."""
    line: dict[str, Any] = {
        "type": "line",
        "name": _("Value"),
        "data": [_point(value, band) for value in values],
        "symbol": "circle",
        "symbolSize": 4,
        "showAllSymbol": True,
        "connectNulls": False,
        "color": COLOUR,
    }
    if band is not None:
        usual = {"color": PALE, "opacity": 1}
        line["markArea"] = {
            "silent": True,
            "itemStyle": usual,
            "data": [[{"yAxis": band.low}, {"yAxis": band.high}]],
        }
        line["markLine"] = {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"color": COLOUR, "type": "dashed", "width": 1},
            "data": [{"yAxis": band.mid}],
        }
    there = [value for value in values if value is not None]
    low, high, step = axis_of([*there, *((band.low, band.high) if band else ())])
    axis = {"type": "value", "min": low, "max": high, "interval": step}
    return {
        "grid": {"left": 56, "right": 12, "top": 10, "bottom": 24},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category",
            "data": [date_format(day, "SHORT_DATE_FORMAT") for day in days[:-1]] + [_("now")],
        },
        "yAxis": axis | {"axisLabel": {"formatter": _format(unit)}},
        "series": [line],
    }


def _point(value: float | None, band: Band | None) -> Any:
    where = standing(value, band)
    if where not in (ABOVE, BELOW):
        return value
    turned = {"symbolRotate": 180} if where == BELOW else {}
    return {
        "value": value,
        "symbol": "triangle",
        "symbolSize": 11,
        "itemStyle": {"color": ALARM},
        **turned,
    }


def _format(unit: str) -> str:
    return "percent" if unit in (Unit.SHARE, Unit.CHANGE) else "number"


def by_segment(rows: Sequence[dict[str, Any]], unit: str) -> dict[str, Any]:
    """Median and middle half of each segment, the first row on top; few customers a dot alone."""
    drawn = [row for row in rows if row["spread"].median is not None]
    points = []
    for place, row in enumerate(drawn):
        lies = row["spread"]
        low = lies.median if lies.q1 is None else lies.q1
        high = lies.median if lies.q3 is None else lies.q3
        mark = 1 if row["is_small"] else 0
        points.append({"value": [lies.median, place, low, high, mark], "href": row["href"]})
    return {
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 28, "containLabel": True},
        "color": [COLOUR],
        "xAxis": {"type": "value", "axisLabel": {"formatter": _format(unit)}},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [f"{row['name']} (n={row['spread'].n:,})" for row in drawn],
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "series": [
            {"type": "interval", "name": _("Median"), "encode": {"x": [0, 2, 3], "y": 1}}
            | {"data": points}
        ],
    }
