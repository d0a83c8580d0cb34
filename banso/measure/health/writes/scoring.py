"""Accounts are scored: those that changed, or everybody when what all scores rest on did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db import transaction

from banso.know.accounts.models import Account, Stage
from banso.know.accounts.writes import set_figures
from banso.measure.health import rules
from banso.measure.health.models import HealthModel, HealthScore, Scoring
from banso.measure.health.reads import current_model
from banso.measure.health.writes.model import model_with_marks
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.reads import finished_revision, last_event_of_all, measured_since
from banso.shared.journal.reads import changes_for
from banso.shared.journal.writes import forget_changes, note_changes, record
from banso.shared.upserts.writes import slices

CHUNK = 2000
FOLLOWER = "health.refresh"
HEALTH_CHANGED = "health"  # the topic of who follows what the score saw of an account


@dataclass(frozen=True)
class Person:
    """What the score asks about an account besides its metrics."""

    id: int
    last_contact_on: date | None
    touch_model: str
    stage: str
    health: int | None


PERSON = ("pk", "last_contact_on", "touch_model", "stage", "health")


@dataclass
class Counts:
    accounts: int = 0
    scored: int = 0
    changed: int = 0


@dataclass
class Run:
    """What all scores of one run rest on, and what it did."""

    model: HealthModel
    stale: bool
    today: date
    counts: Counts = field(default_factory=Counts)

    @cached_property
    def measures(self) -> tuple[rules.Measure, ...]:
        return self.model.lines


def refresh_health(*, today: date) -> Counts:
    """Score every account in chunks, each a transaction; running twice changes nothing."""
    return _follow(today, everybody=True)


def follow_changes(*, today: date) -> Counts:
    """Score the accounts whose metrics, records, terms or contacts changed since the last run.

    Everybody on another day, with another model, and when events begin or cease to arrive. What
    was followed is kept last: a run that dies is repeated, and what changes meanwhile comes next.
    """
    return _follow(today, everybody=False)


def _follow(today: date, *, everybody: bool) -> Counts:
    told, finished = changes_for(FOLLOWER), finished_revision()
    seen = Scoring.objects.filter(pk=1).first() or Scoring(pk=1)
    measured = measured_since(seen.revision)
    model = _model(measured, is_new_day=everybody or seen.as_of != today)
    run = Run(model, rules.is_stale(last_event_of_all(), today), today)
    everybody = everybody or (seen.model_id, seen.as_of, seen.stale) != (model.pk, today, run.stale)
    asked = {*told.values()}
    chunks = _everybody() if everybody else _those({*measured, *asked})
    for people in chunks:
        _refresh_chunk(people, run, tell_of=asked if everybody else None)
    with transaction.atomic():
        Scoring.objects.update_or_create(
            pk=1,
            defaults={"model": model, "as_of": today, "stale": run.stale, "revision": finished},
        )
        forget_changes(list(told))
        if everybody:
            said = {"as_of": today.isoformat(), **vars(run.counts)}
            record("health.refreshed", by=None, **said)
    return run.counts


def _model(measured: Sequence[int], *, is_new_day: bool) -> HealthModel:
    """The model in force; open marks need all values, so only many new ones are looked at."""
    model = current_model()
    if model is None or not model.has_open_marks:
        return model or model_with_marks()
    many = bool(measured) and 100 * len(measured) >= AccountMeasures.objects.count()
    return model_with_marks() if many or is_new_day else model


def _everybody() -> Iterator[list[Person]]:
    last = 0
    while rows := list(
        Account.objects.filter(pk__gt=last).order_by("pk").values_list(*PERSON)[:CHUNK]
    ):
        yield [Person(*row) for row in rows]
        last = rows[-1][0]


def _those(ids: Collection[int]) -> Iterator[list[Person]]:
    for some in slices(sorted(ids), CHUNK):
        rows = Account.objects.filter(pk__in=some).order_by("pk").values_list(*PERSON)
        if people := [Person(*row) for row in rows]:
            yield people


@dataclass
class Found:
    """What a part of the accounts brings to the database."""

    made: list[HealthScore] = field(default_factory=list)
    renewed: list[HealthScore] = field(default_factory=list)
    past: list[int] = field(default_factory=list)
    figures: dict[int, dict[str, Any]] = field(default_factory=dict)


@transaction.atomic
def _refresh_chunk(people: list[Person], run: Run, *, tell_of: set[int] | None) -> None:
    """Write the scores, and tell the followers of all, or of some and whose score changed."""
    ids = [person.id for person in people]
    values = AccountMeasures.objects.filter(pk__in=ids).values_list("account_id", "values")
    kept, found = dict(values), Found()
    scores = HealthScore.objects.filter(is_current=True, account__in=ids)
    current = {score.account_id: score for score in scores}
    for person in people:
        scored = _score_of(person, kept.get(person.id), run)
        run.counts.accounts += 1
        run.counts.scored += scored is not None and scored.score is not None
        _compare(person, current.get(person.id), scored, run, found)
    run.counts.changed += len(found.figures)
    _write(found)
    told = ids if tell_of is None else found.figures.keys() | tell_of.intersection(ids)
    note_changes(HEALTH_CHANGED, account_ids=told)


def _compare(
    person: Person, old: HealthScore | None, scored: rules.Scored | None, run: Run, found: Found
) -> None:
    value = scored.score if scored else None
    if person.health != value:
        found.figures[person.id] = {"health": value}
    if scored is None:
        found.past += [old.pk] if old else []
    elif old is None or (old.as_of < run.today and _stands_no_more(old, scored, run.model)):
        found.past += [old.pk] if old else []
        found.made.append(_row(person.id, run, scored))
    elif old.parts != scored.parts or old.model_id != run.model.pk or old.score != value:
        old.score, old.parts, old.model = value, scored.parts, run.model
        found.renewed.append(old)


def _write(found: Found) -> None:
    HealthScore.objects.filter(pk__in=found.past).update(is_current=False)
    _replace_past_of_today(found.made)
    HealthScore.objects.bulk_create(
        found.renewed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["score", "parts", "model"],
    )
    if found.figures:
        set_figures(figures=found.figures)


def _score_of(person: Person, kept: dict[str, Any] | None, run: Run) -> rules.Scored | None:
    """The account's score, or None for a customer that left."""
    if person.stage == Stage.LEFT:
        return None
    measures = run.measures
    readings = {
        m.key: rules.contact_reading(person.last_contact_on, run.today, person.touch_model)
        if m.key == rules.CONTACT_DAYS
        else rules.metric_reading((kept or {}).get(m.key), m, stale=run.stale)
        for m in measures
    }
    return rules.score(measures, readings)


def _stands_no_more(old: HealthScore, scored: rules.Scored, model: HealthModel) -> bool:
    """Whether history gets a new line: another score, other measures known, or other weights."""
    if old.score != scored.score or old.model_id != model.pk:
        return True
    return set(rules.contributions(old.parts)) != set(rules.contributions(scored.parts))


def _row(account_id: int, run: Run, scored: rules.Scored) -> HealthScore:
    return HealthScore(
        account_id=account_id,
        model=run.model,
        as_of=run.today,
        score=scored.score,
        parts=scored.parts,
    )


def _replace_past_of_today(made: list[HealthScore]) -> None:
    """Insert new lines; one of the same day that was closed (left and came back) is reused."""
    HealthScore.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["account", "as_of"],
        update_fields=["score", "parts", "model", "is_current"],
    )
