"""The counts of the sources, shaped for the rules and the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from banso.listen.events.models import Arrival, ArrivalWarning, Source, Span
from banso.listen.events.rhythm.days_off import is_day_off
from banso.listen.events.rhythm.rules import LOOK_BACK, Known
from banso.shared import clock
from banso.shared.lake.models import Batch
from banso.shared.users.reads import organisation

JAPAN = ("Asia/Tokyo", "Japan")


def zone() -> ZoneInfo:
    """The zone whose days and hours a rhythm follows."""
    return ZoneInfo(organisation().time_zone)


def known_sources(sources: Iterable[Source], zone: ZoneInfo) -> dict[int, Known]:
    """What the rules need to know of each source, by its id."""
    today = clock.today(str(zone))
    start = datetime.combine(today - LOOK_BACK - timedelta(days=1), time(), zone)
    days: dict[int, dict[date, list[int]]] = {source.pk: {} for source in sources}
    found = Arrival.objects.filter(source__in=days, span=Span.HOUR, starts_at__gte=start)
    for source_id, starts_at, accepted in found.values_list("source_id", "starts_at", "accepted"):
        at = starts_at.astimezone(zone)
        hours = days[source_id].setdefault(at.date(), [0] * 24)
        hours[at.hour] += accepted
    is_off = is_day_off if str(zone) in JAPAN else _never
    return {
        source.pk: Known(
            days[source.pk], source.first_at.astimezone(zone).date() + timedelta(days=1), is_off
        )
        for source in sources
    }


def counted_until() -> datetime:
    """Up to when the counts are complete: what still waits in the inbox is not counted yet."""
    oldest = Batch.objects.order_by("pk").values_list("received_at", flat=True).first()
    return min(oldest or clock.now(), clock.now())


def sources() -> Sequence[Source]:
    """Where events come from, the one that sent last first."""
    return list(Source.objects.order_by("-last_at", "name"))


def open_warnings() -> list[ArrivalWarning]:
    """Sources that left their rhythm and are not back, the newest first."""
    found = ArrivalWarning.objects.filter(resolved_at=None).select_related("source")
    return list(found.order_by("-raised_at", "-pk"))


def _never(day: date) -> bool:
    return False
