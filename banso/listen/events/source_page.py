"""The page of one source: its days, and today beside what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http.response import HttpResponseBase
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.listen.events.models import Source
from banso.listen.events.rhythm.reads import known_sources
from banso.shared import clock
from banso.shared.spreadsheets import csv_response

DAYS = 56


@dataclass(frozen=True)
class Course:
    """The days of a source, oldest first, and charts of them."""

    days: list[tuple[date, int, bool]]
    today: list[tuple[int, int | None, list[int] | None]]
    volume_chart: dict[str, Any]
    today_chart: dict[str, Any]


def course_of(source: Source, zone: ZoneInfo) -> Course:
    """The last eight weeks by day, and today by hour."""
    known = known_sources([source], zone)[source.pk]
    local = clock.now().astimezone(zone)
    today = local.date()
    first = max(source.first_at.astimezone(zone).date(), today - timedelta(days=DAYS - 1))
    listed = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    days = [(day, known.total(day), known.is_off(day)) for day in listed]
    usual = source.usual.get("by_hour") if source.usual_on == today else None
    so_far, hours = 0, []
    for hour, events in enumerate(known.hours(today)):
        so_far += events
        shown = so_far if hour <= local.hour else None
        hours.append((hour + 1, shown, usual[hour] if usual else None))
    return Course(days, hours, _volume_chart(days), _today_chart(hours) if usual else {})


def days_as_csv(source: Source, course: Course) -> HttpResponseBase:
    """The days as a file."""
    head = [_("Day"), _("Events"), _("Day off")]
    rows = ((day.isoformat(), n, _("Yes") if is_off else "") for day, n, is_off in course.days)
    return csv_response(f"{source.name}.csv", head, rows)


def _volume_chart(days: list[tuple[date, int, bool]]) -> dict[str, Any]:
    return {
        "grid": {"left": 8, "right": 8, "top": 16, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category",
            "data": [date_format(day, "MONTH_DAY_FORMAT") for day, _n, _off in days],
        },
        "yAxis": {"type": "value", "axisLabel": {"formatter": "number"}, "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "name": _("Events"),
                "data": [
                    {"value": n, "itemStyle": {"color": "#9db8bf" if is_off else "#0f6173"}}
                    for _day, n, is_off in days
                ],
            }
        ],
    }


def _today_chart(hours: list[tuple[int, int | None, list[int] | None]]) -> dict[str, Any]:
    def usual(place: int) -> list[int | None]:
        return [band[place] if band else None for _hour, _n, band in hours]

    dashed = {"type": "dashed", "width": 1}
    lines: list[tuple[str, list[int | None], dict[str, Any]]] = [
        (_("Today"), [n for _hour, n, _band in hours], {"width": 3, "color": "#0f6173"}),
        (_("Usual"), usual(1), {"width": 1, "color": "#6b7280"}),
        (_("Usual range"), usual(0), dashed | {"color": "#6b7280"}),
        (_("Usual range"), usual(2), dashed | {"color": "#6b7280"}),
    ]
    return {
        "grid": {"left": 8, "right": 8, "top": 36, "bottom": 8, "containLabel": True},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [str(hour) for hour, _n, _band in hours]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "number"}, "minInterval": 1},
        "series": [
            {
                "type": "line",
                "name": name,
                "data": data,
                "symbol": "none",
                "lineStyle": style,
                "itemStyle": {"color": style["color"]},
            }
            for name, data, style in lines
        ],
    }
