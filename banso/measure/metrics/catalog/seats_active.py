from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Users
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Users(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    users, seats = world.users(Users(given.match), given.days), world.rows.seats
    has_seats = seats > 0
    return Values.of(
        users / np.where(has_seats, seats, 1),
        (Reason.TOO_SHORT, world.watched(given.days)),
        (Reason.NO_SEATS, has_seats),
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "Share of the seats in use: different users with %(event)s in the last %(days)s days, "
        "divided by the seats of the contracts in force on the last of these days. More than 100%% "
        "where more people use it than seats were bought; no value where no contract says how many "
        "seats."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("Share of seats in use: %(event)s (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(given.days) or not case.seats:
        return None, False
    users = {e.user for e in case.within(given.days, given.match) if e.user}
    return len(users) / case.seats, False


def history(given: Given) -> int:
    return (given.days + 1) // 2


SHAPE = Shape(
    key="seats_active",
    name=gettext_lazy("Share of seats in use"),
    about=gettext_lazy("How many of the seats in the contract somebody really sits on."),
    example=gettext_lazy("Seats that were used in the last 28 days"),
    icon="armchair",
    unit="share",
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
    needs_seats=True,
)
