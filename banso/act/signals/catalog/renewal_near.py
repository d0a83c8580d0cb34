"""The next renewal comes within N days; the nearer and the less healthy, the more urgent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.act.signals.kinds import Data, Found, Kind, Parameter
from banso.act.signals.reads import long_enough_terms
from banso.act.signals.rules import grown
from banso.know.accounts.models import Account

LOW_HEALTH = 40


def urgency(days: int, within: int, health: int | None) -> float:
    near = 20 + 55 * grown(-days, -within, 0) ** 2
    worry = 0.5 if health is None else 1 - health / 100
    return near + 25 * worry


def detect(
    accounts: QuerySet[Account], today: date, settings: Mapping[str, int]
) -> Iterator[Found]:
    within = settings["within_days"]
    near = accounts.filter(next_renewal_on__range=(today, today + timedelta(days=within)))
    rows = near.filter(long_enough_terms(within)).values_list("pk", "next_renewal_on", "health")
    for pk, renewal_on, health in rows.iterator():
        if renewal_on is not None:
            yield Found(
                account_id=pk,
                urgency=urgency((renewal_on - today).days, within, health),
                data={"renewal_on": renewal_on.isoformat(), "health": health},
                due_on=renewal_on,
            )


def reason(data: Data, today: date) -> str:
    days = (date.fromisoformat(data["renewal_on"]) - today).days
    if days < 0:
        return _("The renewal date has passed")
    if days == 0:
        return _("The renewal is today")
    text = ngettext("Renewal in %(days)d day", "Renewal in %(days)d days", days) % {"days": days}
    health = data.get("health")
    if health is not None and health < LOW_HEALTH:
        return _("%(renewal)s, with a health score of only %(score)d") % {
            "renewal": text,
            "score": health,
        }
    return text


def step(data: Data) -> str:
    return _("Talk about the renewal with the one who decides")


KIND = Kind(
    key="renewal_near",
    order=10,
    title=gettext_lazy("Renewal near"),
    about=gettext_lazy(
        "The next renewal comes soon. Terms no longer than the days below, such as monthly ones, "
        "are left out."
    ),
    icon="calendar-due",
    parameters=(Parameter("within_days", gettext_lazy("Days before the renewal"), 90, 7, 365),),
    detect=detect,
    reason=reason,
    step=step,
    step_due_days=7,
)
