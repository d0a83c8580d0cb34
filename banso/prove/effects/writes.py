from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.prove.effects.models import (
    Assigned,
    HoldOut,
    Measure,
    MeasureState,
    Result,
    Treated,
)
from banso.prove.studies.models import RunState
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User

JOB = "effects.compute"


class NotADraft(Exception):
    """The measure was begun already; what it asks is fixed from then on."""


def _may(by: User | None) -> None:
    if by is not None and not by.may("define"):
        raise PermissionDenied


@transaction.atomic
def draft_measure(
    *,
    by: User | None,
    name: str,
    what_done: str,
    reason: str,
    origin: str,
    goal: str,
    metric_key: str = "",
    meaningful: float = 0.05,
    params: Mapping[str, Any] | None = None,
    treated: Mapping[int, date] | None = None,
    unread: Mapping[str, Any] | None = None,
) -> Measure:
    """Write down what was done, for whom and why; nothing is computed before it is begun."""
    _may(by)
    measure = Measure.objects.create(
        name=name, what_done=what_done, reason=reason, origin=origin, goal=goal,
        metric_key=metric_key, meaningful=meaningful, params=dict(params or {}),
        unread=dict(unread or {}), by=by, created_at=clock.now(),
    )  # fmt: skip
    Treated.objects.bulk_create(
        (Treated(measure=measure, account_id=pk, treated_on=day)
         for pk, day in (treated or {}).items()),
        batch_size=1000,
    )  # fmt: skip
    record("effect.drafted", by=by, measure=measure.pk, origin=origin, goal=goal)
    return measure


@transaction.atomic
def begin_measure(*, by: User | None, measure: Measure) -> None:
    """From now on what is asked stays as it is; the first answer is computed."""
    _may(by)
    _begin(by, measure)
    ask_for_result(by=None, measure=measure)


def _begin(by: User | None, measure: Measure) -> None:
    changed = Measure.objects.filter(pk=measure.pk, state=MeasureState.DRAFT).update(
        state=MeasureState.RUNNING, begun_at=clock.now()
    )
    if not changed:
        raise NotADraft
    measure.refresh_from_db()
    record("effect.begun", by=by, measure=measure.pk)


@transaction.atomic
def begin_holdout(
    *,
    by: User | None,
    measure: Measure,
    key: str,
    share: float,
    strata: Mapping[int, str],
    held_out: frozenset[int],
    looks: Sequence[Mapping[str, Any]],
    **told: Any,
) -> HoldOut:
    """Store the draw, once: who is in which group, with the key that repeats it."""
    _may(by)
    _begin(by, measure)
    holdout = HoldOut.objects.create(
        measure=measure, key=key, share=share, units=len(strata), held_out=len(held_out),
        looks=list(looks), drawn_at=clock.now(), **told,
    )  # fmt: skip
    Assigned.objects.bulk_create(
        (Assigned(holdout=holdout, account_id=pk, is_held_out=pk in held_out, stratum=stratum)
         for pk, stratum in sorted(strata.items())),
        batch_size=1000,
    )  # fmt: skip
    record("effect.drawn", by=by, measure=measure.pk, units=len(strata), held_out=len(held_out))
    return holdout


@transaction.atomic
def ask_for_result(*, by: User | None, measure: Measure) -> None:
    """Compute soon; asking twice computes once."""
    _may(by)
    enqueue(JOB, key=f"{JOB}:{measure.pk}", measure=measure.pk)
    if by is not None:
        record("effect.asked", by=by, measure=measure.pk)


@transaction.atomic
def remove_measure(*, by: User | None, measure: Measure) -> None:
    """Take a measure from the list; what was found stays on record."""
    _may(by)
    measure.removed_at = clock.now()
    measure.save(update_fields=["removed_at"])
    record("effect.removed", by=by, measure=measure.pk)


@transaction.atomic
def begin_result(*, measure: Measure, look: int | None = None) -> Result:
    """Start an answer, or take up the one that was not finished."""
    unfinished = Result.objects.filter(measure=measure, look=look).exclude(state=RunState.DONE)
    result = unfinished.order_by("-pk").first() or Result(measure=measure, look=look)
    result.state, result.step, result.error = RunState.RUNNING, "", ""
    result.started_at = clock.now()
    result.save()
    return result


def reach_step(*, result: Result, step: str) -> None:
    """Say how far an answer has come."""
    result.step = step
    result.save(update_fields=["step"])


@transaction.atomic
def finish_result(*, result: Result, **found: Any) -> Result:
    """Close an answer with what it found."""
    for name, value in found.items():
        setattr(result, name, value)
    result.state, result.step = RunState.DONE, ""
    result.finished_at = result.confirmed_at = clock.now()
    result.save()
    record(
        "effect.found", by=None, measure=result.measure_id, result=result.pk,
        verdict=result.verdict, level=result.level,
    )  # fmt: skip
    return result


@transaction.atomic
def confirm_result(*, result: Result, confirmed: Result) -> Result:
    """Nothing has changed since an earlier answer: note the day on it and forget this one."""
    confirmed.confirmed_at = clock.now()
    confirmed.save(update_fields=["confirmed_at"])
    result.delete()
    record("effect.found", by=None, measure=confirmed.measure_id, result=confirmed.pk, same=True)
    return confirmed


def fail_result(*, result: Result, error: str) -> None:
    """Keep why an answer broke off; the job tries again."""
    result.state, result.error = RunState.FAILED, error[-2000:]
    result.save(update_fields=["state", "error"])
