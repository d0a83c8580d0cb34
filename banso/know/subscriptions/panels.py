from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Outcome, Subscription
from banso.know.subscriptions.reads import subscriptions_of
from banso.know.subscriptions.rules import contract_of
from banso.shared import clock, money

SHOWN = 12
CONTRACTS = {
    "monthly": gettext_lazy("Monthly"),
    "under_a_year": gettext_lazy("Under a year"),
    "annual": gettext_lazy("Annual"),
    "multi_year": gettext_lazy("Several years"),
}


@dataclass(frozen=True)
class Line:
    """One term as it is shown; ``state`` in words, ``is_over`` greys it."""

    subscription: Subscription
    amount: str
    contract: str
    state: str
    is_over: bool


def subscriptions(request: HttpRequest, account: Account) -> str:
    """What the customer has bought, until when, and how each term ended."""
    found = subscriptions_of(account, most=SHOWN + 1)
    context = {
        "account": account,
        "lines": list(_lines(found[:SHOWN], clock.today())),
        "has_more": len(found) > SHOWN,
    }
    return render_to_string("subscriptions/subscriptions_panel.html", context, request)


def _lines(found: list[Subscription], today: date) -> Iterator[Line]:
    for one in found:
        is_over = one.end is not None and one.end < today
        yield Line(
            one,
            money.shown(one.mrr_minor, one.currency),
            str(CONTRACTS[contract_of(one.term_months)]),
            _state(one, today, is_over=is_over),
            is_over,
        )


def _state(one: Subscription, today: date, *, is_over: bool) -> str:
    if one.outcome == Outcome.CHURNED:
        return _("Churned")
    if one.cancelled_on and not is_over:
        return _("Notice given")
    if one.outcome == Outcome.RENEWED:
        return _("Renewed")
    if one.start > today:
        return _("Not begun")
    if is_over:
        return _("Ended")
    return _("Trial") if one.is_trial else _("Active")
