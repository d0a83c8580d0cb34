from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet

from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import MetricDefinition, MetricVersion
from banso.prove.hypotheses.chain import broken_at, canonical
from banso.prove.hypotheses.models import (
    Check,
    EntryKind,
    Hypothesis,
    LedgerEntry,
    OwnOutcome,
    Reading,
)
from banso.prove.hypotheses.records import claim_of, outcome_of
from banso.prove.studies.models import Finding
from banso.prove.studies.reads import findings_of_run, latest_run
from banso.prove.studies.wording import level_name
from banso.shared.fields.models import FieldDefinition, Holder, Kind
from banso.shared.journal.models import Job

JOB = "hypotheses.check"
MOST_LEVELS = 20


def hypotheses() -> QuerySet[Hypothesis]:
    """Every hypothesis with what its line needs, the newest first; checks newest first."""
    checks = Prefetch("checks", Check.objects.order_by("-pk"), to_attr="newest_first")
    wanted = Hypothesis.objects.select_related(
        "metric", "owner", "author", "own_outcome", "first_entry"
    )
    return wanted.prefetch_related(checks).order_by("-pk")


def hypotheses_asked(*, level: str | None, outcome: str | None) -> QuerySet[Hypothesis]:
    """Those on a level and about an outcome, where one is asked for."""
    said = {"level": level, "outcome": outcome}
    return hypotheses().filter(**{name: value for name, value in said.items() if value is not None})


def checks_asked(hypothesis: Hypothesis) -> QuerySet[Check]:
    """The checks of one hypothesis with their links in the ledger."""
    return Check.objects.filter(hypothesis=hypothesis).select_related("entry")


def open_hypotheses() -> list[Hypothesis]:
    """Those that are still checked, in the order they were written."""
    return list(
        Hypothesis.objects.filter(retired_at=None)
        .select_related("metric", "own_outcome")
        .order_by("pk")
    )


def any_due(today: date) -> bool:
    return Hypothesis.objects.filter(retired_at=None, next_check_on__lte=today).exists()


def check_is_owed() -> bool:
    return Job.objects.filter(key=JOB, done_at=None, given_up_at=None).exists()


def any_contract() -> bool:
    return Subscription.objects.exists()


def latest_check(hypothesis: Hypothesis) -> Check | None:
    return hypothesis.checks.order_by("-pk").first()


def looks_of(hypothesis: Hypothesis) -> QuerySet[Check]:
    """The checks that looked at new decisions, newest first."""
    return hypothesis.checks.filter(opened=True).order_by("-pk")


def meaning_of(metric: MetricDefinition) -> tuple[str, dict[str, Any]]:
    """Shape and parameters of a metric's present version."""
    version = MetricVersion.objects.filter(definition=metric, version=metric.version).first()
    return (version.shape, version.params) if version else (metric.shape, metric.params)


def finding_of_metric(pk: int) -> tuple[Finding, MetricDefinition] | None:
    """A finding of the Evidence page with its metric, where that is still in use."""
    finding = Finding.objects.filter(pk=pk, key__startswith="metric.").first()
    if finding is None:
        return None
    metric = MetricDefinition.objects.filter(key=finding.key.removeprefix("metric.")).first()
    return (finding, metric) if metric else None


def answer_fields() -> list[FieldDefinition]:
    """Fields of the customers that may say whether something came."""
    kinds = (Kind.CHOICE, Kind.NUMBER, Kind.TEXT)
    return list(FieldDefinition.objects.filter(holder=Holder.ACCOUNT, kind__in=kinds))


def day_fields() -> list[FieldDefinition]:
    return list(FieldDefinition.objects.filter(holder=Holder.ACCOUNT, kind=Kind.DATE))


def own_outcomes() -> list[OwnOutcome]:
    """What the organisation registered, with how many answers were read and how many came."""
    came = Count("readings", filter=Q(readings__came=True))
    found = OwnOutcome.objects.select_related("by").annotate(
        n=Count("readings"), k=came, first=Min("readings__on"), last=Max("readings__on")
    )
    return list(found.order_by("-pk"))


def answers_of(outcome: OwnOutcome) -> QuerySet[Reading]:
    """Its answers with their customers, newest first."""
    return Reading.objects.filter(outcome=outcome).select_related("account").order_by("-on", "pk")


def hypotheses_about(key: str) -> int:
    return Hypothesis.objects.filter(outcome=key).count()


@dataclass(frozen=True)
class Segment:
    """A part of the customers by what is known at the landmark: "industry: Retail".

    ``share``: of the decisions so far, about; levels that were pooled share theirs evenly.
    """

    key: str
    level: str
    name_en: str
    name_ja: str
    label: str
    share: float = 1.0

    @property
    def value(self) -> str:
        return json.dumps([self.key, self.level])


def segments() -> list[Segment]:
    """The kinds of customers that the last run on the Evidence page knew."""
    run = latest_run()
    made = []
    for finding in findings_of_run(run) if run else []:
        levels: dict[str, float] = {}
        for group in finding.numbers.get("groups", []):
            parts = [part for part in group["label"].split(" / ") if part]
            levels |= {part: group["n"] / max(1, len(parts)) for part in parts}
        if finding.numbers.get("kind") != "nominal" or not 2 <= len(levels) <= MOST_LEVELS:
            continue
        if finding.numbers.get("leak"):
            continue
        made += [
            Segment(
                finding.key,
                level,
                f"{finding.label_en}: {level}",
                f"{finding.label_ja}: {level}",
                f"{finding.label}: {level_name(finding.key, level)}",
                n / max(1.0, sum(levels.values())),
            )
            for level, n in sorted(levels.items())
        ]
    return made


@dataclass(frozen=True)
class LedgerState:
    """Whether the chain holds, and whether the rows say what was written into it.

    ``broken_at``: number of the first link that does not hold. ``changed``: hypotheses (numbers)
    whose claim or a check of which is no longer what the ledger has.
    """

    entries: int
    last_digest: str
    broken_at: int | None
    changed: tuple[int, ...]

    @property
    def holds(self) -> bool:
        return self.broken_at is None and not self.changed


def ledger_state() -> LedgerState:
    """Compute every digest anew and compare every claim and check with its link."""
    entries = list(LedgerEntry.objects.order_by("number"))
    said = {entry.pk: entry.content for entry in entries}
    changed = set()
    for hypothesis in Hypothesis.objects.select_related("metric", "own_outcome"):
        if canonical(claim_of(hypothesis)) != said.get(hypothesis.first_entry_id or 0):
            changed.add(hypothesis.pk)
    for check in Check.objects.all().iterator(chunk_size=500):
        if canonical(outcome_of(check)) != said.get(check.entry_id):
            changed.add(check.hypothesis_id)
    written = {e.hypothesis_number for e in entries if e.kind == EntryKind.WRITTEN}
    changed |= written - set(Hypothesis.objects.values_list("pk", flat=True))
    return LedgerState(
        len(entries),
        entries[-1].digest if entries else "",
        broken_at(entries),
        tuple(sorted(changed)),
    )


def ledger_entries() -> QuerySet[LedgerEntry]:
    """The links, newest first."""
    return LedgerEntry.objects.order_by("-number")
