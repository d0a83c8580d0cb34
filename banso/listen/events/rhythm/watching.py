"""What the rules find of one source at a moment. Reads no table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from banso.listen.events.models import Source, WarningKind
from banso.listen.events.rhythm import rules


@dataclass(frozen=True)
class Finding:
    """What a warning says."""

    kind: str
    since: datetime
    expected: float
    low: float
    high: float
    found: int
    basis: int


def findings(source: Source, known: rules.Known, now: datetime, zone: ZoneInfo) -> list[Finding]:
    """Where the source is out of its rhythm."""
    local, last = now.astimezone(zone), source.last_at.astimezone(zone)
    quiet = rules.silence(known, last=last.replace(tzinfo=None), now=local.replace(tzinfo=None))
    made = []
    if quiet:
        silent = Finding(
            kind=WarningKind.SILENT,
            since=source.last_at,
            expected=quiet.usual,
            low=quiet.usual,
            high=quiet.usual,
            found=0,
            basis=quiet.n,
        )
        made.append(silent)
    today = local.date()
    for day in (today, today - timedelta(days=1)):
        leap = rules.leap(known, day, is_over=day < today)
        if leap is None or (quiet and not leap.is_up):
            continue
        made.append(
            Finding(
                kind=WarningKind.MORE if leap.is_up else WarningKind.LESS,
                since=datetime.combine(day, time(), zone),
                expected=leap.middle,
                low=leap.low,
                high=leap.high,
                found=leap.found,
                basis=leap.n,
            )
        )
    return made


def usual_of(known: rules.Known, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What is usual today, as it is kept beside the source."""
    today = now.astimezone(zone).date()
    found = rules.usual(known, today)
    if found is None:
        return {"from": max(known.judged_from, today + timedelta(days=1)).isoformat()}
    return {"n": found.n, "by_hour": [list(hour) for hour in found.by_hour]}


def allowed(basis: int) -> int:
    """How many of the times before may have been lower than what the warning says."""
    return int(basis >= rules.ONE_MAY_DIFFER)
