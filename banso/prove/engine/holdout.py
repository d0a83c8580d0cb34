"""Random hold-outs: who is held out, whether the draw arrived as drawn, and what was different.

The draw is repeatable: everybody who has the key gets the same groups from the same list, and
nobody who has not can foretell them. References: Fabijan et al. 2019, KDD (sample ratio mismatch);
Newcombe 1998 (difference of shares); Lin 2013, Ann. Appl. Stat. 7:295 (a number from before the
draw beside the group: never wrong on average, and sharper).
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.normal import chi_square_p, quantile, two_sided_p, two_sided_z
from banso.prove.engine.power import two_proportions_n, two_proportions_power
from banso.prove.engine.proportions import MINIMUM_N, newcombe
from banso.prove.engine.regression import Clusters, FloatArray, fit_ols
from banso.prove.engine.weighting import BoolArray

MISMATCH_P = 0.001


def ticket(key: bytes, unit: str) -> int:
    """HMAC-SHA-256 of the unit's name under the key, as a number: its place in the queue."""
    return int.from_bytes(hmac.new(key, unit.encode(), hashlib.sha256).digest(), "big")


def draw(strata: Mapping[str, Hashable], *, share: float, key: bytes) -> frozenset[str]:
    """The units held out: in each stratum those with the lowest tickets, `share` of them.

    Whole numbers do not divide evenly: what is left over is carried from stratum to stratum in
    their order by ticket, so that the total is round(share x n) and no small stratum is always
    short. The order of `strata` does not matter. Raises ValueError unless 0 < share < 1.
    """
    if not 0 < share < 1:
        raise ValueError("share must lie between 0 and 1")
    members: dict[Hashable, list[str]] = {}
    for unit, stratum in strata.items():
        members.setdefault(stratum, []).append(unit)
    queued = {stratum: sorted(units, key=lambda u: (ticket(key, u), u))
              for stratum, units in members.items()}  # fmt: skip
    order = sorted(queued, key=lambda stratum: ticket(key, f"stratum {stratum!r}"))
    held: set[str] = set()
    seen = 0
    for stratum in order:
        seen += len(queued[stratum])
        due = int(share * seen + 0.5) - len(held)
        held.update(queued[stratum][:due])
    return frozenset(held)


def sample_ratio(held_out: int, treated: int, share: float) -> Check:
    """Chi-square (1 df) that the groups have the size they were drawn with; passed unless p < .001.

    A mismatch means that customers dropped out of one group: then nothing else can be believed.
    """
    n = held_out + treated
    if n == 0:
        return Check("sample_ratio", None, MISMATCH_P, None)
    expected = share * n
    chi2 = (held_out - expected) ** 2 * (1 / expected + 1 / (n - expected))
    p = chi_square_p(chi2, 1)
    return Check("sample_ratio", p, MISMATCH_P, p >= MISMATCH_P)


@dataclass(frozen=True, slots=True)
class Arm:
    """One group as it was drawn, whatever happened to it: n decided, of these `successes`."""

    successes: int
    n: int


def intention_to_treat(
    treated: Arm, held_out: Arm, *, share: float, z: float = 1.959963984540054
) -> Answer | NoAnswer:
    """Difference of shares, treated minus held out, by the groups that were drawn.

    z: half-width of the interval (the bound of a planned look, or 1.96). Newcombe's interval; p of
    the pooled z-test. NoAnswer("sample_ratio_mismatch") where the groups are not as drawn, and
    "too_few_rows" when a group has fewer than ten decided.
    """
    check = sample_ratio(held_out.n, treated.n, share)
    if check.passed is False:
        needs = {"held_out": held_out.n, "treated": treated.n, "share": share,
                 "p": check.value or 0.0}  # fmt: skip
        return NoAnswer("sample_ratio_mismatch", needs)
    smaller = min(treated.n, held_out.n)
    if smaller < 10:
        return NoAnswer("too_few_rows", {"n": smaller, "n_needed": 10})
    confidence = 1 - two_sided_p(z)
    low, high = newcombe(treated.successes, treated.n, held_out.successes, held_out.n, confidence)
    value = treated.successes / treated.n - held_out.successes / held_out.n
    statistic = z_statistic(treated, held_out)
    return Answer(
        value=value, low=min(low, value), high=max(high, value), n=treated.n + held_out.n,
        events=treated.successes + held_out.successes, scale="difference",
        method="intention_to_treat", confidence=confidence,
        p=None if statistic is None else two_sided_p(statistic), checks=(check,),
    )  # fmt: skip


def z_statistic(treated: Arm, held_out: Arm) -> float | None:
    """Pooled z of the difference of shares; None when all or none succeeded."""
    n = treated.n + held_out.n
    pooled = (treated.successes + held_out.successes) / n if n else 0.0
    if not 0 < pooled < 1 or not treated.n or not held_out.n:
        return None
    spread = pooled * (1 - pooled) * (1 / treated.n + 1 / held_out.n)
    gap = treated.successes / treated.n - held_out.successes / held_out.n
    return float(gap / spread**0.5)


def smallest_detectable(
    base: float, n: int, share: float, *, inflation: float = 1.0, power: float = 0.8
) -> float | None:
    """Smallest rise above `base` that n units, `share` of them held out, show with this power.

    Unequal groups count as two of the harmonic mean 2 n1 n0 / (n1 + n0); inflation: how much more
    the planned looks need (`sequential.Plan.inflation`). None when even 100 % would not be seen.
    Raises ValueError unless 0 < base < 1.
    """
    if not 0 < base < 1:
        raise ValueError("base must lie between 0 and 1")
    each = 2 * n * share * (1 - share) / inflation
    low, high = base, 1 - 1e-9
    if each <= 0 or two_proportions_power(each, base, high) < power:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        enough = two_proportions_power(each, base, middle) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high - base


def units_needed(
    base: float, rise: float, share: float, *, inflation: float = 1.0, power: float = 0.8
) -> float:
    """How many units, `share` of them held out, show a change of `rise`.

    Raises ValueError where a share would leave 0..1.
    """
    if not 0 < base < 1 or not 0 < base + rise < 1 or rise == 0:
        raise ValueError("base and base + rise must lie between 0 and 1 and differ")
    return two_proportions_n(base, base + rise, power=power) * inflation / (2 * share * (1 - share))


def difference_of_means(
    y: FloatArray,
    before: FloatArray,
    treated: BoolArray,
    clusters: Clusters,
    *,
    share: float,
    confidence: float = 0.95,
) -> Answer | NoAnswer:
    """Mean of y (n) of the treated less that of the held out, beside the same number `before`.

    Least squares on group A, C = before less its mean, and A x C, robust to clusters; unknown
    values of before have a column of their own, rows with unknown y (NaN) are left out. share: of
    the draw. NoAnswer "sample_ratio_mismatch" and "too_few_rows" as in `intention_to_treat`.
    Raises ValueError for unequal lengths.
    """
    if not len(y) == len(before) == len(treated) == len(clusters.codes):
        raise ValueError("y, before, treated and clusters need the same length")
    known = np.isfinite(y)
    n1, n0 = int((known & treated).sum()), int((known & ~treated).sum())
    check = sample_ratio(n0, n1, share)
    if check.passed is False:
        needs = {"held_out": n0, "treated": n1, "share": share, "p": check.value or 0.0}
        return NoAnswer("sample_ratio_mismatch", needs)
    if min(n1, n0) < MINIMUM_N:
        return NoAnswer("too_few_rows", {"n": min(n1, n0), "n_needed": MINIMUM_N})
    a, c = treated[known].astype(np.float64), before[known]
    unknown = ~np.isfinite(c)
    mean = float(c[~unknown].mean()) if not unknown.all() else 0.0
    c = np.where(unknown, 0.0, c - mean)
    x = np.column_stack([a, np.ones(len(a)), c, a * c, unknown.astype(np.float64)])
    fit = fit_ols(x, y[known], clusters.codes[known])
    value, se = float(fit.coef[0]), float(fit.se[0])
    half = two_sided_z(confidence) * se
    return Answer(
        value=value, low=value - half, high=value + half, n=n1 + n0, events=n1,
        accounts=fit.clusters or 0, scale="difference", method="adjusted_means",
        confidence=confidence, se=se, p=two_sided_p(value / se) if se > 0 else None,
        checks=(check,),
    )  # fmt: skip


def smallest_mean_difference(
    spread: float, explained: float, n: int, share: float, *, power: float = 0.8
) -> float:
    """(z_a + z_b) s sqrt((1 - R2) / (n w (1 - w))): what n units, a share w held out, show.

    spread s: of the number in one group; explained R2: of it by the same number before the draw.
    """
    z = quantile(0.975) + quantile(power)
    return z * spread * math.sqrt((1 - explained) / (n * share * (1 - share)))
