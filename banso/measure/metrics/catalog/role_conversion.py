from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Match, RoleChange
from banso.measure.metrics.shape import (
    Case,
    Checked,
    Given,
    Happened,
    Parameter,
    Phrases,
    Shape,
)
from banso.measure.metrics.world import Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (RoleChange(given.role, given.other_role),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    began, changed = world.role_change(RoleChange(given.role, given.other_role))
    return Values.of(changed / np.where(began > 0, began, 1), (Reason.NOBODY, began > 0))


def explain(phrases: Phrases) -> str:
    text = _(
        "Share of the users first seen with the role “%(role)s” who were later seen with the "
        "role “%(other_role)s”. No value while nobody began so."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("From %(role)s to %(other_role)s") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    by_user: dict[str, list[Happened]] = {}
    for event in sorted(case.before(Match()), key=lambda e: e.ts_us):
        if event.user and event.role:
            by_user.setdefault(event.user, []).append(event)
    began = [
        seen
        for seen in by_user.values()
        if given.role in {e.role for e in seen if e.ts_us == seen[0].ts_us}
    ]
    changed = [seen for seen in began if given.other_role in {e.role for e in seen}]
    return (len(changed) / len(began) if began else None), False


def history(given: Given) -> int:
    return 1


SHAPE = Shape(
    key="role_conversion",
    name=gettext_lazy("From one role to another"),
    about=gettext_lazy("Which share of the users who began in one role took on another."),
    example=gettext_lazy("Invited guests who became members"),
    icon="arrows-exchange",
    unit="share",
    better="higher",
    parameters=(
        Parameter("role", "role", gettext_lazy("First role")),
        Parameter("other_role", "role", gettext_lazy("Later role")),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    takes_filter=False,
    history=history,
)
