"""What the pages of readings show, put together from reads, rules and words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.measure.metrics.models import AccountMeasures, Better, MetricDefinition
from banso.measure.metrics.wording import Words, sentence, shown
from banso.measure.readings import charts, reads
from banso.measure.readings.groups import Grouping, group_name, list_address
from banso.measure.readings.rules import (
    FEWEST_WEEKS,
    Band,
    Segment,
    band_of,
    moves,
    segments,
    standing,
)
from banso.shared.lake.days import day_number, day_of

WEEKS = 52
SHOWN_AT_FIRST, STILL_AT_FIRST = 9, 6
MOST_SEGMENTS = 40


def chosen_metrics(
    metrics: Sequence[MetricDefinition], asked: Sequence[str], measures: AccountMeasures | None
) -> list[MetricDefinition]:
    """The asked ones; else the first that have a value for this customer, those that move first."""
    if asked or measures is None:
        return [d for d in metrics if d.key in asked]
    waiting = {key for key, kept in measures.values.items() if kept.get("c")}
    there = [d for d in metrics if (measures.values.get(d.key) or {}).get("v") is not None]
    moving = [d for d in there if moves(measures.series.get(d.key) or [], d.key in waiting)]
    still = [d for d in there if d not in moving]
    return moving[:SHOWN_AT_FIRST] + still[:STILL_AT_FIRST]


def account_page(account: Account, asked: Sequence[str]) -> dict[str, Any]:
    """The customer's metrics over a year of weeks, from one read of all of them."""
    metrics, measures = reads.readable_metrics(), reads.measures_of(account.pk)
    values = measures.values if measures else {}
    chosen = chosen_metrics(metrics, asked, measures)
    course = reads.course_of_account(account.pk, keys=[d.key for d in chosen], weeks=WEEKS)
    days = [day_of(day) for day in course["day"].to_pylist()]
    words = Words(metrics={d.key: d.name for d in metrics})
    cards = []
    for definition in chosen:
        waits = bool((values.get(definition.key) or {}).get("c"))
        weekly = course[definition.key].to_pylist()
        cards.append(_card(definition, days, weekly, waits=waits, words=words))
    keys = {d.key for d in chosen}
    return {
        "account": account,
        "cards": [card for card in cards if card["chart"]],
        "still": [card for card in cards if not card["chart"]],
        "outside": [card for card in cards if card["where"] in ("above", "below")],
        "shown": len(cards),
        "choices": [(d, d.key in keys) for d in metrics],
    }


def _card(
    definition: MetricDefinition,
    days: list[date],
    values: list[float | None],
    *,
    waits: bool,
    words: Words,
) -> dict[str, Any]:
    """One metric: its value now, its band, and its weeks as chart and table."""
    drawn = moves(values, waits or definition.shape.startswith("days_to_first"))
    band = band_of(values[:-1]) if drawn else None
    unit, now = definition.unit, values[-1] if values else None
    where = standing(now, band)
    text = shown(now, unit)
    return {
        "definition": definition,
        "sentence": sentence(definition, words),
        "now": _("Not yet (%(wait)s so far)") % {"wait": text} if waits else text,
        "where": where,
        "is_worse": where
        == {Better.HIGHER: "below", Better.LOWER: "above"}.get(Better(definition.better)),
        "band": _band_words(band, unit),
        "too_few": drawn and band is None,
        "fewest": FEWEST_WEEKS,
        "weeks": sum(1 for value in values[:-1] if value is not None),
        "chart": charts.weeks_of_account(days, values, band, unit) if drawn else None,
        "rows": [
            {"day": day, "value": shown(value, unit), "where": standing(value, band)}
            for day, value in zip(days[::-1], values[::-1], strict=True)
        ],
    }


def _band_words(band: Band | None, unit: str) -> dict[str, Any] | None:
    if band is None:
        return None
    low, mid, high = (shown(value, unit) for value in (band.low, band.mid, band.high))
    return {"low": low, "mid": mid, "high": high, "n": band.n}


def account_rows(account_id: int, asked: Sequence[str]) -> tuple[list[str], list[list[Any]]]:
    """The header and the weeks of a file of one customer's metrics."""
    metrics = [d for d in reads.readable_metrics() if not asked or d.key in asked]
    course = reads.course_of_account(account_id, keys=[d.key for d in metrics], weeks=WEEKS)
    columns = [course[d.key].to_pylist() for d in metrics]
    days = [day_of(day) for day in course["day"].to_pylist()]
    stamps = [day.isoformat() for day in days[:-1]] + [reads.today().isoformat()]
    return [_("Until"), *(d.name for d in metrics)], [
        list(row) for row in zip(stamps, *columns, strict=True)
    ]


def segments_page(
    definition: MetricDefinition, grouping: Grouping, week: date | None
) -> dict[str, Any]:
    """How the metric lies in each group of customers, as of a Monday or now."""
    day = reads.present_day() if week is None else day_number(week)
    table = reads.values_on_day(day, keys=[definition.key])
    numbers = table[definition.key].to_numpy(zero_copy_only=False).astype(np.float64)
    waiting = table[f"{definition.key}__censored"].to_numpy(zero_copy_only=False).astype(bool)
    found = segments(grouping.of_accounts(), table["account_id"].to_numpy(), numbers, waiting)
    labels = grouping.labels()
    rows = [_segment_row(definition, grouping, each, labels) for each in found[:MOST_SEGMENTS]]
    drawn = [row for row in rows if row["spread"].median is not None]
    return {
        "rows": rows,
        "more": len(found) - len(rows),
        "any_waiting": any(row["spread"].censored for row in rows),
        "any_small": any(row["is_small"] and row["spread"].n for row in rows),
        "chart": charts.by_segment(rows, definition.unit) if len(drawn) > 1 else None,
    }


def _segment_row(
    definition: MetricDefinition,
    grouping: Grouping,
    segment: Segment,
    labels: Mapping[Hashable, Any],
) -> dict[str, Any]:
    lies, unit = segment.spread, definition.unit
    descending = definition.better != Better.LOWER
    query = list_address(grouping, segment.key, definition.key, descending=descending)
    return {
        "name": group_name(grouping, segment.key, labels),
        "members": segment.members,
        "spread": lies,
        "is_small": segment.is_small,
        "q1": shown(lies.q1, unit),
        "median": shown(lies.median, unit),
        "q3": shown(lies.q3, unit),
        "href": f"{reverse('accounts:account_list')}?{query}",
    }
