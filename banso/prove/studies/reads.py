from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet

from banso.know.subscriptions.models import Subscription
from banso.prove.studies.models import EvidenceRun, Finding, RunState

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
    return list(run.findings.order_by("position"))


def earlier_verdicts(finding: Finding) -> QuerySet[Finding]:
    """What earlier runs found about the same metric, newest first."""
    same = Finding.objects.filter(key=finding.key, run__state=RunState.DONE)
    return same.filter(run__lt=finding.run_id).select_related("run").order_by("-run")


def verdict_counts(findings: list[Finding]) -> dict[str, int]:
    """How many findings there are of each verdict."""
    return Counter(finding.verdict for finding in findings)


def runs_without_need_of_rows() -> list[int]:
    """Finished runs older than the newest five: their decisions need not be kept any longer."""
    done = EvidenceRun.objects.filter(state=RunState.DONE).order_by("-pk")
    return list(done.values_list("pk", flat=True)[RUNS_WITH_ROWS : RUNS_WITH_ROWS + 20])


def any_subscription() -> bool:
    return Subscription.objects.exists()
