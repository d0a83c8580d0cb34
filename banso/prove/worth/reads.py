from __future__ import annotations

import math
from datetime import date

import numpy as np
from django.db.models import QuerySet

from banso.prove.engine.regression import FloatArray
from banso.prove.studies.models import EvidenceRun, Finding, FindingGroup, Verdict
from banso.prove.studies.reads import latest_run, metric_finding
from banso.prove.worth.measured import Subject, effect_named
from banso.prove.worth.models import Estimate, Scenario
from banso.prove.worth.rules import EFFECT

JOB = "worth.compare"
MOST_SIDE_BY_SIDE = 4


def subjects() -> list[Finding]:
    """The metrics of the newest run, those that go with renewal first."""
    run = latest_run()
    if run is None:
        return []
    order = list(Verdict.values)
    found = list(run.findings.filter(group=FindingGroup.METRIC))
    for finding in found:
        finding.run = run
    return sorted(found, key=lambda f: (order.index(f.verdict), f.position))


def subject(key: str) -> Subject | None:
    """What the newest run found about a metric, or a measure with its newest answer."""
    if key.startswith(EFFECT):
        return effect_named(key)
    run = latest_run()
    return metric_finding(run, key) if run else None


def family_z(run: EvidenceRun) -> FloatArray:
    """b/se of every metric that was tested together, from the kept intervals."""
    rows = run.findings.filter(group=FindingGroup.METRIC).exclude(verdict=Verdict.SUSPICIOUS)
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
