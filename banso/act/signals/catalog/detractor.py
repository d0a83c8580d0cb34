"""Somebody at the customer answered lately that they would not recommend us (0 to 6 of 10).

Of each person the newest answer counts, so that who changes their mind ends the signal. Answers of
anonymous waves belong to no customer and raise none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.act.signals.kinds import Data, Found, Kind, Parameter
from banso.act.signals.rules import grown
from banso.know.accounts.models import Account
from banso.listen.surveys.models import Asked, Response

MOST = 6
LATEST = 30


def detect(
    accounts: QuerySet[Account], today: date, settings: Mapping[str, int]
) -> Iterator[Found]:
    since = today - timedelta(days=settings["days"])
    lately = Response.objects.filter(
        submitted_on__gte=since,
        recommend__isnull=False,
        user=None,
        wave__survey__asked=Asked.CUSTOMERS,
    )
    unhappy = lately.filter(recommend__lte=MOST, account__in=accounts.values("pk"))
    rows = lately.filter(account__in=unhappy.values("account")).order_by(
        "account", "submitted_on", "submitted_at", "pk"
    )
    told = rows.values_list("account", "person", "pk", "recommend", "submitted_on")
    for account_id, answers in groupby(told.iterator(), key=lambda row: row[0]):
        found = _found(account_id, answers, today)
        if found is not None:
            yield found


def _found(account_id: int, answers: Iterable[tuple[Any, ...]], today: date) -> Found | None:
    """From the answers of one customer, oldest first."""
    newest: dict[tuple[str, int], tuple[int, date]] = {}
    for _account, person, pk, recommend, day in answers:
        newest[("person", person) if person else ("answer", pk)] = (recommend, day)
    scores = [(recommend, day) for recommend, day in newest.values() if recommend <= MOST]
    if not scores:
        return None
    lowest, last = min(score for score, _day in scores), max(day for _score, day in scores)
    fresh = 1 - grown((today - last).days, 0, LATEST)
    return Found(
        account_id=account_id,
        urgency=55 + 20 * (1 - lowest / MOST) + 20 * fresh,
        data={"lowest": lowest, "people": len(scores), "on": last.isoformat()},
    )


def reason(data: Data, today: date) -> str:
    said = {
        "n": data["people"],
        "lowest": data["lowest"],
        "day": date_format(date.fromisoformat(data["on"]), "SHORT_DATE_FORMAT"),
    }
    if data["people"] == 1:
        return _("Would not recommend us: answered %(lowest)d of 10 on %(day)s") % said
    text = ngettext(
        "%(n)d person would not recommend us: the lowest answer is %(lowest)d of 10, last %(day)s",
        "%(n)d people would not recommend us: the lowest answer is %(lowest)d of 10, last %(day)s",
        data["people"],
    )
    return text % said


def step(data: Data) -> str:
    return _("Thank them for the frank answer, and ask what happened")


KIND = Kind(
    key="detractor",
    order=15,
    title=gettext_lazy("Would not recommend us"),
    about=gettext_lazy(
        "Somebody at the customer answered 0 to 6 when asked whether they would recommend you. It "
        "is here within a minute of the answer, and goes when they change it to 7 or more. "
        "Anonymous answers raise none."
    ),
    icon="mood-sad",
    parameters=(Parameter("days", gettext_lazy("Days after the answer"), 90, 1, 730),),
    detect=detect,
    reason=reason,
    step=step,
    step_due_days=3,
)
