from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import NOW, Moment, Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Count(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    middle, begin = Moment("as_of", -given.days), Moment("as_of", -2 * given.days)
    recent = world.total(Count(given.match), middle, NOW)
    before = world.total(Count(given.match), begin, middle)
    return Values.of(
        recent / np.where(before > 0, before, 1) - 1,
        (Reason.TOO_SHORT, world.watched_fully(2 * given.days)),
        (Reason.NOTHING_BEFORE, before > 0),
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "Change of how often %(event)s happened: the last %(days)s days against the %(days)s "
        "days before. No value where nothing happened before, or for newer customers."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("Change of %(event)s (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    watched = case.as_of - 2 * given.days
    if watched < case.first_day or (case.start is not None and case.start >= watched + 1):
        return None, False
    recent = len(case.within(given.days, given.match))
    before = len(case.within(2 * given.days, given.match)) - recent
    return ((recent - before) / before if before else None), False


def history(given: Given) -> int:
    return 2 * given.days


SHAPE = Shape(
    key="recent_trend",
    name=gettext_lazy("Change of an event"),
    about=gettext_lazy("Whether something happens more or less often than before."),
    example=gettext_lazy("Sign-ins compared with the 28 days before"),
    icon="trending-up",
    unit="change",
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
