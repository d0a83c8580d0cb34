from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Users
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Users(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    users = world.users(Users(given.match), given.days)
    return Values.of(users, (Reason.TOO_SHORT, world.watched(given.days)))


def explain(phrases: Phrases) -> str:
    return _("Different users with %(event)s in the last %(days)s days.") % phrases.words


def title(phrases: Phrases) -> str:
    return _("Users of %(event)s (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(given.days):
        return None, False
    return len({e.user for e in case.within(given.days, given.match) if e.user}), False


def history(given: Given) -> int:
    return (given.days + 1) // 2


SHAPE = Shape(
    key="recent_users",
    name=gettext_lazy("Users of an event"),
    about=gettext_lazy("How many people of a customer did one thing lately."),
    example=gettext_lazy("People who exported a report in the last 28 days"),
    icon="user-check",
    unit="users",
    better="higher",
    parameters=(
        Parameter("event", "event", gettext_lazy("Event")),
        Parameter("days", "days", gettext_lazy("In the last … days"), default=28),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
