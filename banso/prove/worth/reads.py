from __future__ import annotations

import math
from datetime import date

import numpy as np
from django.db.models import QuerySet

from banso.prove.engine.regression import FloatArray
from banso.prove.studies.models import EvidenceRun, Finding, FindingGroup, Verdict
from banso.prove.studies.reads import latest_run, metric_finding
from banso.prove.worth.measured import effect_named
from banso.prove.worth.models import Estimate, Scenario
from banso.prove.worth.rules import EFFECT, FIELD, MILESTONE
from banso.prove.worth.subjects import Milestone, Subject, fields, key_of, milestones

JOB = "worth.compare"
MOST_SIDE_BY_SIDE = 4


def subjects() -> list[Finding | Milestone]:
    """The metrics of the newest run, those that go with renewal first, milestones, then fields."""
    run = latest_run()
    if run is None:
        return []
    order = list(Verdict.values)
    found = list(run.findings.filter(group=FindingGroup.METRIC))
    for finding in found:
        finding.run = run

    def place(finding: Finding) -> tuple[int, int]:
        return order.index(finding.verdict), finding.position

    return [*sorted(found, key=place), *milestones(run), *sorted(fields(run), key=place)]


def family_p(run: EvidenceRun) -> list[float]:
    """p of every metric that was tested together."""
    rows = run.findings.filter(group=FindingGroup.METRIC).values_list("numbers", flat=True)
    return [numbers["p"] for numbers in rows if numbers.get("q") is not None]


def subject(key: str) -> Subject | None:
    """What the newest run found about a metric, or a measure with its newest answer."""
    if key.startswith(EFFECT):
        return effect_named(key)
    run = latest_run()
    if run is None:
        return None
    if key.startswith(MILESTONE):
        return next((one for one in milestones(run) if one.metric_key == key), None)
    if key.startswith(FIELD):
        return next((one for one in fields(run) if key_of(one) == key), None)
    return metric_finding(run, key)


def family_z(run: EvidenceRun, group: str) -> FloatArray:
    """b/se of every metric (field) that was tested together, from the kept intervals."""
    rows = run.findings.filter(group=group).exclude(verdict=Verdict.SUSPICIOUS)
    found = []
    for numbers in rows.values_list("numbers", flat=True):
        low, high = numbers.get("ci95") or (None, None)
        if low and high and high > low:
            se = (math.log(high) - math.log(low)) / 3.92
            found.append(math.log(numbers["estimate"]["value"]) / se)
    return np.array(found, dtype=np.float64)


def scenarios() -> QuerySet[Scenario]:
    """Saved what-ifs, the newest first, without the list of their customers."""
    wanted = Scenario.objects.filter(removed_at=None).defer("members")
    return wanted.select_related("owner", "created_by", "outcome").prefetch_related("estimates")


def first_estimate(scenario: Scenario) -> Estimate:
    """The promise: what was estimated when it was saved."""
    return next(iter(scenario.estimates.all()))


def due_scenarios(today: date) -> list[Scenario]:
    """Those whose day has come and that were not held against what came yet."""
    return list(
        Scenario.objects.filter(due_on__lte=today, outcome=None, removed_at=None).order_by("pk")
    )
