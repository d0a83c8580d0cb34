from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Users
from banso.measure.metrics.shape import Case, Checked, Given, Happened, Parameter, Phrases, Shape
from banso.measure.metrics.world import START_SLACK, Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return _steps(given)


def _steps(given: Given) -> tuple[Users, ...]:
    return tuple(Users(given.matching(names)) for names in given.steps)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    """Users began on their first known day of step 1.

    Where the customer is older than what we know, the first days of it do not count: who is seen
    then may have begun long before.
    """
    end = world.rows.as_of - given.within
    known = np.where(world.watched_from_start(), 0, world.first_day + START_SLACK)
    begin = np.maximum(end - given.days, known)
    began, done = world.funnel(_steps(given), given.within, begin, end)
    return Values.of(
        done / np.where(began > 0, began, 1),
        (Reason.TOO_SHORT, end > np.maximum(known, world.first_day)),
        (Reason.NOBODY, began > 0),
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "Share of users who went all the way: %(steps)s, in this order, within %(within)s days "
        "after the first step. It counts users who began in the %(days)s days before the last "
        "%(within)s, so that each had all that time; steps on the same day are in order. Where we "
        "do not know the customer from its start, the first 30 days of events do not count as a "
        "beginning. No value while nobody began."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("Conversion: %(steps)s (within %(within)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    is_new = case.start is not None and case.start >= case.first_day - START_SLACK
    earliest = case.first_day + (0 if is_new else START_SLACK)
    by_user: dict[str, list[Happened]] = {}
    for event in case.events:
        if event.user:
            by_user.setdefault(event.user, []).append(event)
    began = done = 0
    for seen in by_user.values():
        first = [{e.day for e in seen if given.matching(n).keeps(e.name, e.role, e.props)}
                 for n in given.steps]  # fmt: skip
        start = min(first[0], default=-1)
        last = case.as_of - given.within - 1
        if max(earliest, last - given.days + 1) <= start <= last:
            began += 1
            done += _went_on(start, first[1:], start + given.within)
    return (done / began if began else None), False


def _went_on(day: int, steps: list[set[int]], until: int) -> bool:
    """Whether any choice of days leads through the steps in order."""
    if not steps:
        return True
    return any(_went_on(d, steps[1:], until) for d in steps[0] if day <= d <= until)


def history(given: Given) -> int:
    return given.within + 1


SHAPE = Shape(
    key="funnel",
    name=gettext_lazy("Conversion through steps"),
    about=gettext_lazy("Which share of the users who begin goes all the way through some steps."),
    example=gettext_lazy("Users who go from a draft to a published report within 14 days"),
    icon="filter",
    unit="share",
    better="higher",
    parameters=(
        Parameter("step1", "event", gettext_lazy("Step 1")),
        Parameter("step2", "event", gettext_lazy("Step 2")),
        Parameter("step3", "event", gettext_lazy("Step 3"), optional=True),
        Parameter("step4", "event", gettext_lazy("Step 4"), optional=True),
        Parameter("step5", "event", gettext_lazy("Step 5"), optional=True),
        Parameter("within", "days", gettext_lazy("Within … days"), default=14),
        Parameter("days", "days", gettext_lazy("Users who began in … days"), default=90),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
