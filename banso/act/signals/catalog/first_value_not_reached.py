"""A new customer has not used a core function yet, though it signed up a while ago."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.act.signals.kinds import Data, Found, Kind, Parameter
from banso.act.signals.reads import events_arrive, measures_of
from banso.act.signals.rules import grown
from banso.know.accounts.models import Account

METRIC = "days_to_first_value"


def detect(
    accounts: QuerySet[Account], today: date, settings: Mapping[str, int]
) -> Iterator[Found]:
    if not events_arrive(today):
        return
    after, until = settings["after_days"], settings["until_days"]
    new = accounts.filter(
        signed_up_on__range=(today - timedelta(days=until), today - timedelta(days=after))
    )
    waiting = measures_of(new).filter(**{f"values__{METRIC}__c": True})
    rows = waiting.values_list("account_id", "account__signed_up_on")
    for account_id, signed_up_on in rows.iterator():
        if signed_up_on is not None:
            yield Found(
                account_id=account_id,
                urgency=45 + 35 * grown((today - signed_up_on).days, after, until),
                data={"signed_up_on": signed_up_on.isoformat()},
            )


def reason(data: Data, today: date) -> str:
    days = (today - date.fromisoformat(data["signed_up_on"])).days
    return ngettext(
        "First value not reached %(days)d day after sign-up",
        "First value not reached %(days)d days after sign-up",
        days,
    ) % {"days": days}


def step(data: Data) -> str:
    return _("Plan the first success together with the customer")


KIND = Kind(
    key="first_value_not_reached",
    order=30,
    title=gettext_lazy("First value not reached"),
    about=gettext_lazy(
        "The customer signed up a while ago and has not done any core action yet. "
        "Which events are core is settled on the events page."
    ),
    icon="flag-off",
    parameters=(
        Parameter("after_days", gettext_lazy("Days after sign-up"), 30, 1, 365),
        Parameter("until_days", gettext_lazy("Stop looking after days"), 180, 30, 730),
    ),
    detect=detect,
    reason=reason,
    step=step,
    step_due_days=5,
)
