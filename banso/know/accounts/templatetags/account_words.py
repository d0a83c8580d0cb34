from __future__ import annotations

from datetime import date

from django import template
from django.utils.translation import ngettext

from banso.know.accounts.cells import days_ahead
from banso.know.accounts.models import Account
from banso.shared import clock, money

register = template.Library()


@register.filter
def mrr(account: Account) -> str:
    """The account's monthly amount as its reader writes it."""
    return money.shown(account.mrr_minor, account.currency)


@register.simple_tag
def amount(minor: int | None, currency: str) -> str:
    return money.shown(minor, currency)


@register.filter
def days_from_today(day: date | None) -> str:
    """“in 12 days”, “3 days ago”; empty without a day."""
    if day is None:
        return ""
    days = (day - clock.today()).days
    return (
        days_ahead(days)
        if days >= 0
        else ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}
    )
