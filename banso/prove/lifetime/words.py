"""What may be said of staying, reaching and value, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.know.subscriptions.rules import add_months
from banso.measure.revenue.reads import day_of
from banso.measure.revenue.words import percent, whole
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.lifetime import OPPORTUNITIES_NEEDED, SEEN_BY
from banso.prove.engine.logrank import LogRank
from banso.prove.lifetime.curves import MONTHS, Reaching, Staying
from banso.prove.lifetime.lives import DAYS_A_MONTH, Lives

SHORT_DAYS = 92
CONTRACTS: Mapping[int, object] = {12: gettext_lazy("Annual"), 1: gettext_lazy("Monthly")}
REASONS: Mapping[str, object] = {
    "too_few_at_risk": gettext_lazy("fewer than %(at_risk_needed)s watched that long"),
    "beyond_follow_up": gettext_lazy("nobody watched that long"),
    "no_events": gettext_lazy("nobody so far"),
    "before_watching": gettext_lazy("not watched then"),
    "not_reached": gettext_lazy("not half of them yet"),
    "too_few_starters": gettext_lazy(
        "A projection needs %(starters_needed)s customers that came to their first renewal; there "
        "are %(starters)s."
    ),
    "too_few_renewals_seen": gettext_lazy(
        "A projection needs customers watched over %(renewals_seen_needed)s renewals, ten at least "
        "at each; there are %(renewals_seen)s."
    ),
    "nobody_left": gettext_lazy(
        "Nobody has left in %(decisions)s renewals: no rate can be fitted."
    ),
    "nobody_stayed": gettext_lazy("Nobody has renewed yet."),
    "too_few_events": gettext_lazy(
        "A comparison needs %(events_needed)s customers that left; there are %(events)s."
    ),
    "one_group": gettext_lazy("There is only one group to compare."),
    "too_few_costs": gettext_lazy(
        "The cost is known of %(customers)s customers; %(customers_needed)s are needed."
    ),
    "no_money": gettext_lazy("no amounts are known"),
    "never_pays_back": gettext_lazy("What customers bring in does not cover the cost."),
}


def reason(found: NoAnswer) -> str:
    """Why there is no answer, in words."""
    needs = {name: whole(value) for name, value in found.needs.items()}
    if found.reason == "back_test_failed":
        return _(
            "No projection: fitted on the first half of the renewals, the model said that "
            "%(projected)s of those customers would be there after renewal %(after)s "
            "(%(low)s–%(high)s), and %(actual)s were. What missed the past is not shown for the "
            "future."
        ) % {
            "after": needs["after"],
            **{k: percent(found.needs[k]) for k in ("projected", "low", "high", "actual")},
        }
    return str(REASONS[found.reason]) % needs


def share(found: Answer | NoAnswer) -> str:
    """A share with its limits, or why there is none."""
    if isinstance(found, NoAnswer):
        return reason(found)
    return f"{percent(found.value)} ({percent(found.low)}–{percent(found.high)})"


def month(day: date) -> str:
    return str(date_format(day, "YEAR_MONTH_FORMAT"))


def staying_answer(whole_life: Staying, watched_days: float) -> str:
    """The answer of the page of survival in one or two sentences."""
    told = ngettext(
        "Of %(n)s customer, %(left)s has left so far.",
        "Of %(n)s customers, %(left)s have left so far.",
        whole_life.n,
    ) % {"n": whole(whole_life.n), "left": whole(whole_life.left)}
    year, two = whole_life.shares[1], whole_life.shares[3]
    first = year if isinstance(year, Answer) else two
    if isinstance(first, NoAnswer):
        return told
    said = _(
        "After %(months)s months %(share)s are still there (95%% interval %(low)s–%(high)s)."
    ) % {
        "share": percent(first.value), "low": percent(first.low), "high": percent(first.high),
        "months": 12 if first is year else 24,
    }  # fmt: skip
    if first is year and isinstance(two, Answer):
        said += " " + _("After 24 months it is %(share)s.") % {"share": percent(two.value)}
    if watched_days < SHORT_DAYS:
        said = (
            _("If all months were like the %(days)s days that were watched:")
            % {"days": whole(watched_days)}
            + f" {said}"
        )
    return f"{said} {told}"


def money_told(found: Staying) -> str:
    """How the money of the first month stays, beside the customers; "" where it cannot be told."""
    for months, share_of in zip(MONTHS, found.money_shares, strict=True):
        if months >= 12 and isinstance(share_of, Answer):
            return _(
                "Of the money they paid at first, %(share)s is still there after %(months)s months "
                "(95%% interval %(low)s–%(high)s)."
            ) % {
                "share": percent(share_of.value), "low": percent(share_of.low),
                "high": percent(share_of.high), "months": months,
            }  # fmt: skip
    return ""


def no_year_yet(whole_life: Staying, some: Lives) -> str:
    """When a share after a year can be told: when ten customers have been watched for one."""
    if isinstance(whole_life.shares[1], Answer):
        return ""
    starts = np.sort(some.start[~some.left] + some.entry[~some.left].astype(np.int64))
    if len(starts) < SEEN_BY:
        return _("Not enough data yet: a share needs ten customers watched for a year.")
    by = day_of(int(add_months(starts[SEEN_BY - 1 : SEEN_BY], np.array([12]))[0]))
    if by <= day_of(some.cut):
        return ""
    return _("Not enough data yet for a share after a year; by about %(month)s.") % {
        "month": month(by)
    }


def reaching_answer(found: Reaching) -> str:
    if isinstance(found.median, NoAnswer):
        first = _("Fewer than half of the customers have got there so far.")
    else:
        first = _("Half of all customers get there within %(days)s days.") % {
            "days": whole(found.median)
        }
    counts = _(
        "Of %(n)s customers %(reached)s have got there, %(left)s left before, %(waiting)s are "
        "still on the way."
    ) % {
        "n": whole(found.n), "reached": whole(found.reached), "left": whole(found.left),
        "waiting": whole(found.waiting),
    }  # fmt: skip
    return f"{first} {counts}"


def difference_told(found: LogRank | NoAnswer | None) -> str:
    """Whether the groups leave at different paces, by more than chance."""
    if found is None:
        return ""
    if isinstance(found, NoAnswer):
        return reason(found)
    numbers = {
        "p": "< 0.001" if found.p < 0.001 else f"= {found.p:.3f}",
        "n": whole(float(found.rows.sum())),
        "events": whole(float(found.observed.sum())),
    }
    if found.p < 0.05:
        return (
            _(
                "The groups leave at different paces, more than chance explains (log-rank p %(p)s, "
                "n = %(n)s, %(events)s left). That goes with the group; it does not say why."
            )
            % numbers
        )
    return (
        _(
            "It cannot be told yet whether the groups leave at different paces (log-rank p %(p)s, "
            "n = %(n)s, %(events)s left). That is not the same as no difference."
        )
        % numbers
    )


def expected_by(found: NoAnswer, some: Lives, months: int) -> str:
    """By when a projection may be possible, at the present pace."""
    cut = day_of(some.cut)
    if found.reason == "too_few_starters":
        lacking = found.needs["starters_needed"] - found.needs["starters"]
        term = months * DAYS_A_MONTH
        waiting = np.sort((some.start + term)[(~some.left) & (some.days < term)])
        if len(waiting) >= lacking:
            return by_about(day_of(int(waiting[int(lacking) - 1])))
        recent = int((some.start > some.cut - 365).sum())
        if not recent:
            return ""
        rest = (lacking - len(waiting)) / recent * 365 + term
        return by_about(cut + timedelta(days=round(min(rest, 36500))))
    if found.reason == "too_few_renewals_seen":
        starts = np.sort((some.start + some.entry.astype(np.int64))[~some.left])
        if len(starts) >= SEEN_BY:
            ahead = np.array([OPPORTUNITIES_NEEDED * months])
            by = day_of(int(add_months(starts[SEEN_BY - 1 : SEEN_BY], ahead)[0]))
            return by_about(max(by, cut))
    return ""


def by_about(day: date) -> str:
    return _("At the present pace that may be about %(month)s.") % {"month": month(day)}
