from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Sum, number_in
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import NOW, Moment, Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Sum(given.match, given.prop),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    sums = world.total(Sum(given.match, given.prop), Moment("as_of", -given.days), NOW)
    return Values.of(sums, (Reason.TOO_SHORT, world.watched(given.days)))


def explain(phrases: Phrases) -> str:
    return _("Sum of “%(prop)s” of %(event)s in the last %(days)s days.") % phrases.words


def title(phrases: Phrases) -> str:
    return _("Sum of %(prop)s of %(event)s (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(given.days):
        return None, False
    found = (number_in(e.props, given.prop) for e in case.within(given.days, given.match))
    return sum(value for value in found if value is not None), False


def history(given: Given) -> int:
    return (given.days + 1) // 2


SHAPE = Shape(
    key="property_sum",
    name=gettext_lazy("Sum of a property"),
    about=gettext_lazy("The sum of a number that comes with an event, such as an amount."),
    example=gettext_lazy("Amount invoiced in the last 28 days"),
    icon="sum",
    unit="amount",
    better="higher",
    parameters=(
        Parameter("event", "event", gettext_lazy("Event")),
        Parameter("property", "property", gettext_lazy("Property")),
        Parameter("days", "days", gettext_lazy("In the last … days"), default=28),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
