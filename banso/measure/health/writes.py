from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from banso.know.accounts.models import Account, Stage
from banso.know.accounts.writes import set_figures
from banso.measure.health import rules
from banso.measure.health.history import customers_as_of, readings_as_of
from banso.measure.health.models import HealthModel, HealthScore
from banso.measure.health.reads import (
    BACK_DAYS,
    current_model,
    definitions,
    last_event_of_all,
    values_of,
)
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.reads import values_in_chunks
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User

CHUNK = 2000


@dataclass(frozen=True)
class Person:
    """What the score asks about an account besides its metrics."""

    id: int
    last_contact_on: date | None
    touch_model: str
    stage: str
    health: int | None


@dataclass
class Counts:
    accounts: int = 0
    scored: int = 0
    changed: int = 0


@transaction.atomic
def save_model(*, by: User | None, measures: Sequence[rules.Measure]) -> HealthModel:
    """Put other weights and marks in force; every score is then made anew."""
    model = HealthModel.objects.create(
        measures=rules.as_json(measures), saved_by=by, saved_at=clock.now()
    )
    record("health_model.saved", by=by, model=model.pk, measures=model.measures)
    enqueue("health.refresh", key="health.refresh")
    return model


@transaction.atomic
def model_with_marks() -> HealthModel:
    """The model in force; open marks are closed as soon as the customers' values allow it."""
    model = current_model()
    lines = model.lines if model else rules.DEFAULT_MEASURES
    closed = tuple(_with_marks(line) for line in lines)
    if model is not None and closed == lines:
        return model
    made = HealthModel.objects.create(
        measures=rules.as_json(closed), saved_by=None, saved_at=clock.now()
    )
    record("health_model.proposed", by=None, model=made.pk, measures=made.measures)
    return made


def _with_marks(line: rules.Measure) -> rules.Measure:
    if (line.low is not None and line.high is not None) or line.key == rules.CONTACT_DAYS:
        return line
    marks = rules.proposed_marks(list(values_of(line.key)))
    return replace(line, low=marks[0], high=marks[1]) if marks else line


def refresh_health(*, today: date) -> Counts:
    """Score every account in chunks, each a transaction; running twice changes nothing."""
    model = model_with_marks()
    stale = rules.is_stale(last_event_of_all(), today)
    counts = Counts()
    for people in _chunks_of_accounts():
        _refresh_chunk(people, model=model, stale=stale, today=today, counts=counts)
    record(
        "health.refreshed",
        by=None,
        as_of=today.isoformat(),
        accounts=counts.accounts,
        scored=counts.scored,
        changed=counts.changed,
    )
    return counts


def _chunks_of_accounts() -> Iterator[list[Person]]:
    last = 0
    fields = ("pk", "last_contact_on", "touch_model", "stage", "health")
    while rows := list(
        Account.objects.filter(pk__gt=last).order_by("pk").values_list(*fields)[:CHUNK]
    ):
        yield [Person(*row) for row in rows]
        last = rows[-1][0]


def score_the_month_before(*, today: date) -> int:
    """Before the first scores: how the customers stood a month ago, so that moves can be told.

    The events of that time are all there; contacts are those of the notes.
    """
    if Entry.objects.filter(kind="health.refreshed").exists():
        return 0
    day = today - timedelta(days=BACK_DAYS)
    model = model_with_marks()
    keys = {line.key for line in model.lines}
    asked = [d for d in definitions().values() if d.key in keys]
    stale = rules.is_stale(last_event_of_all(), day)
    made = 0
    for values in values_in_chunks(definitions=asked, rows=customers_as_of(day)) if asked else ():
        readings = readings_as_of(values, model.lines, day, stale=stale)
        scored = {pk: rules.score(model.lines, found) for pk, found in readings.items()}
        made += _keep_past(model, day, scored)
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


@transaction.atomic
def _refresh_chunk(
    people: list[Person], *, model: HealthModel, stale: bool, today: date, counts: Counts
) -> None:
    between = {"account__gte": people[0].id, "account__lte": people[-1].id}
    kept = dict(AccountMeasures.objects.filter(**between).values_list("account_id", "values"))
    current = {s.account_id: s for s in HealthScore.objects.filter(is_current=True, **between)}
    measures = model.lines
    made: list[HealthScore] = []
    renewed: list[HealthScore] = []
    past: list[int] = []
    figures: dict[int, dict[str, Any]] = {}
    for person in people:
        old = current.get(person.id)
        scored = _score_of(person, kept.get(person.id), measures, stale, today)
        value = scored.score if scored else None
        counts.accounts += 1
        counts.scored += value is not None
        if person.health != value:
            figures[person.id] = {"health": value}
        if scored is None:
            past += [old.pk] if old else []
        elif old is None or (old.as_of < today and _stands_no_more(old, scored, model)):
            past += [old.pk] if old else []
            made.append(_row(person.id, model, today, scored))
        elif old.parts != scored.parts or old.model_id != model.pk or old.score != value:
            old.score, old.parts, old.model = value, scored.parts, model
            renewed.append(old)
    counts.changed += len(figures)
    HealthScore.objects.filter(pk__in=past).update(is_current=False)
    _replace_past_of_today(made)
    HealthScore.objects.bulk_create(
        renewed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["score", "parts", "model"],
    )
    if figures:
        set_figures(figures=figures)


def _score_of(
    person: Person,
    kept: dict[str, Any] | None,
    measures: Sequence[rules.Measure],
    stale: bool,
    today: date,
) -> rules.Scored | None:
    """The account's score, or None for a customer that left."""
    if person.stage == Stage.LEFT:
        return None
    readings = {
        m.key: rules.contact_reading(person.last_contact_on, today, person.touch_model)
        if m.key == rules.CONTACT_DAYS
        else rules.metric_reading((kept or {}).get(m.key), m, stale=stale)
        for m in measures
    }
    return rules.score(measures, readings)


def _stands_no_more(old: HealthScore, scored: rules.Scored, model: HealthModel) -> bool:
    """Whether history gets a new line: another score, other measures known, or other weights."""
    if old.score != scored.score or old.model_id != model.pk:
        return True
    return set(rules.contributions(old.parts)) != set(rules.contributions(scored.parts))


def _row(account_id: int, model: HealthModel, today: date, scored: rules.Scored) -> HealthScore:
    return HealthScore(
        account_id=account_id, model=model, as_of=today, score=scored.score, parts=scored.parts
    )


def _replace_past_of_today(made: list[HealthScore]) -> None:
    """Insert new lines; one of the same day that was closed (left and came back) is reused."""
    HealthScore.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["account", "as_of"],
        update_fields=["score", "parts", "model", "is_current"],
    )
