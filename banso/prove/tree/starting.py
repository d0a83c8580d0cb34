"""What a new tree may begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from banso.measure.metrics.models import MetricDefinition
from banso.prove.studies.models import Verdict
from banso.prove.studies.reads import findings_of_run, latest_run
from banso.prove.tree.goals import known_goals

BLANK, USAGE, EVIDENCE = "blank", "usage", "evidence"
STARTS = (
    (USAGE, _("From a template: first value, breadth and habit of use")),
    (EVIDENCE, _("From what the evidence found to go with renewal")),
    (BLANK, _("From nothing")),
)
MOST_FOUND = 8


@dataclass(frozen=True)
class Sketch:
    """A node to be: key of a metric, direction towards the node above, and what hangs below."""

    metric: str
    direction: str = "more"
    below: tuple[Sketch, ...] = ()


_USAGE = (
    Sketch("days_to_first_value", "less", (Sketch("days_to_first_event"),)),
    Sketch("active_users_28d", "more", (Sketch("usage_28d"), Sketch("seats_in_use_28d"))),
    Sketch("weeks_of_use_in_a_row", "more", (Sketch("usage_trend_28d"),)),
)


def sketched(start: str, *, goal: str) -> Sequence[Sketch]:
    """The first nodes below the goal; metrics that this organisation lacks are left out.

    What goes with more renewal goes with less churn.
    """
    found = {USAGE: lambda: _known(_USAGE), EVIDENCE: _found}.get(start, tuple)()
    if goal in (known := known_goals()) and known[goal].misses:
        return [replace(s, direction="less" if s.direction == "more" else "more") for s in found]
    return found


def _known(sketches: Sequence[Sketch]) -> tuple[Sketch, ...]:
    keys = set(MetricDefinition.objects.values_list("key", flat=True))

    def kept(some: Sequence[Sketch]) -> tuple[Sketch, ...]:
        made: list[Sketch] = []
        for sketch in some:
            below = kept(sketch.below)
            if sketch.metric in keys:
                made.append(Sketch(sketch.metric, sketch.direction, below))
            else:
                made += below
        return tuple(made)

    return kept(sketches)


def _found() -> tuple[Sketch, ...]:
    run = latest_run()
    found = [
        Sketch(finding.key.removeprefix("metric."), finding.numbers["direction"])
        for finding in (findings_of_run(run) if run else [])
        if finding.verdict == Verdict.ASSOCIATED and finding.numbers.get("direction")
    ]
    return _known(found[:MOST_FOUND])
