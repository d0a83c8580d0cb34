from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Match, Users
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return tuple(
        Users(Match(role=role, where=given.where)) for role in (given.role, given.other_role)
    )


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    top, bottom = (
        world.users(base, given.days) for base in bases(given) if isinstance(base, Users)
    )
    return Values.of(
        top / np.where(bottom > 0, bottom, 1),
        (Reason.TOO_SHORT, world.watched(given.days)),
        (Reason.NOBODY, bottom > 0),
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "Active users with the role “%(role)s” for each one with the role “%(other_role)s” in "
        "the last %(days)s days. No value while nobody has the latter."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("%(role)s per %(other_role)s (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(given.days):
        return None, False
    top, bottom = (
        {e.user for e in case.within(given.days, Match(role=role, where=given.where)) if e.user}
        for role in (given.role, given.other_role)
    )
    return (len(top) / len(bottom) if bottom else None), False


def history(given: Given) -> int:
    return (given.days + 1) // 2


SHAPE = Shape(
    key="role_ratio",
    name=gettext_lazy("Ratio of roles"),
    about=gettext_lazy("How many users of one role there are for each user of another."),
    example=gettext_lazy("Members for each administrator"),
    icon="users-group",
    unit="ratio",
    better="higher",
    parameters=(
        Parameter("role", "role", gettext_lazy("Role")),
        Parameter("other_role", "role", gettext_lazy("For each user with the role")),
        Parameter("days", "days", gettext_lazy("In the last … days"), default=28),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
