"""Pictures of a result as options for ECharts; every one has its table on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from banso.prove.effects.wording import label_of

TEAL, GREY, ORANGE = "#0b7285", "#6b7785", "#b35900"
MOST_BARS = 18
WAYS = ("doubly_robust", "weighted", "standardised", "unadjusted")


def way_name(key: str) -> str:
    return {
        "doubly_robust": _("Doubly robust"),
        "weighted": _("Weighting"),
        "standardised": _("Standardisation"),
        "unadjusted": _("As counted"),
    }[key]


def ways(numbers: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The estimates that were made, the answer first; none while the answer is refused."""
    answer = numbers.get("answer") or {}
    if "value" not in answer:
        return []
    found = {"doubly_robust": answer} | {k: numbers.get(k) for k in WAYS[1:]}
    return [(way_name(key), found[key] or {}) for key in WAYS if found.get(key)]


def _frame(names: Sequence[str], label: str) -> dict[str, Any]:
    return {
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 44, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "xAxis": {"type": "value", "name": label, "nameLocation": "middle", "nameGap": 28},
        "yAxis": {
            "type": "category", "inverse": True, "data": list(names),
            "axisLabel": {"width": 150, "overflow": "truncate"}, "axisTick": {"show": False},
        },
    }  # fmt: skip


def _zero_line() -> dict[str, Any]:
    return {
        "type": "line", "data": [], "markLine": {
            "symbol": "none", "silent": True, "label": {"show": False},
            "lineStyle": {"color": GREY, "type": "dashed"}, "data": [{"xAxis": 0}],
        },
    }  # fmt: skip


def estimates_chart(numbers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same difference by each way of looking."""
    rows = ways(numbers)
    if not rows:
        return None
    data = [
        {"value": [100 * a["value"], place, 100 * a["low"], 100 * a["high"], 0 if place else 1],
         "name": name}
        for place, (name, a) in enumerate(rows)
    ]  # fmt: skip
    series = {"type": "interval", "color": TEAL, "data": data, "encode": {"x": [0, 2, 3], "y": 1}}
    label = _("Difference in renewal, percentage points")
    return _frame([name for name, _a in rows], label) | {"series": [series, _zero_line()]}


def balance_chart(numbers: Mapping[str, Any]) -> dict[str, Any] | None:
    """How unlike the groups were before weighting, and are after it."""
    rows = sorted(numbers.get("balance") or [], key=lambda row: -abs(row["before"]))[:MOST_BARS]
    if not rows:
        return None
    names = [label_of(row) for row in rows]
    limit = 0.1

    def marks(when: str, name: str, colour: str, symbol: str) -> dict[str, Any]:
        data = [{"value": [min(abs(row[when]), 2.0), place], "name": f"{names[place]} ({name})"}
                for place, row in enumerate(rows)]  # fmt: skip
        return {"type": "scatter", "name": name, "color": colour, "symbol": symbol,
                "symbolSize": 11, "data": data}  # fmt: skip

    before, after = _("before"), _("after")
    frame = _frame(names, _("Difference in standard deviations"))
    frame["legend"] = {"top": 0, "data": [before, after]}
    line = _zero_line()
    line["markLine"]["data"] = [{"xAxis": limit}]
    return frame | {
        "rows": len(rows),
        "series": [
            marks("before", before, ORANGE, "emptyCircle"),
            marks("after", after, TEAL, "diamond"),
            line,
        ],
    }


def overlap_chart(numbers: Mapping[str, Any]) -> dict[str, Any] | None:
    """How probable treatment was for the treated and for the others."""
    found = numbers.get("overlap")
    if not found:
        return None
    edges = found["edges"]
    names = [between(low, high) for low, high in pairwise(edges)]  # fmt: skip

    def bars(key: str, name: str, colour: str) -> dict[str, Any]:
        total = max(1, sum(found[key]))
        data = [{"value": count / total, "name": f"{names[i]}: {count}"}
                for i, count in enumerate(found[key])]  # fmt: skip
        return {"type": "bar", "name": name, "color": colour, "data": data, "barGap": "0%"}

    treated, untreated = _("Treated"), _("Not treated")
    return {
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 44, "containLabel": True},
        "legend": {"top": 0, "data": [treated, untreated]},
        "tooltip": {"trigger": "item", "formatter": "{a} {b}", "confine": True},
        "xAxis": {"type": "category", "data": names, "nameLocation": "middle", "nameGap": 28,
                  "name": _("Probability of treatment, from what was known")},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "percent"}},
        "series": [bars("treated", treated, TEAL), bars("untreated", untreated, ORANGE)],
    }  # fmt: skip


def between(low: float, high: float) -> str:
    """A bin of probabilities in percent, with as many places as tell its ends apart."""
    places = 0 if high - low >= 0.02 else 1 if high - low >= 0.002 else 2
    return f"{100 * low:.{places}f}–{100 * high:.{places}f}%"


def course_chart(numbers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The difference at each distance from treatment, earliest first."""
    rows = [row for row in numbers.get("by_distance") or [] if -8 <= row["distance"] <= 12]
    if not rows:
        return None
    names = [distance_name(row["distance"]) for row in rows]
    data = [
        {"value": [row["value"], place, row["low"], row["high"], 1 if row["distance"] < 0 else 0],
         "name": names[place]}
        for place, row in enumerate(rows)
    ]  # fmt: skip
    series = {"type": "interval", "color": TEAL, "data": data, "encode": {"x": [0, 2, 3], "y": 1}}
    label = _("Difference from the others, against the four weeks before treatment")
    return _frame(names, label) | {"rows": len(rows), "series": [series, _zero_line()]}


def distance_name(distance: int) -> str:
    """Weeks before or after treatment of a period of four weeks."""
    if distance < 0:
        return _("%(n)s weeks before") % {"n": -4 * distance}
    return _("week %(first)s to %(last)s") % {"first": 4 * distance, "last": 4 * distance + 4}
