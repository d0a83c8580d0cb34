"""The sources of events as people see them: rate, today against the usual, warnings in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from banso.listen.events.models import Arrival, ArrivalWarning, Source, Span, WarningKind
from banso.listen.events.rhythm import reads
from banso.listen.events.rhythm.watching import allowed
from banso.shared import clock

RATE_MINUTES = 10
SPARK_HOURS = 48
SPARK_HEIGHT = 30


@dataclass(frozen=True)
class Band:
    """What had usually come by this time of such a day, of ``n`` days like it."""

    low: int
    middle: int
    high: int
    n: int


@dataclass(frozen=True)
class Line:
    """A source on the live page."""

    source: Source
    per_minute: float
    today: int
    usual: Band | None
    judged_from: date | None
    spark: str
    most: int
    warnings: list[ArrivalWarning]
    last: str


@dataclass(frozen=True)
class Live:
    """The present state of all sources."""

    lines: list[Line]
    recent: int
    last: str
    warnings: list[tuple[ArrivalWarning, str]]

    @property
    def per_minute(self) -> float:
        return self.recent / RATE_MINUTES


def live(sources: Sequence[Source], zone: ZoneInfo) -> Live:
    """The state of the sources in three queries, whatever their number."""
    now = clock.now()
    warnings = reads.open_warnings()
    hours, minutes = _recent_counts(sources, now)
    lines = [
        _line(
            source,
            hours.get(source.pk, {}),
            minutes.get(source.pk, 0),
            [w for w in warnings if w.source_id == source.pk],
            now.astimezone(zone),
        )
        for source in sources
    ]
    return Live(
        lines,
        sum(minutes.values()),
        ago(max(source.last_at for source in sources), now) if sources else "",
        [(warning, sentence(warning, zone)) for warning in warnings],
    )


def warnings_in_words() -> list[tuple[str, int]]:
    """What is said of the sources that left their rhythm, and which they are."""
    found = reads.open_warnings()
    if not found:
        return []
    zone = reads.zone()
    return [(sentence(warning, zone), warning.source_id) for warning in found]


def _recent_counts(
    sources: Sequence[Source], now: datetime
) -> tuple[dict[int, dict[datetime, int]], dict[int, int]]:
    """Accepted events by the hour, and in the last minutes, by source."""
    hours: dict[int, dict[datetime, int]] = {}
    minutes: dict[int, int] = {}
    of_these = Arrival.objects.filter(source__in=[source.pk for source in sources])
    start = now - timedelta(hours=SPARK_HOURS + 1)
    for source_id, at, accepted in of_these.filter(
        span=Span.HOUR, starts_at__gte=start
    ).values_list("source_id", "starts_at", "accepted"):
        hours.setdefault(source_id, {})[at] = accepted
    start = now - timedelta(minutes=RATE_MINUTES)
    for source_id, accepted in of_these.filter(span=Span.MINUTE, starts_at__gt=start).values_list(
        "source_id", "accepted"
    ):
        minutes[source_id] = minutes.get(source_id, 0) + accepted
    return hours, minutes


def _line(
    source: Source,
    hours: dict[datetime, int],
    recent: int,
    warnings: list[ArrivalWarning],
    local: datetime,
) -> Line:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    hour = local.replace(minute=0, second=0, microsecond=0)
    counts = [hours.get(hour - timedelta(hours=n), 0) for n in range(SPARK_HOURS - 1, -1, -1)]
    judged_from = source.usual.get("from")
    return Line(
        source=source,
        per_minute=recent / RATE_MINUTES,
        today=sum(n for at, n in hours.items() if at >= midnight),
        usual=usual_by(source, local),
        judged_from=date.fromisoformat(judged_from) if judged_from else None,
        spark=spark(counts),
        most=max(counts),
        warnings=warnings,
        last=ago(source.last_at, local),
    )


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in one unit."""
    if now - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(ago)s ago") % {"ago": timesince(moment, now, depth=1)}


def usual_by(source: Source, local: datetime) -> Band | None:
    """What had usually come by this time, straight between the full hours."""
    if source.usual_on != local.date() or "n" not in source.usual:
        return None
    by_hour = [[0, 0, 0], *source.usual["by_hour"]]
    before, after = by_hour[local.hour], by_hour[local.hour + 1]
    part = local.minute / 60
    low, middle, high = (
        round(was + (will - was) * part) for was, will in zip(before, after, strict=True)
    )
    return Band(low, middle, high, source.usual["n"])


def spark(counts: Sequence[int]) -> str:
    """Bars as one SVG path, four units each; an hour with anything is seen."""
    most = max([1, *counts])
    bars = []
    for place, n in enumerate(counts):
        height = max(1, round(SPARK_HEIGHT * n / most)) if n else 0
        if height:
            bars.append(f"M{place * 4} {SPARK_HEIGHT}v-{height}h3v{height}z")
    return "".join(bars)


def sentence(warning: ArrivalWarning, zone: ZoneInfo) -> str:
    """The rule and what was found, in words."""
    since = warning.since.astimezone(zone)
    told: dict[str, Any] = {"source": warning.source.name, "n": warning.basis}
    if warning.kind == WarningKind.SILENT:
        told |= {
            "usual": intcomma(round(warning.low)),
            "since": date_format(since, "SHORT_DATETIME_FORMAT"),
            "times": warning.basis - allowed(warning.basis),
        }
        return (
            _(
                "“%(source)s”: nothing since %(since)s. By the time this was noticed, at least "
                "%(usual)s events usually come (in %(times)s of the last %(n)s comparable periods)."
            )
            % told
        )
    told |= {
        "day": date_format(since.date(), "SHORT_DATE_FORMAT"),
        "found": intcomma(warning.found),
        "middle": intcomma(round(warning.expected)),
        "low": intcomma(round(warning.low)),
        "high": intcomma(round(warning.high)),
    }
    if warning.kind == WarningKind.MORE:
        return (
            _(
                "“%(source)s”: at least %(found)s events on %(day)s, far more than usual: "
                "%(middle)s (%(low)s–%(high)s) on the last %(n)s comparable days."
            )
            % told
        )
    return (
        _(
            "“%(source)s”: only %(found)s events on %(day)s, far fewer than usual: %(middle)s "
            "(%(low)s–%(high)s) on the last %(n)s comparable days."
        )
        % told
    )
