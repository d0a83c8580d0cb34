from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import START_SLACK, Moment, Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Count(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    counts = world.total(Count(given.match), Moment("start"), Moment("start", given.days))
    return Values.of(
        counts,
        (Reason.BEGAN_BEFORE, world.watched_from_start()),
        (Reason.TOO_SHORT, world.rows.as_of >= world.rows.start + given.days),
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "How often %(event)s happened in the first %(days)s days after sign-up. Known once these "
        "days have passed; customers that signed up more than 30 days before the first event we "
        "know have no value."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("%(event)s in the first %(days)s days") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if case.start is None or case.start < case.first_day - START_SLACK:
        return None, False
    if case.as_of - case.start < given.days:
        return None, False
    early = range(case.start, case.start + given.days)
    return sum(1 for e in case.before(given.match) if e.day in early), False


def history(given: Given) -> int:
    return given.days


SHAPE = Shape(
    key="early_count",
    name=gettext_lazy("Count in the first days"),
    about=gettext_lazy("How often something happened right after sign-up."),
    example=gettext_lazy("Invitations sent in the first 30 days"),
    icon="plant-2",
    unit="times",
    better="higher",
    parameters=(
        Parameter("event", "event", gettext_lazy("Event"), optional=True),
        Parameter("days", "days", gettext_lazy("In the first … days"), default=30),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
