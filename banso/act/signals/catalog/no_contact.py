"""Nobody was in touch with the customer for longer than its touch model allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.act.signals.kinds import Data, Found, Kind, Parameter
from banso.act.signals.reads import contacts_are_recorded
from banso.act.signals.rules import grown, silence_allowed
from banso.know.accounts.models import Account, TouchModel


def detect(
    accounts: QuerySet[Account], today: date, settings: Mapping[str, int]
) -> Iterator[Found]:
    recorded = contacts_are_recorded(today)
    for touch_model in ("", *TouchModel.values):
        days = silence_allowed(touch_model, settings)
        if days is None:
            continue
        latest = today - timedelta(days=days)
        silent = Q(last_contact_on__lte=latest)
        if recorded:
            silent |= Q(last_contact_on=None, signed_up_on__lte=latest)
        quiet = accounts.filter(silent, touch_model=touch_model)
        for pk, last, signed_up in quiet.values_list(
            "pk", "last_contact_on", "signed_up_on"
        ).iterator():
            yield _found(pk, last, signed_up, days, today)


def _found(pk: int, last: date | None, signed_up: date | None, days: int, today: date) -> Found:
    since = last or signed_up or today
    urgency = 25 + 30 * grown((today - since).days, days, 3 * days)
    return Found(
        account_id=pk, urgency=urgency, data={"since": since.isoformat(), "never": last is None}
    )


def reason(data: Data, today: date) -> str:
    days = (today - date.fromisoformat(data["since"])).days
    if data.get("never"):
        text = ngettext(
            "No contact recorded since sign-up %(days)d day ago",
            "No contact recorded since sign-up %(days)d days ago",
            days,
        )
    else:
        text = ngettext("No contact for %(days)d day", "No contact for %(days)d days", days)
    return text % {"days": days}


def step(data: Data) -> str:
    return _("Get in touch and ask how things are going")


KIND = Kind(
    key="no_contact",
    order=40,
    title=gettext_lazy("No contact"),
    about=gettext_lazy(
        "Nobody was in touch for longer than the touch model allows; 0 days means never. "
        "Customers without any recorded contact count only while your team records contacts at all."
    ),
    icon="message-off",
    parameters=(
        Parameter("high", gettext_lazy("Days, high touch"), 30, 0, 730),
        Parameter("mid", gettext_lazy("Days, mid touch"), 60, 0, 730),
        Parameter("low", gettext_lazy("Days, low touch"), 120, 0, 730),
        Parameter("unset", gettext_lazy("Days, no touch model set"), 90, 0, 730),
    ),
    detect=detect,
    reason=reason,
    step=step,
    step_due_days=7,
)
