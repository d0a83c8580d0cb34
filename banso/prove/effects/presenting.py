"""What the pages show of measures and results, as plain values for templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.prove.effects.charts import (
    balance_chart,
    between,
    course_chart,
    distance_name,
    estimates_chart,
    overlap_chart,
    ways,
)
from banso.prove.effects.models import Goal, Measure, Result, Verdict
from banso.prove.effects.reads import names_of
from banso.prove.effects.wording import (
    LEVELS,
    as_counted_told,
    change_told,
    headline,
    interval,
    label_of,
    points,
    robustness_told,
    sensitivity,
    stratified_told,
)
from banso.prove.studies.wording import decimal, p_value, percent, whole

ICONS = {
    Verdict.BETTER: "trending-up", Verdict.WORSE: "trending-down", Verdict.NONE: "equal",
    Verdict.UNCLEAR: "hourglass", Verdict.REFUSED: "ban",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the list of measures."""

    measure: Measure
    result: Result | None
    sentence: str
    level: str
    icon: str


def list_rows(measures: Iterable[Measure], latest: dict[int, Result]) -> list[Row]:
    made = []
    for measure in measures:
        result = latest.get(measure.pk)
        made.append(
            Row(
                measure, result, headline(measure, result),
                str(LEVELS[result.level]) if result else "",
                ICONS[Verdict(result.verdict)] if result else "clock",
            )
        )  # fmt: skip
    return made


def unread_reason(code: str) -> str:
    """Why a line of a list was left out."""
    return {
        "unknown": _("No customer has this id or name"),
        "several": _("Several customers have this name: use the id"),
        "no_date": _("No date that can be read"),
        "ahead": _("The day lies ahead"),
        "again": _("Named more than once: the first day counts"),
        "unreadable": _("The line cannot be read"),
    }.get(code, code)


def unread_told(unread: dict[str, Any]) -> dict[str, Any]:
    """What a list did not yield: counts by reason, and lines."""
    return {
        "lines": unread.get("lines", 0),
        "customer_column": unread.get("customer_column", ""),
        "date_column": unread.get("date_column", ""),
        "unsettled": not unread.get("order_settled", True),
        "order": unread.get("order", ""),
        "counts": [(unread_reason(k), n) for k, n in unread.get("counts", {}).items()],
        "examples": [
            row | {"reason": unread_reason(row["reason"])} for row in unread.get("examples", [])
        ],
    }


@dataclass(frozen=True)
class Estimate:
    name: str
    value: str
    interval: str
    p: str


def estimates(numbers: dict[str, Any]) -> list[Estimate]:
    return [
        Estimate(name, points(a["value"]), interval(a), p_value(a.get("p")))
        for name, a in ways(numbers)
    ]


def balance_rows(numbers: dict[str, Any]) -> list[dict[str, str | bool]]:
    return [
        {
            "name": label_of(row),
            "treated": _mean(row, row["treated"]),
            "untreated": _mean(row, row["untreated"]),
            "weighted": _mean(row, row["untreated_weighted"]),
            "before": decimal(abs(row["before"]), 2),
            "after": decimal(abs(row["after"]), 2),
            "far": abs(row["after"]) > 0.1,
        }
        for row in numbers.get("balance") or []
    ]


def _mean(row: dict[str, Any], value: float) -> str:
    if row.get("level"):
        return percent(value)
    return whole(round(value)) if abs(value) >= 100 else decimal(value, 1)


def overlap_rows(numbers: dict[str, Any]) -> list[tuple[str, int, int]]:
    found = numbers.get("overlap")
    if not found:
        return []
    edges = found["edges"]
    return [
        (between(edges[i], edges[i + 1]), ours, theirs)
        for i, (ours, theirs) in enumerate(
            zip(found["treated"], found["untreated"], strict=True)
        )
        if ours or theirs
    ]  # fmt: skip


def course_rows(numbers: dict[str, Any]) -> list[tuple[str, str, str, int, int]]:
    logged = bool(numbers.get("logged"))

    def told(value: float) -> str:
        return change_told(value, logged=logged)

    return [
        (distance_name(r["distance"]), told(r["value"]), f"{told(r['low'])} – {told(r['high'])}",
         r["treated"], r["untreated"])
        for r in numbers.get("by_distance") or []
    ]  # fmt: skip


def checks(result: Result) -> list[tuple[str, str, bool | None]]:
    """The gates a comparison went through: name, what was found, passed."""
    numbers, made = result.numbers, []
    balance = numbers.get("balance") or []
    left_out = {row["key"] for row in numbers.get("left_out") or []}
    held = [abs(r["after"]) for r in balance if r["key"].split(" = ", 1)[0] not in left_out]
    others = [abs(r["after"]) for r in balance if r["key"].split(" = ", 1)[0] in left_out]
    if held:
        made.append((_("Largest remaining difference in what is held alike (at most 0.10)"),
                     decimal(max(held), 2), max(held) <= 0.1))  # fmt: skip
    if others:
        treated = numbers["counts"]["treated_accounts"]
        loose = max(0.25, 3 / treated**0.5)
        name = _("Largest difference in what could not be held (at most %(limit)s)")
        made.append((name % {"limit": decimal(loose, 2)}, decimal(max(others), 2),
                     max(others) <= loose))  # fmt: skip
    overlap = numbers.get("overlap")
    if overlap:
        made.append((_("Treated customers with untreated ones like them (at least 95%)"),
                     percent(overlap["share"]), overlap["share"] >= 0.95))  # fmt: skip
    if numbers.get("effective") is not None:
        counts = numbers["counts"]
        share = numbers["effective"] / max(1, min(counts["treated"], counts["untreated"]))
        made.append((_("Untreated rows the weighted ones are worth"),
                     whole(round(numbers["effective"])), share >= 0.3))  # fmt: skip
    if "placebo" in numbers and balance:
        made.append(_placebo(numbers["placebo"]))
    ratio = numbers.get("sample_ratio_p")
    if ratio is not None:
        made.append((_("Groups of the size that was drawn (p at least 0.001)"),
                     p_value(ratio), ratio >= 0.001))  # fmt: skip
    trend = numbers.get("pre_trend")
    if trend:
        made.append((_("Moved alike before treatment (p at least 0.05)"),
                     p_value(trend["p"]), trend["p"] >= 0.05))  # fmt: skip
        unseen = change_told(trend["unseen"], logged=bool(numbers.get("logged")))
        made.append((_("Largest difference before treatment that cannot be ruled out"), unseen,
                     None))  # fmt: skip
    if numbers.get("permutation_p") is not None:
        made.append((_("As large by chance, dealt out anew (p)"),
                     p_value(numbers["permutation_p"]), None))  # fmt: skip
    return made


def _placebo(found: dict[str, Any] | None) -> tuple[str, str, bool | None]:
    name = _("Use before treatment, which treatment cannot have changed")
    if found is None:
        return name, _("could not be checked"), None
    passed = found["low"] <= 0 <= found["high"]
    told = _("%(value)s standard deviations (%(low)s to %(high)s)") % {
        key: decimal(found[key], 2) for key in ("value", "low", "high")
    }
    return name, told, passed


def result_page(measure: Measure, result: Result) -> dict[str, Any]:
    """Everything the page shows of one result."""
    numbers = result.numbers
    told = result.level != "L0"
    renewal = told and measure.goal == Goal.RENEWAL and not measure.is_holdout
    return {
        "answer": headline(measure, result),
        "level": LEVELS[result.level],
        "icon": ICONS[Verdict(result.verdict)],
        "numbers": numbers,
        "estimates": estimates(numbers) if renewal else [],
        "estimates_chart": estimates_chart(numbers) if renewal else None,
        "balance": balance_rows(numbers),
        "balance_chart": balance_chart(numbers),
        "overlap": overlap_rows(numbers),
        "overlap_chart": overlap_chart(numbers),
        "course": course_rows(numbers),
        "course_chart": course_chart(numbers),
        "checks": checks(result),
        "sensitivity": sensitivity(numbers) + robustness_told(numbers) + stratified_told(numbers)
        if result.level not in ("L0", "L-")
        else [],
        "used": [label_of(row) for row in numbers.get("used") or []],
        "left_out": [label_of(row) for row in numbers.get("left_out") or []],
        "unseen": [label_of(row) for row in numbers.get("unseen") or []],
        "late_fields": [label_of(row) for row in numbers.get("late_fields") or []],
        "as_counted": as_counted_told(numbers) if measure.goal == Goal.METRIC else "",
    }


def result_csv(measure: Measure, result: Result) -> tuple[list[str], list[list[object]]]:
    """Every number of the page as one table; numbers are plain, so that they can be computed with.

    An undecided answer has its interval and no estimate.
    """
    page, numbers = result_page(measure, result), result.numbers
    header = [_("Table"), _("Row"), _("Value"), _("Low"), _("High"), _("Treated"), _("Not treated")]
    rows: list[list[object]] = [[_("What was found"), page["answer"], page["level"]]]
    if page["estimates"]:
        rows += [
            [_("Difference in renewal, percentage points"), name, *_hundred(a)]
            for name, a in ways(numbers)
        ]
    rows += [
        [_("Before and after treatment"), distance_name(r["distance"]), r["value"], r["low"],
         r["high"], r["treated"], r["untreated"]]
        for r in numbers.get("by_distance") or []
    ]  # fmt: skip
    for when, label in (("before", _("before")), ("after", _("after"))):
        name = f"{_('Difference in standard deviations')} ({label})"
        rows += [[name, label_of(r), r[when]] for r in numbers.get("balance") or []]
    rows += [
        [_("Probability of treatment, from what was known"), name, "", "", "", ours, theirs]
        for name, ours, theirs in page["overlap"]
    ]
    for name, value, _passed in page["checks"]:
        rows.append([_("How far this can be trusted"), name, value])
    return header, [[*row, *[""] * (len(header) - len(row))] for row in rows]


def _hundred(answer: Any) -> list[float]:
    return [100 * answer[name] for name in ("value", "low", "high")]


def behind_lines(rows: pa.Table) -> Iterator[dict[str, Any]]:
    """The customers of a comparison, with what the page and the file say of each."""
    lines = rows.to_pylist()
    names = names_of(line["account_id"] for line in lines)
    for line in lines:
        yield line | {"name": names.get(line["account_id"], "")}


def looks_told(looks: list[dict[str, Any]], results: Iterable[Result]) -> list[dict[str, Any]]:
    """The planned looks with what was found at each."""
    by_look = {result.look: result for result in results}
    return [
        {
            "number": number,
            "on": date.fromisoformat(look["on"]),
            "information": percent(look["information"]),
            "result": by_look.get(number),
        }
        for number, look in enumerate(looks, start=1)
    ]


def day_told(text: str | None) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT") if text else ""
