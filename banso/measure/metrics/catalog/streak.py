from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import Reason, Values, World

WEEK, DAY, WORKDAY = "week", "day", "workday"


def bases(given: Given) -> tuple[Base, ...]:
    return (Count(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    base = Count(given.match)
    if given.period == WEEK:
        lasted = world.weeks_in_a_row(base)
    else:
        lasted = world.days_in_a_row(base, working=given.period == WORKDAY)
    return Values.of(lasted, (Reason.TOO_SHORT, world.watched(_length(given))))


def _length(given: Given) -> int:
    return 7 if given.period == WEEK else 1


def explain(phrases: Phrases) -> str:
    text = {
        WEEK: _(
            "For how many weeks in a row, of seven days counted back from today, %(event)s "
            "happened. 0 when it did not happen in the last seven days."
        ),
        DAY: _(
            "For how many days in a row %(event)s happened, up to today or, while it has not "
            "happened today, up to yesterday."
        ),
        WORKDAY: _(
            "For how many working days in a row, Monday to Friday, %(event)s happened, up to the "
            "last one or, while it has not happened on it, the one before. Saturdays and Sundays "
            "neither count nor break the row."
        ),
    }[phrases.period]
    return text % phrases.words


def title(phrases: Phrases) -> str:
    text = {
        WEEK: _("Weeks in a row with %(event)s"),
        DAY: _("Days in a row with %(event)s"),
        WORKDAY: _("Working days in a row with %(event)s"),
    }[phrases.period]
    return text % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(_length(given)):
        return None, False
    days = {e.day for e in case.before(given.match)}
    if given.period == WEEK:
        weeks, end = 0, case.as_of
        while any(end - 7 <= day < end for day in days):
            weeks, end = weeks + 1, end - 7
        return weeks, False
    told = [day for day in range(case.as_of - 1, case.first_day - 9, -1) if _counts(day, given)]
    if told[0] not in days:
        told = told[1:]
    lasted = next((n for n, day in enumerate(told) if day not in days), len(told))
    return lasted, False


def _counts(day: int, given: Given) -> bool:
    """Day 0 was a Thursday: 2 and 3 were Saturday and Sunday."""
    return given.period == DAY or day % 7 not in (2, 3)


def history(given: Given) -> int:
    return (_length(given) + 1) // 2


SHAPE = Shape(
    key="streak",
    name=gettext_lazy("In a row without a gap"),
    about=gettext_lazy("For how many weeks or days something has happened without a gap."),
    example=gettext_lazy("Weeks in a row with a report"),
    icon="flame",
    unit="weeks",
    units={DAY: "days", WORKDAY: "days"},
    better="higher",
    parameters=(
        Parameter("event", "event", gettext_lazy("Event"), optional=True),
        Parameter(
            "period",
            "choice",
            gettext_lazy("Counted in"),
            default=WEEK,
            choices=(
                (WEEK, gettext_lazy("Weeks")),
                (WORKDAY, gettext_lazy("Working days (Monday to Friday)")),
                (DAY, gettext_lazy("Days")),
            ),
        ),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
