from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import QuerySet

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import MetricDefinition
from banso.prove.studies.kept_rows import kept_rows
from banso.prove.studies.models import EvidenceRun, Finding, MetricPage, MetricPlace, RunState
from banso.shared.journal.models import Job

JOB = "evidence.run"
RUNS_WITH_ROWS = 5


def latest_run() -> EvidenceRun | None:
    """The newest finished run."""
    return EvidenceRun.objects.filter(state=RunState.DONE).order_by("-pk").first()


def open_run() -> EvidenceRun | None:
    """The run that is going on, or that broke off and waits to be tried again."""
    return EvidenceRun.objects.exclude(state=RunState.DONE).order_by("-pk").first()


def earlier_runs(run: EvidenceRun) -> QuerySet[EvidenceRun]:
    return EvidenceRun.objects.filter(state=RunState.DONE, pk__lt=run.pk).order_by("-pk")


def findings_of_run(run: EvidenceRun) -> list[Finding]:
    findings = list(run.findings.order_by("position"))
    for finding in findings:
        finding.run = run
    return findings


def findings_asked(
    run: EvidenceRun | None, *, verdict: str | None, group: str | None
) -> QuerySet[Finding]:
    """The findings of a run that meet every condition that says something; none without a run."""
    if run is None:
        return Finding.objects.none()
    given = {"verdict": verdict, "group": group}
    said = {name: value for name, value in given.items() if value is not None}
    return run.findings.filter(**said).select_related("run")


def metric_finding(run: EvidenceRun, key: str) -> Finding | None:
    """What a run found about a metric, with what it keeps for the metric's page."""
    found = run.findings.filter(key=f"metric.{key}").select_related("page").first()
    if found is not None:
        found.run = run
    return found


def page_numbers(finding: Finding) -> dict[str, Any] | None:
    """What is kept for the page of a metric; None where its run was made without."""
    page: MetricPage | None = getattr(finding, "page", None)
    return None if page is None else page.numbers


def metric_name(key: str) -> str | None:
    """The name of a metric in use, in the reader's language."""
    definition = MetricDefinition.objects.filter(key=key).first()
    return None if definition is None else str(definition.name)


def metric_steps() -> dict[str, int]:
    """The step of each metric that has a place in the order, by its key."""
    placed = MetricPlace.objects.filter(metric__retired_at=None).order_by("step", "metric__key")
    return dict(placed.values_list("metric__key", "step"))


def metrics_in_use() -> list[MetricDefinition]:
    return list(MetricDefinition.objects.order_by("position", "key"))


def earlier_verdicts(finding: Finding) -> QuerySet[Finding]:
    """What earlier runs found about the same metric, newest first."""
    same = Finding.objects.filter(key=finding.key, run__state=RunState.DONE)
    return same.filter(run__lt=finding.run_id).select_related("run").order_by("-run")


def runs_without_need_of_rows() -> list[int]:
    """Finished runs older than the newest five: their decisions need not be kept any longer."""
    done = EvidenceRun.objects.filter(state=RunState.DONE).order_by("-pk")
    return list(done.values_list("pk", flat=True)[RUNS_WITH_ROWS : RUNS_WITH_ROWS + 20])


def any_subscription() -> bool:
    return Subscription.objects.exists()


def run_is_owed() -> bool:
    """Whether a run was asked for and is not finished."""
    open_jobs = Job.objects.filter(key=JOB, done_at=None, given_up_at=None)
    return open_jobs.exists()


def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    """Names of customers by id; one that was removed has none."""
    return dict(Account.objects.filter(pk__in=set(account_ids)).values_list("pk", "name"))


def decisions_behind(
    finding: Finding,
    *,
    group: int | None = None,
    outcome: str = "",
    groups: Sequence[dict[str, Any]] | None = None,
) -> pa.Table | None:
    """The decisions a finding rests on with the value of each, in order of value; None if not kept.

    group: position of one of the finding's groups, or of the given ones; outcome: "renewed" or
    "churned".
    """
    rows = kept_rows(finding.run_id, finding.key)
    if rows is None:
        return None
    rows = rows.filter(pc.is_valid(rows["value"]))
    groups = finding.numbers["groups"] if groups is None else groups
    if group is not None and group < len(groups):
        rows = rows.filter(_in_group(rows["value"], groups[group], finding.numbers["kind"]))
    if outcome:
        lost = rows["not_renewed"]
        rows = rows.filter(lost if outcome == "churned" else pc.invert(lost))
    return rows.sort_by([("value", "descending"), ("closed_on", "descending")])


def _in_group(values: pa.ChunkedArray, group: dict[str, Any], kind: str) -> pa.ChunkedArray:
    if kind == "nominal":
        levels = {group["label"], *group["label"].split(" / ")}
        return pc.is_in(values, value_set=pa.array(sorted(levels)))
    return pc.and_(pc.greater_equal(values, group["low"]), pc.less_equal(values, group["high"]))
