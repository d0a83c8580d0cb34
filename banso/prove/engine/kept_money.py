"""Whether customers with more of something keep more of their money at a renewal.

Letters: B, A (n) what a customer paid a month just before and just after a decision, r = min(A/B,
2) the share kept (net), or min(A/B, 1) (gross), z the metric per standard deviation (log(1 + x)
first where it is skewed), X contract type, ln(tenure) and half-year. Model: r = a + b z + X g + e
by least squares, errors robust to repeated decisions of a customer (`regression`). b: share of the
money more for one standard deviation more. One customer that grew tenfold would carry everything,
so what is beyond twice counts as twice.

Of a group also the money itself: R = sum A / sum B with the linearised error of a ratio (Cochran
1977, Sampling Techniques, 6.4): se^2 = G/(G-1) sum_g (sum_{i in g} (A - R B))^2 / (sum B)^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.columns import Column, read_column
from banso.prove.engine.design import Decisions, build_nuisance, read_decisions
from banso.prove.engine.findings import Feature
from banso.prove.engine.normal import quantile, two_sided_p, two_sided_z
from banso.prove.engine.power import decisions_per_month, known_by, months_until
from banso.prove.engine.proportions import MINIMUM_N
from banso.prove.engine.regression import Clusters, FloatArray, IntArray, fit_ols
from banso.prove.engine.weighting import BoolArray

MINIMUM_ACCOUNTS = 40
MINIMUM_MOVED = 10
MINIMUM_APART = 10
MOST_MISSING = 0.40
SMALLEST = 0.03
MOST_KEPT = 2.0


@dataclass(frozen=True, slots=True)
class MoneyGroup:
    """Customers with low or high values: n decisions, and the money kept of theirs."""

    label: str
    low: float
    high: float
    n: int
    kept: Answer | NoAnswer


@dataclass(frozen=True, slots=True)
class MoneyKept:
    """answer: b on the scale "share_per_sd" (events: decisions after which less was paid);
    groups: outer thirds, none while there is no answer; transform: "log1p" or None.
    """

    answer: Answer | NoAnswer
    groups: tuple[MoneyGroup, ...]
    transform: str | None = None


def money_kept(
    x: FloatArray,
    before: FloatArray,
    after: FloatArray,
    decisions: pa.Table,
    *,
    data_cut: date,
    gross: bool = False,
    confidence: float = 0.95,
) -> MoneyKept:
    """What goes with the share of money kept, one row per decision.

    x (n): the metric, NaN unknown; before, after (n): money, before > 0; decisions: account,
    decided_on, tenure_days, contract of the same rows (`design.read_decisions`). NoAnswer reasons:
    "too_many_missing", "too_few_accounts", "too_few_moved" (hardly anybody paid another amount
    afterwards; both with a date), "same_share" (all kept the same, nothing for instance),
    "no_variation", "too_few_in_level" (off the commonest value), "not_separable". Raises ValueError
    for unequal lengths and for money that is not positive before.
    """
    n = decisions.num_rows
    if not len(x) == len(before) == len(after) == n or (n and before.min() <= 0):
        raise ValueError("need x, before > 0 and after for every decision")
    ratio = np.minimum(after / before, 1.0 if gross else MOST_KEPT) if n else np.zeros(0)
    place = decisions.column_names.index("not_renewed")
    table = decisions.set_column(place, "not_renewed", pa.array(ratio < 1.0))
    d = read_decisions(table, data_cut)
    x, before, after, ratio = (values[d.rows] for values in (x, before, after, ratio))
    known = np.isfinite(x)
    refusal = _lacking(d, known, ratio, data_cut)
    if refusal is not None:
        return MoneyKept(refusal, ())
    column = read_column(Feature("metric", "number", x), x, d, d.n)
    refusal = _alike(x, d, column)
    if refusal is not None:
        return MoneyKept(refusal, ())
    answer = _slope(column, d, known, ratio, confidence)
    groups = () if isinstance(answer, NoAnswer) else _thirds(x, before, after, d, confidence)
    return MoneyKept(answer, groups, column.transform)


def months_to_tell(
    found: Answer, *, per_month: float | None, alpha: float, power: float = 0.8
) -> float | None:
    """Months until a slope of SMALLEST would be seen: the error shrinks with 1/sqrt(decisions)."""
    if not found.se or not per_month:
        return None
    wanted = SMALLEST / (quantile(1 - alpha / 2) + quantile(power))
    return max(0.0, found.n * ((found.se / wanted) ** 2 - 1) / per_month)


def _lacking(d: Decisions, known: BoolArray, ratio: FloatArray, data_cut: date) -> NoAnswer | None:
    missing = 1 - float(known.mean()) if d.n else 0.0
    if missing > MOST_MISSING:
        return NoAnswer(
            "too_many_missing", {"share_missing": missing, "share_allowed": MOST_MISSING}
        )
    codes, rows = d.clusters.codes, max(1, int(known.sum()))
    per_month = decisions_per_month(d.day, data_cut)
    moved = known & (np.abs(ratio - 1) > 1e-9)
    for reason, chosen, wanted in (
        ("too_few_accounts", known, MINIMUM_ACCOUNTS),
        ("too_few_moved", moved, MINIMUM_MOVED),
    ):
        have = len(np.unique(codes[chosen]))
        if have < wanted:
            months = months_until(have, wanted, per_month, have / rows)
            needs = {"accounts": have, "accounts_needed": wanted}
            return NoAnswer(reason, needs, known_by(data_cut, months))
    if np.ptp(ratio[known]) < 1e-9:
        return NoAnswer("same_share", {"rows": rows})
    return None


def _alike(x: FloatArray, d: Decisions, column: Column) -> NoAnswer | None:
    """Whether too few customers differ: a slope would be the money of those few."""
    if not column.sd:
        return NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
    known = np.isfinite(x)
    apart = len(np.unique(d.clusters.codes[known & (x != np.median(x[known]))]))
    if apart >= MINIMUM_APART:
        return None
    needs = {"accounts_in_level": apart, "accounts_needed": MINIMUM_APART}
    return NoAnswer("too_few_in_level", needs)


def _slope(
    column: Column, d: Decisions, known: BoolArray, ratio: FloatArray, confidence: float
) -> Answer | NoAnswer:
    """b with its interval. Where hardly anybody paid less, z stands beside the intercept alone."""
    shared = build_nuisance(d)
    x = np.ones((d.n, 1)) if shared is None else shared.x
    design = np.column_stack((column.x[:, 0], x))[known]
    fit = fit_ols(design, ratio[known], d.clusters.codes[known])
    if 0 not in fit.kept or len(fit.coef) < design.shape[1]:
        return NoAnswer("not_separable", {"rows": int(known.sum())})
    b, se = float(fit.coef[0]), float(fit.se[0])
    if se <= 0:
        return NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
    half = two_sided_z(confidence) * se
    return Answer(
        value=b, low=b - half, high=b + half, n=fit.n, events=int((ratio[known] < 1).sum()),
        accounts=fit.clusters or 0, scale="share_per_sd", method="ols", confidence=confidence,
        se=se, p=two_sided_p(b / se),
    )  # fmt: skip


def _thirds(
    x: FloatArray, before: FloatArray, after: FloatArray, d: Decisions, confidence: float
) -> tuple[MoneyGroup, ...]:
    """The outer thirds; customers with the same value stay together."""
    known = np.isfinite(x)
    low, high = np.quantile(x[known], [1 / 3, 2 / 3])
    if low == high:
        inside = x < low if low > x[known].min() else x <= low
        parts = [("lowest", known & inside), ("highest", known & ~inside)]
    else:
        parts = [("lowest", known & (x <= low)), ("highest", known & (x >= high))]
    return tuple(
        MoneyGroup(
            label, float(x[rows].min()), float(x[rows].max()), int(rows.sum()),
            share_kept(before[rows], after[rows], d.clusters.codes[rows], confidence),
        )
        for label, rows in parts
        if rows.any()
    )  # fmt: skip


def share_kept(
    before: FloatArray, after: FloatArray, account: IntArray, confidence: float = 0.95
) -> Answer | NoAnswer:
    """R = sum A / sum B of decisions of these customers; NoAnswer("too_few_rows") below ten."""
    clusters = Clusters.of(account)
    if clusters.count < MINIMUM_N:
        return NoAnswer("too_few_rows", {"n": clusters.count, "n_needed": MINIMUM_N})
    total = float(before.sum())
    value = float(after.sum()) / total
    rest = clusters.sums((after - value * before)[:, None])[:, 0]
    se = math.sqrt(float(rest @ rest) * clusters.count / (clusters.count - 1)) / total
    half = two_sided_z(confidence) * se
    return Answer(
        value=value, low=max(0.0, value - half), high=value + half, n=len(before),
        events=int((after < before).sum()), accounts=clusters.count, scale="ratio",
        method="linearised_ratio", confidence=confidence, se=se,
    )  # fmt: skip
