from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count, Match
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import START_SLACK, Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Count(Match(given.after)), Count(given.match))


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    begun, has_begun = world.first(Count(Match(given.after)))
    day, reached = world.first_since(Count(given.match), begun)
    waited = np.where(reached, day, world.rows.as_of) - begun
    return Values.of(
        waited.astype(np.float64),
        (Reason.NOT_CHOSEN, np.full(len(waited), given.names != () and given.after != ())),
        (Reason.BEGAN_BEFORE, world.watched_from_start()),
        (Reason.NEVER, has_begun),
        censored=~reached,
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "Days from the first %(after_noun)s to the first %(noun)s on that day or later. Customers "
        "that have not got there yet are kept as “not yet” with the days since; there is no value "
        "before the first %(after_noun)s, nor where it may lie before the time we know: for "
        "customers that signed up more than 30 days before the first event."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("Days from the first %(after_noun)s to %(noun)s") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if case.start is None or case.start < case.first_day - START_SLACK:
        return None, False
    begun = [e.day for e in case.before(Match(given.after))]
    if not begun or given.names == ():
        return None, False
    after = [e.day - min(begun) for e in case.before(given.match) if e.day >= min(begun)]
    return (min(after), False) if after else (case.as_of - min(begun), True)


def history(given: Given) -> int:
    return 1


SHAPE = Shape(
    key="days_to_first_after",
    name=gettext_lazy("Days from one thing to another"),
    about=gettext_lazy("How long it took from the first time of one event to that of another."),
    example=gettext_lazy("Days from the first import to the first report"),
    icon="route",
    unit="days",
    better="lower",
    parameters=(
        Parameter("after", "event", gettext_lazy("From the first …")),
        Parameter("event", "event", gettext_lazy("To the first …")),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
