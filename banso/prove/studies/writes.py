from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from banso.measure.metrics.models import MetricDefinition
from banso.prove.studies.models import EvidenceRun, Finding, MetricPage, MetricPlace, RunState
from banso.prove.studies.reads import JOB, latest_run, metric_steps
from banso.shared import clock
from banso.shared.journal.models import Job
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User

REST = timedelta(hours=1)


def rested(last: EvidenceRun | None, now: datetime) -> datetime:
    """When the evidence may be looked at again without anybody waiting for it."""
    ended = [at for at in (last.finished_at, last.confirmed_at) if at] if last else []
    return max([now, *(at + REST for at in ended)])


@transaction.atomic
def ask_for_run(*, by: User | None) -> Job:
    """Compute the evidence soon; asking twice computes it once.

    Where events come all day the metrics ask, too: for them an hour lies between two runs.
    """
    now, last = clock.now(), latest_run()
    job = enqueue(JOB, key=JOB, after=now if by is not None else rested(last, now))
    if by is not None:
        Job.objects.filter(pk=job.pk, lease_until=None, run_after__gt=now).update(run_after=now)
        record("evidence.asked", by=by)
    return job


@transaction.atomic
def set_order(*, steps: Mapping[str, int], by: User) -> bool:
    """Keep which metric comes before which, and compare anew; False where nothing changed."""
    before = metric_steps()
    if dict(steps) == before:
        return False
    MetricPlace.objects.all().delete()
    known = MetricDefinition.objects.filter(key__in=steps)
    MetricPlace.objects.bulk_create(
        [MetricPlace(metric=metric, step=steps[metric.key]) for metric in known]
    )
    record("evidence.order", by=by, before=before, after=dict(steps))
    ask_for_run(by=by)
    return True


@transaction.atomic
def begin_run() -> EvidenceRun:
    """Start a run, or take up the one that was not finished."""
    open_run = EvidenceRun.objects.exclude(state=RunState.DONE).order_by("-pk").first()
    run = open_run or EvidenceRun()
    run.state, run.step, run.error, run.started_at = RunState.RUNNING, "", "", clock.now()
    run.save()
    return run


def reach_step(run: EvidenceRun, *, step: str) -> None:
    """Say how far a run has come."""
    run.step = step
    run.save(update_fields=["step"])


@transaction.atomic
def finish_run(
    run: EvidenceRun,
    *,
    findings: Sequence[Finding],
    pages: Mapping[str, dict[str, Any]] | None = None,
    **figures: Any,
) -> EvidenceRun:
    """Close a run with what it found; the metrics' pages of earlier runs give way to its own."""
    for name, value in figures.items():
        setattr(run, name, value)
    run.state, run.step, run.finished_at = RunState.DONE, "", clock.now()
    run.confirmed_at = run.finished_at
    run.save()
    run.findings.all().delete()
    for finding in findings:
        finding.run = run
    made = Finding.objects.bulk_create(findings, batch_size=500)
    MetricPage.objects.all().delete()
    MetricPage.objects.bulk_create(
        [
            MetricPage(finding=f, numbers=(pages or {})[f.key])
            for f in made
            if f.key in (pages or {})
        ],
        batch_size=100,
    )
    record(
        "evidence.finished", by=None, run=run.pk, findings=len(findings),
        decisions=run.decisions, non_renewals=run.non_renewals,
    )  # fmt: skip
    return run


@transaction.atomic
def confirm_run(run: EvidenceRun, *, confirmed: EvidenceRun) -> EvidenceRun:
    """Nothing has changed since an earlier run: note the day on it and forget this one."""
    confirmed.confirmed_at = clock.now()
    confirmed.save(update_fields=["confirmed_at"])
    run.delete()
    record("evidence.finished", by=None, run=confirmed.pk, unchanged=True)
    return confirmed


def fail_run(run: EvidenceRun, *, error: str) -> None:
    """Keep why a run broke off; the job tries again."""
    run.state, run.error = RunState.FAILED, error[-2000:]
    run.save(update_fields=["state", "error"])
