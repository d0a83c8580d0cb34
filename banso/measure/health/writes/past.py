"""How the customers stood a month before the first scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from banso.measure.health import rules
from banso.measure.health.history import customers_as_of, readings_as_of
from banso.measure.health.models import HealthModel, HealthScore
from banso.measure.health.reads import BACK_DAYS, definitions
from banso.measure.health.writes.model import model_with_marks
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.reads import last_event_of_all, values_in_chunks
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record

CHUNK = 2000
LOOKED_BACK = "health.looked_back"


def score_the_month_before(*, today: date) -> int:
    """Before the first scores: how the customers stood a month ago, so that moves can be told.

    The events of that time are all there; contacts are those of the notes. It waits for the first
    metrics: a company whose customers came before its events is refreshed before it has any.
    """
    told = Entry.objects.filter(kind=LOOKED_BACK).exists()
    if told or HealthScore.objects.filter(score__isnull=False).exists():
        return 0
    model = model_with_marks()
    if not AccountMeasures.objects.exists():
        return 0
    day = today - timedelta(days=BACK_DAYS)
    keys = {line.key for line in model.lines}
    asked = [d for d in definitions().values() if d.key in keys]
    stale = rules.is_stale(last_event_of_all(), day)
    made = 0
    for values in values_in_chunks(definitions=asked, rows=customers_as_of(day)) if asked else ():
        readings = readings_as_of(values, model.lines, day, stale=stale)
        scored = {pk: rules.score(model.lines, found) for pk, found in readings.items()}
        made += _keep_past(model, day, scored)
    record(LOOKED_BACK, by=None, as_of=day.isoformat(), scored=made)
    return made


@transaction.atomic
def _keep_past(model: HealthModel, day: date, scored: Mapping[int, rules.Scored]) -> int:
    rows = [
        HealthScore(
            account_id=pk, model=model, as_of=day, score=s.score, parts=s.parts, is_current=False
        )
        for pk, s in scored.items()
        if s.score is not None
    ]
    HealthScore.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    return len(rows)
