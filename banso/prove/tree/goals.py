"""What may stand at the top of a tree, or in it, besides metrics: shares of decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.measure.revenue.overview import retention
from banso.measure.revenue.reads import Scope, book, main_currency
from banso.prove.engine.answer import Answer
from banso.prove.hypotheses.outcomes import EXPANSION, RENEWAL, known_outcomes, open_outcomes
from banso.prove.hypotheses.records import own_outcome
from banso.prove.tree.rules import Actual, Point, quarter_of, quarterly, rate_of
from banso.shared.slots import Slot

EPOCH = date(1970, 1, 1)
SETTLED_DAYS, A_YEAR = 31, 365
OUTCOMES_PAGE = "hypotheses:own_outcomes"


@dataclass(frozen=True)
class Standing:
    """How it stands now, and how it stood quarter by quarter, oldest first."""

    actual: Actual | None
    course: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Goal:
    """An outcome as a number over all customers.

    outcome: key of the outcome (``hypotheses.outcomes``) that edges below it are tested with;
    money: "net" or "gross" where they are tested with the money kept at renewals instead; where
    both are "" none can be tested; misses: it counts those without the outcome (churn), so that
    what goes with more of it goes with less of the outcome; highest: what it cannot go beyond;
    page: url name of what is behind it.
    standing(data_cut, landmark_days) reads it.
    """

    name: str | Promise
    unit: str
    better: str
    standing: Callable[[date, int], Standing]
    outcome: str = ""
    money: str = ""
    misses: bool = False
    highest: float | None = 1.0
    page: str = ""


goals: Slot[Goal] = Slot("goals of KPI trees")


def known_goals() -> dict[str, Goal]:
    """Those that parts of Banso bring, and the organisation's own outcomes as shares."""
    found = {filling.key: filling.value for filling in goals.fillings()}
    for key, outcome in open_outcomes().items():
        if own_outcome(key) is not None:
            share = share_of(key, misses=False)
            found[key] = Goal(outcome.name, "share", "higher", share, key, page=OUTCOMES_PAGE)
    return found


def share_of(outcome: str, *, misses: bool) -> Callable[[date, int], Standing]:
    """The share of the last year's decisions with (or without) an outcome."""

    def standing(data_cut: date, landmark_days: int) -> Standing:
        rows = known_outcomes()[outcome].decisions(data_cut, landmark_days)
        until = data_cut - timedelta(days=SETTLED_DAYS)
        days = np.asarray(rows["decided_on"].cast(pa.int32()).to_numpy(), dtype=np.int64)
        missed = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(bool)
        counted, last = (missed if misses else ~missed), (until - EPOCH).days
        year = (days <= last) & (days > last - A_YEAR)
        actual = rate_of(int(counted[year].sum()), int(year.sum()))
        known = days <= last
        quarters = [quarter_of(EPOCH + timedelta(days=int(day))) for day in days[known]]
        return Standing(actual, quarterly(quarters, counted[known].tolist(), until))

    return standing


def money_kept(*, gross: bool) -> Callable[[date, int], Standing]:
    """NRR or GRR of the customers of a year before, in the currency most of them pay in."""

    def standing(data_cut: date, landmark_days: int) -> Standing:
        found = book()
        currency = main_currency(found) if found else ""
        told = retention(found, Scope(currency, months=3), data_cut) if found else None
        points, newest = [], None
        for year in told.years if told else ():
            ratio = year.found.grr if gross else year.found.nrr
            if isinstance(ratio, Answer):
                newest = Actual(ratio.value, ratio.n, ratio.low, ratio.high)
                points.append(Point(year.last, ratio.value, ratio.n))
        return Standing(newest, tuple(points))

    return standing


def fill_built_in() -> None:
    renewal, churned = share_of(RENEWAL, misses=False), share_of(RENEWAL, misses=True)
    expansion = share_of(EXPANSION, misses=False)
    due, kept = "revenue:revenue_renewals", "revenue:revenue_retention"
    built_in = {
        "renewal_rate": Goal(_("Renewal rate"), "share", "higher", renewal, RENEWAL, page=due),
        "churn_rate": Goal(
            _("Churn rate"), "share", "lower", churned, RENEWAL, misses=True, page=due
        ),
        "expansion_rate": Goal(_("Expansion rate"), "share", "higher", expansion, EXPANSION),
        "nrr": Goal(
            _("NRR"), "share", "higher", money_kept(gross=False), money="net", highest=None,
            page=kept,
        ),
        "grr": Goal(
            _("GRR"), "share", "higher", money_kept(gross=True), money="gross", page=kept
        ),
    }  # fmt: skip
    for order, (key, goal) in enumerate(built_in.items()):
        goals.fill(key, goal, order=10 * order)
