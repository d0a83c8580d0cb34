"""The charts of staying, reaching and value as plain data; each has its table beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from banso.prove.engine.money_survival import MoneyCurve
from banso.prove.lifetime.curves import FIRST_DAYS, Reaching, Staying, longest, points
from banso.prove.lifetime.lives import DAYS_A_MONTH
from banso.prove.lifetime.worth import Ranked, Worth
from banso.shared.money import CURRENCIES

COLOURS = ("#0f6173", "#b06a00", "#5b3f8c", "#2f7d4f", "#a02f4f", "#555f6b")
MOST_POINTS = 1500
DASHES = ("solid", "dashed", "dotted", [8, 3, 2, 3], [12, 4], [2, 6])


def staying_chart(groups: Sequence[Staying]) -> dict[str, Any]:
    """Share still there by months; one group alone has its interval as thin dotted lines."""
    series: list[dict[str, Any]] = []
    for place, group in enumerate(groups):
        c = group.curve
        begin, until = group.given / DAYS_A_MONTH, _end(groups)
        months = c.time / DAYS_A_MONTH
        end = min(c.last / DAYS_A_MONTH, until)
        lines = [(group.name, c.survival, 2.5, DASHES[place])]
        if len(groups) == 1:
            limits = _("95%% interval") % {}
            lines += [(limits, c.low, 1, "dotted"), (limits, c.high, 1, "dotted")]
        for name, values, width, dash in lines:
            drawn = [[round(begin, 2), 1.0], *points(months, values, begin, until)]
            drawn.append([round(end, 2), drawn[-1][1]])
            series.append(_step(name, drawn, COLOURS[place], width, dash))
    if len(groups) == 1 and isinstance(groups[0].money, MoneyCurve):
        series.append(_money(groups[0].money, _end(groups)))
    return _curve(series, _("months as a customer"), _end(groups), 6)


def _end(groups: Sequence[Staying]) -> float:
    """The end of the axis: the next half year after the longest time watched."""
    return max(6.0 * math.ceil(longest(groups) / 6), 12.0)


def _money(c: MoneyCurve, until: float) -> dict[str, Any]:
    """Share of the money still there, beside the share of the customers."""
    begin = c.given / DAYS_A_MONTH
    drawn = [[round(begin, 2), 1.0], *points(c.time / DAYS_A_MONTH, c.survival, begin, until)]
    drawn.append([round(min(c.last / DAYS_A_MONTH, until), 2), drawn[-1][1]])
    return _step(_("Money paid at first"), drawn, COLOURS[1], 2.5, "dashed")


def reaching_chart(groups: Sequence[Reaching]) -> dict[str, Any]:
    """Share that got there by days; alone also the share that left before."""
    series: list[dict[str, Any]] = []
    until = 2.0 * FIRST_DAYS[-1]
    for place, group in enumerate(groups):
        c = group.curve
        drawn = [[0.0, 0.0], *points(c.time, c.share, 0.0, until)]
        drawn.append([min(c.last, until), drawn[-1][1]])
        series.append(_step(group.name, drawn, COLOURS[place], 2.5, DASHES[place]))
        if len(groups) == 1:
            gone = 1 - c.on_the_way - c.share
            left = [[0.0, 0.0], *points(c.time, gone, 0.0, until)]
            left.append([min(c.last, until), left[-1][1]])
            series.append(_step(_("left before"), left, COLOURS[4], 2, "dashed"))
    return _curve(series, _("days since sign-up"), until, 30)


def projection_chart(found: Worth) -> dict[str, Any]:
    """Share still there after each renewal: as it came, and as projected with its limits."""
    p, r = found.projection, found.renewals
    seen = r.observed
    actual, came = 1.0, [[0, 1.0]]
    for t in range(seen):
        actual *= 1 - float(r.left[t]) / float(r.decided[t])
        came.append([t + 1, round(actual, 4)])
    times = p.times.tolist()

    def line(values: Any) -> list[list[float]]:
        return [[0, 1.0], *([t, round(float(v), 4)] for t, v in zip(times, values, strict=True))]

    limits = _("95%% interval") % {}
    series = [
        {
            "type": "line", "name": _("as it came"), "data": came, "color": COLOURS[1],
            "symbol": "diamond", "symbolSize": 8, "lineStyle": {"width": 0},
        },
        _line(_("projected"), line(p.survival), COLOURS[0], 2.5, "solid"),
        _line(limits, line(p.low), COLOURS[0], 1, "dotted"),
        _line(limits, line(p.high), COLOURS[0], 1, "dotted"),
    ]  # fmt: skip
    return _curve(series, _("renewals"), times[-1], 12 if found.months == 1 else 1)


def orders_chart(rows: Sequence[Ranked], size: int, currency: str) -> dict[str, Any]:
    """Each present customer by its chance to leave and its worth, and which order takes it."""
    unit = 10 ** CURRENCIES.get(currency, 2)
    marks = (
        (_("in neither choice"), "#a3adba", "circle", 5),
        (_("in both choices"), COLOURS[2], "diamond", 10),
        (_("only by the chance to leave"), COLOURS[1], "triangle", 10),
        (_("only by what would be lost"), COLOURS[0], "rect", 9),
    )
    drawn: list[list[dict[str, Any]]] = [[], [], [], []]
    step = max(len(rows) // MOST_POINTS, 1)
    for place, row in enumerate(rows):
        by_risk, by_value = row.by_risk <= size, row.by_value <= size
        kind = 1 if by_risk and by_value else 2 if by_risk else 3 if by_value else 0
        if kind or place % step == 0:
            href = reverse("accounts:account_detail", args=[row.account_id])
            point = [round(row.leaving, 4), round(row.worth / unit, 2)]
            drawn[kind].append({"value": point, "href": href})
    return {
        "legend": {"type": "scroll", "top": 0},
        "grid": {"left": 8, "right": 24, "top": 64, "bottom": 32, "containLabel": True},
        "tooltip": {"trigger": "none"},
        "xAxis": {
            "type": "value", "min": 0, "scale": True, "axisLabel": {"formatter": "percent"},
            "name": _("chance to leave at the next renewal"), "nameLocation": "middle",
            "nameGap": 28,
        },
        "yAxis": {
            "type": "log" if all(row.worth > 0 for row in rows) else "value",
            "axisLabel": {"formatter": "number"}, "name": _("worth if it renews"),
            "nameLocation": "end", "nameTextStyle": {"align": "left"},
        },
        "series": [
            {"type": "scatter", "name": name, "color": colour, "symbol": symbol,
             "symbolSize": large, "data": points_of}
            for (name, colour, symbol, large), points_of in zip(marks, drawn, strict=True)
        ],
    }  # fmt: skip


def _step(name: str, data: Any, colour: str, width: float, dash: Any) -> dict[str, Any]:
    return _line(name, data, colour, width, dash) | {"step": "end"}


def _line(name: str, data: Any, colour: str, width: float, dash: Any) -> dict[str, Any]:
    style = {"width": width, "type": dash}
    return {
        "type": "line",
        "name": name,
        "data": data,
        "color": colour,
        "symbol": "none",
        "lineStyle": style,
    }


def _curve(series: list[dict[str, Any]], name: str, most: float, step: float) -> dict[str, Any]:
    return {
        "legend": {"type": "scroll", "top": 0},
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 32, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": most,
            "interval": step,
            "name": name,
            "nameLocation": "middle",
            "nameGap": 28,
        },
        "yAxis": {"type": "value", "min": 0, "max": 1, "axisLabel": {"formatter": "percent"}},
        "series": series,
    }
