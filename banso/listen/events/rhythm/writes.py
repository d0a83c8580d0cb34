"""Counts what arrived, per source and time of arriving, and keeps the warnings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When

from banso.listen.events.models import Arrival, ArrivalWarning, Source, Span, WarningKind
from banso.listen.events.rhythm import reads
from banso.listen.events.rhythm.watching import Finding, findings, usual_of
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.lake import registry
from banso.shared.users.models import User

MINUTES_KEPT = timedelta(hours=3)


@dataclass(frozen=True)
class Came:
    """What came from one source in one minute."""

    source: str
    at: datetime
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0


@transaction.atomic
def count_arrivals(*, came: Iterable[Came]) -> None:
    """Add to the counts of the sources; journalled once by the compaction or refusal it is of."""
    recent = clock.now() - MINUTES_KEPT
    sources: dict[str, Source] = {}
    spans: dict[tuple[int, int, datetime], Came] = {}
    for one in came:
        source = sources.get(one.source) or sources.setdefault(one.source, source_named(one))
        _add_to_source(source, one)
        hour = one.at.replace(minute=0, second=0, microsecond=0)
        _sum(spans, (source.pk, Span.HOUR, hour), one)
        if one.at >= recent:
            _sum(spans, (source.pk, Span.MINUTE, one.at.replace(second=0, microsecond=0)), one)
    for (source_id, span, starts_at), added in sorted(spans.items()):
        row, _created = Arrival.objects.get_or_create(
            source_id=source_id, span=span, starts_at=starts_at
        )
        Arrival.objects.filter(pk=row.pk).update(
            accepted=F("accepted") + added.accepted,
            duplicate=F("duplicate") + added.duplicate,
            refused=F("refused") + added.refused,
        )


def count_compacted(came: list[registry.Came]) -> None:
    """What a compaction took, in the transaction in which it leaves the inbox."""
    count_arrivals(
        came=[
            Came(
                one.source,
                datetime.fromtimestamp(one.minute * 60, UTC),
                accepted=one.new,
                duplicate=one.rows - one.new,
            )
            for one in came
        ]
    )


def watch_sources() -> int:
    """Raise warnings for sources that left their rhythm, and resolve those that are back; how
    many are open.
    """
    zone, now = reads.zone(), reads.counted_until()
    watched = list(Source.objects.filter(is_watched=True))
    known = reads.known_sources(watched, zone)
    for source in watched:
        found = findings(source, known[source.pk], now, zone)
        _settle(source, found, is_back=_is_back(source))
        source.usual_on = now.astimezone(zone).date()
        source.usual = usual_of(known[source.pk], now, zone)
    Source.objects.bulk_update(watched, ["usual_on", "usual"])
    return len(reads.open_warnings())


@transaction.atomic
def watch(*, by: User, source: Source, is_watched: bool) -> None:
    """Say whether the rhythm of a source is watched; of one that is not, no warning stays."""
    Source.objects.filter(pk=source.pk).update(is_watched=is_watched)
    if not is_watched:
        open_ones = ArrivalWarning.objects.filter(source=source, resolved_at=None)
        for warning in open_ones.select_related("source"):
            _resolve(warning)
    record("events.watched", by=by, source=source.name, is_watched=is_watched)


@transaction.atomic
def end_silences() -> int:
    """Resolve the silence of sources that sent again; how many."""
    back = ArrivalWarning.objects.filter(
        kind=WarningKind.SILENT, resolved_at=None, source__last_at__gt=F("since")
    ).select_related("source")
    return sum(_resolve(warning) for warning in back)


@transaction.atomic
def _settle(source: Source, found: list[Finding], *, is_back: bool) -> None:
    open_ones = {
        warning.kind: warning
        for warning in ArrivalWarning.objects.filter(source=source, resolved_at=None)
    }
    now = clock.now()
    kinds = {finding.kind for finding in found}
    for kind, warning in open_ones.items():
        is_over = is_back if kind == WarningKind.SILENT else kind not in kinds
        if is_over:
            _resolve(warning)
    for finding in found:
        if finding.kind in open_ones:
            continue
        warning, is_new = ArrivalWarning.objects.get_or_create(
            source=source,
            kind=finding.kind,
            resolved_at=None,
            defaults={
                "since": finding.since,
                "raised_at": now,
                "expected": finding.expected,
                "low": finding.low,
                "high": finding.high,
                "found": finding.found,
                "basis": finding.basis,
            },
        )
        if is_new:
            record("events.warned", by=None, source=source.name, warning=warning.kind)


def _is_back(source: Source) -> bool:
    silent = ArrivalWarning.objects.filter(
        source=source, kind=WarningKind.SILENT, resolved_at=None, since__gte=source.last_at
    )
    return not silent.exists()


def _resolve(warning: ArrivalWarning) -> bool:
    now = clock.now()
    left = ArrivalWarning.objects.filter(pk=warning.pk, resolved_at=None).update(resolved_at=now)
    if left:
        record("events.warning_over", by=None, source=warning.source.name, warning=warning.kind)
    return bool(left)


def source_named(came: Came) -> Source:
    """The source's row, made when it is new."""
    made = {"first_at": came.at, "last_at": came.at}
    return Source.objects.get_or_create(name=came.source[:80], defaults=made)[0]


def forget_minutes() -> int:
    """Drop the counts by minute that no page shows any more."""
    old = Arrival.objects.filter(span=Span.MINUTE, starts_at__lt=clock.now() - MINUTES_KEPT)
    return old.delete()[0]


def _add_to_source(source: Source, came: Came) -> None:
    is_later = When(last_at__lt=came.at, then=Value(came.at))
    Source.objects.filter(pk=source.pk).update(
        accepted=F("accepted") + came.accepted,
        duplicate=F("duplicate") + came.duplicate,
        refused=F("refused") + came.refused,
        last_at=Case(is_later, default=F("last_at")) if came.accepted else F("last_at"),
    )


def _sum(
    spans: dict[tuple[int, int, datetime], Came], key: tuple[int, int, datetime], came: Came
) -> None:
    was = spans.get(key, Came(came.source, came.at))
    spans[key] = Came(
        came.source,
        came.at,
        was.accepted + came.accepted,
        was.duplicate + came.duplicate,
        was.refused + came.refused,
    )
