"""Findings as rows, charts and files: numbers with their interval and n, ready to print."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.prove.studies.models import Finding, FindingGroup, Verdict
from banso.prove.studies.wording import (
    claim_name,
    decimal,
    level_name,
    p_value,
    percent,
    plain,
    sentence,
    whole,
)

ICONS = {
    Verdict.ASSOCIATED: "link",
    Verdict.NO_ASSOCIATION: "equal",
    Verdict.NOT_ENOUGH_DATA: "hourglass",
    Verdict.SUSPICIOUS: "alert-triangle",
}
# Shapes of chart.js: the colour is never the only difference.
SHAPES = {Verdict.ASSOCIATED: 0, Verdict.NO_ASSOCIATION: 1, Verdict.NOT_ENOUGH_DATA: 2}
COLOURS = {
    Verdict.ASSOCIATED: "#0f6173",
    Verdict.NO_ASSOCIATION: "#5f6b7a",
    Verdict.NOT_ENOUGH_DATA: "#a3adba",
}
LEGEND = {
    Verdict.ASSOCIATED: "circle",
    Verdict.NO_ASSOCIATION: "diamond",
    Verdict.NOT_ENOUGH_DATA: "path://M0,4L20,4L20,6L0,6Z",
}
# Many equal values (often zero) cannot be cut into thirds: then the sides are not called so.
A_THIRD = (0.25, 0.42)
SIDES = {"lowest": gettext_lazy("Lower values"), "highest": gettext_lazy("Higher values")}
NARROWEST, WIDEST, MOST_BARS = 0.125, 8.0, 60


@dataclass(frozen=True)
class Rate:
    """A group's renewal rate with interval, or its counts where ten rows are not reached."""

    name: str
    text: str
    n: str
    index: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    values: str = ""
    odds: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    finding: Finding
    icon: str
    level: str
    sentence: str
    estimate: str
    rates: list[Rate]
    n: str
    accounts: str
    events: str
    q: str


def row_of(finding: Finding, today: date) -> Row:
    card = finding.numbers
    return Row(
        finding=finding,
        icon=ICONS[Verdict(finding.verdict)],
        level=claim_name(finding.level),
        sentence=sentence(finding, today),
        estimate=estimate_text(card) if finding.verdict in DECIDED else "",
        rates=rates_of(finding),
        n=whole(card["n_rows"]),
        accounts=whole(card["n_accounts"]),
        events=whole(card["n_events"]),
        q=p_value(card["q"]),
    )


DECIDED = (Verdict.ASSOCIATED, Verdict.NO_ASSOCIATION)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """What is decided in the order of the run; the others by name, for they have no rank."""
    order = list(Verdict.values)

    def place(finding: Finding) -> tuple[int, int, str]:
        rank = finding.position if finding.verdict in DECIDED else 0
        return order.index(finding.verdict), rank, finding.label

    return sorted(findings, key=place)


def estimate_text(card: dict[str, Any]) -> str:
    """Odds ratio of renewal with its interval."""
    if "estimate" not in card:
        return ""
    low, high = card["ci95"]
    if low is None or high is None:
        return decimal(card["estimate"]["value"])
    return f"{decimal(card['estimate']['value'])} ({decimal(low)}–{decimal(high)})"


def rates_of(finding: Finding) -> list[Rate]:
    """Renewal by thirds or levels; nothing while no answer is allowed, for it would show one."""
    if finding.verdict not in DECIDED:
        return []
    return [rate_of(finding, index, group) for index, group in enumerate(finding.numbers["groups"])]


def rate_of(finding: Finding, index: int, group: dict[str, Any]) -> Rate:
    n, rate = whole(group["n"]), group["rate"]
    name, values, odds = group_name(finding, group), range_text(group), level_odds(finding, index)
    if rate is None:
        kept = whole(group["n"] - group["events"])
        text = _("%(k)s of %(n)s") % {"k": kept, "n": n}
        return Rate(name, text, n, index, values=values, odds=odds)
    value, low, high = rate["value"], rate["low"], rate["high"]
    text = f"{percent(value)} ({100 * low:.0f}–{percent(high)})"
    return Rate(name, text, n, index, value, low, high, values, odds)


def level_odds(finding: Finding, index: int) -> str:
    """Odds ratio of renewal of a level against the largest one."""
    levels = finding.numbers["levels"]
    if index >= len(levels):
        return ""
    level = levels[index]
    if level["reference"]:
        return _("reference")
    low, high = level["odds_ratio_low"], level["odds_ratio_high"]
    if None in (level["odds_ratio"], low, high):
        return ""
    return f"{decimal(level['odds_ratio'])} ({decimal(low)}–{decimal(high)})"


def group_name(finding: Finding, group: dict[str, Any]) -> str:
    if finding.numbers["kind"] == "flag":
        return _("Yes") if group["label"] == "1" else _("No")
    share = group["n"] / max(finding.numbers["n_rows"], 1)
    if group["label"] in SIDES and not A_THIRD[0] <= share <= A_THIRD[1]:
        return str(SIDES[group["label"]])
    return level_name(finding.key, group["label"])


def range_text(group: dict[str, Any]) -> str:
    """The values of a third, e.g. "0–12"."""
    low, high = group["low"], group["high"]
    if low is None or high is None:
        return ""
    shown = [plain(value) for value in (low, high)]
    return shown[0] if low == high else f"{shown[0]}–{shown[1]}"


def forest(findings: Iterable[Finding]) -> dict[str, Any] | None:
    """Odds ratios of renewal per standard deviation as intervals; no point for the undecided."""
    shown = [f for f in findings if f.verdict in SHAPES and f.numbers.get("ci95")]
    shown = [f for f in shown if None not in f.numbers["ci95"]][:MOST_BARS]
    if not shown:
        return None
    return {
        "rows": len(shown),
        "grid": {"left": 8, "right": 24, "top": 56, "bottom": 48, "containLabel": True},
        "legend": {
            "top": 0, "itemWidth": 18, "itemHeight": 12,
            "data": [
                {"name": str(v.label), "icon": LEGEND[v]} for v in SHAPES if _some(shown, v)
            ],
        },
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "xAxis": {
            "type": "log", "logBase": 2, "name": _("Odds of renewal, per standard deviation"),
            "nameLocation": "middle", "nameGap": 28, **_bounds(shown),
        },
        "yAxis": {
            "type": "category", "inverse": True, "data": [f.label for f in shown],
            "axisLabel": {"width": 170, "overflow": "truncate"}, "axisTick": {"show": False},
        },
        "series": [
            _series(verdict, shown) for verdict in SHAPES if _some(shown, verdict)
        ] + [_line_of_no_difference()],
    }  # fmt: skip


def _some(findings: list[Finding], verdict: Verdict) -> bool:
    return any(f.verdict == verdict for f in findings)


def _bounds(shown: list[Finding]) -> dict[str, float]:
    lows, highs = zip(*(_drawn(f)[1:] for f in shown), strict=True)
    reach = max(2.0, *(1 / max(low, NARROWEST) for low in lows), *(min(h, WIDEST) for h in highs))
    for step in (2.0, 4.0, WIDEST):
        if reach <= step:
            return {"min": 1 / step, "max": step}
    return {"min": NARROWEST, "max": WIDEST}


def _drawn(finding: Finding) -> tuple[float, float, float]:
    """Point and interval; of the undecided the interval's width alone, laid around no difference.

    Drawn at its place it would show a side, and none may be shown yet.
    """
    low, high = finding.numbers["ci95"]
    if finding.verdict in DECIDED:
        return finding.numbers["estimate"]["value"], low, high
    half = math.sqrt(high / low)
    return 1.0, 1 / half, half


def _series(verdict: Verdict, shown: list[Finding]) -> dict[str, Any]:
    data = []
    for row, finding in enumerate(shown):
        if finding.verdict != verdict:
            continue
        value, low, high = (min(max(v, NARROWEST), WIDEST) for v in _drawn(finding))
        data.append(
            {
                "value": [value, row, low, high, SHAPES[verdict]],
                "name": f"{finding.label}: {verdict.label}",
                "href": reverse("studies:evidence_finding", args=[finding.pk]),
            }
        )
    return {
        "type": "interval", "name": str(verdict.label), "color": COLOURS[verdict], "data": data,
        "encode": {"x": [0, 2, 3], "y": 1},
    }  # fmt: skip


def _line_of_no_difference() -> dict[str, Any]:
    return {
        "type": "scatter",
        "data": [],
        "silent": True,
        "markLine": {
            "symbol": "none", "label": {"show": False}, "data": [{"xAxis": 1}],
            "lineStyle": {"type": "solid", "color": "#1d2733", "width": 1},
        },
    }  # fmt: skip


def rates_chart(rates: list[Rate]) -> dict[str, Any] | None:
    """Renewal rates of the groups with their intervals."""
    drawn = [rate for rate in rates if rate.value is not None]
    if len(drawn) < 2:
        return None
    data = [
        {"value": [rate.value, row, rate.low, rate.high, 0], "name": f"{rate.name}: {rate.text}"}
        for row, rate in enumerate(drawn)
    ]
    return {
        "rows": len(drawn),
        "grid": {"left": 8, "right": 32, "top": 8, "bottom": 24, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": 1,
            "axisLabel": {"formatter": "percent"},
        },
        "yAxis": {"type": "category", "inverse": True, "data": [rate.name for rate in drawn]},
        "series": [{"type": "interval", "color": COLOURS[Verdict.ASSOCIATED], "data": data}],
    }


def csv_header() -> list[str]:
    return [
        _("Name"), _("Group"), _("Verdict"), _("Level of evidence"), _("In words"),
        _("Odds ratio of renewal"), _("95% interval, low"), _("95% interval, high"),
        _("Decisions"), _("Customers"), _("Not renewed"), "p", "q", _("Known by"),
    ]  # fmt: skip


def csv_rows(findings: Iterable[Finding], today: date) -> Iterator[list[object]]:
    for finding in findings:
        card = finding.numbers
        decided = finding.verdict in DECIDED
        low, high = card.get("ci95", (None, None)) if decided else (None, None)
        yield [
            finding.label, FindingGroup(finding.group).label, Verdict(finding.verdict).label,
            claim_name(finding.level), sentence(finding, today),
            card.get("estimate", {}).get("value") if decided else None, low, high, card["n_rows"],
            card["n_accounts"], card["n_events"], card["p"] if decided else None,
            card["q"] if decided else None, finding.expected_by,
        ]  # fmt: skip
