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
    if phrases.role:
        text = _("Different users with the role “%(role)s” active in the last %(days)s days.")
    else:
        text = _("Different users who were active in the last %(days)s days.")
    return text % phrases.words


def title(phrases: Phrases) -> str:
    if phrases.role:
        return _("Active users: %(role)s (%(days)s days)") % phrases.words
    return _("Active users (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(given.days):
        return None, False
    return len({e.user for e in case.within(given.days, given.match) if e.user}), False


def history(given: Given) -> int:
    return (given.days + 1) // 2


SHAPE = Shape(
    key="active_users",
    name=gettext_lazy("Active users"),
    about=gettext_lazy("How many people of a customer use the product, of one role or of all."),
    example=gettext_lazy("Active administrators in the last 28 days"),
    icon="users",
    unit="users",
    better="higher",
    parameters=(
        Parameter("role", "role", gettext_lazy("Role"), optional=True),
        Parameter("days", "days", gettext_lazy("In the last … days"), default=28),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
