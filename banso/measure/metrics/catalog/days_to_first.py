from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import START_SLACK, Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Count(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    rows = world.rows
    day, reached = world.first(Count(given.match))
    waited = np.where(reached, np.maximum(day - rows.start, 0), rows.as_of - rows.start)
    return Values.of(
        waited.astype(np.float64),
        (Reason.NOT_CHOSEN, np.full(len(waited), given.names != ())),
        (Reason.BEGAN_BEFORE, world.watched_from_start()),
        (Reason.TOO_SHORT, rows.as_of > rows.start),
        censored=~reached,
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "Days from sign-up to the first %(noun)s. Customers that have not got there yet are "
        "kept as “not yet” with the days they were watched; those that signed up more than 30 "
        "days before the first event we know have no value."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("Days to the first %(noun)s") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if case.start is None or case.start < case.first_day - START_SLACK:
        return None, False
    if case.as_of <= case.start or given.names == ():
        return None, False
    days = sorted(e.day for e in case.before(given.match))
    if not days:
        return case.as_of - case.start, True
    return max(days[0] - case.start, 0), False


def history(given: Given) -> int:
    return 1


SHAPE = Shape(
    key="days_to_first",
    name=gettext_lazy("Days to the first time"),
    about=gettext_lazy(
        "How long it took from sign-up until something happened for the first time."
    ),
    example=gettext_lazy("Days from sign-up to the first report"),
    icon="hourglass",
    unit="days",
    better="lower",
    parameters=(Parameter("event", "event", gettext_lazy("Event"), optional=True),),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
