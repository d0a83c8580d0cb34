"""What a new tree may begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.know.success.reads import shared_definitions
from banso.measure.metrics.models import Better, MetricDefinition, Summary
from banso.prove.studies.models import Verdict
from banso.prove.studies.reads import findings_of_run, latest_run
from banso.prove.tree.goals import known_goals
from banso.shared.slots import Slot

BLANK, USAGE, EVIDENCE, STEPS = "blank", "usage", "evidence", "steps"
MOST_FOUND, DEEPEST_STEPS = 8, 4


@dataclass(frozen=True)
class Steps:
    """What a customer goes through to its success: keys of metrics, the first step first.

    ``key`` names it where there are several; ``words`` tell the step of each metric, where they
    are known, and ``unmeasured`` are the words of steps without a metric.
    """

    name: str | Promise
    metrics: Sequence[str]
    key: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    unmeasured: Sequence[str] = ()


success_steps: Slot[Callable[[], list[Steps]]] = Slot("steps of success definitions")
"""Filled by whoever keeps success definitions; each becomes a start of its own."""


def first_times() -> list[Steps]:
    """The first times that are measured here, in the order in which customers reach them."""
    found = MetricDefinition.objects.filter(shape="days_to_first")
    days = dict(Summary.objects.filter(definition__in=found).values_list("definition", "median"))
    known = [metric for metric in found if days.get(metric.pk) is not None]
    known.sort(key=lambda metric: (days[metric.pk], metric.position))
    return [Steps(_("The steps to success that are measured"), [m.key for m in known])]


def shared_success() -> list[Steps]:
    """Each shared definition of success with a measured step.

    Customers' own ones are no start: what may be chosen does not depend on who reads, and a
    customer's own words belong only to those who see the customer.
    """
    found, known = [], _known_keys()
    for definition in shared_definitions():
        steps = list(definition.current.steps.all()) if definition.current else []
        words: dict[str, str] = {}
        for step in steps:
            if step.metric:
                words.setdefault(step.metric, step.words)
        unmeasured = [step.words for step in steps if not step.metric]
        name = _("Success: %(words)s (%(n)s of %(all)s steps measured)") % {
            "words": definition,
            "n": sum(step.metric in known for step in steps),
            "all": len(steps),
        }
        found.append(Steps(name, list(words), str(definition.pk), words, unmeasured))
    return found


def _definitions() -> dict[str, Steps]:
    made = {
        f"{STEPS}.{filling.key}.{steps.key or number}": steps
        for filling in success_steps.fillings()
        for number, steps in enumerate(filling.value())
    }
    known = _known_keys() if made else set()
    return {key: steps for key, steps in made.items() if known.intersection(steps.metrics)}


def _known_keys() -> set[str]:
    return set(MetricDefinition.objects.values_list("key", flat=True))


def starts() -> list[tuple[str, str | Promise]]:
    """What can be chosen: templates, each definition of success with its steps, or nothing."""
    return [
        (USAGE, _("From a template: first value, breadth and habit of use")),
        *((key, steps.name) for key, steps in _definitions().items()),
        (EVIDENCE, _("From what the evidence found to go with renewal")),
        (BLANK, _("From nothing")),
    ]


def fill_built_in() -> None:
    success_steps.fill("first_times", first_times, order=10)
    success_steps.fill("shared", shared_success, order=20)


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
    definition = _definitions().get(start)
    if definition is not None:
        there = _known_keys()
        found: Sequence[Sketch] = from_steps([key for key in definition.metrics if key in there])
    else:
        found = {USAGE: lambda: _known(_USAGE), EVIDENCE: _found}.get(start, tuple)()
    if goal in (known := known_goals()) and known[goal].misses:
        return [replace(s, direction="less" if s.direction == "more" else "more") for s in found]
    return found


def left_out(start: str, sketches: Sequence[Sketch]) -> list[str | Promise]:
    """Of the steps that a tree began with, those it has no node for, each with the reason."""
    definition = _definitions().get(start)
    if definition is None:
        return []
    drawn, known = set(_metrics_in(sketches)), _known_keys()
    told: list[str | Promise] = []
    for key in definition.metrics:
        if key not in drawn:
            why = _TOO_DEEP if key in known else _RETIRED
            told.append(why % {"step": definition.words.get(key, key)})
    return told + [_UNMEASURED % {"step": step} for step in definition.unmeasured]


_RETIRED = _("“%(step)s” was left out: its metric is no longer in use.")
_UNMEASURED = _("“%(step)s” was left out: it is not measured yet.")
_TOO_DEEP = _("“%(step)s” was left out: a tree has at most five levels.")


def _metrics_in(sketches: Sequence[Sketch]) -> list[str]:
    return [key for s in sketches for key in (s.metric, *_metrics_in(s.below))]


def from_steps(metrics: Sequence[str]) -> tuple[Sketch, ...]:
    """First times side by side under the goal, since they happen once and cannot be followed from
    month to month; of the other steps the last one, with each earlier one under what follows it.

    A metric that is better when lower goes the other way than one that is better when higher.
    """
    found = MetricDefinition.objects.filter(key__in=metrics)
    once = {metric.key for metric in found if metric.shape == "days_to_first"}
    lower = {metric.key for metric in found if metric.better == Better.LOWER}
    chain = [key for key in metrics if key not in once][-DEEPEST_STEPS:]
    below: tuple[Sketch, ...] = ()
    for key, above in zip(chain, [*chain[1:], ""], strict=False):
        is_same = (key in lower) == (above in lower)
        below = (Sketch(key, "more" if is_same else "less", below),)
    return (*(Sketch(key, "less") for key in metrics if key in once), *below)


def _known(sketches: Sequence[Sketch]) -> tuple[Sketch, ...]:
    keys = _known_keys()

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
