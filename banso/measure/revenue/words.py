"""Money, shares and answers of revenue as text in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from banso.measure.revenue.overview import Overview
from banso.measure.revenue.ratios import Retained
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.bootstrap import MINIMUM_ACCOUNTS
from banso.shared.figures import figure
from banso.shared.money import shown

KINDS: Mapping[str, object] = {
    "new": pgettext_lazy("revenue", "New"),
    "reactivation": pgettext_lazy("revenue", "Reactivation"),
    "expansion": pgettext_lazy("revenue", "Expansion"),
    "contraction": pgettext_lazy("revenue", "Contraction"),
    "churn": pgettext_lazy("revenue", "Churn"),
    "opening": gettext_lazy("Customers at the opening"),
    "closing": gettext_lazy("Customers at the end"),
    "lost": gettext_lazy("Customers lost since the opening"),
    "kept": gettext_lazy("Opening customers that are still there"),
}
CONTRACTS: Mapping[str, object] = {
    "": gettext_lazy("All contracts"),
    "monthly": gettext_lazy("Monthly"),
    "under_a_year": gettext_lazy("Under a year"),
    "annual": gettext_lazy("Annual"),
    "multi_year": gettext_lazy("Several years"),
}


def percent(share: float) -> str:
    return f"{figure(100 * share, 1, grouped=False)}%"


def whole(number: float) -> str:
    return figure(number)


def day(value: date) -> str:
    return str(date_format(value, "DATE_FORMAT"))


def with_interval(found: Answer | NoAnswer) -> str:
    """The share with its 95% interval, or nothing."""
    if isinstance(found, NoAnswer):
        return ""
    limits = {"low": percent(found.low), "high": percent(found.high)}
    return percent(found.value) + " " + _("(95%% interval %(low)s–%(high)s)") % limits


def headline(seen: Overview, currency: str) -> str:
    """The answer of the page in one or two sentences."""
    now = ngettext(
        "On %(day)s monthly recurring revenue is %(mrr)s from %(n)s customer.",
        "On %(day)s monthly recurring revenue is %(mrr)s from %(n)s customers.",
        seen.customers,
    ) % {
        "day": day(seen.cut),
        "mrr": shown(seen.mrr, currency) or "0",
        "n": whole(seen.customers),
    }
    return f"{now} {_kept(seen)}"


def _kept(seen: Overview) -> str:
    year = seen.year
    if year is None:
        return _(
            "What becomes of customers over a year can be told from %(day)s on, when the first "
            "contracts on record are a year old."
        ) % {"day": day(seen.year_from)}
    if isinstance(year.nrr, NoAnswer) or isinstance(year.grr, NoAnswer):
        return too_few(year, seen)
    return _(
        "Of the money of the %(n)s customers of a year before, %(grr)s is still there without "
        "counting increases (GRR), and %(nrr)s with them (NRR)."
    ) % {"n": whole(year.customers), "grr": percent(year.grr.value), "nrr": percent(year.nrr.value)}


def too_few(year: Retained, seen: Overview) -> str:
    """Counts instead of a rate, and by when there may be one."""
    told = ngettext(
        "%(n)s customer was there a year before; gone since: %(lost)s.",
        "%(n)s customers were there a year before; gone since: %(lost)s.",
        year.customers,
    ) % {"n": whole(year.customers), "lost": whole(year.lost)}
    if isinstance(year.nrr, NoAnswer) and year.nrr.reason == "nothing_to_divide_by":
        return told + " " + _("Their contracts have no amounts, so there is no rate of money.")
    needed = _("Not enough data yet: a rate needs %(n)s customers.") % {"n": MINIMUM_ACCOUNTS}
    lacking = MINIMUM_ACCOUNTS - seen.customers
    months = 12 + (lacking / seen.new_per_month if lacking > 0 and seen.new_per_month else 0)
    if lacking > 0 and not seen.new_per_month:
        return f"{told} {needed}"
    by = seen.cut + timedelta(days=round(30.44 * min(months, 600)))
    expected = _("At the present pace about %(month)s.") % {
        "month": date_format(by, "YEAR_MONTH_FORMAT")
    }
    return f"{told} {needed} {expected}"


def few_changed(found: Answer | NoAnswer) -> str:
    """A caution where hardly any customer changed, so that the interval is too narrow."""
    if isinstance(found, NoAnswer) or all(check.passed for check in found.checks):
        return ""
    return ngettext(
        "Only %(n)s customer changed its amount: the interval is narrower than it should be.",
        "Only %(n)s customers changed their amount: the interval is narrower than it should be.",
        found.events,
    ) % {"n": found.events}
