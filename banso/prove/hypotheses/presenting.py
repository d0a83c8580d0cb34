"""Hypotheses and their checks as rows, facts and a chart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.prove.hypotheses.models import Check, Direction, Hypothesis, Level, Result
from banso.prove.hypotheses.wording import (
    claim,
    missed,
    outcome_name,
    points,
    retired_words,
    said_by,
)
from banso.prove.studies.explaining import Told
from banso.prove.studies.presenting import estimate_text
from banso.prove.studies.wording import decimal, level_name, p_value, percent, plain, whole

ICONS = {
    Level.CANDIDATE: "pencil",
    Level.ASSOCIATED: "link",
    Level.REPLICATED: "circle-check",
    Level.RETIRED: "archive",
}
RESULT_ICONS = {
    Result.WAITING: "hourglass",
    Result.FOUND: "check",
    Result.CONTRARY: "x",
    Result.UNDECIDED: "arrows-left-right",
    Result.LEAK: "alert-triangle",
}
NEW, ALL, OPEN = "#0f6173", "#5f6b7a", "#a3adba"
NARROWEST, WIDEST, MOST_DRAWN = 1 / 16, 16.0, 24
SEEN = (Result.FOUND, Result.CONTRARY)


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    hypothesis: Hypothesis
    icon: str
    claim: str
    said: str


def row_of(hypothesis: Hypothesis, check: Check | None, today: date) -> Row:
    said = said_by(check, hypothesis, today)
    if hypothesis.retired_at:
        said = retired_words(hypothesis, check)
    return Row(hypothesis, ICONS[Level(hypothesis.level)], claim(hypothesis), said)


@dataclass(frozen=True)
class Rate:
    """How often the outcome came in a group, with its interval; counts where there are few."""

    name: str
    values: str
    text: str
    n: str


@dataclass(frozen=True)
class Side:
    """One of the two sets of decisions of a check: the new ones, or all there are."""

    title: str
    about: str
    estimate: str
    rates: list[Rate]
    n: str
    events: str
    q: str
    family: int
    difference: str
    silence: str


def side_of(check: Check, which: str) -> Side | None:
    """The figures of a check; of what cannot be judged, or leaks, only how much there is."""
    card = check.figures.get(which)
    if card is None:
        return None
    new = which == "new"
    silence = ""
    if card["leak"]:
        silence = _("It is suspicious; so no direction is shown.")
    elif not new and card.get("seen") not in SEEN:
        silence = _("Cannot be judged yet; so no direction is shown.")
    return Side(
        title=_("New decisions") if new else _("All decisions"),
        about=_("Confirmatory: nobody had seen these when the hypothesis was written.")
        if new
        else _(
            "Exploratory: these include what was known when it was written, so they prove less."
        ),
        estimate="" if silence else estimate_text(card),
        rates=[] if silence else [_rate(check.hypothesis, group) for group in card["groups"]],
        n=whole(card["n_rows"]),
        events=f"{whole(card['n_events'])} {missed(check.hypothesis)}",
        q="" if silence else p_value(card["q"]),
        family=card["family_size"],
        difference="" if silence else _difference(card),
        silence=silence,
    )


def _rate(hypothesis: Hypothesis, group: dict[str, Any]) -> Rate:
    name = level_name("", group["label"])
    values = ""
    if hypothesis.is_flag:
        name = _("Reached") if group["label"] == "1" else _("Not reached")
    elif group["low"] is not None:
        shown = [plain(value) for value in (group["low"], group["high"])]
        values = shown[0] if shown[0] == shown[1] else f"{shown[0]}–{shown[1]}"
    n, rate = whole(group["n"]), group["rate"]
    if rate is None:
        kept = whole(group["n"] - group["events"])
        return Rate(name, values, _("%(k)s of %(n)s") % {"k": kept, "n": n}, n)
    text = f"{percent(rate['value'])} ({100 * rate['low']:.0f}–{percent(rate['high'])})"
    return Rate(name, values, text, n)


def _difference(card: dict[str, Any]) -> str:
    found = card.get("absolute_contrast")
    if not found:
        return ""
    low, high = (f"{100 * found[name]:+.0f}" for name in ("low", "high"))
    return _("%(value)s points (%(low)s to %(high)s)") % {
        "value": f"{100 * found['value']:+.0f}",
        "low": low,
        "high": high,
    }


def facts_of(hypothesis: Hypothesis) -> list[Told]:
    """The record, as it was written."""
    metric = hypothesis.metric
    facts = [
        Told(_("Will be compared"), claim(hypothesis)),
        Told(_("Metric"), f"{metric.name} ({_('version')} {hypothesis.metric_version})"),
        Told(_("Outcome it is about"), outcome_name(hypothesis)),
        Told(
            _("Smallest difference of interest"),
            _("%(points)s points between the two groups") % {"points": points(hypothesis.smallest)},
        ),
        Told(
            _("Written down"),
            f"{date_format(hypothesis.registered_on, 'DATE_FORMAT')}, {hypothesis.author}",
        ),
        Told(_("Evened out"), _("Contract type, length of the relation, season")),
    ]
    if hypothesis.metric.version != hypothesis.metric_version:
        changed = _(
            "The metric has been changed since; the hypothesis keeps the meaning it was written "
            "with."
        )
        facts.append(Told(_("Note"), changed))
    return facts


@dataclass(frozen=True)
class Past:
    """One check in the history."""

    check: Check
    icon: str
    new: str
    everything: str
    counted: str
    drift: str
    moved: str


def past_of(check: Check) -> Past:
    new, whole_card = check.figures.get("new"), check.figures.get("all")
    counted = ""
    if new is None:
        plan = check.figures.get("plan", {})
        counted = _("%(rows)s came, %(events)s %(missed)s: not looked at yet") % {
            "rows": whole(int(plan.get("rows", 0))),
            "events": whole(int(plan.get("events", 0))),
            "missed": missed(check.hypothesis),
        }
    seen = whole_card is not None and whole_card.get("seen") in SEEN
    return Past(
        check,
        RESULT_ICONS[Result(check.result)],
        _with_n(new) if new else "",
        _with_n(whole_card) if whole_card and seen else "",
        counted,
        _drifted(check.figures.get("drift")),
        _moved(check),
    )


def _with_n(card: dict[str, Any]) -> str:
    return f"{estimate_text(card)}, n = {whole(card['n_rows'])}" if estimate_text(card) else ""


def _drifted(drift: dict[str, float] | None) -> str:
    if not drift:
        return ""
    told = {"z": decimal(drift["z"], 1), "p": p_value(drift["p"])}
    if drift["p"] <= 0.05:
        return _("differs from the time before (z %(z)s, p %(p)s)") % told
    return _("as the time before, within chance (z %(z)s, p %(p)s)") % told


def _moved(check: Check) -> str:
    if check.level_before == check.level_after:
        return ""
    before, after = Level(check.level_before).label, Level(check.level_after).label
    return f"{before} → {after}"


def course(hypothesis: Hypothesis, checks: Sequence[Check]) -> dict[str, Any] | None:
    """The estimates with intervals over time, the newest on top: filled new, hollow all data."""
    drawn = [c for c in checks if _estimated(c) or _judged(c)][:MOST_DRAWN]
    if not drawn:
        return None
    names = [date_format(check.at, "SHORT_DATE_FORMAT") for check in drawn]
    new = [p for row, c in enumerate(drawn) if (p := _point(c.figures.get("new"), row, 0, names))]
    known = [
        p for row, c in enumerate(drawn)
        if _judged(c) and (p := _point(c.figures.get("all"), row + 0.25, 1, names))
    ]  # fmt: skip
    reach = max([2.0, *(max(1 / p["value"][2], p["value"][3]) for p in [*new, *known])])
    bound = next((b for b in (2.0, 4.0, 8.0, WIDEST) if reach <= b), WIDEST)
    more = hypothesis.direction == Direction.MORE
    return {
        "rows": len(drawn),
        "grid": {"left": 8, "right": 24, "top": 48, "bottom": 48, "containLabel": True},
        "legend": {"top": 0, "data": [
            {"name": _("New decisions"), "icon": "circle"},
            {"name": _("All decisions"), "icon": "diamond"},
        ]},
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "xAxis": {
            "type": "log", "logBase": 2, "min": 1 / bound, "max": bound,
            "name": _("Odds ratio; the claim is to the right of 1") if more
            else _("Odds ratio; the claim is to the left of 1"),
            "axisLine": {"onZero": False},
            "nameLocation": "middle", "nameGap": 28,
        },
        "yAxis": {
            "type": "value", "inverse": True, "min": -0.6, "max": len(drawn) - 0.2, "show": False,
        },
        "series": [
            {"type": "interval", "name": _("New decisions"), "color": NEW, "data": new,
             "encode": {"x": [0, 2, 3], "y": 1}},
            {"type": "interval", "name": _("All decisions"), "color": ALL, "data": known,
             "encode": {"x": [0, 2, 3], "y": 1}},
            {"type": "scatter", "data": [], "silent": True, "markLine": {
                "symbol": "none", "label": {"show": False}, "data": [{"xAxis": 1}],
                "lineStyle": {"type": "solid", "color": "#1d2733", "width": 1}}},
            {"type": "scatter", "silent": True, "symbolSize": 1, "data": [
                {"value": [1 / bound, row], "label": {
                    "show": True, "position": "right", "formatter": name, "color": "#3b4756"}}
                for row, name in enumerate(names)
            ]},
        ],
    }  # fmt: skip


def _estimated(check: Check) -> bool:
    return bool((check.figures.get("new") or {}).get("ci95"))


def _judged(check: Check) -> bool:
    return (check.figures.get("all") or {}).get("seen") in SEEN


def _point(
    card: dict[str, Any] | None, row: float, mark: int, names: list[str]
) -> dict[str, Any] | None:
    if not card or not card.get("ci95") or None in card["ci95"]:
        return None
    value, (low, high) = card["estimate"]["value"], card["ci95"]
    inside = [min(max(v, NARROWEST), WIDEST) for v in (value, low, high)]
    if not all(math.isfinite(v) for v in inside):
        return None
    text = f"{names[int(row)]}: {estimate_text(card)}, n = {whole(card['n_rows'])}"
    return {"value": [inside[0], row, inside[1], inside[2], mark], "name": text}


def csv_header() -> list[str]:
    return [
        _("Hypothesis"), _("Will be compared"), _("Level"), _("Newest check"), _("Result"),
        _("In words"), _("Odds ratio"), _("95% interval, low"), _("95% interval, high"),
        _("Decisions"), "q", _("Known by"), _("Owner"), _("Next check"), _("Written down"),
    ]  # fmt: skip


def csv_rows(
    pairs: Iterable[tuple[Hypothesis, Check | None]], today: date
) -> Iterator[list[object]]:
    for hypothesis, check in pairs:
        new = (check.figures.get("new") if check else None) or {}
        low, high = new.get("ci95", (None, None))
        yield [
            hypothesis.statement, claim(hypothesis), Level(hypothesis.level).label,
            check.at.date() if check else None, Result(check.result).label if check else None,
            row_of(hypothesis, check, today).said, new.get("estimate", {}).get("value"), low, high,
            new.get("n_rows"), new.get("q"), check.expected_by if check else None,
            str(hypothesis.owner), hypothesis.next_check_on if not hypothesis.retired_at else None,
            hypothesis.registered_on,
        ]  # fmt: skip
