"""The only source of "now": tests hold it still, the organisation's zone decides the day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _held.get() or timezone.now()


def today(zone: str | None = None) -> date:
    """The present day in ``zone`` (an IANA name), or in the zone that is active for the request."""
    return now().astimezone(ZoneInfo(zone) if zone else timezone.get_current_timezone()).date()


@contextmanager
def held_at(moment: datetime | date) -> Iterator[None]:
    """Hold the clock still; a plain day means its noon in UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12), tzinfo=ZoneInfo("UTC"))
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)
