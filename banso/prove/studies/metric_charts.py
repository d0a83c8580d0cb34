"""The charts of a metric's page as plain data for chart.js; each has its table on the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from banso.prove.studies.models import Verdict
from banso.prove.studies.presenting import COLOURS, NARROWEST, WIDEST, Rate

TEAL, ORANGE = COLOURS[Verdict.ASSOCIATED], "#b35900"


def bars(names: Sequence[str], counts: Sequence[int], label: str) -> dict[str, Any] | None:
    """Counts per step of the values."""
    if len(names) < 2:
        return None
    return {
        "rows": len(names),
        "grid": {"left": 8, "right": 16, "top": 12, "bottom": 8, "containLabel": True},
        "color": [TEAL],
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "category", "data": list(names), "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [{"type": "bar", "name": label, "barCategoryGap": "8%", "data": list(counts)}],
    }


def rate_intervals(rates: Sequence[Rate]) -> dict[str, Any] | None:
    """Renewal rates of the groups; a click leads to the customers."""
    drawn = [rate for rate in rates if rate.value is not None]
    if len(drawn) < 2:
        return None
    data = [
        {
            "value": [rate.value, row, rate.low, rate.high, 0],
            "name": f"{rate.name}: {rate.text}, n = {rate.n}",
            "href": f"?place={rate.index}#behind",
        }
        for row, rate in enumerate(drawn)
    ]
    lowest = min(rate.low or 0.0 for rate in drawn)
    return {
        **_frame([rate.name for rate in drawn]),
        "xAxis": {
            "type": "value", "min": max(0.0, math.floor(lowest * 10 - 0.5) / 10), "max": 1,
            "axisLabel": {"formatter": "percent"},
        },
        "series": [_intervals(data)],
    }  # fmt: skip


def course_lines(points: Sequence[Mapping[str, Any]], unit: str) -> dict[str, Any]:
    """Two lines: who renewed, and, dashed with diamonds, who did not."""
    sides = (
        ("renewed", _("Renewed"), TEAL, "circle", "solid"),
        ("not_renewed", _("Not renewed"), ORANGE, "diamond", "dashed"),
    )
    vertical: dict[str, Any] = {"type": "value", "scale": True}
    if unit in ("share", "change"):
        vertical["axisLabel"] = {"formatter": "percent"}
    return {
        "rows": len(points),
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 40, "containLabel": True},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {
            "type": "category", "data": [str(point["weeks"]) for point in points],
            "name": _("Weeks before the decision"), "nameLocation": "middle", "nameGap": 28,
        },
        "yAxis": vertical,
        "series": [
            {
                "type": "line", "name": name, "color": colour, "symbol": symbol, "symbolSize": 8,
                "lineStyle": {"type": line, "width": 2},
                "data": [point[side].get("value") for point in points],
            }
            for side, name, colour, symbol, line in sides
        ],
    }  # fmt: skip


def odds_intervals(
    names: Sequence[str], parts: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Odds ratios of renewal of the parts that have one."""
    drawn = [
        (name, part)
        for name, part in zip(names, parts, strict=True)
        if part.get("value") is not None and part.get("low") and part.get("high")
    ]
    if len(drawn) < 2:
        return None
    data = []
    for row, (name, part) in enumerate(drawn):
        value, low, high = (
            min(max(part[key], NARROWEST), WIDEST) for key in ("value", "low", "high")
        )
        data.append({"value": [value, row, low, high, 0], "name": f"{name}, n = {part['n']}"})
    return {
        **_frame([name for name, _part in drawn]),
        "xAxis": {
            "type": "log", "logBase": 2,
            "min": _power(min(d["value"][2] for d in data), math.floor),
            "max": _power(max(d["value"][3] for d in data), math.ceil),
            "name": _("Odds of renewal, per standard deviation"), "nameLocation": "middle",
            "nameGap": 28,
        },
        "series": [_intervals(data), _line_at_one()],
    }  # fmt: skip


def _power(value: float, to_whole: Any) -> float:
    """The next power of two, 1/2 or 2 at the nearest."""
    power = int(to_whole(math.log2(value)))
    return float(2.0 ** (min(power, -1) if to_whole is math.floor else max(power, 1)))


def _frame(names: Sequence[str]) -> dict[str, Any]:
    return {
        "rows": len(names),
        "grid": {"left": 8, "right": 32, "top": 8, "bottom": 40, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "yAxis": {
            "type": "category", "inverse": True, "data": list(names),
            "axisLabel": {"width": 150, "overflow": "truncate"}, "axisTick": {"show": False},
        },
    }  # fmt: skip


def _intervals(data: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "interval", "color": TEAL, "data": data, "encode": {"x": [0, 2, 3], "y": 1},
    }  # fmt: skip


def _line_at_one() -> dict[str, Any]:
    return {
        "type": "scatter", "data": [], "silent": True,
        "markLine": {
            "symbol": "none", "label": {"show": False}, "data": [{"xAxis": 1}],
            "lineStyle": {"type": "solid", "color": "#1d2733", "width": 1},
        },
    }  # fmt: skip
