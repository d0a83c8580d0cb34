"""The parts of a metric's page as tables: for the page, for its files, and for the charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.prove.studies.behind import value_text
from banso.prove.studies.metric_charts import bars, course_lines, odds_intervals, rate_intervals
from banso.prove.studies.metric_wording import DECIDED, split_told
from banso.prove.studies.models import Finding, Verdict
from banso.prove.studies.presenting import Rate, rate_of
from banso.prove.studies.wording import decimal, in_japanese, percent, together, whole
from banso.prove.studies.wording import level_name as label_of_level


@dataclass(frozen=True)
class Table:
    """A table of the page, its chart, and its lines as numbers for a file.

    rows: cells as text; hrefs: where the first cell of each row leads, if anywhere; word: the
    column that holds words, not numbers.
    """

    key: str
    header: list[str]
    rows: list[tuple[str, list[str]]]
    file_header: list[str]
    file_rows: list[list[object]]
    chart: dict[str, Any] | None = None
    name: str = ""
    note: str = ""
    hrefs: list[str] = field(default_factory=list)
    word: int = 0

    @property
    def lines(self) -> list[tuple[str, str, list[str]]]:
        hrefs = self.hrefs or [""] * len(self.rows)
        return [(name, href, rest) for (name, rest), href in zip(self.rows, hrefs, strict=True)]


def tables_of(finding: Finding, numbers: Mapping[str, Any]) -> dict[str, Table]:
    """The tables by key; a part of which nothing may be shown is not there."""
    made = [spread_table(finding, numbers["spread"]), cohort_table(finding, numbers["cohorts"])]
    if finding.verdict != Verdict.NOT_ENOUGH_DATA:
        made.append(course_table(finding, numbers["course"]))
    if finding.verdict in DECIDED:
        made += [segment_table(finding, split) for split in numbers["segments"]]
    if finding.verdict != Verdict.SUSPICIOUS:
        made.append(quarter_table(numbers["quarters"]))
    return {table.key: table for table in made if table is not None}


def spread_table(finding: Finding, spread: Mapping[str, Any] | None) -> Table | None:
    """How the values are spread over the decisions."""
    if spread is None:
        return None
    bins, last = spread["bins"], len(spread["bins"]) - 1
    names = [_range(finding, one["low"], one["high"], under=i < last) for i, one in enumerate(bins)]
    share = [one["n"] / spread["n"] for one in bins]
    return Table(
        key="spread",
        header=[_("Value"), _("Decisions"), _("Share")],
        rows=[
            (name, [whole(one["n"]), percent(part)])
            for name, one, part in zip(names, bins, share, strict=True)
        ],
        file_header=[_("From"), _("To"), _("Decisions"), _("Share")],
        file_rows=[
            [one["low"], one["high"], one["n"], part] for one, part in zip(bins, share, strict=True)
        ],
        chart=bars(names, [one["n"] for one in bins], _("Decisions")),
    )


def cohort_rates(finding: Finding, cohorts: Sequence[dict[str, Any]]) -> list[Rate]:
    """The groups by value; their renewal only once something may be said."""
    shown = finding.verdict in DECIDED
    made = []
    for i, group in enumerate(cohorts):
        rate = rate_of(finding, i, group)
        name = _range(finding, group["low"], group["high"])
        if shown:
            made.append(Rate(name, rate.text, rate.n, i, rate.value, rate.low, rate.high))
        else:
            made.append(Rate(name, "", rate.n, i))
    return made


def cohort_table(finding: Finding, cohorts: Sequence[dict[str, Any]]) -> Table | None:
    """Renewal by groups of the value, each leading to its customers."""
    if not cohorts:
        return None
    rates, shown = cohort_rates(finding, cohorts), finding.verdict in DECIDED
    extra = [_("Renewal rate"), _("Not renewed")] if shown else []
    rows = []
    for rate, group in zip(rates, cohorts, strict=True):
        told = [rate.text, whole(group["events"])] if shown else []
        rows.append((rate.name, [rate.n, *told]))
    limits = [_("Renewal rate"), _("95% interval, low"), _("95% interval, high")]
    return Table(
        key="cohorts",
        header=[finding.label, "n", *extra],
        rows=rows,
        file_header=[_("From"), _("To"), "n", *([_("Not renewed"), *limits] if shown else [])],
        file_rows=[
            [
                group["low"], group["high"], group["n"],
                *([group["events"], rate.value, rate.low, rate.high] if shown else []),
            ]
            for rate, group in zip(rates, cohorts, strict=True)
        ],
        chart=rate_intervals(rates) if shown else None,
        hrefs=[f"?place={rate.index}#behind" for rate in rates],
    )  # fmt: skip


def course_table(finding: Finding, points: Sequence[Mapping[str, Any]]) -> Table | None:
    """The median in the weeks before the decision, of both outcomes."""
    sides = ("renewed", "not_renewed")
    if not any("value" in point[side] for point in points for side in sides):
        return None
    rows, lines = [], []
    for point in points:
        cells: list[str] = []
        line: list[object] = [point["weeks"]]
        for side in sides:
            cells += [_median(finding, point[side]), whole(point[side]["n"])]
            line += [point[side].get(name) for name in ("value", "low", "high", "n")]
        rows.append((str(point["weeks"]), cells))
        lines.append(line)
    kept, lost = _("Renewed"), _("Not renewed")
    numbers = (_("Median"), _("95% interval, low"), _("95% interval, high"), "n")
    return Table(
        key="course",
        header=[_("Weeks before"), kept, "n", lost, "n"],
        rows=rows,
        file_header=[
            _("Weeks before"),
            *(f"{s}: {name}" for s in (kept, lost) for name in numbers),
        ],
        file_rows=lines,
        chart=course_lines(points, finding.numbers["metric_unit"]),
    )


def segment_table(finding: Finding, split: Mapping[str, Any]) -> Table | None:
    """The association within each kind of customer."""
    if not split["parts"]:
        return None
    names = [label_of_level(split["key"], part["name"]) for part in split["parts"]]
    return _parts_table(
        f"segment:{split['key']}", split["names"][1 if in_japanese() else 0], names, split["parts"],
        note=split_told(split, finding.run.settings["q_target"]),
    )  # fmt: skip


def quarter_table(parts: Sequence[Mapping[str, Any]]) -> Table | None:
    """What was known at the end of each quarter."""
    if not parts:
        return None
    names = [date_format(date.fromisoformat(part["name"]), "SHORT_DATE_FORMAT") for part in parts]
    return _parts_table("quarters", _("Known on"), names, parts)


def _parts_table(
    key: str, first: str, names: list[str], parts: Sequence[Mapping[str, Any]], note: str = ""
) -> Table:
    words = [str(Verdict(part["verdict"]).label) for part in parts]
    odds, low, high = _("Odds ratio"), _("95% interval, low"), _("95% interval, high")
    lost = _("Not renewed")
    return Table(
        key=key,
        header=[first, _("Verdict"), odds, "n", lost],
        rows=[
            (name, [word, _odds(part), whole(part["n"]), whole(part["events"])])
            for name, word, part in zip(names, words, parts, strict=True)
        ],
        file_header=[first, _("Verdict"), odds, low, high, "n", lost],
        file_rows=[
            [
                name, word, part.get("value"), part.get("low"), part.get("high"), part["n"],
                part["events"],
            ]
            for name, word, part in zip(names, words, parts, strict=True)
        ],
        chart=odds_intervals(names, parts),
        name=first,
        note=note,
        word=1,
    )  # fmt: skip


def _odds(part: Mapping[str, Any]) -> str:
    if part.get("value") is None or part.get("low") is None or part.get("high") is None:
        return "—"
    return f"{decimal(part['value'])} ({decimal(part['low'])}–{decimal(part['high'])})"


def _median(finding: Finding, side: Mapping[str, Any]) -> str:
    if "value" not in side:
        return _("too few")
    value, low, high = (value_text(finding, side[name]) for name in ("value", "low", "high"))
    return f"{value} ({low}–{high})"


def _range(finding: Finding, low: float, high: float, *, under: bool = False) -> str:
    """Values of a group in words; `under`: the upper end belongs to the next."""
    if low == high:
        return value_text(finding, low)
    first, last = (value_text(finding, _rounded(value)) for value in (low, high))
    if under:
        return _("%(low)s to under %(high)s") % {"low": first, "high": last}
    return _("%(low)s to %(high)s") % {"low": first, "high": last}


def _rounded(value: float) -> float:
    """Ends of steps without a tail of decimals."""
    return round(value, 1) if abs(value) >= 10 else round(value, 2)


def spread_told(finding: Finding, spread: Mapping[str, Any]) -> str:
    """Median, middle half, and how many are missing."""
    _low, q1, middle, q3, _high = (value_text(finding, q) for q in spread["quantiles"])
    told = _("n = %(n)s decisions; the median is %(median)s, half lie between %(q1)s and %(q3)s.")
    known = told % {"n": whole(spread["n"]), "median": middle, "q1": q1, "q3": q3}
    if not spread["missing"]:
        return known
    return together(known, _("Without a value: %(n)s.") % {"n": whole(spread["missing"])})


def like_told(others: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Key, name and correlation of other metrics."""
    name = "label_ja" if in_japanese() else "label_en"
    return [
        (other["key"], other[name], "—" if other["rho"] is None else decimal(other["rho"]))
        for other in others
    ]
