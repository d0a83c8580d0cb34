from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import NOW, Moment, Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Count(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    counts = world.total(Count(given.match), Moment("as_of", -given.days), NOW)
    return Values.of(counts, (Reason.TOO_SHORT, world.watched(given.days)))


def explain(phrases: Phrases) -> str:
    return _("How often %(event)s happened in the last %(days)s days.") % phrases.words


def title(phrases: Phrases) -> str:
    return _("%(event)s (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(given.days):
        return None, False
    return len(case.within(given.days, given.match)), False


def history(given: Given) -> int:
    return (given.days + 1) // 2


SHAPE = Shape(
    key="recent_count",
    name=gettext_lazy("Count of an event"),
    about=gettext_lazy("How often something happened lately."),
    example=gettext_lazy("Reports exported in the last 28 days"),
    icon="activity",
    unit="times",
    better="higher",
    parameters=(
        Parameter("event", "event", gettext_lazy("Event"), optional=True),
        Parameter("days", "days", gettext_lazy("In the last … days"), default=28),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
