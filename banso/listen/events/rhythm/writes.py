"""Counts what arrived, per source and time of arriving."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When

from banso.listen.events.models import Arrival, Source, Span
from banso.shared import clock
from banso.shared.lake import registry

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
